"""The nets of coadapt in PyTorch, written from the prototxt and from Caffe's solver, not from the Go code.

    python torch_twin.py > torch_twin.json        # torch and numpy; CPU; a minute

For two nets of the family (Mini, 32 px; a narrow CaffeNet, 227 px) it prints, as JSON, the loss of 20 training steps from given
initial values and batches, a few gradients of the first step, and a few weights after the last, all computed in float64. "float32"
gives how far PyTorch's own float32 run of the same is from that: what rounding alone does, and the measure of a tolerance.

Initial values and batches are a formula, that of torch_common.py. Layouts in the JSON are the Go package's: images [N,H,W,C],
kernels [k,k,in/groups,out], inner products [in,out] with the input flattened from [H,W,C].
"""

import json
import math
import sys

import numpy as np
import torch
import torch.nn.functional as F

from torch_common import head, sample, stream, uniform

STEPS, BATCHES, KEPT = 20, 4, 12


POOL, LRN = dict(kernel=3, stride=2), dict(size=5, alpha=1e-4, beta=0.75)


def conv(name, out, kernel, gain, bias=0, mult=1, **kw):
    return dict(name=name, kind="convolution", out=out, kernel=kernel, relu=True, gain=gain, start=bias, mult=mult, **kw)


def fc(name, out, gain, bias=0, relu=True):
    return dict(name=name, kind="inner_product", out=out, relu=relu, gain=gain, start=bias, mult=1)


# gain times the bound of He's uniform filler is the bound of the weights; start is the biases' value. The gains keep what enters the
# two normalisations large, as it is with pixels of -128..127, and what leaves the net of order 1. conv3, which sees the large values
# with small weights, learns by 0.02 squared, and the net as if its inputs and weights were of order 1.
NETS = [
    dict(
        name="mini", size=32, channels=3, classes=10, batch=16, pixel=64, rates=[[0, 0.01], [10, 0.001]], momentum=0.9, decay=0.0005,
        layers=[
            conv("conv1", 8, 5, 1, pad=2, stride=2, pool=POOL, lrn=LRN),
            conv("conv2", 12, 3, 1, pad=1, pool=POOL, lrn=LRN),
            conv("conv3", 16, 3, 0.02, mult=0.0004, pad=1),
            conv("conv4", 16, 3, 1, pad=1),
            conv("conv5", 12, 3, 1, pad=1, pool=POOL),
            fc("fc6", 32, 1),
            fc("fc7", 32, 1),
            fc("fc8", 10, 0.5, relu=False),
        ],
    ),
    dict(
        name="caffenet", size=227, channels=3, classes=10, batch=4, pixel=128, rates=[[0, 0.005], [10, 0.0005]], momentum=0.9, decay=0.0005,
        layers=[
            conv("conv1", 8, 11, 1, stride=4, pool=POOL, lrn=LRN),
            conv("conv2", 16, 5, 1, bias=1, pad=2, groups=2, pool=POOL, lrn=LRN),
            conv("conv3", 12, 3, 0.02, mult=0.0004, pad=1),
            conv("conv4", 12, 3, 1, bias=1, pad=1, groups=2),
            conv("conv5", 8, 3, 1, bias=1, pad=1, groups=2, pool=POOL),
            fc("fc6", 32, 0.5, bias=1),
            fc("fc7", 32, 0.5, bias=1),
            fc("fc8", 10, 0.5, relu=False),
        ],
    ),
]


def initial(net):
    """The variables in the Go package's layouts, float32, in order."""
    size, channels, values = net["size"], net["channels"], {}
    for l in net["layers"]:
        if l["kind"] == "convolution":
            fan = l["kernel"] ** 2 * channels // l.get("groups", 1)
            shape = (l["kernel"], l["kernel"], channels // l.get("groups", 1), l["out"])
            size = (size + 2 * l.get("pad", 0) - l["kernel"]) // l.get("stride", 1) + 1
            if "pool" in l:
                size = math.ceil((size - l["pool"]["kernel"]) / l["pool"]["stride"]) + 1
        else:
            fan = size * size * channels
            shape, size = (fan, l["out"]), 1
        channels = l["out"]
        path = f"/net/{l['name']}/"
        values[path + "weights"] = uniform(net["name"] + path + "weights", shape, l["gain"] * math.sqrt(6 / fan))
        values[path + "biases"] = np.full(l["out"], l["start"], np.float32)
    return values


def batch(net, step):
    k, n = step % BATCHES, net["batch"]
    images = uniform(f"{net['name']} images {k}", (n, net["size"], net["size"], net["channels"]), net["pixel"])
    labels = stream(f"{net['name']} labels {k}", n) % np.uint64(net["classes"])
    return images, labels.astype(np.int64)


def to_torch(value, before):
    """A variable from our layout to PyTorch's; before is the [H,W,C] that an inner product flattens."""
    if value.ndim == 4:
        return value.transpose(3, 2, 0, 1)
    if value.ndim == 2:
        h, w, c = before
        return value.reshape(h, w, c, -1).transpose(3, 2, 0, 1).reshape(value.shape[1], -1)
    return value


def from_torch(value, before):
    if value.ndim == 4:
        return value.transpose(2, 3, 1, 0)
    if value.ndim == 2:
        h, w, c = before
        return value.reshape(-1, c, h, w).transpose(2, 3, 1, 0).reshape(-1, value.shape[0])
    return value


def forward(net, w, x, before):
    """Logits of NCHW images; notes in before what each inner product flattens."""
    for l in net["layers"]:
        path = f"/net/{l['name']}/"
        weights, biases = w[path + "weights"], w[path + "biases"]
        if l["kind"] == "convolution":
            x = F.conv2d(x, weights, biases, stride=l.get("stride", 1), padding=l.get("pad", 0), groups=l.get("groups", 1))
        else:
            x = F.linear(x.flatten(1), weights, biases)
        if l["relu"]:
            x = F.relu(x)
        if "pool" in l:
            x = F.max_pool2d(x, l["pool"]["kernel"], l["pool"]["stride"], ceil_mode=True)
        if "lrn" in l:
            x = F.local_response_norm(x, l["lrn"]["size"], l["lrn"]["alpha"], l["lrn"]["beta"], k=1.0)
    return x


def shapes_before(net):
    """[H,W,C] before every inner product."""
    size, channels, before = net["size"], net["channels"], {}
    for l in net["layers"]:
        before[f"/net/{l['name']}/weights"] = (size, size, channels)
        if l["kind"] == "convolution":
            size = (size + 2 * l.get("pad", 0) - l["kernel"]) // l.get("stride", 1) + 1
            if "pool" in l:
                size = math.ceil((size - l["pool"]["kernel"]) / l["pool"]["stride"]) + 1
        else:
            size = 1
        channels = l["out"]
    return before


def train(net, dtype):
    """Caffe's solver: v <- m v + rate mult (g + decay mult w); w <- w - v. The rate is inside v."""
    before = shapes_before(net)
    w = {p: torch.tensor(np.ascontiguousarray(to_torch(v, before.get(p))), dtype=dtype, requires_grad=True) for p, v in initial(net).items()}
    v = {p: torch.zeros_like(x) for p, x in w.items()}
    mults = {}
    for l in net["layers"]:
        mults[f"/net/{l['name']}/weights"], mults[f"/net/{l['name']}/biases"] = multipliers(l)
    losses, first = [], None
    for step in range(STEPS):
        rate = [r for at, r in net["rates"] if at <= step][-1]
        images, labels = batch(net, step)
        x = torch.tensor(images.transpose(0, 3, 1, 2).copy(), dtype=dtype)
        loss = F.cross_entropy(forward(net, w, x, before), torch.tensor(labels))
        grads = dict(zip(w, torch.autograd.grad(loss, list(w.values()))))
        losses.append(loss.item())
        first = first or grads
        with torch.no_grad():
            for p, x in w.items():
                g = grads[p] + net["decay"] * mults[p]["decay_mult"] * x
                v[p] = net["momentum"] * v[p] + rate * mults[p]["rate_mult"] * g
                x -= v[p]
    ours = lambda t: {p: from_torch(x.detach().numpy(), before.get(p)).astype(np.float64) for p, x in t.items()}
    return losses, ours(first), ours(w)


def distance(a, b):
    return float(np.linalg.norm(a - b) / np.linalg.norm(b))


def multipliers(l):
    """Caffe's blobs_lr and weight_decay of weights and of biases."""
    return dict(rate_mult=l["mult"], decay_mult=1), dict(rate_mult=2 * l["mult"], decay_mult=0)


def go_layer(l):
    """The layer as the Go package's JSON."""
    keep = {k: l[k] for k in ("name", "kind", "out", "kernel", "stride", "pad", "groups", "relu", "pool", "lrn") if k in l}
    filler = dict(kind="constant", value=l["start"])
    weight, bias = multipliers(l)
    return dict(keep, weight=dict(filler=filler, **weight), bias=dict(filler=filler, **bias))


def report(net):
    losses, grads, weights = train(net, torch.float64)
    losses32, grads32, weights32 = train(net, torch.float32)
    start = initial(net)
    return dict(
        arch=dict(name=net["name"], size=net["size"], channels=net["channels"], classes=net["classes"], layers=[go_layer(l) for l in net["layers"]]),
        gains={l["name"]: l["gain"] for l in net["layers"]}, pixel=net["pixel"], batch=net["batch"], batches=BATCHES,
        rates=net["rates"], momentum=net["momentum"], decay=net["decay"],
        losses=losses, gradients={p: sample(g, KEPT) for p, g in grads.items()}, weights={p: sample(x, KEPT) for p, x in weights.items()},
        moved={p: float(np.linalg.norm(weights[p] - start[p])) for p in weights},
        float32=dict(
            losses=[abs(a - b) / abs(b) for a, b in zip(losses32, losses)],
            gradients={p: distance(grads32[p], grads[p]) for p in grads},
            weights={p: float(np.linalg.norm(weights32[p] - weights[p]) / np.linalg.norm(weights[p] - start[p])) for p in weights},
        ),
    )


def main():
    torch.manual_seed(0)
    torch.set_num_threads(1)
    json.dump(dict(head=head("torch_twin"), nets=[report(n) for n in NETS]), sys.stdout, indent=1)
    print()


main()
