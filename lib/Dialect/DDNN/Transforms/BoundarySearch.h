//===- BoundarySearch.h - The cost model's choice of cuts -------*- C++ -*-===//
//
// Part of ddnnc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DDNN_LIB_DIALECT_DDNN_TRANSFORMS_BOUNDARYSEARCH_H
#define DDNN_LIB_DIALECT_DDNN_TRANSFORMS_BOUNDARYSEARCH_H

#include "ddnn/Analysis/Graph.h"
#include "ddnn/Analysis/Places.h"
#include "ddnn/Dialect/DDNN/IR/DDNN.h"
#include <vector>

namespace ddnn {

/// Values that show the network's input as it is: the arguments, and what only
/// moves or rescales them element by element. In program order.
llvm::SmallVector<mlir::Value> getRawValues(mlir::func::FuncOp func);

/// Bytes, by `countBytes`, of an operation's operands and results that are no
/// constants: what must fit in the arena at once.
int64_t getWorkingSet(mlir::Operation *op, const OperationSet &constants,
                      llvm::function_ref<int64_t(mlir::Value)> countBytes);

/// Chooses the boundaries that nothing else decides: dynamic programming over
/// all prefixes of the trunk, for the least time of a sample that goes all the
/// way. Tier i takes what OperationTimes says; link i takes latency_i and the
/// bytes of every value that is made at or before boundary i and used behind
/// it, in the smallest exact encoding, over bandwidth_i. Prefixes that show raw
/// input to an untrusted tier, or break a tier's memory budget, are left out;
/// the budget gives way if nothing else remains.
///
/// Members of a tier run side by side: the tier takes as long as the slowest of
/// them, and all send over one link. A prefix that joins what members have is
/// left out. An aggregator runs nothing of the trunk, and nothing goes over it.
class BoundarySearch {
public:
  /// `sequence` is the trunk in an order that data allows; boundary i is a
  /// length of prefix of it, decided where `fixed` says so. With groups there
  /// are boundaries only where the operations' `depths` change. `branchUses`
  /// are the uses of trunk values on the way to early exits, with the tiers
  /// that these are behind.
  BoundarySearch(mlir::func::FuncOp func, const Places &places,
                 const OperationSet &constants,
                 llvm::ArrayRef<mlir::Operation *> sequence,
                 llvm::ArrayRef<std::optional<unsigned>> fixed,
                 llvm::ArrayRef<std::pair<mlir::Value, unsigned>> branchUses,
                 const llvm::DenseMap<mlir::Operation *, unsigned> &depths);

  /// A position for each boundary, in ascending order.
  llvm::SmallVector<unsigned> run();

  /// Payload over a boundary at this position.
  int64_t getBytes(unsigned position) const { return bytes[position]; }
  /// What `run` expects a sample that goes all the way to take.
  double getSeconds() const { return seconds; }

private:
  std::optional<llvm::SmallVector<unsigned>> search(bool respectMemory);
  std::vector<unsigned> getCandidates(unsigned boundary) const;
  double getTierCost(unsigned tier, unsigned begin, unsigned end,
                     bool respectMemory) const;
  double getMemberSeconds(unsigned tier, unsigned begin, unsigned end) const;

  mlir::func::FuncOp func;
  const Places &places;
  const llvm::DenseMap<mlir::Operation *, unsigned> &depths;
  llvm::DenseMap<mlir::Value, unsigned> firstInputs;
  llvm::SmallVector<TierSpecAttr> tiers;
  llvm::ArrayRef<mlir::Operation *> sequence;
  llvm::ArrayRef<std::optional<unsigned>> fixed;
  std::vector<std::vector<double>> times; ///< [tier], first n operations
  std::vector<int64_t> workingSets;       ///< of each operation
  std::vector<int64_t> bytes;             ///< over a boundary at each position
  std::vector<char> showsRaw;             ///< raw input crosses there
  double seconds = 0.0;
};

} // namespace ddnn

#endif // DDNN_LIB_DIALECT_DDNN_TRANSFORMS_BOUNDARYSEARCH_H
