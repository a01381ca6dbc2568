"""Nets of a transfer curve in PyTorch, one after the other, as a good user would write it: pictures in memory, normalised once a net;
channels last; layers of a parent copied; frozen ones with requires_grad=False, and run under no_grad so that autograd keeps
nothing of them; the fused solver; tests without gradients, in large batches. What it does not do is to remember what frozen layers gave.

    {"do": "task", ...}   the pictures of a task, uint8 [n, height, width, channels]; see Task  ->  {"cpu": seconds since the start}
    {"do": "train", ...}  a net from its first step to its test; see train  ->  {"images": ..., "accuracy": ..., ...}

PyTorch's own solver is used, which has the rate outside the momentum. Where pictures are cut or mirrored at random, the places are its own.
"""

import time

import numpy as np
import torch
import torch.nn.functional as F

import peer
from nets_torch import Model

TEST_BATCH = 500

tasks = {}  # by name
trained = {}  # models of nets that others take layers from, by name


class Task:
    """Each part as (pictures, labels)."""

    def __init__(self, ask):
        self.shape = ask["shape"]
        self.parts = [self._part(ask["train"]), self._part(ask["test"])]

    def _part(self, files):
        pictures = np.fromfile(files["pictures"], np.uint8).reshape(-1, *self.shape)
        labels = np.fromfile(files["labels"], np.int32)
        return torch.from_numpy(pictures), torch.from_numpy(labels).long()


class View:
    """How pictures become the input of a net: less the mean, padded with zeros, cut, scaled."""

    def __init__(self, ask, pictures):
        self.size, self.mirror = ask["size"], ask["mirror"]
        mean = torch.from_numpy(np.fromfile(ask["mean"], np.float32)).reshape(pictures.shape[1:])
        pad = ask["pad"]
        self.all = F.pad((pictures.float() - mean) * ask["scale"], (0, 0, pad, pad, pad, pad))
        self.room = self.all.shape[1] - self.size, self.all.shape[2] - self.size
        self.line = torch.arange(self.size)

    def random(self, which):
        """Pictures of these indices as they are trained on, [N, C, H, W], channels last."""
        if self.room == (0, 0) and not self.mirror:
            return self.all.index_select(0, which).permute(0, 3, 1, 2)
        n = len(which)
        rows = torch.randint(self.room[0] + 1, (n, 1)) + self.line
        columns = self.line.expand(n, -1)
        if self.mirror:
            columns = torch.where(torch.rand(n, 1) < 0.5, columns, self.size - 1 - columns)
        columns = torch.randint(self.room[1] + 1, (n, 1)) + columns
        return self.all[which[:, None, None], rows[:, :, None], columns[:, None, :]].permute(0, 3, 1, 2)

    def centre(self, first, end):
        """Pictures from first to end as they are tested on."""
        y, x = self.room[0] // 2, self.room[1] // 2
        return self.all[first:end, y : y + self.size, x : x + self.size].permute(0, 3, 1, 2)


def logits_of(model, x):
    frozen = model.net.frozen
    with torch.no_grad():
        x = model.layers(x, 0, frozen)
    return model.layers(x, frozen, len(model.net.layers))


def train(ask):
    """The whole life of a net, with the names of its parent, of what it takes from it and of its task."""
    start = time.perf_counter()
    cpu = time.process_time()
    net = peer.Net(ask)
    model = Model(net).train()
    if ask["parent"]:
        copy(trained[ask["parent"]], model, ask["copied"])
    rates, order = ask["rates"], torch.from_numpy(np.fromfile(ask["order"], np.int32)).long().reshape(-1, net.batch)
    (pictures, labels), (tests, answers) = tasks[ask["task"]].parts
    view = View(ask["view"], pictures)
    optimizer = torch.optim.SGD(
        [
            dict(params=[p for p in model.weights if p.requires_grad], mult=1),
            dict(params=[p for p in model.biases if p.requires_grad], mult=2, weight_decay=0),
        ],
        lr=net.rate, momentum=net.momentum, weight_decay=net.decay, fused=True,
    )
    losses = []
    for which, rate in zip(order, rates):
        for group in optimizer.param_groups:
            group["lr"] = rate * group["mult"]
        optimizer.zero_grad(set_to_none=True)
        loss = F.cross_entropy(logits_of(model, view.random(which)), labels.index_select(0, which))
        loss.backward()
        optimizer.step()
        losses.append(loss.detach())
    losses = torch.stack(losses).double()
    middle = time.perf_counter()
    correct, total = test(model, View(ask["view"], tests), answers)
    if ask["keep"]:
        trained[ask["name"]] = model
    some, tail = ask["first"], max(1, len(rates) // 10)
    return dict(
        train=middle - start, test=time.perf_counter() - middle, cpu=time.process_time() - cpu, images=order.numel(),
        accuracy=correct / len(answers), loss=total / len(answers), tested=len(answers),
        first=float(losses[:some].mean()), last=float(losses[-tail:].mean()),
    )


def copy(parent, model, layers):
    with torch.no_grad():
        for i in range(layers):
            model.weights[i].copy_(parent.weights[i])
            model.biases[i].copy_(parent.biases[i])


@torch.inference_mode()
def test(model, view, labels):
    model.eval()
    correct, total = 0, 0.0
    for at in range(0, len(labels), TEST_BATCH):
        answers = labels[at : at + TEST_BATCH]
        logits = model(view.centre(at, at + TEST_BATCH))
        total += float(F.cross_entropy(logits, answers, reduction="sum"))
        correct += int((logits.argmax(1) == answers).sum())
    return correct, total


def load(ask):
    tasks[ask["name"]] = Task(ask)
    return dict(cpu=time.process_time())


peer.answer(dict(about=lambda ask: dict(name=f"PyTorch {torch.__version__}", threads=torch.get_num_threads()), task=load, train=train))
