//===- Values.h - What is known about tensor values -------------*- C++ -*-===//
//
// Part of ddnnc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DDNN_ANALYSIS_VALUES_H
#define DDNN_ANALYSIS_VALUES_H

#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/IR/Value.h"
#include <optional>
#include <vector>

namespace ddnn {

//===----------------------------------------------------------------------===//
// Constants
//===----------------------------------------------------------------------===//

/// Elements of a constant (dense, splat or resource; floats, or integers taken
/// as signed except i1) in row-major order, also through reshapes; nothing for
/// what is not constant. A scalar constant has one element.
std::optional<std::vector<double>> getConstantElements(mlir::Value value);

/// The one value that all elements of a constant, or of a tensor filled with
/// one, have.
std::optional<double> getConstantSplat(mlir::Value value);

//===----------------------------------------------------------------------===//
// Pools, products and concatenations
//===----------------------------------------------------------------------===//

/// For a max (min) reduction over windows of `tensor.pad` with a value no
/// larger (smaller) than any: the unpadded tensor, if every window holds at
/// least one of its elements, so that the padding never shows. The operation's
/// own input where there is no padding. Null if `op` is no such reduction.
mlir::Value getPooledSource(mlir::linalg::LinalgOp op);

/// The two factors of the multiply-add `accumulator + a * b` that is the whole
/// body of a convolution or product, as arguments of its block; null arguments
/// for any other body.
std::pair<mlir::BlockArgument, mlir::BlockArgument>
matchMultiplyAdd(mlir::linalg::LinalgOp op);

/// What is joined without gap or overlap by `tensor.concat`, or by a chain of
/// `tensor.insert_slice` into an empty tensor; empty for anything else.
llvm::SmallVector<mlir::Value> getConcatenatedParts(mlir::Value value);

//===----------------------------------------------------------------------===//
// Ranges
//===----------------------------------------------------------------------===//

/// An interval that holds every element, NaN apart. Endpoints may be infinite.
struct NumericRange {
  double lo = -std::numeric_limits<double>::infinity();
  double hi = std::numeric_limits<double>::infinity();
  /// NaN cannot be excluded. Inputs of a network may always be NaN.
  bool mayBeNaN = true;

  bool isBounded() const { return std::isfinite(lo) && std::isfinite(hi); }
};

/// Interval of a value, by interval arithmetic over everything that leads to
/// it within its block: convolutions and products with constant weights by the
/// sums of their positive and negative weights, element-wise operations by
/// their bodies, raw camera input as [0, 255]. Rounding of the tensor's own
/// type is allowed for. The default interval when nothing is known.
NumericRange getNumericRange(mlir::Value value);

/// Upper bound of |x| over all elements, NaN apart; nothing where none can be
/// proved.
std::optional<double> getMagnitudeBound(mlir::Value value);

} // namespace ddnn

#endif // DDNN_ANALYSIS_VALUES_H
