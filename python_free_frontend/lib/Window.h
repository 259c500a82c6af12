//===- Window.h - Sliding windows of Conv and pooling -----------*- C++ -*-===//
//
// Part of ddnnc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DDNN_FRONTEND_WINDOW_H
#define DDNN_FRONTEND_WINDOW_H

#include "Node.h"

namespace ddnn::frontend {

/// Where a window goes over the spatial dimensions, with auto_pad and ceil_mode
/// resolved: every window lies within the padded input.
struct Window {
  Shape input, kernel, strides, dilations;
  /// Padding in front and behind. `high` includes what ceil_mode adds;
  /// `declaredHigh` is what the model asks for (average pooling counts only
  /// that).
  Shape low, high, declaredHigh;
  Shape output;

  /// Reads strides, dilations, pads, auto_pad and (pool) ceil_mode; reports
  /// what does not fit.
  static mlir::FailureOr<Window> read(Node &node, llvm::ArrayRef<int64_t> input,
                                      llvm::ArrayRef<int64_t> kernel,
                                      bool pool);

  /// One spatial dimension becomes two, the first of size 1.
  void widen();

  /// Shape [N,C,...] with padding.
  Shape getPadded(llvm::ArrayRef<int64_t> shape) const;
};

} // namespace ddnn::frontend

#endif // DDNN_FRONTEND_WINDOW_H
