"""A net of blocks as a PyTorch module, channels last. See blocks.py."""

import torch
import torch.nn.functional as F


class Blocks(torch.nn.Module):
    def __init__(self, net, values):
        super().__init__()
        self.ops, self.frozen, self.infer = net.ops, net.frozen, net.infer
        self.held = torch.nn.ParameterList()  # all variables in order; statistics never learn
        values = iter(values)
        for op in self.ops:
            for v in op.variables:
                x = torch.from_numpy(next(values))
                if x.ndim == 4:
                    x = x.permute(3, 2, 0, 1).contiguous(memory_format=torch.channels_last)
                elif x.ndim == 2:
                    x = x.t().contiguous()
                self.held.append(torch.nn.Parameter(x.clone(), requires_grad=v.learns and self.learns(op)))

    def learns(self, op):
        return op.layer >= self.frozen and not self.infer

    def groups(self, net):
        """Groups for the solver: variables that learn at the same rate and decay alike."""
        found = {}
        variables = [v for op in self.ops for v in op.variables]
        for v, p in zip(variables, self.held, strict=True):
            if p.requires_grad:
                found.setdefault((v.rate, v.decay), []).append(p)
        return [dict(params=ps, lr=net.rate * rate, weight_decay=net.decay * decay) for (rate, decay), ps in found.items()]

    def forward(self, x):
        """Logits of images [N, C, H, W], channels last."""
        left, held = [x], iter(self.held)
        for op in self.ops:
            left.append(self.operate(op, [left[k] for k in op.reads], [next(held) for _ in op.variables]))
        return left[-1]

    def operate(self, op, read, v):
        x = read[0]
        bias = v[1] if len(v) == 2 else None
        match op.kind:
            case "convolution":
                return F.conv2d(x, v[0], bias, op.get("stride", 1), op.get("pad"), groups=op.get("groups", 1))
            case "inner_product":
                if x.ndim == 4:
                    x = x.permute(0, 2, 3, 1).flatten(1)  # as it lies in memory
                return F.linear(x, v[0], bias)
            case "batch_norm":
                mean, variance = v[2].detach(), v[3].detach()  # changed in place
                return F.batch_norm(x, mean, variance, v[0], v[1], self.learns(op), op.get("momentum", 0.1), op.get("epsilon", 1e-5))
            case "relu":
                return F.relu(x, inplace=op.reads[0] > 0 and self.ops[op.reads[0] - 1].readers == 1)
            case "max_pool":
                return F.max_pool2d(x, op.fields["kernel"], op.fields["stride"], op.get("pad"), ceil_mode=not op.get("floor"))
            case "adaptive_average":
                return F.adaptive_avg_pool2d(x, op.fields["out"])
            case "global_average":
                return x.mean((2, 3))
            case "shortcut":
                stride, more = op.get("stride", 1), op.channels - x.shape[1]
                return F.pad(x[:, :, ::stride, ::stride], (0, 0, 0, 0, more // 2, more - more // 2))
            case "add":
                return read[0] + read[1]
        raise ValueError(op.kind)
