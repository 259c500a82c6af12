//===- MatchWindow.h - Which operators are windows --------------*- C++ -*-===//
//
// Part of ddnnc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DDNN_LIB_DIALECT_DDNN_TRANSFORMS_MATCHWINDOW_H
#define DDNN_LIB_DIALECT_DDNN_TRANSFORMS_MATCHWINDOW_H

#include "ddnn/Dialect/DDNN/IR/DDNN.h"

namespace ddnn {

/// Geometry of a window: height and width each, pads as in ddnn.window.
struct Geometry {
  llvm::SmallVector<int64_t> kernel, strides = {1, 1}, dilations = {1, 1},
                                     pads = {0, 0, 0, 0};

  /// A single tap on every element.
  bool isPoint() const;
};

/// An operator on plain images (N x C x H x W) or rows (N x C) as a window.
struct WindowMatch {
  WindowKind kind;
  mlir::Operation *op; ///< the one that computes; its location is the window's
  mlir::Value input;   ///< without the padding that `geometry` has
  mlir::DenseElementsAttr weights; ///< OIHW, C1HW for depthwise; may be null
  mlir::RankedTensorType type;     ///< of the result
  Geometry geometry;
  int64_t groups = 1; ///< of a convolution; its weights have I / groups
  int64_t flops = 0;  ///< multiplications and additions; padding counts
};

/// The type of an f32 tensor of static shape, else null.
mlir::RankedTensorType getFloatType(mlir::Value value);

/// The elements of a constant f32 tensor, else null.
mlir::DenseElementsAttr getFloatConstant(mlir::Value value);

/// True for a constant number that `accept` takes.
bool isConstant(mlir::Value value,
                llvm::function_ref<bool(const llvm::APFloat &)> accept);

/// A convolution, a product with constant weights, or a pool; none for others.
/// A grouped convolution is matched at the collapse_shape of its result.
std::optional<WindowMatch> matchWindow(mlir::Operation *op);

} // namespace ddnn

#endif // DDNN_LIB_DIALECT_DDNN_TRANSFORMS_MATCHWINDOW_H
