//===- PlacementChecks.h - What a placement may not do ----------*- C++ -*-===//
//
// Part of ddnnc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DDNN_LIB_DIALECT_DDNN_TRANSFORMS_PLACEMENTCHECKS_H
#define DDNN_LIB_DIALECT_DDNN_TRANSFORMS_PLACEMENTCHECKS_H

#include "ddnn/Analysis/Graph.h"
#include "ddnn/Analysis/Places.h"

namespace ddnn {

/// An error for each value that shows the raw input and would reach a tier that
/// is not trusted. `tierOf` has the tier of each operation.
llvm::LogicalResult
checkTrust(mlir::func::FuncOp main, const Places &places,
           const llvm::DenseMap<mlir::Operation *, unsigned> &tierOf);

/// A warning for each place with an operation that needs more than it has.
void checkMemory(mlir::func::FuncOp main, const Places &places,
                 const OperationSet &constants);

} // namespace ddnn

#endif // DDNN_LIB_DIALECT_DDNN_TRANSFORMS_PLACEMENTCHECKS_H
