"""A net of coadapt as a PyTorch module, channels last. See peer.py for what it is made of."""

import torch
import torch.nn.functional as F


class Model(torch.nn.Module):
    def __init__(self, net, weights=None):
        super().__init__()
        self.net = net
        self.weights, self.biases = torch.nn.ParameterList(), torch.nn.ParameterList()
        for i, (w, b) in enumerate(weights or net.weights):
            learns = i >= net.frozen and not net.infer
            w = torch.from_numpy(w)
            if w.ndim == 4:
                w = w.permute(3, 2, 0, 1).contiguous(memory_format=torch.channels_last)
            else:
                w = w.t().contiguous()
            self.weights.append(torch.nn.Parameter(w.clone(), requires_grad=learns))
            self.biases.append(torch.nn.Parameter(torch.from_numpy(b).clone(), requires_grad=learns))

    def groups(self, net):
        """Groups for the solver: a bias learns at twice the rate and does not decay."""
        return [
            dict(params=[p for p in self.weights if p.requires_grad]),
            dict(params=[p for p in self.biases if p.requires_grad], lr=2 * net.rate, weight_decay=0),
        ]

    def forward(self, x):
        """Logits of images [N, C, H, W], channels last."""
        return self.layers(x, 0, len(self.net.layers))

    def layers(self, x, first, end):
        """What leaves layer end - 1 where x enters layer first."""
        for l, w, b in list(zip(self.net.layers, self.weights, self.biases))[first:end]:
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
            if l.get("dropout"):
                x = F.dropout(x, l["dropout"], self.training)
        return x


def normalize(x, size, alpha, beta):
    """Local response normalisation. F.local_response_norm averages in three dimensions, which is several times slower."""
    half = size // 2
    squares = F.pad(x * x, (0, 0, 0, 0, half, half))
    total = squares[:, : x.shape[1]]
    for d in range(1, size):
        total = total + squares[:, d : d + x.shape[1]]
    return x * torch.pow(total * (alpha / size) + 1, -beta)
