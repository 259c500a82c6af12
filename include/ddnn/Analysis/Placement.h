//===- Placement.h - What a cut of the graph costs --------------*- C++ -*-===//
//
// Part of ddnnc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DDNN_ANALYSIS_PLACEMENT_H
#define DDNN_ANALYSIS_PLACEMENT_H

#include "ddnn/Dialect/DDNN/IR/DDNN.h"
#include "llvm/ADT/SetVector.h"
#include <string>

namespace ddnn {

/// Operations of the graph's function that `roots` need, themselves included,
/// without constants and other operations that read no data.
using OpSet = llvm::SmallSetVector<mlir::Operation *, 16>;
OpSet getBackwardSlice(mlir::ArrayRef<mlir::Operation *> roots);

/// Exits in the order the graph returns them.
llvm::SmallVector<ExitOp> getExits(mlir::func::FuncOp main);

/// What travels in the place of `value`: the +-1 that it shows as floats, where
/// nothing but `ddnn.plus_minus_one` and views are between, else `value`. What
/// is between costs nothing, and is repeated where the value is used.
mlir::Value getTravelling(mlir::Value value);

/// Values, arguments included, that are made inside of `before` and needed by
/// an operation of `all` outside of it, as they travel where the graph is cut.
llvm::SmallVector<mlir::Value> getCrossingValues(mlir::func::FuncOp main,
                                                 const OpSet &before,
                                                 const OpSet &all);

/// Bytes that a value takes on a link: bits for +-1 (i1), bytes for raw input,
/// else four bytes an element.
int64_t getLinkBytes(mlir::Value value);

/// A node after which the graph may be cut.
struct LegalCut {
  std::string node;
  int64_t bytes = 0;                     ///< payload of one offload
  llvm::SmallVector<mlir::Value> values; ///< what travels
};

/// The nodes on the way to the last exit, in topological order.
llvm::SmallVector<LegalCut> listLegalCuts(mlir::func::FuncOp main);

} // namespace ddnn

#endif // DDNN_ANALYSIS_PLACEMENT_H
