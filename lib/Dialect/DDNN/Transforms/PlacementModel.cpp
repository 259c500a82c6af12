//===- PlacementModel.cpp - What placements cost --------------------------===//
//
// Part of ddnnc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "PlacementModel.h"
#include "BoundarySearch.h"
#include "StoredBytes.h"
#include "ddnn/Analysis/Nodes.h"
#include "ddnn/Analysis/OperationTimes.h"
#include "ddnn/Analysis/Placement.h"
#include "llvm/ADT/MapVector.h"

using namespace mlir;
using namespace ddnn;

/// Of placements that cost the same bytes or energy the search takes the
/// fastest: so many bytes or joules is a second worth, too few to be seen.
static double getTieBreak(Objective objective) {
  switch (objective) {
  case Objective::latency:
    return 0.0;
  case Objective::bytes:
    return 1e-4;
  case Objective::energy:
    return 1e-9;
  }
  llvm_unreachable("all objectives are handled");
}

double PlacementCosts::get(Objective objective) const {
  switch (objective) {
  case Objective::latency:
    return seconds;
  case Objective::bytes:
    return bytes;
  case Objective::energy:
    return joules;
  }
  llvm_unreachable("all objectives are handled");
}

PlacementModel::PlacementModel(func::FuncOp main, ArrayRef<TierSpecAttr> tiers,
                               ArrayRef<ExitOp> exits, unsigned firstComputing)
    : tiers(tiers), exits(exits), firstComputing(firstComputing),
      earlyCount(exits.size() - 1), constants(getConstantOps(main)),
      givenCuts(tiers.size() - 1), givenExits(earlyCount) {
  findTrunk(main);
  findCutPoints(main);
  addTimes(main);
  addMemory();
  addCrossings(main);
}

//===----------------------------------------------------------------------===//
// Tables
//===----------------------------------------------------------------------===//

void PlacementModel::findTrunk(func::FuncOp main) {
  SmallVector<OperationSet> slices;
  for (ExitOp exit : exits)
    slices.push_back(getBackwardSlice(exit.getResult()));
  for (Operation &op : main.getBody().front().without_terminator()) {
    if (constants.contains(&op) || &op == exits.back())
      continue;
    if (slices.back().contains(&op)) {
      trunkIndex[&op] = trunk.size();
      trunk.push_back(&op);
      continue;
    }
    auto user = llvm::find_if(
        slices, [&](const OperationSet &slice) { return slice.contains(&op); });
    if (user != slices.end())
      branches.emplace_back(&op, user - slices.begin());
  }
  for (const OperationSet &slice : ArrayRef(slices).drop_back()) {
    llvm::BitVector &need = needs.emplace_back(trunk.size());
    for (auto [i, op] : llvm::enumerate(trunk))
      if (slice.contains(op))
        need.set(i);
  }
}

/// As `ddnn-place-tiers` reads names: before a node is all that its operations
/// need; an input has nothing before it, the last exit everything.
void PlacementModel::findCutPoints(func::FuncOp main) {
  std::vector<llvm::BitVector> closures;
  llvm::MapVector<StringRef, llvm::BitVector> byNode;
  for (auto [i, op] : llvm::enumerate(trunk)) {
    llvm::BitVector &closure = closures.emplace_back(trunk.size());
    closure.set(i);
    forEachUsedValue(op, [&](Value value) {
      Operation *def = value.getDefiningOp();
      if (auto found = trunkIndex.find(def); def && found != trunkIndex.end())
        closure |= closures[found->second];
    });
    if (StringRef node = getNodeName(op); !node.empty())
      byNode[node] |= closure;
  }
  llvm::BitVector none(trunk.size()), all(trunk.size(), true);
  std::vector<CutPoint> named;
  for (auto &[node, before] : byNode)
    named.push_back({node.str(), before});
  for (unsigned i = 0; i < main.getNumArguments(); ++i)
    if (auto input = main.getArgAttrOfType<StringAttr>(i, kNameAttr))
      if (!byNode.contains(input.getValue()))
        named.push_back({input.str(), none});
  if (!byNode.contains(exits.back().getName()))
    named.push_back({exits.back().getName().str(), all});
  named.push_back({"", none});
  named.push_back({"", all});
  llvm::stable_sort(named, [](const CutPoint &a, const CutPoint &b) {
    return a.before.count() < b.before.count();
  });
  for (CutPoint &cut : named) {
    cut.before.resize(trunk.size());
    auto same = llvm::find_if(cuts, [&](const CutPoint &other) {
      return other.before == cut.before;
    });
    if (!cut.name.empty())
      cutsByName[cut.name] = same - cuts.begin();
    if (same == cuts.end())
      cuts.push_back(std::move(cut));
  }
  within.resize(cuts.size() * cuts.size());
  for (unsigned b = 0; b < cuts.size(); ++b)
    for (unsigned a = 0; a <= b; ++a)
      within[b * cuts.size() + a] = !cuts[a].before.test(cuts[b].before);
}

std::optional<unsigned> PlacementModel::findCut(StringRef name) const {
  auto found = cutsByName.find(name);
  return found == cutsByName.end() ? std::nullopt
                                   : std::optional(found->second);
}

void PlacementModel::addTimes(func::FuncOp main) {
  for (TierSpecAttr tier : tiers) {
    OperationTimes times(main, tier);
    auto &byFirst = trunkSeconds.emplace_back(earlyCount + 1);
    for (unsigned first = 0; first <= earlyCount; ++first) {
      byFirst[first].assign(earlyCount + 1,
                            std::vector<double>(cuts.size(), 0.0));
      for (auto [i, op] : llvm::enumerate(trunk)) {
        unsigned owner = first;
        while (owner < earlyCount && !needs[owner].test(i))
          ++owner;
        double seconds = times.getSeconds(op);
        for (auto [c, cut] : llvm::enumerate(cuts))
          if (cut.before.test(i))
            byFirst[first][owner][c] += seconds;
      }
    }
    std::vector<double> &onTier = branchSeconds.emplace_back(earlyCount, 0.0);
    for (auto [op, exit] : branches)
      onTier[exit] += times.getSeconds(op);
  }
}

void PlacementModel::addMemory() {
  if (llvm::all_of(tiers,
                   [](TierSpecAttr tier) { return tier.getMemory() == 0; }))
    return;
  for (TierSpecAttr tier : tiers) {
    auto isLarge = [&](Operation *op) {
      return tier.getMemory() != 0 &&
             getWorkingSet(op, constants, getStoredBytes) > tier.getMemory();
    };
    std::vector<unsigned> &counts = largeCounts.emplace_back(cuts.size(), 0);
    for (auto [i, op] : llvm::enumerate(trunk))
      if (isLarge(op))
        for (auto [c, cut] : llvm::enumerate(cuts))
          counts[c] += cut.before.test(i);
    std::vector<char> &large = hasLargeBranches.emplace_back(earlyCount, false);
    for (auto [op, exit] : branches)
      large[exit] |= isLarge(op);
  }
}

void PlacementModel::addCrossings(func::FuncOp main) {
  // Where a value is made, and where it is used: operations of the trunk, or
  // the first exits that branches are for; `earlyCount` is the last exit.
  struct Traveller {
    std::optional<unsigned> trunkDef, branchDef; ///< none: an input
    SmallVector<unsigned> trunkUses;
    unsigned lastBranch = 0; ///< one more than the last exit that uses it
  };
  DenseMap<Operation *, unsigned> branchIndex;
  for (auto [op, exit] : branches)
    branchIndex[op] = exit;
  llvm::MapVector<Value, Traveller> travellers;
  auto visit = [&](Operation *user, auto note) {
    forEachUsedValue(user, [&](Value value) {
      value = getTravelling(value);
      Operation *def = value.getDefiningOp();
      if (def && constants.contains(def))
        return;
      Traveller &traveller = travellers[value];
      if (auto found = trunkIndex.find(def); def && found != trunkIndex.end())
        traveller.trunkDef = found->second;
      else if (auto exit = branchIndex.find(def);
               def && exit != branchIndex.end())
        traveller.branchDef = exit->second;
      note(traveller);
    });
  };
  for (auto [i, op] : llvm::enumerate(trunk))
    visit(op, [&, i = unsigned(i)](Traveller &traveller) {
      traveller.trunkUses.push_back(i);
    });
  auto useAt = [](unsigned exit) {
    return [exit](Traveller &traveller) {
      traveller.lastBranch = std::max(traveller.lastBranch, exit + 1);
    };
  };
  for (auto [op, exit] : branches)
    visit(op, useAt(exit));
  visit(exits.back(), useAt(earlyCount));

  SmallVector<Value> rawValues = getRawValues(main);
  llvm::DenseSet<Value> raw(rawValues.begin(), rawValues.end());
  struct Counted {
    const Traveller *traveller;
    int64_t bytes;
    bool isRaw, isLegal;
  };
  std::vector<Counted> counted;
  for (auto &[value, traveller] : travellers) {
    auto type = dyn_cast<RankedTensorType>(value.getType());
    bool isLegal =
        type && type.hasStaticShape() && type.getRank() <= kMaxRank &&
        (type.getElementType().isF32() || type.getElementType().isInteger(8) ||
         type.getElementType().isInteger(1));
    counted.push_back(
        {&traveller, getLinkBytes(value), raw.contains(value), isLegal});
  }
  for (const CutPoint &cut : cuts)
    for (unsigned k = 0; k <= earlyCount; ++k) {
      Crossing &crossing = crossings.emplace_back();
      crossing.isLegal = true;
      int64_t tensors = 0;
      for (const Counted &entry : counted) {
        const Traveller &traveller = *entry.traveller;
        if (traveller.trunkDef    ? !cut.before.test(*traveller.trunkDef)
            : traveller.branchDef ? *traveller.branchDef >= k
                                  : false)
          continue;
        if (traveller.lastBranch <= k &&
            llvm::all_of(traveller.trunkUses,
                         [&](unsigned use) { return cut.before.test(use); }))
          continue;
        ++tensors;
        crossing.bytes += entry.bytes;
        crossing.isRaw |= entry.isRaw;
        crossing.isLegal &= entry.isLegal;
      }
      // With the exits of a tier they share its table of outputs.
      crossing.isLegal &= tensors > 0 && tensors + int64_t(k) <= kMaxTensors;
    }
}

//===----------------------------------------------------------------------===//
// Costs
//===----------------------------------------------------------------------===//

PlacementModel::Weights PlacementModel::getWeights(unsigned tier,
                                                   Objective objective) const {
  TierSpecAttr spec = tiers[tier];
  auto valueOf = [](FloatAttr attr) {
    return attr ? attr.getValueAsDouble() : 0.0;
  };
  double bandwidth = valueOf(spec.getBandwidth());
  switch (objective) {
  case Objective::latency:
    return {1.0, valueOf(spec.getLatency()),
            bandwidth > 0.0 ? 1.0 / bandwidth : 0.0};
  case Objective::bytes:
    return {0.0, 0.0, 1.0};
  case Objective::energy:
    return {valueOf(spec.getPower()), 0.0, valueOf(spec.getLinkEnergy())};
  }
  llvm_unreachable("all objectives are handled");
}

/// Seconds that a tier with these exits takes for the trunk before a cut; what
/// it computes is the difference of two.
double PlacementModel::getTrunkSeconds(unsigned tier, unsigned firstExit,
                                       unsigned endExit, unsigned cut,
                                       ArrayRef<double> reach) const {
  double seconds = 0.0;
  for (unsigned owner = firstExit; owner <= earlyCount; ++owner)
    seconds += trunkSeconds[tier][firstExit][owner][cut] *
               reach[std::min(owner, endExit)];
  return seconds;
}

double PlacementModel::getBranchSeconds(unsigned tier, unsigned firstExit,
                                        unsigned endExit,
                                        ArrayRef<double> reach) const {
  double seconds = 0.0;
  for (unsigned exit = firstExit; exit < endExit; ++exit)
    seconds += branchSeconds[tier][exit] * reach[exit];
  return seconds;
}

/// Costs up to `lastTier`, which computes all that is left.
PlacementCosts PlacementModel::addUp(const TrialPlacement &placement,
                                     ArrayRef<double> reach,
                                     unsigned lastTier) const {
  PlacementCosts costs;
  unsigned begin = 0, firstExit = 0;
  for (unsigned tier = 0; tier <= lastTier; ++tier) {
    bool isLast = tier == lastTier;
    unsigned end = isLast ? cuts.size() - 1 : placement.cuts[tier];
    unsigned endExit = firstExit;
    while (endExit < earlyCount && placement.exits[endExit] == tier)
      ++endExit;
    double seconds = getTrunkSeconds(tier, firstExit, endExit, end, reach) -
                     getTrunkSeconds(tier, firstExit, endExit, begin, reach) +
                     getBranchSeconds(tier, firstExit, endExit, reach);
    double requests = isLast ? 0.0 : reach[endExit];
    double bytes =
        isLast ? 0.0 : requests * double(getCrossing(end, endExit).bytes);
    auto add = [&](double &sum, Objective objective) {
      Weights weights = getWeights(tier, objective);
      sum += weights.second * std::max(seconds, 0.0) +
             weights.request * requests + weights.byte * bytes;
    };
    add(costs.seconds, Objective::latency);
    add(costs.bytes, Objective::bytes);
    add(costs.joules, Objective::energy);
    begin = end;
    firstExit = endExit;
  }
  return costs;
}

PlacementCosts PlacementModel::getCosts(const TrialPlacement &placement,
                                        ArrayRef<double> reach) const {
  return addUp(placement, reach, tiers.size() - 1);
}

PlacementCosts PlacementModel::getCostsOn(unsigned tier,
                                          ArrayRef<double> reach) const {
  TrialPlacement placement;
  placement.cuts.assign(tier, 0);
  placement.exits.assign(earlyCount, tier);
  return addUp(placement, reach, tier);
}

//===----------------------------------------------------------------------===//
// Rules
//===----------------------------------------------------------------------===//

/// True if the tier may have the exits from the first one to before the end.
bool PlacementModel::mayRunExits(unsigned tier, unsigned firstExit,
                                 unsigned endExit, PlacementRules rules) const {
  if (tier < firstComputing)
    return firstExit == endExit;
  for (unsigned exit = firstExit; exit < endExit; ++exit)
    if ((rules.given && givenExits[exit] && *givenExits[exit] != tier) ||
        (rules.memory && !hasLargeBranches.empty() &&
         hasLargeBranches[tier][exit]))
      return false;
  return true;
}

/// True if the tier may end at the cut: what its exits need is before it, and
/// what crosses may travel.
bool PlacementModel::mayEndAt(unsigned tier, unsigned firstExit,
                              unsigned endExit, unsigned cut,
                              PlacementRules rules) const {
  bool isRelay = tier < firstComputing;
  if (isRelay ? cut != 0 : cuts[cut].name.empty())
    return false;
  if (rules.given && givenCuts[tier] && *givenCuts[tier] != cut)
    return false;
  for (unsigned exit = firstExit; exit < endExit; ++exit)
    if (needs[exit].test(cuts[cut].before))
      return false;
  const Crossing &crossing = getCrossing(cut, endExit);
  return crossing.isLegal &&
         !(rules.trust && crossing.isRaw && !tiers[tier + 1].getTrusted());
}

/// True if the tier may run the trunk from one cut to another, with its exits.
bool PlacementModel::mayRun(unsigned tier, unsigned firstExit, unsigned endExit,
                            unsigned begin, unsigned end,
                            PlacementRules rules) const {
  if (!isWithin(begin, end) ||
      (rules.memory && countLarge(tier, begin) != countLarge(tier, end)))
    return false;
  // An exit whose scores the trunk goes on with is where the trunk is.
  for (unsigned exit = firstExit; exit < endExit; ++exit) {
    Operation *op = exits[exit];
    if (auto found = trunkIndex.find(op);
        found != trunkIndex.end() && cuts[begin].before.test(found->second))
      return false;
  }
  return true;
}

std::string PlacementModel::describeLargest(unsigned tier,
                                            ArrayRef<Operation *> ops) const {
  int64_t budget = tiers[tier].getMemory(), largest = budget;
  Operation *reason = nullptr;
  for (Operation *op : ops)
    if (int64_t size = getWorkingSet(op, constants, getStoredBytes);
        size > largest) {
      largest = size;
      reason = op;
    }
  if (budget == 0 || !reason)
    return "";
  return (getNodeKind(reason) + (getNodeKind(reason).empty() ? "" : " ") +
          getNodeName(reason) + " needs " + Twine(largest) +
          " bytes at once, but '" + tiers[tier].getName() + "' has " +
          Twine(budget))
      .str();
}

/// The same up to `lastTier`, which computes all that is left.
std::string PlacementModel::findProblem(const TrialPlacement &placement,
                                        unsigned lastTier) const {
  unsigned begin = 0, firstExit = 0;
  for (unsigned tier = 0; tier <= lastTier; ++tier) {
    unsigned end = tier == lastTier ? cuts.size() - 1 : placement.cuts[tier];
    SmallVector<Operation *> ops;
    for (auto [i, op] : llvm::enumerate(trunk))
      if (cuts[end].before.test(i) && !cuts[begin].before.test(i))
        ops.push_back(op);
    for (auto [op, exit] : branches)
      if (placement.exits[exit] == tier)
        ops.push_back(op);
    if (std::string problem = describeLargest(tier, ops); !problem.empty())
      return problem;
    while (firstExit < earlyCount && placement.exits[firstExit] == tier)
      ++firstExit;
    if (tier < lastTier && getCrossing(end, firstExit).isRaw &&
        !tiers[tier + 1].getTrusted())
      return ("raw input would reach '" + tiers[tier + 1].getName() +
              "', which is not trusted")
          .str();
    begin = end;
  }
  return "";
}

std::string PlacementModel::findProblem(const TrialPlacement &placement) const {
  return findProblem(placement, tiers.size() - 1);
}

std::string PlacementModel::findProblemOn(unsigned tier) const {
  TrialPlacement placement;
  placement.cuts.assign(tier, 0);
  placement.exits.assign(earlyCount, tier);
  return findProblem(placement, tier);
}

//===----------------------------------------------------------------------===//
// Search
//===----------------------------------------------------------------------===//

/// The cheapest ways to a cut with a number of exits on the tiers before it.
struct PlacementModel::State {
  struct Way {
    double cost;
    unsigned cut, exits, rank; ///< of the state before
  };
  SmallVector<Way, 1> ways; ///< the cheapest first

  /// Of ways that cost the same, the first stays.
  void add(const Way &way, unsigned count) {
    auto place = llvm::find_if(ways, [&](const Way &other) {
      return way.cost <= other.cost * (1.0 + 1e-12);
    });
    size_t i = place - ways.begin();
    if (i >= count ||
        (i < ways.size() && way.cost >= ways[i].cost * (1.0 - 1e-12)))
      return;
    ways.insert(place, way);
    if (ways.size() > count)
      ways.pop_back();
  }
};

std::vector<TrialPlacement> PlacementModel::search(Objective objective,
                                                   ArrayRef<double> reach,
                                                   PlacementRules rules,
                                                   unsigned count) const {
  unsigned width = earlyCount + 1, all = cuts.size() - 1;
  // By boundary, [cut][exits on tiers before it].
  std::vector<std::vector<State>> states(tiers.size() + 1);
  states[0].resize(cuts.size() * width);
  states[0][0].ways.push_back({0.0, 0, 0, 0});
  for (unsigned tier = 0; tier < tiers.size(); ++tier) {
    bool isLast = tier + 1 == tiers.size();
    const std::vector<State> &from = states[tier];
    std::vector<State> &to = states[tier + 1];
    to.resize(cuts.size() * width);
    Weights weights = getWeights(tier, objective);
    Weights time = getWeights(tier, Objective::latency);
    weights.second += getTieBreak(objective) * time.second;
    weights.request += getTieBreak(objective) * time.request;
    weights.byte += getTieBreak(objective) * time.byte;
    for (unsigned first = 0; first <= earlyCount; ++first)
      for (unsigned end = isLast ? earlyCount : first; end <= earlyCount;
           ++end) {
        if (!mayRunExits(tier, first, end, rules))
          continue;
        double branch =
            weights.second * getBranchSeconds(tier, first, end, reach);
        std::vector<double> costs(cuts.size());
        for (unsigned c = 0; c <= all; ++c)
          costs[c] =
              weights.second * getTrunkSeconds(tier, first, end, c, reach);
        for (unsigned c = isLast ? all : 0; c <= all; ++c) {
          if (!isLast && !mayEndAt(tier, first, end, c, rules))
            continue;
          double cost = costs[c] + branch;
          if (!isLast)
            cost +=
                reach[end] * (weights.request +
                              weights.byte * double(getCrossing(c, end).bytes));
          State &state = to[c * width + end];
          for (unsigned a = 0; a <= c; ++a) {
            const State &before = from[a * width + first];
            if (before.ways.empty() || !mayRun(tier, first, end, a, c, rules))
              continue;
            for (auto [rank, way] : llvm::enumerate(before.ways))
              state.add(
                  {way.cost + (cost - costs[a]), a, first, unsigned(rank)},
                  count);
          }
        }
      }
  }
  std::vector<TrialPlacement> found;
  const State &last = states.back()[all * width + earlyCount];
  for (const State::Way &best : last.ways) {
    TrialPlacement &placement = found.emplace_back();
    placement.cost = best.cost;
    placement.cuts.resize(tiers.size() - 1);
    placement.exits.resize(earlyCount);
    State::Way way = best;
    unsigned end = earlyCount;
    for (unsigned tier = tiers.size(); tier-- > 0;) {
      for (unsigned exit = way.exits; exit < end; ++exit)
        placement.exits[exit] = tier;
      end = way.exits;
      if (tier == 0)
        break;
      placement.cuts[tier - 1] = way.cut;
      way = states[tier][way.cut * width + way.exits].ways[way.rank];
    }
  }
  return found;
}
