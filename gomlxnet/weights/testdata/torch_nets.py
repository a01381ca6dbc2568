"""Nets of torchvision, and two small ones, with weights given by formula: their logits for a picture given by formula.

    python torch_nets.py > torch_nets.json            # torch, torchvision and numpy; CPU; seconds
    python torch_nets.py FILE MODEL CLASSES SIZE ...  # the logits of files of safetensors, loaded strictly, a list each

A value of a tensor is from the stream of its name (splitmix64 from the FNV-1a hash of the name, the upper 24 bits as a number from -1 to
1): weights of two dimensions or more times sqrt(3 / inputs of a unit), scales and variances 1 + 0.3 times it, others 0.3 times it. The
picture is sin(0.05·i·c)·cos(0.07·j + 0.3·c) for channel c, row i and column j, each from 1. MODEL is one of torchvision's or of NETS.
"""

import json
import math
import platform
import sys

import numpy as np
import torch
import torch.nn.functional as F
import torchvision
from torch import nn


def load_file(path):
    """safetensors' own reader, or, where that is not installed, its form read by hand: float32 alone."""
    try:
        from safetensors.torch import load_file as load
    except ImportError:
        with open(path, "rb") as f:
            data = f.read()
        start = 8 + int.from_bytes(data[:8], "little")
        tensors = {k: v for k, v in json.loads(data[8:start]).items() if k != "__metadata__"}
        assert all(v["dtype"] == "F32" for v in tensors.values()), path
        return {
            k: torch.frombuffer(bytearray(data[start + v["data_offsets"][0] : start + v["data_offsets"][1]]), dtype=torch.float32)
            .reshape(v["shape"])
            for k, v in tensors.items()
        }
    return load(path)


def stream(name, n):
    h = 0xCBF29CE484222325
    for byte in name.encode():
        h = (h ^ byte) * 0x100000001B3 % 2**64
    with np.errstate(over="ignore"):
        z = np.uint64(h) + np.arange(1, n + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        z = z ^ (z >> np.uint64(31))
    return (z >> np.uint64(40)).astype(np.float64) / 2**23 - 1


def values(name, shape):
    u = stream(name, math.prod(shape))
    if len(shape) > 1:
        u *= math.sqrt(3 / math.prod(shape[1:]))
    elif name.endswith("running_var") or name.endswith(".weight"):
        u = 1 + 0.3 * u
    else:
        u *= 0.3
    return torch.tensor(u.astype(np.float32).reshape(shape))


def wave(size):
    c, i, j = np.meshgrid(np.arange(1, 4), np.arange(1, size + 1), np.arange(1, size + 1), indexing="ij")
    x = np.sin(0.05 * i * c) * np.cos(0.07 * j + 0.3 * c)
    return torch.tensor(x.astype(np.float32))[None]


class Flat(nn.Module):
    """A convolution with groups, and inner products over its places: the order in which places are flattened."""

    def __init__(self, classes):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 6, 3, 2, 1)
        self.conv2 = nn.Conv2d(6, 4, 3, 1, 1, groups=2)
        self.fc3, self.fc4 = nn.Linear(4 * 4 * 4, 5), nn.Linear(5, classes)

    def forward(self, x):
        x = F.relu(self.conv2(F.relu(self.conv1(x))))
        return self.fc4(F.relu(self.fc3(x.flatten(1))))


class Block(nn.Module):
    def __init__(self, within, out, stride, shortcut):
        super().__init__()
        self.conv1, self.bn1 = nn.Conv2d(within, out, 3, stride, 1, bias=False), nn.BatchNorm2d(out)
        self.conv2, self.bn2 = nn.Conv2d(out, out, 3, 1, 1, bias=False), nn.BatchNorm2d(out)
        self.shortcut = nn.Identity()
        if within != out and shortcut == "B":
            self.shortcut = nn.Sequential(nn.Conv2d(within, out, 1, stride, bias=False), nn.BatchNorm2d(out))
        self.pad = out // 4 if within != out and shortcut == "A" else 0

    def forward(self, x):
        y = self.bn2(self.conv2(F.relu(self.bn1(self.conv1(x)))))
        x = F.pad(x[:, :, ::2, ::2], (0, 0, 0, 0, self.pad, self.pad)) if self.pad else self.shortcut(x)
        return F.relu(y + x)


class Small(nn.Module):
    """A ResNet for CIFAR of depth 8."""

    def __init__(self, classes, shortcut):
        super().__init__()
        self.conv1, self.bn1 = nn.Conv2d(3, 16, 3, 1, 1, bias=False), nn.BatchNorm2d(16)
        widths = [16, 16, 32, 64]
        for n in range(1, 4):
            setattr(self, f"layer{n}", nn.Sequential(Block(widths[n - 1], widths[n], 1 if n == 1 else 2, shortcut)))
        self.linear = nn.Linear(64, classes)

    def forward(self, x):
        x = self.layer3(self.layer2(self.layer1(F.relu(self.bn1(self.conv1(x))))))
        return self.linear(x.mean((2, 3)))


NETS = dict(flat=Flat, resnet8=lambda n: Small(n, "A"), resnet8_b=lambda n: Small(n, "B"))


def build(name, classes):
    return NETS[name](classes) if name in NETS else torchvision.models.get_model(name, num_classes=classes)


def logits(net, size):
    net.eval()
    with torch.no_grad():
        return [float(f"{v:.8g}") for v in net(wave(size))[0]]


def golden(name, classes, size):
    net = build(name, classes)
    net.load_state_dict({k: values(k, v.shape) for k, v in net.state_dict().items() if not k.endswith("num_batches_tracked")})
    shapes = {k: list(v.shape) for k, v in net.state_dict().items()}
    return dict(name=name, classes=classes, size=size, shapes=shapes, logits=logits(net, size))


if __name__ == "__main__":
    torch.set_num_threads(1)
    if len(sys.argv) > 1:

        found = []
        for file, name, classes, size in zip(*[iter(sys.argv[1:])] * 4, strict=True):
            net = build(name, int(classes))
            net.load_state_dict(load_file(file), strict=True)
            found.append(logits(net, int(size)))
        json.dump(found, sys.stdout)
    else:
        head = dict(
            command="python gomlxnet/weights/testdata/torch_nets.py > gomlxnet/weights/testdata/torch_nets.json",
            versions=f"Python {platform.python_version()}, torch {torch.__version__}, torchvision {torchvision.__version__}, "
            f"numpy {np.__version__}, {platform.machine()}",
            what="logits of nets whose weights are given by formula; see torch_nets.py",
        )
        cases = [("flat", 5, 8), ("resnet8", 4, 16), ("resnet8_b", 4, 16), ("resnet18", 7, 64), ("resnet50", 3, 32), ("squeezenet1_1", 6, 65)]
        json.dump(dict(head=head, nets=[golden(*c) for c in cases]), sys.stdout)
    print()
