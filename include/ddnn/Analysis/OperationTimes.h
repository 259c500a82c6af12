//===- OperationTimes.h - What operations take on a tier --------*- C++ -*-===//
//
// Part of ddnnc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DDNN_ANALYSIS_OPERATIONTIMES_H
#define DDNN_ANALYSIS_OPERATIONTIMES_H

#include "ddnn/Dialect/DDNN/IR/DDNN.h"
#include "llvm/ADT/DenseMap.h"

namespace ddnn {

/// Seconds that the operations of the graph take on one tier. Where the tier
/// has a profile, the operations of a layer's nodes share its measured time by
/// their FLOPs (evenly where they have none). All others take their FLOPs over
/// the tier's speed.
class OperationTimes {
public:
  OperationTimes(mlir::func::FuncOp main, TierSpecAttr tier);

  double getSeconds(mlir::Operation *op) const;

private:
  double flopsPerSecond;
  llvm::DenseMap<mlir::Operation *, double> measured;
};

/// ONNX nodes that an operation of the graph is from, as layers name them: by
/// its location, else its `ddnn.node`.
llvm::SmallVector<std::string> getNodesOf(mlir::Operation *op);

} // namespace ddnn

#endif // DDNN_ANALYSIS_OPERATIONTIMES_H
