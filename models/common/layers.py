# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Binarized layers for PyTorch, shared by the models of this folder."""

import torch
from torch import nn
from torch.nn import functional as F


class StraightThroughSign(torch.autograd.Function):
    """sign with sign(0) = +1; its gradient is that of clamp(x, -1, 1), since that of sign is zero everywhere."""

    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return torch.where(x >= 0, 1.0, -1.0)

    @staticmethod
    def backward(ctx, gradient):
        (x,) = ctx.saved_tensors
        return gradient * (x.abs() <= 1)


sign = StraightThroughSign.apply


class BinaryConv2d(nn.Conv2d):
    """Convolution whose weights are the signs of its parameters; the bias is real."""

    def forward(self, x):
        return self._conv_forward(x, sign(self.weight), self.bias)


class BinaryLinear(nn.Linear):
    """Linear layer whose weights are the signs of its parameters; the bias is real."""

    def forward(self, x):
        return F.linear(x, sign(self.weight), self.bias)


@torch.no_grad()
def calibrate(norm, model, inputs):
    """Replace the running statistics of one layer by those of all these inputs, in one batch."""
    model.eval()
    norm.train()
    momentum, norm.momentum = norm.momentum, 1.0
    model(inputs)
    norm.momentum = momentum
    norm.eval()


@torch.no_grad()
def center_thresholds(conv, norm, scale):
    """Move the threshold of each sign to the middle between the two neighbouring values that can occur.

    Without its bias the convolution yields multiples of 1/scale (pixels k/scale, weights +-1), and max pooling keeps
    them.  So no decision changes, for any image, and none can depend on how another runtime rounds.
    """
    slope = norm.weight.double() / torch.sqrt(norm.running_var.double() + norm.eps)
    offset = conv.bias.double() - norm.running_mean.double()  # norm(s) = slope * (s + offset) + bias
    step = -(norm.bias.double() / slope + offset) * scale
    # The sign is +1 from the next multiple upwards, or downwards where the slope is negative.
    middle = torch.where(slope > 0, torch.ceil(step) - 0.5, torch.floor(step) + 0.5) / scale
    norm.bias.copy_(-slope * (middle + offset))
