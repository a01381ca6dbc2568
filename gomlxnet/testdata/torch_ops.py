"""Pools, strided convolutions, the adaptive average and the shortcut of residual nets, in PyTorch.

    python torch_ops.py > torch_ops.json        # torch and numpy; CPU; seconds

It prints, as JSON, a list of operations as the Go package writes them, and for each what leaves it for an input
[1, height, width, 4], and the gradients of the sum of that times fixed numbers: all in float64, all values, row-major with channels
last. Inputs, weights and the fixed numbers are the streams of torch_norm.py.
"""

import json
import platform
import sys

import torch
import torch.nn.functional as F

from torch_norm import np, uniform


def numbers(name, *shape):
    return torch.tensor(uniform(name, shape, 1), dtype=torch.float64)


def max_pool(x, w, kernel, stride, pad=0, floor=False):
    return F.max_pool2d(x, kernel, stride, pad, ceil_mode=not floor)


def average_pool(x, w, kernel, stride, pad=0, floor=False):
    return F.avg_pool2d(x, kernel, stride, pad, ceil_mode=not floor)


def adaptive_average(x, w, out):
    return F.adaptive_avg_pool2d(x, out)


def shortcut(x, w, out, stride=1):
    more = out - x.shape[1]
    return F.pad(x[:, :, ::stride, ::stride], (0, 0, 0, 0, more // 2, more - more // 2))


def convolution(x, w, out, kernel, stride=1, pad=0, groups=1):
    return F.conv2d(x, w, stride=stride, padding=pad, groups=groups)


POOLS = [  # kernel, stride, pad, floor, height, width
    (3, 2, 1, True, 8, 9), (3, 2, 1, False, 8, 9),  # the first is that of ResNet's stem
    (3, 2, 0, True, 8, 7), (3, 2, 0, False, 8, 7),  # the second is SqueezeNet's
    (2, 2, 0, True, 5, 6), (2, 2, 1, False, 5, 6), (2, 3, 1, False, 6, 8), (3, 1, 1, True, 4, 5),
    (5, 4, 2, False, 10, 9), (5, 3, 2, True, 3, 4), (3, 2, 1, True, 1, 2),
]
CASES = [
    (dict(kind=kind, kernel=k, stride=s, pad=p, floor=floor), h, w)
    for kind, pools in (("max_pool", POOLS), ("average_pool", POOLS[1::3])) for k, s, p, floor, h, w in pools
] + [
    (dict(kind="adaptive_average", out=out), h, w) for out, h, w in [(7, 7, 7), (3, 7, 8), (1, 4, 5), (7, 2, 3), (4, 6, 9)]
] + [
    (dict(kind="shortcut", out=out, stride=s), h, w) for out, s, h, w in [(8, 2, 6, 7), (9, 2, 5, 4), (4, 2, 4, 4), (6, 0, 3, 3)]
] + [
    (dict(kind="convolution", out=6, kernel=k, stride=s, pad=p, groups=g), h, w) for k, s, p, g, h, w in [
        (7, 2, 3, 1, 12, 11), (3, 2, 1, 1, 8, 9), (1, 2, 0, 1, 8, 7), (3, 2, 0, 1, 8, 9), (3, 1, 1, 2, 5, 6)]
]


def result(number, op, height, width):
    x = numbers(f"ops input {number}", 1, height, width, 4).permute(0, 3, 1, 2).contiguous().requires_grad_()
    fields = {k: v for k, v in op.items() if k != "kind" and v}
    w = None
    if op["kind"] == "convolution":
        w = numbers(f"ops weights {number}", op["kernel"], op["kernel"], 4 // op["groups"], op["out"])
        w = w.permute(3, 2, 0, 1).contiguous().requires_grad_()
    y = globals()[op["kind"]](x, w, **fields)
    r = numbers(f"ops sum {number}", y.shape[0], y.shape[2], y.shape[3], y.shape[1]).permute(0, 3, 1, 2)
    learns = [x] if w is None else [x, w]
    grads = torch.autograd.grad((y * r).sum(), learns)
    ours = [y.permute(0, 2, 3, 1), grads[0].permute(0, 2, 3, 1)] + [g.permute(2, 3, 1, 0) for g in grads[1:]]
    flat = [[float(f"{v:.7g}") for v in t.detach().reshape(-1)] for t in ours]
    shape = [y.shape[0], y.shape[2], y.shape[3], y.shape[1]]
    values = dict(zip(("values", "gradient", "of_weights"), flat))
    return dict(op={k: v for k, v in op.items() if v}, height=height, width=width, shape=shape, **values)


if __name__ == "__main__":
    torch.set_num_threads(1)
    head = dict(
        command="python gomlxnet/testdata/torch_ops.py > gomlxnet/testdata/torch_ops.json",
        versions=f"Python {platform.python_version()}, torch {torch.__version__}, numpy {np.__version__}, {platform.machine()}",
        what="operations in PyTorch, float64 to seven digits; see torch_ops.py",
    )
    json.dump(dict(head=head, cases=[result(i, *case) for i, case in enumerate(CASES)]), sys.stdout)
    print()
