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
// A tier of several members (docs/groups.md) has one boundary with its
// aggregator, which runs nothing of the trunk: exits there count as if they
// were on the members' tier. What is on that tier falls into parts that nothing
// connects, and each member gets some of them.
//
//===----------------------------------------------------------------------===//

#include "BoundarySearch.h"
#include "MemberParts.h"
#include "PlacementChecks.h"
#include "ddnn/Analysis/Cost.h"
#include "ddnn/Analysis/Graph.h"
#include "ddnn/Analysis/Nodes.h"
#include "ddnn/Analysis/Places.h"
#include "ddnn/Dialect/DDNN/Transforms/Passes.h"
#include "mlir/IR/IRMapping.h"
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
  LogicalResult readTiers();
  LogicalResult readExits();
  void repeatJoins(WantedExit &exit);
  void orderTrunk();
  LogicalResult readCuts();
  FailureOr<OperationSet> findCut(StringRef name, unsigned boundary);
  void cutAllMembers(unsigned boundary, StringRef name);
  void reportUnknownNode(StringRef name, unsigned boundary);
  void placeBoundaries();

  LogicalResult placeMembers();
  LogicalResult placeMembers(unsigned tier);
  void reportJoining(unsigned tier, const MemberParts &entering);
  MemberParts getEntering(unsigned tier);
  SmallVector<Operation *> getBranch(unsigned tier);
  std::optional<unsigned> findMember(Operation *op, unsigned tier);
  void placeOperations();
  void placeConstants();
  void setTier(Operation *op, unsigned tier);
  unsigned getOperandTier(Operation *op);
  /// The tier that what crosses boundary `i` goes to.
  unsigned getNextTier(unsigned i) {
    return places.isAggregator(i + 1) ? i + 2 : i + 1;
  }
  std::string describeBoundary(unsigned i) {
    return ("'" + tiers[i].getName() + "' and '" +
            tiers[getNextTier(i)].getName() + "'")
        .str();
  }
  /// The tier whose boundary is behind what an exit of this tier needs.
  unsigned getTrunkTier(unsigned tier) {
    return places.isAggregator(tier) ? tier - 1 : tier;
  }
  unsigned getTier(Value value) {
    Operation *def = value.getDefiningOp();
    return def ? tierOf.lookup(def) : 0;
  }
  bool isConstant(Value value) {
    Operation *def = value.getDefiningOp();
    return def && constants.contains(def);
  }

  func::FuncOp main;
  Places places;
  SmallVector<TierSpecAttr> tiers; // of several members the first
  SmallVector<WantedExit> exits;
  OperationSet constants;
  llvm::SetVector<Operation *> trunk; // without the last exit
  /// Boundaries that are decided; cuts come first.
  SmallVector<std::optional<OperationSet>> boundaries;
  SmallVector<std::string> cuts;
  unsigned firstComputing = 0; // earlier tiers only send the input on
  DenseMap<Operation *, unsigned> tierOf;
  DenseMap<Operation *, unsigned> memberOf; // of its tier, where not 0
  DenseMap<Value, unsigned> firstInputs;
  DenseMap<Operation *, unsigned> depths; // in nodes, of the trunk
  std::vector<MemberParts> parts;         // of each tier of several members
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
  if (!llvm::all_of(specs, llvm::IsaPred<TierSpecAttr>))
    return module.emitError()
           << kTiersAttr << " must hold #ddnn.tier_spec attributes only";
  places = Places(llvm::to_vector(specs.getAsRange<TierSpecAttr>()));
  if (failed(readTiers()))
    return failure();
  while (firstComputing + 1 < tiers.size() &&
         tiers[firstComputing].getTarget() == "none")
    ++firstComputing;
  boundaries.resize(tiers.size() - 1);
  for (unsigned i = 0; i < firstComputing; ++i)
    boundaries[i] = OperationSet();
  constants = getConstantOps(main);
  firstInputs = getFirstInputs(main);
  if (failed(readExits()))
    return failure();
  // Whose members have the sensors is known; what others join is not yet.
  for (WantedExit &exit : exits)
    if (exit.tier == 1 && places.isAggregator(1))
      repeatJoins(exit);
  orderTrunk();
  return success();
}

LogicalResult PlaceTiersPass::readTiers() {
  for (unsigned t = 0; t < places.getTierCount(); ++t) {
    tiers.push_back(places.getTierSpec(t));
    unsigned members = places.getMemberCount(t);
    bool isJoined = t + 2 < places.getTierCount() && places.isAggregator(t + 1);
    if (members > 1 && !isJoined &&
        (tiers[t].getTarget() != "none" || t + 1 == places.getTierCount()))
      return getOperation().emitError("tier '")
             << tiers[t].getName() << "' has " << members
             << " members; behind it there has to be a tier of one that joins "
                "what they send, and another one behind that";
  }
  parts.resize(tiers.size());
  return success();
}

LogicalResult PlaceTiersPass::readExits() {
  Operation *terminator = main.getBody().front().getTerminator();
  LogicalResult result = success();
  SmallVector<unsigned> ones; // tiers of one member, where exits go by default
  for (unsigned t = firstComputing; t < tiers.size(); ++t)
    if (places.getMemberCount(t) == 1)
      ones.push_back(t);
  for (OpOperand &operand : terminator->getOpOperands()) {
    auto exit = operand.get().getDefiningOp<ExitOp>();
    if (!exit)
      return main.emitError("result #")
             << operand.getOperandNumber()
             << " of @main is no ddnn.exit; every output must be an exit";
    unsigned k = exits.size();
    bool isLast = k + 1 == terminator->getNumOperands();
    unsigned tier = isLast || k >= ones.size() ? ones.back() : ones[k];
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
      } else if (places.getMemberCount(wanted.tier) > 1) {
        result = exit.emitError("exit '")
                 << exit.getName() << "' is put on tier '" << *name
                 << "', which has several members; the tier behind it joins "
                    "what they send";
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

/// What joins members for an exit on their aggregator and for the trunk as well
/// is computed on both: the trunk's is on a later tier.
void PlaceTiersPass::repeatJoins(WantedExit &exit) {
  SmallVector<Operation *> shared;
  for (Operation *op : trunk)
    if (exit.slice.contains(op) && !isa<ExitOp>(op))
      shared.push_back(op);
  MemberParts own = getEntering(0);
  OperationSet unjoined = own.addUnjoined(
      shared, places.getMemberCount(0), firstInputs,
      [](Value value) { return !value.getDefiningOp(); },
      [](Operation *) { return false; });
  IRMapping map;
  for (Operation *op : shared) {
    if (unjoined.contains(op))
      continue;
    OpBuilder builder(op);
    builder.setInsertionPointAfter(op);
    builder.clone(*op, map);
    exit.op.emitRemark("exit '")
        << exit.op.getName() << "' joins members for itself: node '"
        << getNodeName(op) << "' is also on the way to the last exit";
  }
  for (Operation *op : exit.slice)
    if (!trunk.contains(op))
      op->walk([&](Operation *inner) {
        for (OpOperand &operand : inner->getOpOperands())
          operand.set(map.lookupOrDefault(operand.get()));
      });
  for (WantedExit &other : exits)
    other.slice = getBackwardSlice(other.op.getResult());
  firstInputs = getFirstInputs(main);
}

/// Finds how deep in the network each node of the trunk is. With groups the
/// trunk goes by that, so that a prefix of it has as much of each member.
void PlaceTiersPass::orderTrunk() {
  if (places.isChain())
    return;
  for (Operation *op : trunk) {
    unsigned depth = 0;
    forEachUsedValue(op, [&](Value value) {
      Operation *def = value.getDefiningOp();
      if (!def || !trunk.contains(def))
        return;
      StringRef node = getNodeName(op);
      bool isSameNode = !node.empty() && getNodeName(def) == node;
      depth = std::max(depth, depths.lookup(def) + (isSameNode ? 0 : 1));
    });
    depths[op] = depth;
  }
  SmallVector<Operation *> sorted = trunk.takeVector();
  llvm::stable_sort(sorted, [&](Operation *a, Operation *b) {
    return depths.lookup(a) < depths.lookup(b);
  });
  trunk.insert(sorted.begin(), sorted.end());
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
  // An aggregator's boundary is that in front of it.
  SmallVector<unsigned> open;
  for (unsigned i = firstComputing; i < boundaries.size(); ++i)
    if (!places.isAggregator(i))
      open.push_back(i);
  if (cuts.size() > open.size())
    return main.emitError("is cut ")
           << cuts.size() << " times, but " << open.size() + 1
           << " tiers that compute have only " << open.size() << " boundaries";
  LogicalResult result = success();
  for (auto [number, name] : llvm::enumerate(cuts)) {
    unsigned i = open[number];
    FailureOr<OperationSet> before = findCut(name, i);
    if (failed(before)) {
      result = failure();
      continue;
    }
    boundaries[i] = *before;
    if (number == 0 || !boundaries[open[number - 1]]) {
      cutAllMembers(i, name);
      continue;
    }
    OperationSet &previous = *boundaries[open[number - 1]];
    bool isWithin = llvm::all_of(
        *before, [&](Operation *op) { return previous.contains(op); });
    if (isWithin && before->size() < previous.size()) {
      result = main.emitError("the cut after '")
               << name << "' between " << describeBoundary(i)
               << " lies before the cut after '" << cuts[number - 1]
               << "' between " << describeBoundary(open[number - 1])
               << "; name cuts in the order of the tiers";
      continue;
    }
    boundaries[i]->insert(previous.begin(), previous.end());
    cutAllMembers(i, name);
  }
  return result;
}

/// Behind a tier of several members, a cut names a node of one. The others are
/// cut as deep in the network, but in front of what joins members.
void PlaceTiersPass::cutAllMembers(unsigned boundary, StringRef name) {
  unsigned members = places.getMemberCount(boundary);
  if (members == 1)
    return;
  unsigned depth = 0;
  for (Operation *op : trunk)
    if (getNodeName(op) == name)
      depth = std::max(depth, depths.lookup(op));
  OperationSet &before = *boundaries[boundary];
  OperationSet previous;
  for (unsigned i = 0; i < boundary; ++i)
    if (boundaries[i])
      previous.insert(boundaries[i]->begin(), boundaries[i]->end());
  SmallVector<Operation *> candidates;
  for (Operation *op : trunk)
    if (!previous.contains(op) && (before.contains(op) || depths[op] <= depth))
      candidates.push_back(op);
  MemberParts own;
  OperationSet added = own.addUnjoined(
      candidates, members, firstInputs,
      [&](Value value) {
        Operation *def = value.getDefiningOp();
        return !def || previous.contains(def);
      },
      [&](Operation *op) { return before.contains(op); });
  before.insert(added.begin(), added.end());
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
    if (places.isAggregator(i)) {
      boundaries[i] = boundaries[i - 1];
      continue;
    }
    bool hasExit = false;
    for (WantedExit &exit : exits) {
      hasExit |= getTrunkTier(exit.tier) == i;
      if (getTrunkTier(exit.tier) <= i && !boundaries[i])
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
          branchUses.emplace_back(value, getTrunkTier(exit.tier));
        });

  BoundarySearch search(main, places, constants, sequence, fixed, branchUses,
                        depths);
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
           << tiers[i].getName() << "' to '" << tiers[getNextTier(i)].getName()
           << "', " << time << " expected in all";
  }
}

//===----------------------------------------------------------------------===//
// Members
//===----------------------------------------------------------------------===//

/// What a tier of several members gets: the network's inputs, or what its part
/// of the trunk uses of earlier tiers.
MemberParts PlaceTiersPass::getEntering(unsigned tier) {
  MemberParts entering;
  if (tier == 0)
    for (BlockArgument arg : main.getArguments())
      entering.addValue(arg, arg.getArgNumber());
  for (Operation *op : trunk)
    if (tierOf.lookup(op) == tier)
      forEachUsedValue(op, [&](Value value) {
        if (!isConstant(value) && getTier(value) < tier)
          entering.addValue(value, firstInputs.lookup(value));
      });
  if (tier != 0)
    return entering;
  for (BlockArgument arg : main.getArguments())
    if (auto name =
            main.getArgAttrOfType<StringAttr>(arg.getArgNumber(), kSourceAttr))
      if (std::optional<unsigned> place = places.find(name.getValue()))
        if (places.getTier(*place) == 0)
          entering.setMember(arg, places.getMember(*place));
  return entering;
}

/// Says what leaves a tier with fewer parts than members.
void PlaceTiersPass::reportJoining(unsigned tier, const MemberParts &entering) {
  unsigned members = places.getMemberCount(tier);
  if (entering.getCount() < members) {
    main.emitError("tier '")
        << tiers[tier].getName() << "' has " << members << " members, but only "
        << entering.getCount()
        << (tier == 0 ? " inputs" : " values that come to it");
    return;
  }
  MemberParts own = entering;
  if (!own.deal(members)) {
    main.emitError("the inputs that the deployment names for members of tier '")
        << tiers[tier].getName() << "' leave one of its " << members
        << " members without any";
    return;
  }
  own = entering;
  for (Operation *op : trunk) {
    if (tierOf.lookup(op) != tier)
      continue;
    own.addOperation(op);
    MemberParts dealt = own;
    if (dealt.deal(members))
      continue;
    InFlightDiagnostic diagnostic =
        op->emitError("node '")
        << getNodeName(op) << "' joins what members of tier '"
        << tiers[tier].getName() << "' have, so none of them can run it";
    diagnostic.attachNote()
        << "cut before it, between " << describeBoundary(tier)
        << "; --list-cuts shows the nodes";
    return;
  }
}

/// What no exit in front of this tier's needs, and is not on the trunk.
SmallVector<Operation *> PlaceTiersPass::getBranch(unsigned tier) {
  SmallVector<Operation *> branch;
  for (Operation &op : main.getBody().front().without_terminator()) {
    unsigned wanted = tiers.size();
    for (WantedExit &exit : exits)
      if (exit.slice.contains(&op))
        wanted = std::min(wanted, getTrunkTier(exit.tier));
    if (wanted == tier && !trunk.contains(&op) && !isa<ExitOp>(op) &&
        !constants.contains(&op))
      branch.push_back(&op);
  }
  return branch;
}

LogicalResult PlaceTiersPass::placeMembers(unsigned tier) {
  MemberParts entering = getEntering(tier);
  MemberParts &own = parts[tier] = entering;
  for (Operation *op : trunk)
    if (tierOf.lookup(op) == tier)
      own.addOperation(op);
  // A member may have nothing of the trunk, but something that an exit behind
  // the tier needs.
  if (own.getCount() < places.getMemberCount(tier))
    own.addUnjoined(
        getBranch(tier), places.getMemberCount(tier), firstInputs,
        [&](Value value) {
          Operation *def = value.getDefiningOp();
          return !def || (trunk.contains(def) && tierOf.lookup(def) < tier);
        },
        [](Operation *) { return false; });
  if (own.getCount() == 0)
    return success(); // it only hands on
  if (!own.deal(places.getMemberCount(tier))) {
    reportJoining(tier, entering);
    return failure();
  }
  for (Operation *op : trunk)
    if (tierOf.lookup(op) == tier)
      memberOf[op] = own.getMember(op->getResult(0)).value_or(0);
  if (tier == 0)
    for (BlockArgument arg : main.getArguments())
      main.setArgAttr(
          arg.getArgNumber(), kSourceAttr,
          StringAttr::get(&getContext(), places.getName(*own.getMember(arg))));
  return success();
}

LogicalResult PlaceTiersPass::placeMembers() {
  for (unsigned t = 0; t < tiers.size(); ++t)
    if (places.getMemberCount(t) > 1 && failed(placeMembers(t)))
      return failure();
  return success();
}

/// The member of a tier that has all that an operation of a branch uses, or
/// would get it; nothing if the operation joins what several have.
std::optional<unsigned> PlaceTiersPass::findMember(Operation *op,
                                                   unsigned tier) {
  std::optional<unsigned> member, likely;
  bool joins = false;
  forEachUsedValue(op, [&](Value value) {
    if (isConstant(value))
      return;
    Operation *def = value.getDefiningOp();
    unsigned from = getTier(value);
    unsigned sender = def ? memberOf.lookup(def) : 0;
    std::optional<unsigned> own = parts[tier].getMember(value);
    if (def && from == tier)
      own = sender;
    if (own) {
      joins |= member && *member != *own;
      member = own;
    } else if (!likely) {
      likely =
          sender * places.getMemberCount(tier) / places.getMemberCount(from);
    }
  });
  if (joins)
    return std::nullopt;
  return member ? member : likely.value_or(0);
}

//===----------------------------------------------------------------------===//
// Operations
//===----------------------------------------------------------------------===//

void PlaceTiersPass::setTier(Operation *op, unsigned tier) {
  tierOf[op] = tier;
  unsigned place = places.getPlace(tier, memberOf.lookup(op));
  op->setAttr(kTierAttr,
              StringAttr::get(op->getContext(), places.getName(place)));
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
    unsigned tier = std::max(getTrunkTier(wanted.value_or(firstComputing)),
                             getOperandTier(&op));
    // In front of an aggregator, members compute what only one of them needs.
    if (places.getMemberCount(tier) > 1) {
      std::optional<unsigned> member = findMember(&op, tier);
      if (!member || isa<ExitOp>(op))
        ++tier;
      else
        memberOf[&op] = *member;
    }
    setTier(&op, tier);
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
      unsigned place =
          places.getPlace(tierOf.lookup(user), memberOf.lookup(user));
      if (uses[place].empty())
        order.push_back(place);
      uses[place].push_back(&use);
    }
    llvm::sort(order);
    auto put = [&](Operation *constant, unsigned place) {
      memberOf[constant] = places.getMember(place);
      setTier(constant, places.getTier(place));
    };
    put(&op, order.empty() ? 0 : order.front());
    for (unsigned place : ArrayRef(order).drop_front(!order.empty())) {
      Operation *copy = OpBuilder(&op).clone(op);
      constants.insert(copy);
      put(copy, place);
      for (OpOperand *use : uses[place])
        use->set(copy->getResult(cast<OpResult>(use->get()).getResultNumber()));
    }
  }
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
  memberOf.clear();
  depths.clear();
  parts.clear();
  if (failed(readModule()) || failed(readCuts()))
    return signalPassFailure();
  placeBoundaries();
  if (failed(placeMembers()))
    return signalPassFailure();
  placeOperations();
  placeConstants();
  if (failed(checkTrust(main, places, tierOf)))
    return signalPassFailure();
  checkMemory(main, places, constants);
}
