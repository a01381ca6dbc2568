"""The nets of coadapt in PyTorch, as fast as its own means go: channels last, no copy of the images, the fused solver; with the
argument "compile", through torch.compile. Several nets are stepped one after another, or with "compile" through torch.func.vmap. See peer.py.
"""

import sys

import torch
import torch.nn.functional as F

import peer
from blocks_torch import Blocks
from nets_torch import Model

COMPILE = sys.argv[1:] == ["compile"]
CUDA = peer.DEVICE == "cuda"
if CUDA:  # as XLA has it there
    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = True


def make(net):
    if COMPILE:
        torch._dynamo.reset()
    if net.nets == 1:
        return one(net, net.weights)
    if COMPILE:
        return stacked(net)
    steps = [one(net, weights) for weights in net.all_weights]
    return lambda k: torch.stack([step(of) for step, of in zip(steps, net.of_nets(k))]).mean()


def batches(images, labels):
    """A function of the index of a batch that brings it to where the nets are."""
    if CUDA:
        images, labels = [x.pin_memory() for x in images], [y.pin_memory() for y in labels]
    return lambda k: (images[k].to(peer.DEVICE, non_blocking=True), labels[k].to(peer.DEVICE, non_blocking=True))


def host(net):
    """All batches, images [N, C, H, W], channels last."""
    return [torch.from_numpy(x).permute(0, 3, 1, 2) for x in net.images], [torch.from_numpy(y).long() for y in net.labels]


def autocast(net):
    return torch.autocast(peer.DEVICE, torch.bfloat16, enabled=net.precision == "bfloat16")


def one(net, weights):
    model = (Blocks if net.ops else Model)(net, weights).to(peer.DEVICE)
    batch = batches(*host(net))

    def loss_of(x, y):
        with autocast(net):
            return F.cross_entropy(model(x), y)

    if COMPILE:
        loss_of = torch.compile(loss_of)
    if net.infer:

        @torch.inference_mode()
        def run(k):
            return loss_of(*batch(k))

        return run
    # Caffe's solver and this one are the same as long as the rate is.
    optimizer = torch.optim.SGD(model.groups(net), lr=net.rate, momentum=net.momentum, weight_decay=net.decay, fused=True)

    def step(k):
        optimizer.zero_grad(set_to_none=True)
        loss = loss_of(*batch(k))
        loss.backward()
        optimizer.step()
        return loss.detach()

    return step


def stacked(net):
    """Nets of which none is frozen, as one: their parameters stacked, the step of one mapped over them and compiled."""
    model = Model(net).to(peer.DEVICE)
    params, _ = torch.func.stack_module_state([Model(net, weights).to(peer.DEVICE) for weights in net.all_weights])
    params = {name: p.detach() for name, p in params.items()}
    velocities = {name: torch.zeros_like(p) for name, p in params.items()}
    images, labels = host(net)
    of = [net.of_nets(k) for k in range(len(labels))]
    batch = batches([torch.stack([images[i] for i in each]) for each in of], [torch.stack([labels[i] for i in each]) for each in of])

    def loss_of(params, x, y):
        with autocast(net):
            return F.cross_entropy(torch.func.functional_call(model, params, (x,)), y)

    @torch.compile
    def step(params, velocities, x, y):
        grads, losses = torch.func.vmap(torch.func.grad_and_value(loss_of))(params, x, y)
        for name, p in params.items():
            bias = name.startswith("biases")
            grad = grads[name] if bias else grads[name] + net.decay * p
            velocities[name].mul_(net.momentum).add_(grad)
            p.sub_(velocities[name], alpha=2 * net.rate if bias else net.rate)
        return losses.mean()

    return lambda k: step(params, velocities, *batch(k))


def about():
    return dict(name=f"PyTorch {torch.__version__}" + (", torch.compile" if COMPILE else ""), threads=torch.get_num_threads())


def peak(n):
    a, b = torch.rand(n, n, device=peer.DEVICE), torch.rand(n, n, device=peer.DEVICE)
    out = torch.empty(n, n, device=peer.DEVICE)

    def product():
        torch.mm(a, b, out=out)
        if CUDA:
            torch.cuda.synchronize()

    return 2e-9 * n**3 / peer.best_of(10, product)


peer.serve(about, make, peak)
