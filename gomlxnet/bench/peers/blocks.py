"""A net of blocks as its operations: what each reads, and its variables, in the order in which Go lays them out. See peer.py.

Both peers build such nets from this list; nets that are plain chains of layers have code of their own.
"""

import dataclasses
import math


@dataclasses.dataclass
class Variable:
    shape: tuple  # as in Go: kernels [k, k, in/groups, out], inner products [in, out] over a flattened [H, W, C]
    learns: bool  # or is a running mean or variance
    rate: float = 1  # times the solver's
    decay: float = 1


@dataclasses.dataclass
class Operation:
    kind: str
    fields: dict  # of its JSON
    layer: int
    reads: list  # 0 is the images, k what leaves operation k of the list, from 1
    size: int  # pixels of what leaves it
    channels: int
    variables: list
    readers: int = 0

    def get(self, name, default=0):
        return self.fields.get(name) or default


def has_blocks(arch):
    return any("ops" in layer for layer in arch["layers"])


def operations(arch):
    """All operations of a net, the last one with its classes for outputs."""
    ops = []
    sizes = [(arch["size"], arch["channels"])]  # of the images, and of what leaves each operation
    for i, layer in enumerate(arch["layers"]):
        named = {"input": len(ops)}
        for fields in layer["ops"] if "ops" in layer else chain(layer):
            reads = [named[name] for name in fields["from"]] if fields.get("from") else [len(ops)]
            op = Operation(fields["kind"], fields, i, reads, *sizes[reads[0]], [])
            sized(op, *sizes[reads[0]], arch["classes"])
            for k in reads:
                if k > 0:
                    ops[k - 1].readers += 1
            ops.append(op)
            sizes.append((op.size, op.channels))
            named[fields.get("name") or op.kind] = len(ops)
    return ops


def chain(layer):
    """The operations of a layer that is not written as a list of them."""
    ops = [{k: layer[k] for k in ("kind", "out", "kernel", "stride", "pad", "groups", "weight", "bias") if k in layer}]
    if layer.get("relu"):
        ops.append(dict(kind="relu"))
    if layer.get("pool"):
        ops.append(dict(kind="max_pool", **layer["pool"]))
    if layer.get("lrn") or layer.get("dropout"):
        raise ValueError(f"layer {layer['name']}: nets of blocks have neither lrn nor dropout here")
    return ops


def sized(op, size, channels, classes):
    """Fills in what leaves an operation and its variables, from the pixels and channels that enter."""

    def learned(name, shape):
        given = op.fields.get(name) or {}
        if not given.get("filler", {}).get("kind"):  # Go's default, written out as zeros
            given = {}
        return Variable(shape, True, given.get("rate_mult", 1), given.get("decay_mult", 1))

    out = op.fields.get("out") or classes
    biases = [learned("bias", (out,))] if op.fields.get("bias") else []
    if op.kind == "convolution":
        k = op.fields["kernel"]
        op.variables = [learned("weight", (k, k, channels // op.get("groups", 1), out))] + biases
        op.size, op.channels = (size + 2 * op.get("pad") - k) // op.get("stride", 1) + 1, out
    elif op.kind == "inner_product":
        op.variables = [learned("weight", (size * size * channels, out))] + biases
        op.size, op.channels = 1, out
    elif op.kind == "batch_norm":
        each = (channels,)
        op.variables = [learned("scale", each), learned("shift", each), Variable(each, False), Variable(each, False)]
    elif op.kind == "max_pool":
        rounds = math.floor if op.get("floor") else math.ceil
        op.size = rounds((size + 2 * op.get("pad") - op.fields["kernel"]) / op.fields["stride"]) + 1
    elif op.kind == "adaptive_average":
        op.size = op.fields["out"]
    elif op.kind == "global_average":
        op.size = 1
    elif op.kind == "shortcut":
        op.size, op.channels = (size - 1) // op.get("stride", 1) + 1, op.fields["out"]
    elif op.kind not in ("relu", "add"):
        raise ValueError(f"operation {op.kind}: the peers have none")


def shapes(ops):
    return [v.shape for op in ops for v in op.variables]


def windows(size, out):
    """From and to of each of PyTorch's adaptive windows over an axis."""
    return [(i * size // out, -((-(i + 1) * size) // out)) for i in range(out)]
