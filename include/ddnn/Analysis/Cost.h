//===- Cost.h - FLOPs and bytes of operations -------------------*- C++ -*-===//
//
// Part of ddnnc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DDNN_ANALYSIS_COST_H
#define DDNN_ANALYSIS_COST_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/Operation.h"
#include <string>

namespace ddnn {

/// What running something once takes. All figures saturate.
struct Cost {
  /// Floating-point operations: an addition, multiplication, comparison, or
  /// math function is one, so a multiply-add is two. Products with padding
  /// count, since they are in the iteration space.
  int64_t flops = 0;
  /// Bytes of the distinct operands read once, weights included.
  int64_t bytesRead = 0;
  /// Bytes of the results written once.
  int64_t bytesWritten = 0;

  Cost &operator+=(const Cost &other);
};

/// Cost of one operation on statically shaped tensors: any linalg operation by
/// its iteration space and body, element-wise arith and math, the ddnn
/// operations. What only names data (reshapes, constants, fills) costs nothing.
Cost getCost(mlir::Operation *op);

/// FLOPs alone.
int64_t getFlops(mlir::Operation *op);

/// Bytes of a statically shaped tensor as it lies in memory. Tensors of i1 are
/// bits; other elements narrower than a byte, and those of buffers, take one.
int64_t getTensorBytes(mlir::Type type);

/// Cost of all operations that come from one ONNX node.
struct NodeCost {
  std::string name; ///< empty for operations that name no node
  std::string kind; ///< ONNX operator
  Cost cost;
};

/// Totals per node, in the order in which the nodes first appear.
llvm::SmallVector<NodeCost> getNodeCosts(mlir::func::FuncOp func);

} // namespace ddnn

#endif // DDNN_ANALYSIS_COST_H
