"""Unbiased linear CKA of two random layers by numpy.

A line of input is a run; a line of output is its seconds, those of the processor among all cores, and the value.
"""

import sys
import time

import numpy as np

pictures, units = int(sys.argv[1]), int(sys.argv[2])
rng = np.random.default_rng(1)
x = rng.standard_normal((pictures, units), dtype=np.float32)
y = x + rng.standard_normal((pictures, units), dtype=np.float32)


def gram(z):
    z = z - z.mean(axis=0)
    return z @ z.T


def hsic(k, l):
    n = len(k)
    k, l = k.copy(), l.copy()
    np.fill_diagonal(k, 0)
    np.fill_diagonal(l, 0)
    k1, l1 = k.sum(axis=1, dtype=np.float64), l.sum(axis=1, dtype=np.float64)
    inner = np.einsum("ij,ij->", k, l, dtype=np.float64)
    return (inner + k1.sum() * l1.sum() / ((n - 1) * (n - 2)) - 2 / (n - 2) * (k1 @ l1)) / (n * (n - 3))


for _ in sys.stdin:
    begin, busy = time.perf_counter(), time.process_time()
    k, l = gram(x), gram(y)
    value = hsic(k, l) / np.sqrt(hsic(k, k) * hsic(l, l))
    print(time.perf_counter() - begin, time.process_time() - busy, value, flush=True)
