"""What the peers share: a net as the Go program describes it, and the talk with it, one JSON object a line each way.

    {"do": "net", ...}         a net to train or to run: see Net; what was held before is dropped
    {"do": "steps", "n": 5}    five steps (or passes, for a case that only infers)  ->  {"seconds": 1.2, "cpu": 2.3, "losses": [...]}
                               a loss is the mean over the nets, where there are several
    {"do": "first", "n": 1}    the net afresh, and its first steps, compiling included  ->  as above
    {"do": "peak", "n": 2048}  a product of two square matrices of n  ->  {"gflops": 120.1}
    {"do": "about"}            ->  {"name": "PyTorch 2.15.0", ...}

Seconds are measured here, around the work alone; cpu is that of all threads. The end of the input ends the process. What a library prints goes to stderr, so
that stdout holds answers and nothing else.
"""

import json
import math
import os
import sys
import time
import traceback

import numpy as np

import blocks

DEVICE = os.environ.get("COADAPT_BENCH_DEVICE", "cpu")  # or cuda: where the nets are; batches come from the host in each step


class Net:
    """arch is the Go package's JSON; weights and batches are files of float32 and int32 as Go laid them out."""

    def __init__(self, ask):
        arch = ask["arch"]
        self.layers, self.size, self.channels, self.classes = arch["layers"], arch["size"], arch["channels"], arch["classes"]
        self.precision = arch.get("precision", "float32")  # of activations and the weights that they meet
        self.batch, self.infer = ask["batch"], ask["infer"]
        self.frozen = ask["frozen"]  # layers that do not learn, from the first
        self.rate, self.momentum, self.decay = ask["rate"], ask["momentum"], ask["decay"]
        self.nets = ask.get("nets", 1)  # that are trained at once; at step k net i has batch k + i
        self.ops = blocks.operations(arch) if blocks.has_blocks(arch) else None  # of a net that is more than a chain of layers
        if self.ops and self.nets > 1:
            raise ValueError(f"{arch['name']}: {self.nets} nets; those of blocks are trained alone")
        self.all_weights = self._weights(ask["weights"])  # of each net
        self.weights = self.all_weights[0]
        n = ask.get("batches", 0)
        if n == 0:  # they come otherwise
            return
        self.images = np.fromfile(ask["images"], np.float32).reshape(n, self.batch, self.size, self.size, self.channels)
        self.labels = np.fromfile(ask["labels"], np.int32).reshape(n, self.batch)

    def of_nets(self, k):
        """The batches of all nets at step k."""
        return [(k + i) % len(self.labels) for i in range(self.nets)]

    def _weights(self, name):
        """[(weights, biases)] of every layer, of every net: kernels [k, k, in/groups, out], inner products [in, out] over a flattened [H, W, C].
        Of a net of blocks, all its variables in a row."""
        if self.ops:
            return [self._parts(np.fromfile(name, np.float32), blocks.shapes(self.ops), name)]
        shapes = []
        size, channels = self.size, self.channels
        for i, l in enumerate(self.layers):
            out = self.classes if i == len(self.layers) - 1 else l["out"]
            if l["kind"] == "convolution":
                shape = (l["kernel"], l["kernel"], channels // max(l.get("groups", 1), 1), out)
                size = (size + 2 * l.get("pad", 0) - l["kernel"]) // max(l.get("stride", 1), 1) + 1
                if l.get("pool"):
                    size = pool_size(size, l["pool"])
            else:
                shape, size = (size * size * channels, out), 1
            shapes.append((shape, (out,)))
            channels = out
        values = np.fromfile(name, np.float32)
        each = sum(math.prod(shape) for layer in shapes for shape in layer)
        if values.size != self.nets * each:
            raise ValueError(f"{name} holds {values.size} values, {self.nets} nets have {each} each")
        found = []
        for net in values.reshape(self.nets, each):
            ends = np.cumsum([math.prod(shape) for layer in shapes for shape in layer])[:-1]
            parts = iter(np.split(net, ends))
            found.append([(next(parts).reshape(w), next(parts).reshape(b)) for w, b in shapes])
        return found

    def _parts(self, values, shapes, name):
        ends = np.cumsum([math.prod(shape) for shape in shapes])
        if values.size != ends[-1]:
            raise ValueError(f"{name} holds {values.size} values, the net has {ends[-1]}")
        return [part.reshape(shape) for part, shape in zip(np.split(values, ends[:-1]), shapes, strict=True)]


def pool_size(size, pool):
    """Caffe's: windows that hang over the far edge count."""
    return math.ceil((size - pool["kernel"]) / pool["stride"]) + 1


def serve(about, make, peak):
    """Answers until the input ends. make(net) returns a function of the index of a step that takes it and gives its loss, as the
    library's own number."""
    net = step = None
    taken = 0

    def take(ask):
        nonlocal step, taken
        if ask["do"] == "first":
            step, taken = None, 0
        start, cpu = time.perf_counter(), time.process_time()
        if step is None:
            step = make(net)
        losses = [step((taken + i) % len(net.labels)) for i in range(ask["n"])]
        losses = [float(x) for x in losses]  # waits for what is still under way
        taken += ask["n"]
        return dict(seconds=time.perf_counter() - start, cpu=time.process_time() - cpu, losses=losses)

    def load(ask):
        nonlocal net, step, taken
        net, step, taken = Net(ask), None, 0
        return {}

    answer(dict(about=lambda ask: about(), net=load, steps=take, first=take, peak=lambda ask: dict(gflops=peak(ask["n"]))))


def answer(verbs):
    """Answers until the input ends, each ask by the function that verbs has for what it wants done."""
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)
    for line in sys.stdin:
        ask = json.loads(line)
        try:
            reply = verbs[ask["do"]](ask)
        except Exception:
            reply = dict(error=traceback.format_exc())
        answers.write(json.dumps(reply) + "\n")


def best_of(times, product):
    """The shortest of several runs of product, seconds."""
    best = math.inf
    for _ in range(times):
        start = time.perf_counter()
        product()
        best = min(best, time.perf_counter() - start)
    return best
