//===- PlaceTiers.cpp - Decide which tier runs what -----------------------===//
//
// Part of ddnnc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Between tiers i and i + 1 lies boundary i: the set of trunk operations on
// tiers up to i, closed under what they depend on. The trunk is what the last
// exit needs. A boundary is given by a cut, else by the exits on tiers up to i,
// else chosen by the cost model. What leads to early exits alone follows. Tiers
// with the target "none" in front compute nothing and send the input on.
//
//===----------------------------------------------------------------------===//

#include "BoundarySearch.h"
#include "StoredBytes.h"
#include "ddnn/Analysis/Cost.h"
#include "ddnn/Analysis/Graph.h"
#include "ddnn/Analysis/Nodes.h"
#include "ddnn/Dialect/DDNN/Transforms/Passes.h"
#include "llvm/ADT/SetVector.h"
#include "llvm/Support/Format.h"

namespace ddnn {
#define GEN_PASS_DEF_PLACETIERS
#include "ddnn/Dialect/DDNN/Transforms/Passes.h.inc"
} // namespace ddnn

using namespace mlir;
using namespace ddnn;

namespace {

/// An exit with the tier that it should be on.
struct WantedExit {
  ExitOp op;
  unsigned tier;
  bool isExplicit;
  OperationSet slice;
};

struct PlaceTiersPass : ddnn::impl::PlaceTiersBase<PlaceTiersPass> {
  using PlaceTiersBase::PlaceTiersBase;

  void runOnOperation() override;

private:
  LogicalResult readModule();
  LogicalResult readExits();
  LogicalResult readCuts();
  FailureOr<OperationSet> findCut(StringRef name, unsigned boundary);
  void reportUnknownNode(StringRef name, unsigned boundary);
  void placeBoundaries();

  void placeOperations();
  void placeConstants();
  LogicalResult checkTrust();
  void checkMemory();
  void setTier(Operation *op, unsigned tier);
  unsigned getOperandTier(Operation *op);
  std::string describeBoundary(unsigned i) {
    return ("'" + tiers[i].getName() + "' and '" + tiers[i + 1].getName() + "'")
        .str();
  }

  func::FuncOp main;
  SmallVector<TierSpecAttr> tiers;
  SmallVector<WantedExit> exits;
  OperationSet constants;
  llvm::SetVector<Operation *> trunk; // without the last exit
  /// Boundaries that are decided; cuts come first.
  SmallVector<std::optional<OperationSet>> boundaries;
  SmallVector<std::string> cuts;
  unsigned firstComputing = 0; // earlier tiers only send the input on
  DenseMap<Operation *, unsigned> tierOf;
};

} // namespace

//===----------------------------------------------------------------------===//
// What is asked for
//===----------------------------------------------------------------------===//

LogicalResult PlaceTiersPass::readModule() {
  ModuleOp module = getOperation();
  main = getGraph(module);
  if (!main)
    return module.emitError("has no function @main of one block to place");
  auto specs = module->getAttrOfType<ArrayAttr>(kTiersAttr);
  if (!specs || specs.empty())
    return module.emitError("names no tiers: ")
           << kTiersAttr << " must be a non-empty array of #ddnn.tier_spec";
  for (Attribute spec : specs) {
    auto tier = dyn_cast<TierSpecAttr>(spec);
    if (!tier)
      return module.emitError()
             << kTiersAttr << " must hold #ddnn.tier_spec attributes only";
    tiers.push_back(tier);
  }
  while (firstComputing + 1 < tiers.size() &&
         tiers[firstComputing].getTarget() == "none")
    ++firstComputing;
  boundaries.resize(tiers.size() - 1);
  for (unsigned i = 0; i < firstComputing; ++i)
    boundaries[i] = OperationSet();
  constants = getConstantOps(main);
  return readExits();
}

LogicalResult PlaceTiersPass::readExits() {
  Operation *terminator = main.getBody().front().getTerminator();
  LogicalResult result = success();
  for (OpOperand &operand : terminator->getOpOperands()) {
    auto exit = operand.get().getDefiningOp<ExitOp>();
    if (!exit)
      return main.emitError("result #")
             << operand.getOperandNumber()
             << " of @main is no ddnn.exit; every output must be an exit";
    unsigned k = exits.size();
    bool isLast = k + 1 == terminator->getNumOperands();
    unsigned lastTier = tiers.size() - 1;
    unsigned tier = isLast ? lastTier : std::min(firstComputing + k, lastTier);
    WantedExit wanted{exit, tier, false, getBackwardSlice(exit.getResult())};
    if (std::optional<StringRef> name = exit.getTier()) {
      auto found = llvm::find_if(
          tiers, [&](TierSpecAttr tier) { return tier.getName() == *name; });
      wanted.isExplicit = true;
      wanted.tier = std::max<unsigned>(found - tiers.begin(), firstComputing);
      if (found == tiers.end()) {
        InFlightDiagnostic diagnostic =
            exit.emitError("exit '")
            << exit.getName() << "' is put on unknown tier '" << *name << "'";
        std::string names;
        for (TierSpecAttr tier : tiers)
          names += ((names.empty() ? "'" : ", '") + tier.getName() + "'").str();
        diagnostic.attachNote(main.getLoc()) << "the tiers are " << names;
        result = failure();
      }
    }
    exits.push_back(wanted);
  }
  if (exits.empty())
    return main.emitError("has no exit");
  for (Operation &op : main.getOps())
    if (exits.back().slice.contains(&op) && !constants.contains(&op) &&
        &op != exits.back().op)
      trunk.insert(&op);
  return result;
}

void PlaceTiersPass::reportUnknownNode(StringRef name, unsigned boundary) {
  InFlightDiagnostic diagnostic = main.emitError("there is no node '")
                                  << name << "' to cut between "
                                  << describeBoundary(boundary) << " after";
  SmallVector<std::pair<unsigned, StringRef>> near;
  unsigned limit = std::max<unsigned>(2, name.size() / 2);
  for (Operation *op : trunk) {
    StringRef node = getNodeName(op);
    unsigned distance = node.edit_distance(name, true, limit + 1);
    if (node.contains(name) || name.contains(node))
      distance = std::min(distance, limit);
    if (!node.empty() && distance <= limit &&
        llvm::none_of(near, [&](auto &entry) { return entry.second == node; }))
      near.emplace_back(distance, node);
  }
  llvm::stable_sort(near, llvm::less_first());
  std::string names;
  for (auto &[distance, node] : ArrayRef(near).take_front(3))
    names += ((names.empty() ? "'" : "', '") + node).str();
  if (!near.empty())
    diagnostic.attachNote() << "similar names: " << names << "'";
  diagnostic.attachNote() << "--list-cuts shows all legal cuts";
}

/// The part of the trunk that a cut leaves on the earlier side.
FailureOr<OperationSet> PlaceTiersPass::findCut(StringRef name,
                                                unsigned boundary) {
  auto onTrunk = [&](const OperationSet &slice) {
    OperationSet part;
    for (Operation *op : trunk)
      if (slice.contains(op))
        part.insert(op);
    return part;
  };
  OperationSet before;
  bool isFound = false;
  for (Operation *op : trunk)
    if (getNodeName(op) == name)
      for (Value result : op->getResults()) {
        OperationSet part = getBackwardSlice(result);
        before.insert(part.begin(), part.end());
        isFound = true;
      }
  if (isFound)
    return onTrunk(before);

  // Not a node: an input (all that follows is behind the cut), or the result.
  for (unsigned i = 0; i < main.getNumArguments(); ++i)
    if (auto input = main.getArgAttrOfType<StringAttr>(i, kNameAttr))
      if (input.getValue() == name)
        return OperationSet();
  auto output =
      main.getResultAttrOfType<StringAttr>(exits.size() - 1, kNameAttr);
  if (exits.back().op.getName() == name ||
      (output && output.getValue() == name))
    return onTrunk(exits.back().slice);

  // A node that leads to early exits alone?
  for (Operation &op : main.getOps()) {
    if (getNodeName(&op) != name || constants.contains(&op))
      continue;
    std::string names;
    for (WantedExit &exit : exits)
      if (exit.slice.contains(&op))
        names +=
            ((names.empty() ? "'" : ", '") + exit.op.getName() + "'").str();
    InFlightDiagnostic diagnostic = main.emitError("cannot cut between ")
                                    << describeBoundary(boundary)
                                    << " after node '" << name << "'";
    if (names.empty())
      diagnostic << ": no exit depends on it";
    else
      diagnostic << ": it leads only to exit " << names
                 << ", but a cut parts what leads to the last exit, '"
                 << exits.back().op.getName() << "'";
    // Where its branch leaves the trunk is what was probably meant.
    StringRef nearest;
    OperationSet slice = getBackwardSlice(op.getResult(0));
    for (Operation *candidate : trunk)
      if (slice.contains(candidate) && !getNodeName(candidate).empty())
        nearest = getNodeName(candidate);
    if (!nearest.empty())
      diagnostic.attachNote(op.getLoc())
          << "its branch leaves the trunk after node '" << nearest
          << "': --cut=" << nearest;
    return failure();
  }
  reportUnknownNode(name, boundary);
  return failure();
}

LogicalResult PlaceTiersPass::readCuts() {
  auto attr = getOperation()->getAttrOfType<ArrayAttr>(kCutsAttr);
  if (!attr)
    return success();
  for (Attribute cut : attr)
    if (auto text = dyn_cast<StringAttr>(cut))
      cuts.push_back(text.str());
  unsigned places = boundaries.size() - firstComputing;
  if (cuts.size() > places)
    return main.emitError("is cut ")
           << cuts.size() << " times, but " << tiers.size() - firstComputing
           << " tiers that compute have only " << places << " boundaries";
  LogicalResult result = success();
  for (auto [number, name] : llvm::enumerate(cuts)) {
    unsigned i = firstComputing + number;
    FailureOr<OperationSet> before = findCut(name, i);
    if (failed(before)) {
      result = failure();
      continue;
    }
    boundaries[i] = *before;
    if (number == 0 || !boundaries[i - 1])
      continue;
    OperationSet &previous = *boundaries[i - 1];
    bool isWithin = llvm::all_of(
        *before, [&](Operation *op) { return previous.contains(op); });
    if (isWithin && before->size() < previous.size()) {
      result = main.emitError("the cut after '")
               << name << "' between " << describeBoundary(i)
               << " lies before the cut after '" << cuts[number - 1]
               << "' between " << describeBoundary(i - 1)
               << "; name cuts in the order of the tiers";
      continue;
    }
    boundaries[i]->insert(previous.begin(), previous.end());
  }
  return result;
}

//===----------------------------------------------------------------------===//
// Boundaries
//===----------------------------------------------------------------------===//

void PlaceTiersPass::placeBoundaries() {
  // Boundaries without a cut: behind what the exits up to this tier need, if
  // this tier has an exit of its own.
  OperationSet reached;
  SmallVector<bool> isFree(boundaries.size(), false);
  for (unsigned i = 0; i < boundaries.size(); ++i) {
    bool hasExit = false;
    for (WantedExit &exit : exits) {
      hasExit |= exit.tier == i;
      if (exit.tier <= i && !boundaries[i])
        for (Operation *op : exit.slice)
          if (trunk.contains(op))
            reached.insert(op);
    }
    if (boundaries[i])
      reached.insert(boundaries[i]->begin(), boundaries[i]->end());
    else if (hasExit)
      boundaries[i] = reached;
    else
      isFree[i] = true;
  }

  // The trunk in an order in which every decided boundary is a prefix.
  SmallVector<Operation *> sequence;
  SmallVector<std::optional<unsigned>> fixed(boundaries.size());
  OperationSet taken;
  for (auto [i, boundary] : llvm::enumerate(boundaries)) {
    if (!boundary)
      continue;
    for (Operation *op : trunk)
      if (boundary->contains(op) && taken.insert(op).second)
        sequence.push_back(op);
    fixed[i] = sequence.size();
  }
  for (Operation *op : trunk)
    if (taken.insert(op).second)
      sequence.push_back(op);

  // Early exits use the trunk from their own tier.
  SmallVector<std::pair<Value, unsigned>> branchUses;
  for (const WantedExit &exit : ArrayRef(exits).drop_back())
    for (Operation *op : exit.slice)
      if (!trunk.contains(op) && !constants.contains(op))
        forEachUsedValue(op, [&](Value value) {
          branchUses.emplace_back(value, exit.tier);
        });

  BoundarySearch search(main, tiers, constants, sequence, fixed, branchUses);
  SmallVector<unsigned> positions = search.run();
  for (auto [position, op] : llvm::enumerate(sequence)) {
    unsigned tier = 0;
    while (tier < positions.size() && positions[tier] <= position)
      ++tier;
    tierOf[op] = std::min(tier, exits.back().tier);
  }
  std::string time;
  llvm::raw_string_ostream(time)
      << llvm::format("%.3g ms", search.getSeconds() * 1e3);
  for (auto [i, position] : llvm::enumerate(positions)) {
    if (!isFree[i])
      continue;
    InFlightDiagnostic remark = main.emitRemark("cost model cuts after ");
    if (position == 0)
      remark << "the input";
    else
      remark << "'" << getNodeName(sequence[position - 1]) << "'";
    remark << ": " << search.getBytes(position) << " bytes travel from '"
           << tiers[i].getName() << "' to '" << tiers[i + 1].getName() << "', "
           << time << " expected in all";
  }
}

//===----------------------------------------------------------------------===//
// Operations
//===----------------------------------------------------------------------===//

void PlaceTiersPass::setTier(Operation *op, unsigned tier) {
  tierOf[op] = tier;
  op->setAttr(kTierAttr,
              StringAttr::get(op->getContext(), tiers[tier].getName()));
}

unsigned PlaceTiersPass::getOperandTier(Operation *op) {
  unsigned tier = firstComputing;
  forEachUsedValue(op, [&](Value value) {
    if (Operation *def = value.getDefiningOp())
      tier = std::max(tier, tierOf.lookup(def)); // 0 for constants
  });
  return tier;
}

void PlaceTiersPass::placeOperations() {
  for (Operation &op : main.getBody().front().without_terminator()) {
    if (constants.contains(&op))
      continue;
    if (trunk.contains(&op)) {
      setTier(&op, tierOf.lookup(&op));
      continue;
    }
    // A branch: on the first tier whose exit needs it, if its operands are.
    std::optional<unsigned> wanted;
    for (WantedExit &exit : exits)
      if (exit.slice.contains(&op))
        wanted = std::min(wanted.value_or(exit.tier), exit.tier);
    setTier(&op,
            std::max(wanted.value_or(firstComputing), getOperandTier(&op)));
  }
  for (WantedExit &exit : exits) {
    unsigned tier = tierOf.lookup(exit.op);
    if (tier == exit.tier)
      continue;
    InFlightDiagnostic diagnostic =
        exit.isExplicit ? exit.op.emitWarning() : exit.op.emitRemark();
    diagnostic << "exit '" << exit.op.getName() << "' moves from tier '"
               << tiers[exit.tier].getName() << "' to '"
               << tiers[tier].getName()
               << "', because the cut leaves what it needs there";
  }
}

/// What is computed from constants alone goes to each tier that uses it.
void PlaceTiersPass::placeConstants() {
  for (Operation &op : llvm::make_early_inc_range(
           llvm::reverse(main.getBody().front().without_terminator()))) {
    if (!constants.contains(&op) || readsNoData(&op))
      continue;
    DenseMap<unsigned, SmallVector<OpOperand *>> uses;
    SmallVector<unsigned> order;
    for (OpOperand &use : op.getUses()) {
      Operation *user = main.getBody().findAncestorOpInRegion(*use.getOwner());
      unsigned tier = tierOf.lookup(user);
      if (uses[tier].empty())
        order.push_back(tier);
      uses[tier].push_back(&use);
    }
    llvm::sort(order);
    setTier(&op, order.empty() ? 0 : order.front());
    for (unsigned tier : ArrayRef(order).drop_front(!order.empty())) {
      Operation *copy = OpBuilder(&op).clone(op);
      constants.insert(copy);
      setTier(copy, tier);
      for (OpOperand *use : uses[tier])
        use->set(copy->getResult(cast<OpResult>(use->get()).getResultNumber()));
    }
  }
}

LogicalResult PlaceTiersPass::checkTrust() {
  LogicalResult result = success();
  for (Value value : getRawValues(main)) {
    unsigned from =
        value.getDefiningOp() ? tierOf.lookup(value.getDefiningOp()) : 0;
    unsigned to = from;
    for (Operation *user : value.getUsers())
      if (Operation *op = main.getBody().findAncestorOpInRegion(*user))
        to = std::max(to, tierOf.lookup(op));
    for (unsigned t = from + 1; t <= to; ++t) {
      if (tiers[t].getTrusted())
        continue;
      InFlightDiagnostic diagnostic = main.emitError("raw input would reach "
                                                     "tier '")
                                      << tiers[t].getName()
                                      << "', which is not trusted";
      diagnostic.attachNote(value.getLoc())
          << "this value shows the input as it is";
      diagnostic.attachNote()
          << "cut after the first convolution or a later node";
      result = failure();
      break;
    }
  }
  return result;
}

void PlaceTiersPass::checkMemory() {
  SmallVector<std::pair<int64_t, Operation *>> largest(tiers.size(),
                                                       {0, nullptr});
  for (Operation &op : main.getOps())
    if (auto tier = tierOf.find(&op); tier != tierOf.end())
      largest[tier->second] =
          std::max(largest[tier->second],
                   {getWorkingSet(&op, constants, getStoredBytes), &op},
                   llvm::less_first());
  for (auto [tier, entry] : llvm::zip(tiers, largest))
    if (tier.getMemory() != 0 && entry.first > tier.getMemory())
      entry.second->emitWarning("needs ")
          << entry.first << " bytes at once, but tier '" << tier.getName()
          << "' has " << tier.getMemory();
}

void PlaceTiersPass::runOnOperation() {
  // A pass object may run more than once.
  tiers.clear();
  exits.clear();
  trunk.clear();
  boundaries.clear();
  cuts.clear();
  firstComputing = 0;
  tierOf.clear();
  if (failed(readModule()) || failed(readCuts()))
    return signalPassFailure();
  placeBoundaries();
  placeOperations();
  placeConstants();
  if (failed(checkTrust()))
    return signalPassFailure();
  checkMemory();
}
