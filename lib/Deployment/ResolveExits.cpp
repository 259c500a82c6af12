//===- ResolveExits.cpp - Which outputs are exits, and where --------------===//
//
// Part of ddnnc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Resolver.h"
#include "ddnn/Analysis/Graph.h"
#include "ddnn/Deployment/Quantity.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Format.h"

using namespace mlir;
using namespace ddnn;

static constexpr char kCriteria[] = "there are entropy, confidence and margin";

/// As a person would write it: 0.4, not 4.000000e-01.
static std::string formatNumber(double number) {
  std::string text;
  llvm::raw_string_ostream(text) << llvm::format("%g", number);
  return text;
}

//===----------------------------------------------------------------------===//
// Outputs
//===----------------------------------------------------------------------===//

/// Tells from the graph whether scores are probabilities already. All but one
/// dimension must be 1, else the Softmax may run over another axis.
static Scores classifyScores(Value value, StringAttr fromImporter) {
  if (fromImporter)
    if (auto scores = symbolizeScores(fromImporter.getValue()))
      return *scores;
  auto type = dyn_cast<RankedTensorType>(value.getType());
  while (Operation *def = value.getDefiningOp()) {
    if (!isa<ExitOp, tensor::ExpandShapeOp, tensor::CollapseShapeOp>(def))
      break;
    value = def->getOperand(0);
  }
  Operation *def = value.getDefiningOp();
  if (!def || !type || !type.hasStaticShape())
    return Scores::logits;
  if (auto softmax = dyn_cast<linalg::SoftmaxOp>(def)) {
    auto shape = softmax.getInputOperandType();
    return shape.getDimSize(softmax.getDimension()) == type.getNumElements()
               ? Scores::probabilities
               : Scores::logits;
  }
  auto name = dyn_cast<NameLoc>(def->getLoc());
  auto kind = name ? dyn_cast<NameLoc>(name.getChildLoc()) : NameLoc();
  if (kind && kind.getName() == "LogSoftmax" &&
      llvm::is_contained(type.getShape(), type.getNumElements()))
    return Scores::log_probabilities;
  return Scores::logits;
}

void Resolver::readOutputs() {
  Operation *terminator = main.getBody().front().getTerminator();
  for (OpOperand &operand : terminator->getOpOperands()) {
    unsigned i = operand.getOperandNumber();
    Output output;
    auto exit = operand.get().getDefiningOp<ExitOp>();
    auto name = main.getResultAttrOfType<StringAttr>(i, kNameAttr);
    output.name = name   ? name.str()
                  : exit ? exit.getName().str()
                         : "output" + std::to_string(i);
    if (exit)
      output.alias = exit.getName().str();
    auto type = dyn_cast<RankedTensorType>(operand.get().getType());
    bool isScores =
        type && type.hasStaticShape() && isa<FloatType>(type.getElementType());
    output.classes = isScores ? type.getNumElements() : 0;
    output.scores = classifyScores(
        operand.get(), main.getResultAttrOfType<StringAttr>(i, "ddnn.scores"));
    if (exit && exit.getKind() != Scores::logits)
      output.scores = exit.getKind();
    outputs.push_back(output);
  }
  if (outputs.empty())
    problem({Level::byDefault, main.getLoc(), ""})
        << "the network has no output";
}

const Resolver::Output *Resolver::findOutput(StringRef name) const {
  for (const Output &output : outputs)
    if (output.name == name)
      return &output;
  for (const Output &output : outputs)
    if (!name.empty() && output.alias == name)
      return &output;
  return nullptr;
}

void Resolver::listOutputs(InFlightDiagnostic &diagnostic) const {
  std::string names;
  for (const Output &output : outputs)
    names += (names.empty() ? "'" : ", '") + output.name + "'";
  diagnostic.attachNote() << "the network's outputs are " << names;
}

//===----------------------------------------------------------------------===//
// What is asked for
//===----------------------------------------------------------------------===//

void Resolver::addExitRequest(ExitRequest request) {
  const Output *output = findOutput(request.name);
  if (!output) {
    InFlightDiagnostic diagnostic = problem(request.origin);
    diagnostic << "there is no output '" << request.name
               << "' that could be an exit";
    listOutputs(diagnostic);
    return;
  }
  request.name = output->name;
  if (request.threshold &&
      !(*request.threshold >= 0.0 && *request.threshold <= 1.0)) {
    problem(request.origin)
        << "threshold " << formatNumber(*request.threshold) << " of exit '"
        << request.name
        << "' is not in [0, 1]; 0 means never to leave here, 1 always";
    request.threshold = std::nullopt;
  }
  if (request.origin.level >= Level::spec)
    for (const ExitRequest &other : requests)
      if (other.origin.level == request.origin.level &&
          other.name == request.name) {
        problem(request.origin)
            << "exit '" << request.name << "' is described twice";
        return;
      }
  requests.push_back(std::move(request));
}

/// NAME[@TIER][:T]. ONNX names may hold ':' and '@' themselves, so a reading
/// that names an output wins.
void Resolver::parseExitOption(StringRef text) {
  ExitRequest request{fromCommandLine("--exit=" + text), ""};
  StringRef rest = text;
  if (!findOutput(rest)) {
    auto [head, tail] = rest.rsplit(':');
    if (rest.contains(':')) {
      double threshold;
      if (!tail.getAsDouble(threshold)) {
        request.threshold = threshold;
        rest = head;
      } else if (findOutput(head) || findOutput(head.rsplit('@').first)) {
        problem(request.origin) << "threshold '" << tail << "' is no number";
        rest = head;
      }
    }
  }
  if (!findOutput(rest) && rest.contains('@')) {
    auto [head, tail] = rest.rsplit('@');
    request.tier = tail.str();
    rest = head;
    if (request.tier.empty()) {
      problem(request.origin) << "names no tier after '@'";
      return;
    }
  }
  request.name = rest.str();
  addExitRequest(std::move(request));
}

/// Gathers what model, file and command line ask for, lowest level first.
void Resolver::readExitRequests() {
  Operation *terminator = main.getBody().front().getTerminator();
  for (OpOperand &operand : terminator->getOpOperands())
    if (auto exit = operand.get().getDefiningOp<ExitOp>()) {
      ExitRequest request{{Level::metadata, exit.getLoc(), ""},
                          outputs[operand.getOperandNumber()].name};
      request.tier = exit.getTier().value_or("").str();
      request.threshold = exit.getThreshold().convertToDouble();
      request.criterion = stringifyCriterion(exit.getCriterion()).str();
      addExitRequest(std::move(request));
    }

  if (metadata)
    for (NamedAttribute entry : metadata) {
      StringRef key = entry.getName();
      StringRef value = getMetadata(key);
      Origin origin = fromMetadata(key);
      if (key.consume_front("ddnn.exit.")) {
        ExitRequest request{origin, key.str()};
        auto [tier, threshold] = value.split(':');
        request.tier = tier.trim().str();
        if (value.contains(':')) {
          double number;
          if (threshold.trim().getAsDouble(number))
            problem(origin) << "threshold '" << threshold << "' is no number";
          else
            request.threshold = number;
        }
        addExitRequest(std::move(request));
      } else if (key.starts_with("ddnn.") && key != "ddnn.tiers" &&
                 key != "ddnn.labels" && key != "ddnn.missing" &&
                 !key.starts_with("ddnn.aggregate.")) {
        emitWarning(origin.loc)
            << origin.what << ": unknown key; there are ddnn.tiers, "
            << "ddnn.labels, ddnn.exit.NAME, ddnn.missing and "
            << "ddnn.aggregate.NODE";
      }
    }

  if (spec)
    for (const SpecExit &given : spec->exits) {
      ExitRequest request{fromSpec(given.name), given.name.text};
      request.tier = given.tier.text;
      if (given.threshold.isGiven()) {
        double number = 0.0;
        assign(number, parseNumber(given.threshold.text),
               fromSpec(given.threshold));
        request.threshold = number;
      }
      if (given.criterion.isGiven())
        request.criterion = given.criterion.text;
      if (given.ignore.isGiven())
        assign(request.isIgnored, parseBool(given.ignore.text),
               fromSpec(given.ignore));
      addExitRequest(std::move(request));
    }

  for (StringRef text : options.exits)
    parseExitOption(text);
}

//===----------------------------------------------------------------------===//
// Decisions
//===----------------------------------------------------------------------===//

/// Merges the requests for each output, and drops what is to be ignored.
void Resolver::resolveExits() {
  for (auto [i, output] : llvm::enumerate(outputs)) {
    ExitSpec exit;
    exit.name = output.alias.empty() ? output.name : output.alias;
    exit.output = i;
    exit.scores = output.scores;
    exit.threshold = -1.0; // none given so far
    for (const ExitRequest &request : requests) {
      if (request.name != output.name)
        continue;
      exit.isIgnored = request.isIgnored;
      if (request.threshold)
        exit.threshold = *request.threshold;
      if (request.criterion.empty())
        continue;
      if (auto criterion = symbolizeCriterion(request.criterion))
        exit.criterion = *criterion;
      else
        problem(request.origin)
            << "unknown criterion '" << request.criterion << "' of exit '"
            << exit.name << "'; " << kCriteria;
    }
    if (exit.isIgnored)
      continue;
    if (output.classes < 2) {
      InFlightDiagnostic diagnostic =
          problem({Level::byDefault, main.getLoc(), ""});
      diagnostic << "output '" << output.name << "' of type "
                 << main.getResultTypes()[i]
                 << " cannot be an exit: an exit has the scores of at least "
                    "two classes";
      diagnostic.attachNote() << "leave it out with 'ignore: true' in the "
                                 "deployment file";
      continue;
    }
    deployment.exits.push_back(exit);
  }
  if (deployment.exits.empty() && !hasProblems)
    problem({Level::byDefault, main.getLoc(), ""})
        << "no output is left as an exit; all are ignored";
}

/// --threshold=EXIT=T and --criterion=[EXIT:]NAME, which beat all that was
/// said of the exits before.
void Resolver::applyExitOptions() {
  auto find = [&](StringRef name) -> ExitSpec * {
    for (ExitSpec &exit : deployment.exits)
      if (!name.empty() &&
          (exit.name == name || outputs[exit.output].name == name))
        return &exit;
    return nullptr;
  };
  auto reportUnknown = [&](const Origin &origin, StringRef name) {
    InFlightDiagnostic diagnostic = problem(origin);
    diagnostic << "there is no exit '" << name << "'";
    listOutputs(diagnostic);
  };
  llvm::StringSet<> seen;
  for (StringRef text : options.thresholds) {
    Origin origin = fromCommandLine("--threshold=" + text);
    // ONNX names may hold '=', numbers do not.
    auto [name, number] = text.rsplit('=');
    double threshold;
    ExitSpec *exit = find(name);
    if (!text.contains('='))
      problem(origin) << "give an exit and its threshold, as in "
                         "--threshold=local=0.4";
    else if (!exit)
      reportUnknown(origin, name);
    else if (number.getAsDouble(threshold))
      problem(origin) << "threshold '" << number << "' is no number";
    else if (!(threshold >= 0.0 && threshold <= 1.0))
      problem(origin) << "threshold " << number << " of exit '" << exit->name
                      << "' is not in [0, 1]; 0 means never to leave here, 1 "
                         "always";
    else if (!seen.insert(exit->name).second)
      problem(origin) << "exit '" << exit->name << "' has two thresholds";
    else
      exit->threshold = threshold;
  }
  // What is said of one exit beats what is said of all.
  for (bool isForAll : {true, false})
    for (StringRef text : options.criteria) {
      auto [name, value] = text.rsplit(':');
      if (text.contains(':') == isForAll)
        continue;
      if (isForAll)
        value = text;
      Origin origin = fromCommandLine("--criterion=" + text);
      ExitSpec *exit = isForAll ? nullptr : find(name);
      std::optional<Criterion> criterion = symbolizeCriterion(value);
      if (!criterion)
        problem(origin) << "unknown criterion '" << value << "'; " << kCriteria;
      else if (!isForAll && !exit)
        reportUnknown(origin, name);
      else if (exit)
        exit->criterion = *criterion;
      else
        for (ExitSpec &each : deployment.exits)
          each.criterion = *criterion;
    }
}

/// Decides the exits' order and tiers.
void Resolver::placeExits() {
  for (ExitSpec &exit : deployment.exits)
    for (const ExitRequest &request : requests) {
      if (request.name != outputs[exit.output].name || request.tier.empty())
        continue;
      // The model's own opinion is one that a search may have, too.
      if (isPlacedBySearch() && request.origin.level == Level::metadata)
        continue;
      std::optional<size_t> place = findTier(request.tier);
      // Tiers that were named anew need not know those of a lower level.
      bool isOverridden = request.origin.level < tiersLevel;
      bool isMember = place && !deployment.tiers[*place].tier.empty();
      if (place && *place >= relays && isMember && !isOverridden) {
        problem(request.origin)
            << "exit '" << exit.name << "' cannot be on '" << request.tier
            << "': tier '" << deployment.tiers[*place].tier
            << "' has several members; the tier behind it joins what they send";
      } else if (place && *place >= relays && !isMember) {
        exit.tier = request.tier;
      } else if (isOverridden) {
        exit.tier.clear();
      } else if (place) {
        problem(request.origin)
            << "exit '" << exit.name << "' cannot be on tier '" << request.tier
            << "', which only sends the input on";
      } else {
        InFlightDiagnostic diagnostic = problem(request.origin);
        diagnostic << "exit '" << exit.name << "' is put on unknown tier '"
                   << request.tier << "'";
        listTiers(diagnostic);
      }
    }
  orderExits();
  // Of the last exit there is one opinion, and the same deployment has the same
  // hash, searched for or given.
  if (isPlacedBySearch() && !deployment.exits.empty()) {
    ExitSpec &last = deployment.exits.back();
    for (const ExitRequest &request : requests)
      if (request.name == outputs[last.output].name && last.tier.empty() &&
          request.tier == deployment.tiers.back().name)
        last.tier = request.tier;
  }

  for (auto [k, exit] : llvm::enumerate(deployment.exits)) {
    bool isLast = k + 1 == deployment.exits.size();
    if (isLast) {
      if (exit.threshold >= 0.0 && exit.threshold != 1.0)
        emitWarning(module.getLoc())
            << "the last exit '" << exit.name
            << "' always answers; its threshold "
            << formatNumber(exit.threshold) << " is not used";
      exit.threshold = 1.0;
      if (!exit.tier.empty() && exit.tier != deployment.tiers.back().name) {
        InFlightDiagnostic diagnostic = problem(fromCommandLine(""));
        diagnostic << "the last exit '" << exit.name << "' is on tier '"
                   << exit.tier << "', so nothing is left for tier '"
                   << deployment.tiers.back().name << "'; leave that one out";
        listTiers(diagnostic);
      }
    } else if (exit.threshold < 0.0) {
      exit.threshold = kDefaultThreshold;
      emitRemark(module.getLoc())
          << "exit '" << exit.name << "' has no threshold; "
          << formatNumber(kDefaultThreshold)
          << " is taken. Set one with --exit=" << outputs[exit.output].name
          << ":T";
    }
  }
  checkAggregators();
}

/// An aggregator is there for its exit.
void Resolver::checkAggregators() {
  std::vector<std::string> ones; // tiers that exits may be on
  for (size_t i = relays; i < deployment.tiers.size(); ++i)
    if (deployment.tiers[i].tier.empty())
      ones.push_back(deployment.tiers[i].name);
  for (size_t i = relays; i < deployment.tiers.size(); ++i) {
    if (!isAggregator(i))
      continue;
    bool hasExit = false;
    for (auto [k, exit] : llvm::enumerate(deployment.exits)) {
      bool isLast = k + 1 == deployment.exits.size();
      size_t byDefault =
          isLast ? ones.size() - 1 : std::min(k, ones.size() - 1);
      hasExit |= deployment.tiers[i].name ==
                 (exit.tier.empty() ? ones[byDefault] : exit.tier);
    }
    if (hasExit)
      continue;
    InFlightDiagnostic diagnostic =
        problem(fromCommandLine("tier '" + deployment.tiers[i].name + "'"));
    diagnostic << "joins what the members of '" << deployment.tiers[i - 1].tier
               << "' send, but has no exit; put one there with --exit=NAME@"
               << deployment.tiers[i].name;
    listOutputs(diagnostic);
  }
}

/// Sorts the exits by the tier they are put on, by what depends on what, by
/// how far they follow the common trunk, and else as the model lists them.
void Resolver::orderExits() {
  std::vector<ExitSpec> &exits = deployment.exits;
  Operation *terminator = main.getBody().front().getTerminator();
  OperationSet constants = getConstantOps(main);
  SmallVector<OperationSet> slices;
  llvm::DenseMap<Operation *, unsigned> users;
  for (const ExitSpec &exit : exits) {
    slices.push_back(getBackwardSlice(terminator->getOperand(exit.output)));
    for (Operation *op : slices.back())
      if (!constants.contains(op))
        ++users[op];
  }
  SmallVector<size_t> tier, shared;
  for (auto [i, exit] : llvm::enumerate(exits)) {
    shared.push_back(llvm::count_if(
        slices[i], [&](Operation *op) { return users.lookup(op) > 1; }));
    tier.push_back(findTier(exit.tier).value_or(SIZE_MAX));
  }
  // Exits without a tier keep their place among the others.
  bool allPlaced = !llvm::is_contained(tier, SIZE_MAX);

  auto dependsOn = [&](size_t later, size_t earlier) {
    Operation *def =
        terminator->getOperand(exits[earlier].output).getDefiningOp();
    return later != earlier && def && slices[later].contains(def) &&
           terminator->getOperand(exits[later].output).getDefiningOp() != def;
  };
  std::vector<ExitSpec> ordered;
  SmallVector<bool> taken(exits.size(), false);
  auto key = [&](size_t i) {
    return std::make_pair(allPlaced ? tier[i] : 0, shared[i]);
  };
  while (ordered.size() < exits.size()) {
    std::optional<size_t> best;
    for (size_t i = 0; i < exits.size(); ++i) {
      bool isReady = !taken[i];
      for (size_t j = 0; j < exits.size(); ++j)
        isReady &= taken[j] || !dependsOn(i, j);
      if (isReady && (!best || key(i) < key(*best)))
        best = i;
    }
    taken[*best] = true;
    ordered.push_back(exits[*best]);
  }
  exits = std::move(ordered);
}
