# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Several devices, one sample: the network of Figure 4 of the DDNN paper in PyTorch and in ONNX, and its training.

Each device has a binarized ConvP block and a binarized FC block of its own.  The scores of all devices are joined for
the exit `local`, the bits of all ConvP blocks for what comes after: a cloud, or one or two edges and a cloud.
"""

import sys
from pathlib import Path

import numpy as np
import torch
from onnx import TensorProto, helper
from torch import nn
from torch.nn import functional as F

sys.path.insert(0, str(Path(__file__).parents[1] / "common"))

from graph import GraphWriter, make_model  # noqa: E402
from layers import BinaryConv2d, calibrate, center_thresholds, sign  # noqa: E402

JOINS = {"MP": "max", "AP": "mean", "CC": "concat"}
# As in Table I: the first two letters join the scores, the last two the features.
SCHEMES = ("MP-MP", "MP-CC", "AP-AP", "AP-CC", "CC-CC", "AP-MP", "MP-AP", "CC-MP", "CC-AP")
# Figure 2 (c), (e) and (f) by the number of edges.
TIERS = {0: "device:{},local,cloud", 1: "device:{},local,edge,cloud", 2: "device:{},local,edge:2,area,cloud"}
EXITS = {0: ("local", "cloud"), 1: ("local", "edge", "cloud"), 2: ("local", "edge", "cloud")}
EXIT_TIERS = {0: ("local", "cloud"), 1: ("local", "edge", "cloud"), 2: ("local", "area", "cloud")}


def join(kind, members):
    """Join members [N,M,...]: [N,...], or for concatenation their axis 2 in one: [N,M*C,...]."""
    if kind == "concat":
        return members.flatten(1, 2)
    return members.amax(1) if kind == "max" else members.mean(1)


class Devices(nn.Module):
    """The ConvP and FC blocks of all devices: views [N,D,S,S] to bits [N,D,f,S/2,S/2] and scores [N,D,C].

    The devices share nothing.  They are one grouped convolution and one batch of products because that trains faster.
    """

    def __init__(self, devices, size, classes, filters, real=False):
        super().__init__()
        self.filters, self.real = filters, real
        convolution = nn.Conv2d if real else BinaryConv2d
        self.conv = convolution(devices, devices * filters, 3, padding=1, groups=devices)
        self.norm = nn.BatchNorm2d(devices * filters)
        inputs = filters * (size // 2) ** 2
        self.weight = nn.Parameter((2 * torch.rand(devices, classes, inputs) - 1) / inputs**0.5)
        self.bias = nn.Parameter((2 * torch.rand(devices, classes) - 1) / inputs**0.5)
        self.score_norm = nn.BatchNorm1d(devices * classes)

    def forward(self, views):
        x = self.norm(F.max_pool2d(self.conv(views), 3, stride=2, padding=1))
        bits = (F.relu(x) if self.real else sign(x)).unflatten(1, (-1, self.filters))
        x = torch.einsum("ndi,dci->ndc", bits.flatten(2), sign(self.weight)) + self.bias
        return bits, self.score_norm(x.flatten(1)).unflatten(1, x.shape[1:])


class Individual(nn.Module):
    """What each device can do alone: scores [N,D,C].  Nothing is shared, so all are trained in one go."""

    def __init__(self, devices, size, classes, filters=4):
        super().__init__()
        self.devices = Devices(devices, size, classes, filters)

    def forward(self, views):
        return self.devices(views)[1]


class Cameras(nn.Module):
    """The whole network; `export` says the same in ONNX, node by node.

    With `real` the devices' features are floats: the network that gets raw views and runs in one place.
    """

    def __init__(self, size, classes, scheme="MP-CC", edges=0, devices=6, filters=4, width=32, real=False):
        super().__init__()
        self.size, self.classes, self.edges, self.count, self.filters = size, classes, edges, devices, filters
        self.local_join, self.feature_join = (JOINS[letters] for letters in scheme.split("-"))
        self.devices = Devices(devices, size, classes, filters, real)
        if self.local_join == "concat":
            self.local_gemm = nn.Linear(devices * classes, classes)
        half = size // 2
        channels = filters * (devices // max(edges, 1) if self.feature_join == "concat" else 1)
        if edges:
            shared = 8  # few, so that the link to the cloud is narrow
            self.edge_conv = nn.ModuleList(nn.Conv2d(channels, shared, 3, padding=1, bias=False) for _ in range(edges))
            self.edge_norm = nn.ModuleList(nn.BatchNorm2d(shared) for _ in range(edges))
            self.edge_gemm = nn.ModuleList(nn.Linear(shared * (half // 2) ** 2, classes) for _ in range(edges))
            channels = shared * (edges if self.feature_join == "concat" else 1)
        self.cloud_conv1 = nn.Conv2d(channels, width, 3, padding=1, bias=False)
        self.cloud_norm1 = nn.BatchNorm2d(width)
        self.cloud_conv2 = nn.Conv2d(width, width, 3, padding=1, bias=False)
        self.cloud_norm2 = nn.BatchNorm2d(width)
        self.pool_twice = size > 8  # larger views: once more, between the two convolutions
        self.cloud_gemm = nn.Linear(width * (half // (4 if self.pool_twice else 2)) ** 2, classes)

    def forward(self, views):
        bits, scores = self.devices(views)
        local = join(self.local_join, scores)
        if self.local_join == "concat":
            local = self.local_gemm(local)
        outputs = [local]
        if self.edges:
            parts = bits.unflatten(1, (self.edges, -1))
            shared, edge = [], []
            for e in range(self.edges):
                x = F.relu(self.edge_norm[e](self.edge_conv[e](join(self.feature_join, parts[:, e]))))
                shared.append(x)
                edge.append(self.edge_gemm[e](F.max_pool2d(x, 2).flatten(1)))
            outputs.append(join("max", torch.stack(edge, 1)))
            features = join(self.feature_join, torch.stack(shared, 1))
        else:
            features = join(self.feature_join, bits)
        wide = F.relu(self.cloud_norm1(self.cloud_conv1(features)))
        if self.pool_twice:
            wide = F.max_pool2d(wide, 2)
        deep = F.relu(self.cloud_norm2(self.cloud_conv2(wide)) + wide)
        outputs.append(self.cloud_gemm(F.max_pool2d(deep, 2).flatten(1)))
        return outputs


# ------------------------------------------------------------------------------------------------------- training


def drop(views):
    """Blank views at random, so that the network learns to do without: in half of the samples, each with odds 0.3."""
    samples, devices = views.shape[:2]
    lost = (torch.rand(samples, devices) < 0.3) & (torch.rand(samples, 1) < 0.5)
    lost[torch.arange(samples), torch.randint(devices, (samples,))] = False  # one at least stays
    return views * ~lost[:, :, None, None]


def exits_loss(outputs, views, labels):
    """The equally weighted sum of the exits' softmax cross entropies (DDNN paper, section III-C)."""
    return sum(F.cross_entropy(logits, labels) for logits in outputs)


def cloud_loss(outputs, views, labels):
    return F.cross_entropy(outputs[-1], labels)


def individual_loss(scores, views, labels):
    """Of each device apart; a view without the object teaches nothing (section IV-B)."""
    present = views.flatten(2).any(2)
    devices = scores.shape[1]
    loss = F.cross_entropy(scores.flatten(0, 1), labels.repeat_interleave(devices), reduction="none")
    return (loss * present.flatten()).sum() / len(labels)


def train(model, views, labels, scale, epochs, loss_of=exits_loss, batch_size=100, losses=True):
    """Train all parts together, then the rest on top of the finished ConvP blocks.

    In training, batch normalisation moves the threshold of each sign from batch to batch.  Everything after the sign
    must see the bits that the devices will really send, hence the second phase, half as long, with these blocks fixed.

    views u8 [N,D,S,S], pixel k stands for k / scale; labels u8 [N]; losses: blank more views at random.
    """
    inputs = torch.from_numpy(views)
    targets = torch.from_numpy(labels.astype(np.int64))
    devices = model.devices
    prepare = drop if losses else (lambda x: x)
    # Statistics are those of what training sees, but always of the same.
    whole = prepare(inputs[torch.randperm(len(inputs))[:4000]].float() / scale)
    optimize(model, inputs, targets, scale, epochs, loss_of, prepare, batch_size, fixed=[])
    calibrate(devices.norm, model, whole)
    if not devices.real:
        center_thresholds(devices.conv, devices.norm, scale)
    fixed = [devices.conv, devices.norm]
    optimize(model, inputs, targets, scale, (epochs + 1) // 2, loss_of, prepare, batch_size, fixed)
    for layer in model.modules():
        if isinstance(layer, (nn.BatchNorm1d, nn.BatchNorm2d)) and layer is not devices.norm:
            calibrate(layer, model, whole)
    model.eval()


def optimize(model, inputs, targets, scale, epochs, loss_of, prepare, batch_size, fixed):
    """One phase of training.  The layers in `fixed` keep their weights and their statistics."""
    model.train()
    for layer in fixed:
        layer.eval().requires_grad_(False)
    devices = model.devices
    # Batch normalisation cancels these two biases in training: they keep their random values.
    devices.conv.bias.requires_grad_(False)
    devices.bias.requires_grad_(False)
    latent = [devices.weight] if devices.real else [devices.conv.weight, devices.weight]
    binary = [p for p in latent if p.requires_grad]
    real = [p for p in model.parameters() if p.requires_grad and not any(p is b for b in latent)]
    optimizer = torch.optim.Adam([{"params": binary, "lr": 0.01}, {"params": real, "lr": 0.003, "weight_decay": 1e-4}])
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, epochs)
    for epoch in range(epochs):
        total = 0.0
        for index in torch.randperm(len(targets)).split(batch_size):
            views = prepare(inputs[index].float() / scale)
            loss = loss_of(model(views), views, targets[index])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            for weight in binary:
                # Beyond 1 the straight-through gradient is zero: a weight that strays there could never come back.
                weight.data.clamp_(-1, 1)
            total += loss.item() * len(index)
        schedule.step()
        if (epoch + 1) % 4 == 0 or epoch + 1 == epochs:
            print(f"epoch {epoch + 1:4d}  loss {total / len(targets):.4f}", flush=True)


@torch.no_grad()
def run_torch(model, views, scale):
    """The exits' logits by name, of the trained model."""
    outputs = model(torch.from_numpy(views).float() / scale)
    return {name: logits.numpy() for name, logits in zip(EXITS[model.edges], outputs)}


# ---------------------------------------------------------------------------------------------------------- export


def view_name(device):
    return f"view{device}"


def write_device(g, devices, i, output=None):
    """The nodes of one device; returns the names of its bits and its scores."""
    filters, classes = devices.filters, devices.weight.shape[1]
    own, own_scores = slice(i * filters, (i + 1) * filters), slice(i * classes, (i + 1) * classes)
    x = g.conv(f"device{i}/conv", view_name(i), sign(devices.conv.weight[own]), devices.conv.bias[own])
    x = g.pool(f"device{i}/pool", x, kernel=3, pad=1)
    x = g.norm(f"device{i}/norm", x, devices.norm, own)
    bits = g.sign(f"device{i}/sign", x)
    x = g.node("Flatten", f"device{i}/flatten", bits, axis=1)
    x = g.gemm(f"device{i}/gemm", x, sign(devices.weight[i]), devices.bias[i])
    return bits, g.norm(f"device{i}/scores", x, devices.score_norm, own_scores, output=output)


def write_join(g, kind, tier, members, output=None):
    """One node that joins members; of one member there is nothing to join."""
    if len(members) == 1:
        return members[0]
    attributes = {"axis": 1} if kind == "concat" else {}
    return g.node(kind.capitalize(), f"{tier}/{kind}", *members, output=output, **attributes)


def tensor_info(name, shape):
    return helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)


def view_info(device, size):
    return tensor_info(view_name(device), [1, 1, size, size])


def build_graph(model, name):
    g = GraphWriter()
    bits, scores = zip(*(write_device(g, model.devices, i) for i in range(model.count)))
    if model.local_join == "concat":
        x = write_join(g, "concat", "local", scores)
        g.gemm("local/gemm", x, model.local_gemm.weight, model.local_gemm.bias, output="local")
    else:
        write_join(g, model.local_join, "local", scores, output="local")

    if model.edges:
        shared, edge = [], []
        each = model.count // model.edges
        for e in range(model.edges):
            tier = f"edge{e}" if model.edges > 1 else "edge"
            x = write_join(g, model.feature_join, tier, bits[e * each : (e + 1) * each])
            x = g.conv(f"{tier}/conv", x, model.edge_conv[e].weight)
            x = g.norm(f"{tier}/norm", x, model.edge_norm[e])
            x = g.node("Relu", f"{tier}/relu", x)
            shared.append(x)
            x = g.pool(f"{tier}/pool", x)
            x = g.node("Flatten", f"{tier}/flatten", x, axis=1)
            weight, bias = model.edge_gemm[e].weight, model.edge_gemm[e].bias
            edge.append(g.gemm(f"{tier}/gemm", x, weight, bias, output="edge" if model.edges == 1 else None))
        write_join(g, "max", "area", edge, output="edge")
    else:
        shared = bits
    x = write_join(g, model.feature_join, "cloud", shared)
    x = g.conv("cloud/conv1", x, model.cloud_conv1.weight)
    x = g.norm("cloud/norm1", x, model.cloud_norm1)
    wide = g.node("Relu", "cloud/relu1", x)
    if model.pool_twice:
        wide = g.pool("cloud/pool1", wide)
    x = g.conv("cloud/conv2", wide, model.cloud_conv2.weight)
    x = g.norm("cloud/norm2", x, model.cloud_norm2)
    x = g.node("Add", "cloud/add", x, wide)
    x = g.node("Relu", "cloud/relu2", x)
    x = g.pool("cloud/pool2" if model.pool_twice else "cloud/pool", x)
    x = g.node("Flatten", "cloud/flatten", x, axis=1)
    g.gemm("cloud/gemm", x, model.cloud_gemm.weight, model.cloud_gemm.bias, output="cloud")

    inputs = [view_info(i, model.size) for i in range(model.count)]
    outputs = [tensor_info(exit, [1, model.classes]) for exit in EXITS[model.edges]]
    return helper.make_graph(g.nodes, name, inputs, outputs, g.initializers)


def export(model, name, thresholds, labels):
    """The ONNX model.  A missing device counts as one that sees nothing: its view is blank, all zero."""
    metadata = {"ddnn.tiers": TIERS[model.edges].format(model.count)}
    for exit, tier in zip(EXITS[model.edges], EXIT_TIERS[model.edges]):
        metadata[f"ddnn.exit.{exit}"] = f"{tier}:{thresholds[exit]}" if exit in thresholds else tier
    metadata["ddnn.labels"] = ",".join(labels)
    metadata["ddnn.missing"] = "blank"
    return make_model(build_graph(model, name), metadata)


def export_individual(model, device, size, labels):
    """One device alone, as a network of one exit."""
    g = GraphWriter()
    write_device(g, model.devices, device, output="individual")
    outputs = [tensor_info("individual", [1, len(labels)])]
    graph = helper.make_graph(g.nodes, f"device{device}", [view_info(device, size)], outputs, g.initializers)
    metadata = {"ddnn.tiers": "device", "ddnn.exit.individual": "device", "ddnn.labels": ",".join(labels)}
    return make_model(graph, metadata)
