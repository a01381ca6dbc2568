"""A net of blocks in JAX. See blocks.py."""

import jax
import jax.numpy as jnp

import blocks


def forward(ops, variables, x, learns):
    """Logits of images [N, H, W, C], and the new value of each statistic, by its index. variables are all of them in order; learns
    says of an operation whether its layer does. Activations are of x's precision, batch norm and logits float32."""
    left, first, changed = [x], 0, {}
    for op in ops:
        read, v = [left[k] for k in op.reads], variables[first : first + len(op.variables)]
        if op.kind == "batch_norm" and learns(op):
            y, mean, variance = normalize(op, read[0], *v)
            changed[first + 2], changed[first + 3] = mean, variance
        else:
            y = apply(op, read, v)
        left.append(y)
        first += len(v)
    return left[-1].astype(jnp.float32), changed


def normalize(op, x, scale, shift, mean, variance):
    """Batch norm of a layer that learns, and the statistics that follow."""
    axes = tuple(range(x.ndim - 1))
    m, n = op.get("momentum", 0.1), x.size // x.shape[-1]
    dtype, x = x.dtype, x.astype(jnp.float32)
    of, square = x.mean(axes), x.var(axes)
    y = (x - of) * (scale / jnp.sqrt(square + op.get("epsilon", 1e-5))) + shift
    follow = lambda stored, batch: jax.lax.stop_gradient((1 - m) * stored + m * batch)
    return y.astype(dtype), follow(mean, of), follow(variance, square * n / max(n - 1, 1))


def apply(op, read, v):
    x = read[0]
    if op.kind in ("convolution", "inner_product"):
        v = [w.astype(x.dtype) for w in v]
    if op.kind == "convolution":
        stride, pad = op.get("stride", 1), op.get("pad")
        y = jax.lax.conv_general_dilated(x, v[0], (stride, stride), ((pad, pad), (pad, pad)),
                                         dimension_numbers=("NHWC", "HWIO", "NHWC"), feature_group_count=op.get("groups", 1))
        return y + v[1] if len(v) == 2 else y
    if op.kind == "inner_product":
        y = x.reshape(x.shape[0], -1) @ v[0]
        return y + v[1] if len(v) == 2 else y
    if op.kind == "batch_norm":
        y = (x.astype(jnp.float32) - v[2]) * (v[0] / jnp.sqrt(v[3] + op.get("epsilon", 1e-5))) + v[1]
        return y.astype(x.dtype)
    if op.kind == "relu":
        return jax.nn.relu(x)
    if op.kind == "max_pool":
        k, s, pad = op.fields["kernel"], op.fields["stride"], op.get("pad")
        far = (op.size - 1) * s + k - x.shape[1] - pad  # below 0 where pixels are left over
        x = x[:, : x.shape[1] + min(far, 0), : x.shape[2] + min(far, 0)]
        edge = (pad, max(far, 0))
        return jax.lax.reduce_window(x, -jnp.inf, jax.lax.max, (1, k, k, 1), (1, s, s, 1), ((0, 0), edge, edge, (0, 0)))
    if op.kind == "adaptive_average":
        for axis in (1, 2):
            parts = blocks.windows(x.shape[axis], op.size)
            x = jnp.concatenate([jax.lax.slice_in_dim(x, a, b, axis=axis).mean(axis, keepdims=True) for a, b in parts], axis)
        return x
    if op.kind == "global_average":
        return x.mean((1, 2))
    if op.kind == "shortcut":
        stride, more = op.get("stride", 1), op.channels - x.shape[-1]
        return jnp.pad(x[:, ::stride, ::stride], ((0, 0), (0, 0), (0, 0), (more // 2, more - more // 2)))
    if op.kind == "add":
        return read[0] + read[1]
    raise ValueError(op.kind)


def make(net):
    """A function of the index of a batch that takes a step, or a pass, and gives its loss."""
    variables = [jnp.array(x) for x in net.all_weights[0]]
    owners = [(op, v) for op in net.ops for v in op.variables]
    learns = lambda op: op.layer >= net.frozen and not net.infer
    moving = [i for i, (op, v) in enumerate(owners) if v.learns and learns(op)]
    batches = list(zip(net.images, net.labels))

    def loss_of(moving_values, variables, x, y):
        variables = list(variables)
        for i, value in zip(moving, moving_values):
            variables[i] = value
        logits, changed = forward(net.ops, variables, x.astype(net.precision), learns)
        logits = jax.nn.log_softmax(logits)
        return -jnp.take_along_axis(logits, y[:, None], axis=1).mean(), changed

    if net.infer:
        run = jax.jit(lambda variables, x, y: loss_of([], variables, x, y)[0])
        return lambda k: run(variables, *batches[k])

    def step(variables, velocities, x, y):
        (loss, changed), grads = jax.value_and_grad(loss_of, has_aux=True)([variables[i] for i in moving], variables, x, y)
        variables, kept = list(variables), []
        for i, g, v in zip(moving, grads, velocities):
            of = owners[i][1]
            kept.append(net.momentum * v + net.rate * of.rate * (g + net.decay * of.decay * variables[i]))
            variables[i] = variables[i] - kept[-1]
        for i, value in changed.items():
            variables[i] = value
        return variables, kept, loss

    step = jax.jit(step, donate_argnums=(0, 1))
    state = [variables, [jnp.zeros_like(variables[i]) for i in moving]]

    def take(k):
        state[0], state[1], loss = step(*state, *batches[k])
        return loss

    return take
