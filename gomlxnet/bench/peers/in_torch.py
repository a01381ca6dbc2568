"""The nets of coadapt in PyTorch, as fast as its own means go: channels last, no copy of the images, the fused solver; with the
argument "compile", through torch.compile. See peer.py.
"""

import sys

import torch
import torch.nn.functional as F

import peer

COMPILE = sys.argv[1:] == ["compile"]


class Model(torch.nn.Module):
    def __init__(self, net):
        super().__init__()
        self.net = net
        self.weights, self.biases = torch.nn.ParameterList(), torch.nn.ParameterList()
        for i, (w, b) in enumerate(net.weights):
            learns = i >= net.frozen and not net.infer
            w = torch.from_numpy(w)
            if w.ndim == 4:
                w = w.permute(3, 2, 0, 1).contiguous(memory_format=torch.channels_last)
            else:
                w = w.t().contiguous()
            self.weights.append(torch.nn.Parameter(w.clone(), requires_grad=learns))
            self.biases.append(torch.nn.Parameter(torch.from_numpy(b).clone(), requires_grad=learns))

    def forward(self, x):
        """Logits of images [N, C, H, W], channels last."""
        for l, w, b in zip(self.net.layers, self.weights, self.biases):
            if l["kind"] == "convolution":
                x = F.conv2d(x, w, b, stride=max(l.get("stride", 1), 1), padding=l.get("pad", 0), groups=max(l.get("groups", 1), 1))
            else:
                if x.ndim == 4:
                    x = x.permute(0, 2, 3, 1).flatten(1)  # as it lies in memory
                x = F.linear(x, w, b)
            if l.get("relu"):
                x = F.relu(x, inplace=True)
            if l.get("pool"):
                x = F.max_pool2d(x, l["pool"]["kernel"], l["pool"]["stride"], ceil_mode=True)
            if l.get("lrn"):
                x = normalize(x, **l["lrn"])
        return x


def normalize(x, size, alpha, beta):
    """Local response normalisation. F.local_response_norm averages in three dimensions, which is several times slower."""
    half = size // 2
    squares = F.pad(x * x, (0, 0, 0, 0, half, half))
    total = squares[:, : x.shape[1]]
    for d in range(1, size):
        total = total + squares[:, d : d + x.shape[1]]
    return x * torch.pow(total * (alpha / size) + 1, -beta)


def make(net):
    if COMPILE:
        torch._dynamo.reset()
    model = Model(net)
    images = [torch.from_numpy(x).permute(0, 3, 1, 2) for x in net.images]
    labels = [torch.from_numpy(y).long() for y in net.labels]

    def loss_of(x, y):
        return F.cross_entropy(model(x), y)

    if COMPILE:
        loss_of = torch.compile(loss_of)
    if net.infer:

        @torch.inference_mode()
        def run(k):
            return loss_of(images[k], labels[k])

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
        loss = loss_of(images[k], labels[k])
        loss.backward()
        optimizer.step()
        return loss.detach()

    return step


def about():
    return dict(name=f"PyTorch {torch.__version__}" + (", torch.compile" if COMPILE else ""), threads=torch.get_num_threads())


def peak(n):
    a, b = torch.rand(n, n), torch.rand(n, n)
    out = torch.empty(n, n)
    return 2e-9 * n**3 / peer.best_of(10, lambda: torch.mm(a, b, out=out))


peer.serve(about, make, peak)
