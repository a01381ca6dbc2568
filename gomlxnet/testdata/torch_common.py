"""What torch_twin.py and torch_norm.py share: values that are a formula, so that they need not be kept, and what is kept of a tensor.

Value i of a stream named s is the i-th output of splitmix64 (Steele, Lea, Flood 2014) seeded with the FNV-1a hash of s; its upper 24
bits, u = z >> 40, give (u / 2^23 - 1) * scale, rounded to float32.
"""

import math
import platform

import numpy as np
import torch


def stream(name, n):
    h = 0xCBF29CE484222325
    for byte in name.encode():
        h = (h ^ byte) * 0x100000001B3 % 2**64
    with np.errstate(over="ignore"):
        z = np.uint64(h) + np.arange(1, n + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        return z ^ (z >> np.uint64(31))


def uniform(name, shape, scale):
    u = (stream(name, math.prod(shape)) >> np.uint64(40)).astype(np.float64)
    return ((u / 2**23 - 1) * scale).astype(np.float32).reshape(shape)


def sample(value, count):
    """The norm, and `count` values spread evenly over the row-major order."""
    flat = value.reshape(-1)
    at = [i * (flat.size - 1) // (count - 1) for i in range(count)]
    return dict(shape=list(value.shape), norm=float(np.linalg.norm(flat)), at=at, values=[float(flat[i]) for i in at])


def head(script):
    """What made a file: script.py, which prints script.json."""
    return dict(
        command=f"python gomlxnet/testdata/{script}.py > gomlxnet/testdata/{script}.json",
        versions=f"Python {platform.python_version()}, torch {torch.__version__}, numpy {np.__version__}, {platform.machine()}",
        what=f"20 training steps in PyTorch, float64; see {script}.py",
    )
