"""Measures of SciPy and, where it is installed, of rsatoolbox for the matrices of standard input, as JSON."""

import json
import sys

import numpy as np
from scipy.linalg import subspace_angles
from scipy.optimize import linear_sum_assignment
from scipy.spatial import procrustes
from scipy.stats import spearmanr, weightedtau

given = json.load(sys.stdin)
x, y = np.array(given["x"]), np.array(given["y"])
a, b = given["a"], given["b"]
out = {}

# The residual of SciPy's Procrustes is 1 - c² with the nuclear norm c; here it is 2 - 2c.
width = max(x.shape[1], y.shape[1])
pad = lambda z: np.pad(z, ((0, 0), (0, width - z.shape[1])))
c = np.sqrt(1 - procrustes(pad(x), pad(y))[2])
out["procrustes distance"], out["procrustes angle"] = 2 - 2 * c, np.arccos(c)
out["mean cca"] = np.mean(np.cos(subspace_angles(x - x.mean(0), y - y.mean(0))))
out["weighted tau"], out["spearman"] = weightedtau(a, b).statistic, spearmanr(a, b).statistic
rows, columns = linear_sum_assignment(x.T[: y.shape[1]] @ y, maximize=True)
out["assignment"] = float((x.T[: y.shape[1]] @ y)[rows, columns].sum())

try:
    from rsatoolbox.data import Dataset
    from rsatoolbox.rdm import calc_rdm, compare
except ImportError:
    pass
else:
    # The whitened cosine of squared Euclidean distances is linear CKA (Diedrichsen et al. 2021).
    rdms = [calc_rdm(Dataset(z), method="euclidean") for z in (x, y)]
    out["rsatoolbox: cka"] = float(np.squeeze(compare(*rdms, method="cosine_cov")))
json.dump(out, sys.stdout)
