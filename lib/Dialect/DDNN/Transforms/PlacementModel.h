//===- PlacementModel.h - What placements cost ------------------*- C++ -*-===//
//
// Part of ddnnc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DDNN_LIB_DIALECT_DDNN_TRANSFORMS_PLACEMENTMODEL_H
#define DDNN_LIB_DIALECT_DDNN_TRANSFORMS_PLACEMENTMODEL_H

#include "ddnn/Analysis/Graph.h"
#include "ddnn/Dialect/DDNN/IR/DDNN.h"
#include "llvm/ADT/BitVector.h"
#include "llvm/ADT/DenseSet.h"
#include <vector>

namespace ddnn {

/// Means over all samples.
struct PlacementCosts {
  double seconds = 0.0; ///< from the input to the answer, one way
  double bytes = 0.0;   ///< payload on all links
  double joules = 0.0;  ///< of all tiers and links

  double get(Objective objective) const;
};

/// A place where the trunk, what the last exit needs, can be cut.
struct CutPoint {
  std::string name;       ///< as `ddnn.cuts` has it; empty: cannot be named
  llvm::BitVector before; ///< operations of the trunk on the earlier side
};

/// One way to place a network.
struct TrialPlacement {
  llvm::SmallVector<unsigned> cuts;  ///< by boundary, index of a cut point
  llvm::SmallVector<unsigned> exits; ///< tier of each early exit, ascending
  double cost = 0.0;                 ///< what the search added up
};

/// What a placement must respect.
struct PlacementRules {
  bool memory = true; ///< each operation fits where it runs
  bool trust = true;  ///< no raw input on tiers that are not trusted
  bool given = true;  ///< cuts and tiers of exits that are given
};

/// The costs of all placements of a network, in tables from which any one is
/// quickly added up. A placement has a cut point for each boundary between
/// tiers, each within the next, and puts early exits on the tiers in their
/// order, where or behind where what they need is computed. What leads to
/// early exits alone runs on the tier of the first of them.
///
/// A tier runs in steps that end at its exits: what its first exit needs is
/// computed for each sample that gets to the tier, what only its second exit
/// needs for those that the first does not take, and so on. That is how
/// `ddnn-partition` makes steps, so the means are those of the report.
class PlacementModel {
public:
  /// `exits` in their order, the last one included. The tiers before
  /// `firstComputing` only send the input on.
  PlacementModel(mlir::func::FuncOp main, llvm::ArrayRef<TierSpecAttr> tiers,
                 llvm::ArrayRef<ExitOp> exits, unsigned firstComputing);

  /// Ascending by the size of what is before; nothing is before the first,
  /// everything before the last.
  llvm::ArrayRef<CutPoint> getCuts() const { return cuts; }

  /// Index of the cut point that a name in `ddnn.cuts` stands for.
  std::optional<unsigned> findCut(llvm::StringRef name) const;

  /// Fixes a boundary or the tier of an early exit.
  void giveCut(unsigned boundary, unsigned cut) { givenCuts[boundary] = cut; }
  void giveExit(unsigned exit, unsigned tier) { givenExits[exit] = tier; }

  /// The `count` cheapest placements of different costs, the cheapest first;
  /// none where the rules allow none. `reach[i]` is the fraction of samples
  /// that the first i exits do not take. Equal bytes are told apart by time.
  std::vector<TrialPlacement> search(Objective objective,
                                     llvm::ArrayRef<double> reach,
                                     PlacementRules rules,
                                     unsigned count) const;

  PlacementCosts getCosts(const TrialPlacement &placement,
                          llvm::ArrayRef<double> reach) const;

  /// Costs of computing everything on one tier, to which the input is sent.
  PlacementCosts getCostsOn(unsigned tier, llvm::ArrayRef<double> reach) const;

  /// Why memory and trust rule a placement out; empty where they do not.
  std::string findProblem(const TrialPlacement &placement) const;
  /// The same for everything on one tier.
  std::string findProblemOn(unsigned tier) const;

private:
  /// What crosses a boundary.
  struct Crossing {
    int64_t bytes = 0;
    bool isLegal = false; ///< something crosses, and links can carry it
    bool isRaw = false;   ///< the input can be seen
  };
  /// Costs are linear in seconds of a tier, and in requests and bytes.
  struct Weights {
    double second = 0.0, request = 0.0, byte = 0.0;
  };
  struct State; // of the search

  void findTrunk(mlir::func::FuncOp main);
  void findCutPoints(mlir::func::FuncOp main);
  void addTimes(mlir::func::FuncOp main);
  void addMemory();
  void addCrossings(mlir::func::FuncOp main);
  Weights getWeights(unsigned tier, Objective objective) const;
  const Crossing &getCrossing(unsigned cut, unsigned exitsBefore) const {
    return crossings[cut * (earlyCount + 1) + exitsBefore];
  }
  double getTrunkSeconds(unsigned tier, unsigned firstExit, unsigned endExit,
                         unsigned cut, llvm::ArrayRef<double> reach) const;
  double getBranchSeconds(unsigned tier, unsigned firstExit, unsigned endExit,
                          llvm::ArrayRef<double> reach) const;
  bool mayRunExits(unsigned tier, unsigned firstExit, unsigned endExit,
                   PlacementRules rules) const;
  bool mayEndAt(unsigned tier, unsigned firstExit, unsigned endExit,
                unsigned cut, PlacementRules rules) const;
  bool mayRun(unsigned tier, unsigned firstExit, unsigned endExit,
              unsigned begin, unsigned end, PlacementRules rules) const;
  unsigned countLarge(unsigned tier, unsigned cut) const {
    return largeCounts.empty() ? 0 : largeCounts[tier][cut];
  }
  bool isWithin(unsigned cut, unsigned other) const {
    return within[other * cuts.size() + cut];
  }
  PlacementCosts addUp(const TrialPlacement &placement,
                       llvm::ArrayRef<double> reach, unsigned lastTier) const;
  std::string findProblem(const TrialPlacement &placement,
                          unsigned lastTier) const;
  std::string describeLargest(unsigned tier,
                              llvm::ArrayRef<mlir::Operation *> ops) const;

  llvm::SmallVector<TierSpecAttr> tiers;
  llvm::SmallVector<ExitOp> exits;
  unsigned firstComputing, earlyCount;
  OperationSet constants;
  std::vector<mlir::Operation *> trunk; ///< in program order
  llvm::DenseMap<mlir::Operation *, unsigned> trunkIndex;
  /// What leads to early exits alone, with the first of them.
  std::vector<std::pair<mlir::Operation *, unsigned>> branches;
  std::vector<llvm::BitVector> needs; ///< of the trunk, by early exit
  std::vector<CutPoint> cuts;
  llvm::StringMap<unsigned> cutsByName;
  std::vector<char> within; ///< [larger][smaller]
  llvm::SmallVector<std::optional<unsigned>> givenCuts, givenExits;
  /// [tier][first exit][owner][cut]: seconds of the operations before the cut
  /// whose first user among the exits from the first one on is `owner`;
  /// `earlyCount` where none needs it.
  std::vector<std::vector<std::vector<std::vector<double>>>> trunkSeconds;
  std::vector<std::vector<double>> branchSeconds;  ///< [tier][exit]
  std::vector<std::vector<unsigned>> largeCounts;  ///< [tier][cut]
  std::vector<std::vector<char>> hasLargeBranches; ///< [tier][exit]
  std::vector<Crossing> crossings; ///< [cut][exits on earlier tiers]
};

} // namespace ddnn

#endif // DDNN_LIB_DIALECT_DDNN_TRANSFORMS_PLACEMENTMODEL_H
