"""A small net of all operations beside CaffeNet's, in PyTorch: batch norm behind convolutions and behind an inner product, a residual
block, one of two ways side by side, average pooling in ceil mode, and the global average. Written from PyTorch's functions, not from the Go code.

    python torch_norm.py > torch_norm.json        # torch and numpy; CPU; seconds

It prints, as JSON, for the net that learns whole and for the one whose first two blocks are frozen (their batch norms in testing mode):
the losses of 20 training steps in float64, the mean loss of batch 0 in testing mode after them, a few gradients of the first step, and a
few values of each variable after the last, running means and variances included. Initial values and batches are the streams of torch_common.py.
"""

import json
import math
import sys

import numpy as np
import torch
import torch.nn.functional as F

from torch_common import head, sample, stream, uniform

STEPS, BATCHES, KEPT, BATCH, SIZE, CLASSES = 20, 4, 8, 8, 12, 5
RATE, MOMENTUM, DECAY = 0.05, 0.9, 0.001


def conv(out, kernel, **kw):
    return dict(kind="convolution", out=out, kernel=kernel, **(dict(pad=kernel // 2) if kernel > 1 else {}), **kw)


BIAS = dict(bias=dict(filler=dict(kind="constant")))
NORM, RELU = dict(kind="batch_norm"), dict(kind="relu")
ARCH = dict(
    name="norm", size=SIZE, channels=3, classes=CLASSES,
    layers=[
        dict(name="stem", ops=[conv(6, 3), NORM, RELU, dict(kind="max_pool", kernel=2, stride=2)]),
        dict(name="residual", ops=[
            dict(name="a", **conv(8, 3)), dict(name="a_norm", **NORM), RELU,
            dict(name="b", **conv(8, 3)), dict(name="b_norm", **NORM),
            dict(name="skip", **{"from": ["input"]}, **conv(8, 1)), dict(name="skip_norm", **NORM),
            dict(kind="add", **{"from": ["b_norm", "skip_norm"]}), RELU,
        ]),
        dict(name="mixed", ops=[
            dict(name="left", **conv(4, 1, **BIAS)), dict(name="right", **{"from": ["input"]}, **conv(4, 3, **BIAS)),
            dict(kind="concat", **{"from": ["left", "right"]}), RELU, dict(kind="average_pool", kernel=3, stride=2),
        ]),
        dict(name="fc", ops=[dict(kind="global_average"), dict(kind="inner_product", out=10), NORM, RELU]),
        dict(name="out", ops=[dict(kind="inner_product", out=0, **BIAS)]),
    ],
)
SHAPES = {  # as the Go package has them
    "stem/convolution/weights": (3, 3, 3, 6), "stem/batch_norm": 6,
    "residual/a/weights": (3, 3, 6, 8), "residual/a_norm": 8, "residual/b/weights": (3, 3, 8, 8), "residual/b_norm": 8,
    "residual/skip/weights": (1, 1, 6, 8), "residual/skip_norm": 8,
    "mixed/left/weights": (1, 1, 8, 4), "mixed/left/biases": (4,), "mixed/right/weights": (3, 3, 8, 4), "mixed/right/biases": (4,),
    "fc/inner_product/weights": (8, 10), "fc/batch_norm": 10, "out/weights": (10, CLASSES), "out/biases": (CLASSES,),
}


def initial():
    values = {}
    for key, shape in SHAPES.items():
        if isinstance(shape, int):
            for name, around in dict(scale=1, shift=0, mean=0, variance=1).items():
                path = f"/net/{key}/{name}"
                values[path] = np.float32(around) + uniform(path, (shape,), 0.3)
            continue
        path = f"/net/{key}"
        scale = math.sqrt(6 / math.prod(shape[:-1])) if key.endswith("weights") else 0.3
        values[path] = uniform(path, shape, scale)
    return values


def batch(step):
    images = uniform(f"norm images {step % BATCHES}", (BATCH, SIZE, SIZE, 3), 1)
    labels = stream(f"norm labels {step % BATCHES}", BATCH) % np.uint64(CLASSES)
    return torch.tensor(images.transpose(0, 3, 1, 2).copy(), dtype=torch.float64), torch.tensor(labels.astype(np.int64))


def forward(w, x, training, frozen):
    def convolution(x, key, pad):
        return F.conv2d(x, w[f"/net/{key}/weights"], w.get(f"/net/{key}/biases"), padding=pad)

    def norm(x, key, learning):
        p = f"/net/{key}/"
        return F.batch_norm(x, w[p + "mean"], w[p + "variance"], w[p + "scale"], w[p + "shift"], training=learning, momentum=0.1, eps=1e-5)

    low = training and not frozen
    x = F.max_pool2d(F.relu(norm(convolution(x, "stem/convolution", 1), "stem/batch_norm", low)), 2, 2)
    y = F.relu(norm(convolution(x, "residual/a", 1), "residual/a_norm", low))
    y = norm(convolution(y, "residual/b", 1), "residual/b_norm", low)
    x = F.relu(y + norm(convolution(x, "residual/skip", 0), "residual/skip_norm", low))
    x = torch.cat([convolution(x, "mixed/left", 0), convolution(x, "mixed/right", 1)], 1)
    x = F.avg_pool2d(F.relu(x), 3, 2, ceil_mode=True)
    x = F.adaptive_avg_pool2d(x, 1).flatten(1) @ w["/net/fc/inner_product/weights"]
    x = F.relu(norm(x, "fc/batch_norm", training))
    return x @ w["/net/out/weights"] + w["/net/out/biases"]


def train(frozen):
    w = {p: torch.tensor(np.ascontiguousarray(x.transpose(3, 2, 0, 1) if x.ndim == 4 else x), dtype=torch.float64) for p, x in initial().items()}
    learn = [p for p in w if not p.endswith(("/mean", "/variance")) and not (frozen and p.startswith(("/net/stem/", "/net/residual/")))]
    for p in learn:
        w[p].requires_grad_()
    v = {p: torch.zeros_like(w[p]) for p in learn}
    losses, first = [], None
    for step in range(STEPS):
        images, labels = batch(step)
        loss = F.cross_entropy(forward(w, images, True, frozen), labels)
        grads = dict(zip(learn, torch.autograd.grad(loss, [w[p] for p in learn])))
        losses.append(loss.item())
        first = first or grads
        with torch.no_grad():
            for p in learn:  # Caffe's solver: the rate is inside v
                v[p] = MOMENTUM * v[p] + RATE * (grads[p] + DECAY * w[p])
                w[p] -= v[p]
    images, labels = batch(0)
    tested = F.cross_entropy(forward(w, images, False, frozen), labels).item()
    some = lambda x: sample(x, min(KEPT, x.size))
    ours = lambda t: {p: some((x.permute(2, 3, 1, 0) if x.ndim == 4 else x).detach().numpy()) for p, x in t.items()}
    return dict(frozen=2 if frozen else 0, losses=losses, tested=tested, gradients=ours(first), variables=ours(w))


if __name__ == "__main__":
    torch.set_num_threads(1)
    solver = dict(rate=RATE, momentum=MOMENTUM, decay=DECAY, batch=BATCH, batches=BATCHES)
    json.dump(dict(head=head("torch_norm"), arch=ARCH, runs=[train(False), train(True)], **solver), sys.stdout)
    print()
