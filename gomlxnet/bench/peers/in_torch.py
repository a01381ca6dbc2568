"""The nets of coadapt in PyTorch, as fast as its own means go: channels last, no copy of the images, the fused solver; with the
argument "compile", through torch.compile. See peer.py.
"""

import sys

import torch
import torch.nn.functional as F

import peer
from nets_torch import Model

COMPILE = sys.argv[1:] == ["compile"]
CUDA = peer.DEVICE == "cuda"
if CUDA:  # as XLA has it there
    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = True


def make(net):
    if COMPILE:
        torch._dynamo.reset()
    model = Model(net).to(peer.DEVICE)
    images = [torch.from_numpy(x).permute(0, 3, 1, 2) for x in net.images]
    labels = [torch.from_numpy(y).long() for y in net.labels]
    if CUDA:
        images, labels = [x.pin_memory() for x in images], [y.pin_memory() for y in labels]

    def batch(k):
        return images[k].to(peer.DEVICE, non_blocking=True), labels[k].to(peer.DEVICE, non_blocking=True)

    def loss_of(x, y):
        with torch.autocast(peer.DEVICE, torch.bfloat16, enabled=net.precision == "bfloat16"):
            return F.cross_entropy(model(x), y)

    if COMPILE:
        loss_of = torch.compile(loss_of)
    if net.infer:

        @torch.inference_mode()
        def run(k):
            return loss_of(*batch(k))

        return run
    # Caffe's solver and this one are the same as long as the rate is; a bias learns at twice the rate and does not decay.
    optimizer = torch.optim.SGD(
        [
            dict(params=[p for p in model.weights if p.requires_grad]),
            dict(params=[p for p in model.biases if p.requires_grad], lr=2 * net.rate, weight_decay=0),
        ],
        lr=net.rate, momentum=net.momentum, weight_decay=net.decay, fused=True,
    )

    def step(k):
        optimizer.zero_grad(set_to_none=True)
        loss = loss_of(*batch(k))
        loss.backward()
        optimizer.step()
        return loss.detach()

    return step


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
