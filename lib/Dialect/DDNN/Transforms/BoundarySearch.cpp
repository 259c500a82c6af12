//===- BoundarySearch.cpp - The cost model's choice of cuts ---------------===//
//
// Part of ddnnc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "BoundarySearch.h"
#include "MemberParts.h"
#include "ddnn/Analysis/Cost.h"
#include "ddnn/Analysis/Nodes.h"
#include "ddnn/Analysis/OperationTimes.h"
#include "ddnn/Analysis/Placement.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/SmallPtrSet.h"

using namespace mlir;
using namespace ddnn;

static constexpr double kInfinity = std::numeric_limits<double>::infinity();

//===----------------------------------------------------------------------===//
// Properties of values and operations
//===----------------------------------------------------------------------===//

/// True for what can be undone, or at least leaves an image to look at.
static bool keepsImage(Operation *op) {
  if (isa<SignOp>(op))
    return false;
  if (auto linalgOp = dyn_cast<linalg::LinalgOp>(op))
    return linalgOp.getNumReductionLoops() == 0;
  return isa<BatchNormOp, ExitOp>(op) ||
         isa_and_nonnull<tensor::TensorDialect, arith::ArithDialect,
                         math::MathDialect>(op->getDialect());
}

SmallVector<Value> ddnn::getRawValues(func::FuncOp func) {
  llvm::SetVector<Value> raw;
  for (BlockArgument argument : func.getArguments())
    raw.insert(argument);
  for (Operation &op : func.getBody().front().without_terminator())
    if (keepsImage(&op) && llvm::any_of(op.getOperands(), [&](Value operand) {
          return raw.contains(operand);
        }))
      raw.insert(op.result_begin(), op.result_end());
  return raw.takeVector();
}

int64_t ddnn::getWorkingSet(Operation *op, const OperationSet &constants,
                            llvm::function_ref<int64_t(Value)> countBytes) {
  if (isa<ExitOp, tensor::ExpandShapeOp, tensor::CollapseShapeOp>(op))
    return 0; // another name for a buffer
  int64_t size = 0;
  llvm::SmallPtrSet<Value, 4> seen;
  auto add = [&](Value value) {
    Operation *def = value.getDefiningOp();
    if (seen.insert(value).second && !(def && constants.contains(def)))
      size += countBytes(value);
  };
  forEachUsedValue(op, add);
  for (Value result : op->getResults())
    add(result);
  return size;
}

//===----------------------------------------------------------------------===//
// BoundarySearch
//===----------------------------------------------------------------------===//

BoundarySearch::BoundarySearch(func::FuncOp func, const Places &places,
                               const OperationSet &constants,
                               ArrayRef<Operation *> sequence,
                               ArrayRef<std::optional<unsigned>> fixed,
                               ArrayRef<std::pair<Value, unsigned>> branchUses,
                               const DenseMap<Operation *, unsigned> &depths)
    : func(func), places(places), depths(depths),
      firstInputs(getFirstInputs(func)), sequence(sequence), fixed(fixed) {
  for (unsigned tier = 0; tier < places.getTierCount(); ++tier)
    tiers.push_back(places.getTierSpec(tier));
  unsigned count = sequence.size();
  bytes.assign(count + 1, 0);
  showsRaw.assign(count + 1, false);
  DenseMap<Operation *, unsigned> index;
  for (auto [i, op] : llvm::enumerate(sequence)) {
    index[op] = i;
    // Floats may be stored as such even where only their signs are read.
    workingSets.push_back(getWorkingSet(op, constants, [](Value value) {
      return getTensorBytes(value.getType());
    }));
  }
  for (TierSpecAttr tier : tiers) {
    OperationTimes tierTimes(func, tier);
    std::vector<double> &sums = times.emplace_back(1, 0.0);
    for (Operation *op : sequence)
      sums.push_back(sums.back() + tierTimes.getSeconds(op));
  }

  // A value crosses a boundary at position p if it is made before and used at
  // or after p; the last exit uses its scores behind the trunk.
  llvm::MapVector<Value, unsigned> lastUse;
  auto use = [&](Value value, unsigned position) {
    value = getTravelling(value);
    Operation *def = value.getDefiningOp();
    if (def && !index.count(def))
      return; // constants, and branches
    auto [entry, isNew] = lastUse.insert({value, position});
    entry->second = std::max(entry->second, position);
  };
  for (auto [i, op] : llvm::enumerate(sequence))
    forEachUsedValue(op, [&, i = i](Value value) { use(value, i); });
  Operation *terminator = func.getBody().front().getTerminator();
  forEachUsedValue(terminator->getOperands().back().getDefiningOp(),
                   [&](Value value) { use(value, count); });
  for (auto [value, tier] : branchUses)
    use(value, tier < fixed.size() ? fixed[tier].value_or(count) : count);

  SmallVector<Value> rawValues = getRawValues(func);
  llvm::DenseSet<Value> raw(rawValues.begin(), rawValues.end());
  for (auto [value, last] : lastUse) {
    Operation *def = value.getDefiningOp();
    unsigned begin = def ? index.lookup(def) + 1 : 0;
    auto type = dyn_cast<RankedTensorType>(value.getType());
    if (begin > last || !type || !type.hasStaticShape())
      continue;
    int64_t size = getLinkBytes(value);
    for (unsigned p = begin; p <= last; ++p) {
      bytes[p] += size;
      showsRaw[p] |= raw.contains(value);
    }
  }
}

/// Positions that a boundary may take: all ends of nodes, so that a cut of the
/// user's can name the same place, between its decided neighbours.
std::vector<unsigned> BoundarySearch::getCandidates(unsigned boundary) const {
  if (fixed[boundary])
    return {*fixed[boundary]};
  unsigned begin = 0, end = sequence.size();
  for (unsigned i = 0; i < fixed.size(); ++i) {
    if (fixed[i] && i < boundary)
      begin = *fixed[i];
    if (fixed[i] && i > boundary) {
      end = *fixed[i];
      break;
    }
  }
  auto isEnd = [&](unsigned p) {
    if (!places.isChain())
      return depths.lookup(sequence[p - 1]) != depths.lookup(sequence[p]);
    return getNodeName(sequence[p - 1]) != getNodeName(sequence[p]);
  };
  std::vector<unsigned> candidates;
  for (unsigned p = begin; p <= end; ++p)
    if (p == begin || p == end || p == 0 || p == sequence.size() || isEnd(p))
      candidates.push_back(p);
  return candidates;
}

/// What the slowest member takes for a part of the sequence; infinite where
/// there are not as many parts as members.
double BoundarySearch::getMemberSeconds(unsigned tier, unsigned begin,
                                        unsigned end) const {
  unsigned members = places.getMemberCount(tier);
  MemberParts parts;
  func::FuncOp graph = func;
  if (begin == 0)
    for (BlockArgument arg : graph.getArguments())
      parts.addValue(arg, arg.getArgNumber());
  OperationSet own(sequence.begin() + begin, sequence.begin() + end);
  for (Operation *op : sequence.slice(begin, end - begin)) {
    forEachUsedValue(op, [&](Value value) {
      auto input = firstInputs.find(value);
      if (input != firstInputs.end() && !own.contains(value.getDefiningOp()))
        parts.addValue(value, input->second);
    });
    parts.addOperation(op);
  }
  if (begin == end && begin != 0)
    return 0.0; // only hands on
  // Where something else decides, a member may have a branch alone.
  if (!parts.deal(members))
    return fixed[tier] ? times[tier][end] - times[tier][begin] : kInfinity;
  SmallVector<double> sums(members, 0.0);
  for (unsigned i = begin; i < end; ++i)
    if (auto member = parts.getMember(sequence[i]->getResult(0)))
      sums[*member] += times[tier][i + 1] - times[tier][i];
  return *llvm::max_element(sums);
}

double BoundarySearch::getTierCost(unsigned tier, unsigned begin, unsigned end,
                                   bool respectMemory) const {
  if (places.isAggregator(tier))
    return begin == end ? 0.0 : kInfinity;
  int64_t budget = tiers[tier].getMemory();
  if (respectMemory && budget != 0)
    for (unsigned i = begin; i < end; ++i)
      if (workingSets[i] > budget)
        return kInfinity;
  double cost = places.getMemberCount(tier) > 1
                    ? getMemberSeconds(tier, begin, end)
                    : times[tier][end] - times[tier][begin];
  if (tier + 1 == tiers.size())
    return cost;
  unsigned next = tier + (places.isAggregator(tier + 1) ? 2 : 1);
  if (next < tiers.size() && showsRaw[end] && !tiers[next].getTrusted() &&
      !fixed[tier])
    return kInfinity;
  double bandwidth = tiers[tier].getBandwidth().getValueAsDouble();
  cost += tiers[tier].getLatency().getValueAsDouble();
  return bandwidth > 0.0 ? cost + double(bytes[end]) / bandwidth : cost;
}

std::optional<SmallVector<unsigned>>
BoundarySearch::search(bool respectMemory) {
  struct State {
    unsigned position;
    double cost;
    unsigned previous; ///< index into the states before
  };
  std::vector<std::vector<State>> states = {{{0, 0.0, 0}}};
  for (unsigned tier = 0; tier < tiers.size(); ++tier) {
    bool isLast = tier + 1 == tiers.size();
    std::vector<unsigned> candidates =
        isLast ? std::vector<unsigned>{unsigned(sequence.size())}
               : getCandidates(tier);
    std::vector<State> next;
    for (unsigned position : candidates) {
      State best = {position, kInfinity, 0};
      for (auto [i, state] : llvm::enumerate(states.back())) {
        if (state.position > position)
          break;
        double cost = state.cost + getTierCost(tier, state.position, position,
                                               respectMemory);
        if (cost < best.cost) {
          best.cost = cost;
          best.previous = i;
        }
      }
      if (std::isfinite(best.cost))
        next.push_back(best);
    }
    if (next.empty())
      return std::nullopt;
    states.push_back(std::move(next));
  }
  seconds = states.back().front().cost;
  SmallVector<unsigned> positions(tiers.size() - 1);
  unsigned state = states.back().front().previous;
  for (unsigned i = positions.size(); i-- > 0;) {
    positions[i] = states[i + 1][state].position;
    state = states[i + 1][state].previous;
  }
  return positions;
}

SmallVector<unsigned> BoundarySearch::run() {
  if (std::optional<SmallVector<unsigned>> positions = search(true))
    return *positions;
  if (std::optional<SmallVector<unsigned>> positions = search(false))
    return *positions;
  // No prefix hides the input: take the longest, and let the check report it.
  SmallVector<unsigned> positions;
  for (unsigned i = 0; i < fixed.size(); ++i)
    positions.push_back(places.isAggregator(i) ? positions.back()
                                               : getCandidates(i).back());
  return positions;
}
