# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""From views and labels to files: trains, chooses thresholds, writes networks, test set and expected figures."""

import json
from dataclasses import dataclass, field
from pathlib import Path

import evaluate
import numpy as np
import onnx
import torch

import network
from reference import figures, margins

MAIN_SCHEME = "MP-CC"
SMALLEST_MARGIN = 1e-5


@dataclass
class Task:
    name: str  # of the network
    parts: dict  # "train", "validation", "test": (views u8 [N,D,S,S], labels u8 [N])
    scale: int  # pixel k stands for k / scale
    classes: list
    epochs: int  # half as many follow on finished ConvP blocks
    seed: int
    local_rates: tuple  # the share of samples that the local exit shall answer: from, to
    width: int = 32  # channels in the cloud
    variants: dict = field(default_factory=dict)  # other networks: number of edges by name
    missing: bool = True  # write what the network answers with devices missing
    raw: bool = False  # train the network that gets raw views as well, for comparison


def add_arguments(parser, epochs, seed):
    schemes = [*network.SCHEMES, "all"]
    parser.add_argument("--scheme", choices=schemes, help="train this way of joining alone, or all; default: the files")
    parser.add_argument("--networks", type=Path, help="folder for the networks of --scheme (default: not kept)")
    help = f"epochs, and half as many with finished ConvP blocks ({epochs})"
    parser.add_argument("--epochs", type=int, default=epochs, help=help)
    parser.add_argument("--seed", type=int, default=seed, help=f"seed of weights and training order ({seed})")


def prepare_torch(seed):
    torch.manual_seed(seed)
    torch.use_deterministic_algorithms(True)
    torch.set_num_threads(1)  # more threads sum in another order


# ------------------------------------------------------------------------------------------------------- training


def train_network(task, scheme=MAIN_SCHEME, edges=0, real=False):
    views, labels = task.parts["train"]
    torch.manual_seed(task.seed)
    size = views.shape[2]
    model = network.Cameras(size, len(task.classes), scheme, edges, views.shape[1], width=task.width, real=real)
    loss = network.cloud_loss if real else network.exits_loss
    network.train(model, views, labels, task.scale, task.epochs, loss)
    return model


def train_individual(task):
    views, labels = task.parts["train"]
    torch.manual_seed(task.seed)
    model = network.Individual(views.shape[1], views.shape[2], len(task.classes))
    network.train(model, views, labels, task.scale, task.epochs, network.individual_loss, losses=False)
    return model


def accuracy(model, task, part="test"):
    views, labels = task.parts[part]
    logits = network.run_torch(model, views, task.scale)
    return {name: float((scores.argmax(axis=1) == labels).mean()) for name, scores in logits.items()}


def train_schemes(task, schemes, folder):
    """Accuracy on the test set of each way of joining (Table I); networks go to `folder` if there is one."""
    table, networks = {}, {}
    for scheme in schemes:
        print(f"{scheme}:", flush=True)
        model = train_network(task, scheme)
        table[scheme] = accuracy(model, task)
        print(json.dumps(table[scheme]), flush=True)
        if folder:
            networks[scheme] = {"scheme": scheme, **publish_network(task, model, scheme, folder)[1]}
    if folder:
        evaluate.save_test_set(folder, *task.parts["test"])
        update(folder / "expected.json", {"pixel_scale": task.scale, "networks": networks})
    return table


def print_schemes(table):
    print("| scheme | local | cloud |\n|---|---|---|")
    for scheme, found in table.items():
        print(f"| {scheme} | {found['local']:.2%} | {found['cloud']:.2%} |")


# ----------------------------------------------------------------------------------------------------- thresholds


def choose_thresholds(logits, labels, local_rates):
    """The thresholds with which staged inference is most accurate on validation data; of those, with the fewest hops.

    The local exit has to answer a share of the samples within `local_rates`, and an edge some at all.
    """
    early = list(logits)[:-1]
    candidates = []
    for local in np.arange(1, 100) / 100:
        for edge in (np.arange(1, 20) / 20 if len(early) > 1 else [None]):
            thresholds = dict(zip(early, (float(local), edge if edge is None else float(edge))))
            found = figures(logits, labels, thresholds)
            rate = list(found["exit_rate"].values())
            if not local_rates[0] <= rate[0] <= local_rates[1] or min(rate) < 0.02:
                continue
            hops = sum(i * share for i, share in enumerate(rate))
            candidates.append((-found["overall_accuracy"], hops, local, edge or 0, found))
    if not candidates:
        raise SystemExit("train.py: error: no threshold makes the local exit answer as many as it should")
    return min(candidates, key=lambda candidate: candidate[:4])[4]


# ---------------------------------------------------------------------------------------------------------- files


def publish_network(task, model, name, output):
    """Write the network and its expected logits; returns its figures."""
    views, labels = task.parts["validation"]
    validation = choose_thresholds(network.run_torch(model, views, task.scale), labels, task.local_rates)
    print(f"{name}, validation:", json.dumps(validation))

    # From here on the file speaks, not the program: figures and expected logits come from the ONNX model.
    views, labels = task.parts["test"]
    exported = network.export(model, name, validation["thresholds"], task.classes)
    logits, signs = evaluate.run(exported, views, task.scale)
    for exit, scores in network.run_torch(model, views, task.scale).items():
        difference = np.abs(logits[exit] - scores).max()
        if difference > 1e-4:
            raise SystemExit(f"train.py: error: {name}.onnx differs from the trained model at {exit}: {difference}")
    refuse_near_ties(name, margins(logits, signs, validation["thresholds"]))
    onnx.save(exported, str(output / f"{name}.onnx"))
    for exit, scores in logits.items():
        np.save(output / f"{name}_expected_{exit}.npy", scores.astype(np.float32))
    found = evaluate.model_figures(exported, views, labels, logits)
    print(f"{name}, test:", json.dumps(found))
    return exported, found


def refuse_near_ties(name, found):
    for what, margin in found.items():
        print(f"smallest margin, {name}, {what}: {margin:.1e}")
        if margin < SMALLEST_MARGIN:
            raise SystemExit(f"train.py: error: {name}: on the test set rounding may decide ({what})")


def publish_missing(task, exported, order, output):
    """Write what the network answers with devices missing."""
    table, predictions, smallest = evaluate.missing_figures(exported, *task.parts["test"], task.scale, order)
    refuse_near_ties("devices missing", smallest)
    (output / "missing.json").write_text(json.dumps(table, indent=2) + "\n")
    for exit, predicted in predictions.items():
        np.save(output / f"missing_{exit}.npy", predicted)
    for row in table["sets"]:
        print(row["missing"], json.dumps(row["accuracy"]))


def publish(task, output):
    output.mkdir(parents=True, exist_ok=True)
    views, labels = task.parts["test"]
    evaluate.save_test_set(output, views, labels)

    individual = train_individual(task)
    for i in range(views.shape[1]):
        exported = network.export_individual(individual, i, views.shape[2], task.classes)
        onnx.save(exported, str(output / f"device{i}.onnx"))
    alone = evaluate.individual_accuracy(output, views, labels, task.scale)
    print("individual:", json.dumps(alone), flush=True)

    exported, found = publish_network(task, train_network(task), task.name, output)
    expected = {"pixel_scale": task.scale, "networks": {task.name: {"scheme": MAIN_SCHEME, **found}}}
    expected["individual"] = alone
    if task.missing:
        publish_missing(task, exported, evaluate.worst_to_best(alone), output)
    for name, edges in task.variants.items():
        found = publish_network(task, train_network(task, edges=edges), name, output)[1]
        expected["networks"][name] = {"scheme": MAIN_SCHEME, **found}
    if task.raw:
        expected["raw_views"] = accuracy(train_network(task, real=True), task)["cloud"]
        print("network on raw views:", expected["raw_views"])
    update(output / "expected.json", expected)


def update(path, entries):
    """Replace these entries and keep the others."""
    old = json.loads(path.read_text()) if path.exists() else {}
    path.write_text(json.dumps(old | entries, indent=2) + "\n")


def run(task, args):
    """What the command line asks for: one way of joining, all of them, or the files."""
    if args.scheme is None:
        publish(task, args.output)
        return
    if args.networks:
        args.networks.mkdir(parents=True, exist_ok=True)
    table = train_schemes(task, network.SCHEMES if args.scheme == "all" else [args.scheme], args.networks)
    print_schemes(table)
    if args.scheme == "all":
        args.output.mkdir(parents=True, exist_ok=True)
        update(args.output / "expected.json", {"schemes": table})
