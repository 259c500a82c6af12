#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Train the three-exit network of this folder on the UCI handwritten digits and write every file beside this script.

The network is a small distributed deep neural network (DDNN): a binarized block on the device, a float block on the
edge, a residual block in the cloud, and an exit after each.  All three exits are trained together; the loss is the
equally weighted sum of their softmax cross entropies (Teerapittayanon et al., "Distributed Deep Neural Networks over
the Cloud, the Edge and End Devices", section III-C).

Written: digits.onnx, test_images.u8, test_labels.u8, expected.json, expected_{local,edge,cloud}.npy.

Needs: torch, onnx, numpy, scikit-learn (for the data only).  On Debian 12:
    apt-get install --no-install-recommends python3-torch python3-onnx python3-sklearn
    /usr/bin/python3 train.py
"""

import argparse
import json
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper
from sklearn.datasets import load_digits
from torch import nn
from torch.nn import functional as F

from evaluate import EXITS, PIXEL_SCALE  # which also says where the modules below are
from graph import GraphWriter, make_model
from layers import BinaryConv2d, BinaryLinear, calibrate, center_thresholds, sign
from reference import figures, margins, run_numpy

SEED = 1
SPLIT_SEED = 2024
TEST_SAMPLES = 360
VALIDATION_SAMPLES = 240
SMALLEST_EXIT_RATE = 0.16  # on validation data

TIERS = ("device", "edge", "cloud")

# ----------------------------------------------------------------------------------------------------------- data


def split_digits():
    """Return {"train", "validation", "test"}: (pixels u8 [N,1,8,8], labels u8 [N]).

    The split depends on nothing but the data and this seed, so that the test set stays the same whatever is tried.
    """
    digits = load_digits()
    pixels = digits.images.astype(np.uint8)[:, None]
    labels = digits.target.astype(np.uint8)
    order = np.random.RandomState(SPLIT_SEED).permutation(len(labels))
    test, validation, train = np.split(order, [TEST_SAMPLES, TEST_SAMPLES + VALIDATION_SAMPLES])
    parts = {"train": train, "validation": validation, "test": test}
    return {name: (pixels[index], labels[index]) for name, index in parts.items()}


def to_input(pixels):
    return torch.from_numpy(pixels.astype(np.float32) / PIXEL_SCALE)


def distort(images):
    """Turn, scale and move each image a little: the training set is small.  Pixels stay multiples of 1/16."""
    count = len(images)
    angle = (2 * torch.rand(count) - 1) * 0.15  # radians
    scale = 1 + (2 * torch.rand(count) - 1) * 0.1
    shift = (2 * torch.rand(count, 2) - 1) * 0.15  # the image spans -1..1: at most 0.6 pixel
    cos, sin = scale * torch.cos(angle), scale * torch.sin(angle)
    matrix = torch.stack([cos, -sin, shift[:, 0], sin, cos, shift[:, 1]], 1).view(count, 2, 3)
    grid = F.affine_grid(matrix, list(images.shape), align_corners=False)
    moved = F.grid_sample(images, grid, align_corners=False)
    return torch.round(moved * PIXEL_SCALE) / PIXEL_SCALE


# -------------------------------------------------------------------------------------------------------- network


class Digits(nn.Module):
    """The three-exit network.  `build_graph` says the same in ONNX, node by node."""

    device_filters = 16  # 16 x 4 x 4 bits = 32 bytes leave the device; the image has 64 pixels
    edge_features = 8  # few, so that the link to the cloud is narrow: 8 x 4 x 4 values
    cloud_features = 32

    def __init__(self):
        super().__init__()
        filters, edge, cloud = self.device_filters, self.edge_features, self.cloud_features
        self.device_conv = BinaryConv2d(1, filters, 3, padding=1)
        self.device_norm = nn.BatchNorm2d(filters)
        self.local_gemm = BinaryLinear(filters * 16, 10)
        self.local_norm = nn.BatchNorm1d(10)
        self.edge_conv = nn.Conv2d(filters, edge, 3, padding=1, bias=False)
        self.edge_norm = nn.BatchNorm2d(edge)
        self.edge_gemm = nn.Linear(edge * 4, 10)
        self.cloud_conv1 = nn.Conv2d(edge, cloud, 3, padding=1, bias=False)
        self.cloud_norm1 = nn.BatchNorm2d(cloud)
        self.cloud_conv2 = nn.Conv2d(cloud, cloud, 3, padding=1, bias=False)
        self.cloud_norm2 = nn.BatchNorm2d(cloud)
        self.cloud_gemm = nn.Linear(cloud * 4, 10)

    def forward(self, image):
        bits = sign(self.device_norm(F.max_pool2d(self.device_conv(image), 2)))
        local = self.local_norm(self.local_gemm(bits.flatten(1)))

        shared = F.relu(self.edge_norm(self.edge_conv(bits)))
        edge = self.edge_gemm(F.max_pool2d(shared, 2).flatten(1))

        wide = F.relu(self.cloud_norm1(self.cloud_conv1(shared)))
        deep = F.relu(self.cloud_norm2(self.cloud_conv2(wide)) + wide)
        cloud = self.cloud_gemm(F.max_pool2d(deep, 2).flatten(1))
        return local, edge, cloud


# ------------------------------------------------------------------------------------------------------- training


def train(model, pixels, labels, epochs, batch_size=50):
    """Train all parts together, then the rest on top of the finished device block.

    In training, batch normalisation moves the threshold of each sign from batch to batch.  Everything after the sign
    must see the bits that the device will really send, hence the second phase with the device block fixed.
    """
    images, targets = to_input(pixels), torch.from_numpy(labels.astype(np.int64))
    optimize(model, images, targets, epochs, batch_size, fixed=[])
    calibrate(model.device_norm, model, images)
    center_thresholds(model.device_conv, model.device_norm, PIXEL_SCALE)
    optimize(model, images, targets, epochs, batch_size, fixed=[model.device_conv, model.device_norm])
    for norm in (model.local_norm, model.edge_norm, model.cloud_norm1, model.cloud_norm2):
        calibrate(norm, model, images)
    model.eval()


def optimize(model, images, targets, epochs, batch_size, fixed):
    """One phase of training.  The layers in `fixed` keep their weights and their statistics."""
    model.train()
    for layer in fixed:
        layer.eval().requires_grad_(False)
    # Batch normalisation cancels these two biases in training: they keep their random values.
    for layer in (model.device_conv, model.local_gemm):
        layer.bias.requires_grad_(False)
    latent = [model.device_conv.weight, model.local_gemm.weight]
    binary = [p for p in latent if p.requires_grad]
    real = [p for p in model.parameters() if p.requires_grad and not any(p is b for b in latent)]
    optimizer = torch.optim.Adam([{"params": binary, "lr": 0.01}, {"params": real, "lr": 0.003, "weight_decay": 1e-4}])
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, epochs)
    for epoch in range(epochs):
        total = 0.0
        for index in torch.randperm(len(targets)).split(batch_size):
            outputs = model(distort(images[index]))
            loss = sum(F.cross_entropy(logits, targets[index]) for logits in outputs)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            for weight in binary:
                # Beyond 1 the straight-through gradient is zero: a weight that strays there could never come back.
                weight.data.clamp_(-1, 1)
            total += loss.item() * len(index)
        schedule.step()
        if (epoch + 1) % 20 == 0:
            print(f"epoch {epoch + 1:4d}  loss {total / len(targets):.4f}", flush=True)


# ----------------------------------------------------------------------------------------------------- thresholds


@torch.no_grad()
def run_torch(model, pixels):
    return {name: logits.numpy() for name, logits in zip(EXITS, model(to_input(pixels)))}


def choose_thresholds(logits, labels):
    """The pair of thresholds that sends the least upwards, chosen on validation data.

    Two conditions: staged inference is as accurate as always asking the cloud, and every exit answers its share of the
    samples (this is a demonstration of three exits).
    """
    candidates = []
    for local in np.arange(1, 100) / 100:
        for edge in np.arange(1, 100) / 100:
            found = figures(logits, labels, {"local": float(local), "edge": float(edge)})
            rate = found["exit_rate"]
            if found["overall_accuracy"] >= found["accuracy"]["cloud"] and min(rate.values()) >= SMALLEST_EXIT_RATE:
                # Each sample makes no hop, one (to the edge) or two (on to the cloud).
                candidates.append((rate["edge"] + 2 * rate["cloud"], local, edge, found))
    if not candidates:
        raise SystemExit("train.py: error: no pair of thresholds is good enough on the validation set")
    return min(candidates, key=lambda candidate: candidate[:3])[3]


# ---------------------------------------------------------------------------------------------------------- export


def build_graph(model):
    """The network, node by node."""
    g = GraphWriter()

    x = g.conv("device/conv", "image", sign(model.device_conv.weight), model.device_conv.bias)
    x = g.pool("device/pool", x)
    x = g.norm("device/norm", x, model.device_norm)
    bits = g.sign("device/sign", x)

    x = g.node("Flatten", "local/flatten", bits, axis=1)
    x = g.gemm("local/gemm", x, sign(model.local_gemm.weight), model.local_gemm.bias)
    g.norm("local/norm", x, model.local_norm, output="local")

    x = g.conv("edge/conv", bits, model.edge_conv.weight)
    x = g.norm("edge/norm", x, model.edge_norm)
    shared = g.node("Relu", "edge/relu", x)
    x = g.pool("edge/pool", shared)
    x = g.node("Flatten", "edge/flatten", x, axis=1)
    g.gemm("edge/gemm", x, model.edge_gemm.weight, model.edge_gemm.bias, output="edge")

    x = g.conv("cloud/conv1", shared, model.cloud_conv1.weight)
    x = g.norm("cloud/norm1", x, model.cloud_norm1)
    wide = g.node("Relu", "cloud/relu1", x)
    x = g.conv("cloud/conv2", wide, model.cloud_conv2.weight)
    x = g.norm("cloud/norm2", x, model.cloud_norm2)
    x = g.node("Add", "cloud/add", x, wide)
    x = g.node("Relu", "cloud/relu2", x)
    x = g.pool("cloud/pool", x)
    x = g.node("Flatten", "cloud/flatten", x, axis=1)
    g.gemm("cloud/gemm", x, model.cloud_gemm.weight, model.cloud_gemm.bias, output="cloud")

    image = helper.make_tensor_value_info("image", TensorProto.FLOAT, [1, 1, 8, 8])
    outputs = [helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, 10]) for name in EXITS]
    return helper.make_graph(g.nodes, "digits", [image], outputs, g.initializers)


def export(model, thresholds):
    """The ONNX model with the metadata that says what is an exit and where it runs."""
    metadata = {
        "ddnn.tiers": ",".join(TIERS),
        "ddnn.exit.local": f"device:{thresholds['local']}",
        "ddnn.exit.edge": f"edge:{thresholds['edge']}",
        "ddnn.exit.cloud": "cloud",
        "ddnn.labels": ",".join(str(label) for label in range(10)),
    }
    return make_model(build_graph(model), metadata)


# ------------------------------------------------------------------------------------------------------------ main


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--output", type=Path, default=Path(__file__).parent, help="folder for the files")
    parser.add_argument("--epochs", type=int, default=120, help="epochs of each of the two phases (default 120)")
    parser.add_argument("--seed", type=int, default=SEED, help=f"seed of weights and training order (default {SEED})")
    args = parser.parse_args()

    torch.manual_seed(args.seed)
    torch.use_deterministic_algorithms(True)
    torch.set_num_threads(1)  # more threads sum in another order

    parts = split_digits()
    model = Digits()
    train(model, *parts["train"], args.epochs)

    pixels, labels = parts["validation"]
    validation = choose_thresholds(run_torch(model, pixels), labels)
    print("validation:", json.dumps(validation))

    # From here on the file speaks, not the program: figures and expected logits come from the ONNX model.
    pixels, labels = parts["test"]
    exported = export(model, validation["thresholds"])
    values = run_numpy(exported, {"image": pixels / PIXEL_SCALE})
    outputs = {name: values[name] for name in EXITS}
    for name, logits in run_torch(model, pixels).items():
        difference = np.abs(values[name] - logits).max()
        if difference > 1e-4:
            raise SystemExit(f"train.py: error: the ONNX file differs from the trained model at {name}: {difference}")
    for what, margin in margins(outputs, [values["device/norm"]], validation["thresholds"]).items():
        print(f"smallest margin, {what}: {margin:.1e}")
        if margin < 1e-5:
            raise SystemExit(f"train.py: error: on the test set rounding may decide ({what})")
    test = figures(outputs, labels, validation["thresholds"])
    print("test:", json.dumps(test))

    args.output.mkdir(parents=True, exist_ok=True)
    onnx.save(exported, str(args.output / "digits.onnx"))
    pixels.tofile(args.output / "test_images.u8")
    labels.tofile(args.output / "test_labels.u8")
    (args.output / "expected.json").write_text(json.dumps(test, indent=2) + "\n")
    for name in EXITS:
        np.save(args.output / f"expected_{name}.npy", values[name].astype(np.float32))


if __name__ == "__main__":
    main()
