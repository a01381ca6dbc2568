"""The nets of coadapt in JAX: one compiled step, parameters and velocities donated to it, the loss read when it is wanted; of several nets
through vmap. See peer.py.
"""

import os

import peer

os.environ.setdefault("JAX_PLATFORMS", peer.DEVICE)  # before JAX looks

import jax
import jax.numpy as jnp

import blocks_jax


def forward(layers, params, x, precision):
    """Logits of images [N, H, W, C]; activations are of the precision, normalisation and logits float32."""
    x = x.astype(precision)
    for l, (w, b) in zip(layers, params):
        w, b = w.astype(precision), b.astype(precision)
        if l["kind"] == "convolution":
            stride, pad, groups = max(l.get("stride", 1), 1), l.get("pad", 0), max(l.get("groups", 1), 1)
            x = b + jax.lax.conv_general_dilated(x, w, (stride, stride), ((pad, pad), (pad, pad)),
                                                 dimension_numbers=("NHWC", "HWIO", "NHWC"), feature_group_count=groups)
        else:
            x = x.reshape(x.shape[0], -1) @ w + b
        if l.get("relu"):
            x = jax.nn.relu(x)
        if l.get("pool"):
            k, s = l["pool"]["kernel"], l["pool"]["stride"]
            over = (peer.pool_size(x.shape[1], l["pool"]) - 1) * s + k - x.shape[1]
            x = jax.lax.reduce_window(x, -jnp.inf, jax.lax.max, (1, k, k, 1), (1, s, s, 1), ((0, 0), (0, max(over, 0)), (0, max(over, 0)), (0, 0)))
        if l.get("lrn"):
            x = normalize(x.astype(jnp.float32), **l["lrn"]).astype(precision)
    return x.astype(jnp.float32)


def normalize(x, size, alpha, beta):
    half, channels = size // 2, x.shape[-1]
    squares = jnp.pad(x * x, ((0, 0), (0, 0), (0, 0), (half, half)))
    total = sum(squares[..., d : d + channels] for d in range(size))
    return x * (1 + alpha / size * total) ** -beta


def make(net):
    jax.clear_caches()
    if net.ops:
        return blocks_jax.make(net)
    params = [(jnp.array(w), jnp.array(b)) for w, b in net.weights]
    if net.nets > 1:
        params = jax.tree.map(lambda *nets: jnp.stack(nets), *net.all_weights)

    def loss_of(learning, frozen, x, y):
        logits = jax.nn.log_softmax(forward(net.layers, frozen + learning, x, net.precision))
        return -jnp.take_along_axis(logits, y[:, None], axis=1).mean()

    if net.infer:
        run = jax.jit(loss_of)
        return lambda k: run(params, [], net.images[k], net.labels[k])

    def step(learning, velocity, frozen, x, y):
        loss, grads = jax.value_and_grad(loss_of)(learning, frozen, x, y)
        moved, kept = [], []
        for (w, b), (vw, vb), (gw, gb) in zip(learning, velocity, grads):
            vw = net.momentum * vw + net.rate * (gw + net.decay * w)
            vb = net.momentum * vb + 2 * net.rate * gb  # twice the rate, no decay
            moved.append((w - vw, b - vb))
            kept.append((vw, vb))
        return moved, kept, loss

    batches, many = list(zip(net.images, net.labels)), net.nets > 1
    if many:
        batches = [(net.images[which], net.labels[which]) for which in (net.of_nets(k) for k in range(len(net.labels)))]
    step = jax.jit(jax.vmap(step) if many else step, donate_argnums=(0, 1))
    frozen, state = params[: net.frozen], [params[net.frozen :], None]
    state[1] = jax.tree.map(jnp.zeros_like, state[0])

    def take(k):
        state[0], state[1], loss = step(state[0], state[1], frozen, *batches[k])
        return loss.mean() if many else loss

    return take


def about():
    return dict(name=f"JAX {jax.__version__}", threads=os.cpu_count())


def peak(n):
    a = jax.random.uniform(jax.random.key(0), (n, n))
    product = jax.jit(jnp.matmul)
    product(a, a).block_until_ready()
    return 2e-9 * n**3 / peer.best_of(10, lambda: product(a, a).block_until_ready())


peer.serve(about, make, peak)
