//===- Channels.h - Functions of one element, by channel --------*- C++ -*-===//
//
// Part of ddnnc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DDNN_ANALYSIS_CHANNELS_H
#define DDNN_ANALYSIS_CHANNELS_H

#include "ddnn/Dialect/DDNN/IR/DDNN.h"
#include <functional>
#include <optional>

namespace ddnn {

/// What an operation does to each element of channel c (axis 1): batch norm, or
/// element-wise arithmetic of one tensor with constants by channel.
struct ChannelFunction {
  mlir::Value input; ///< the tensor, of the result's shape
  /// In single precision, each operation rounded, as ONNX evaluates it.
  std::function<float(float x, int64_t channel)> evaluate;
  /// By channel: the function falls, else it rises (or is constant). Rounding
  /// keeps this, NaN does not.
  llvm::SmallVector<bool> falls;
};

/// The function of `op` where it is monotone in each channel; else nothing.
std::optional<ChannelFunction> matchMonotone(mlir::Operation *op);

/// Functions of a channel one behind the other, and max pools between them,
/// which commute with what rises.
struct MonotoneChain {
  mlir::Value source;                           ///< what the first one reads
  llvm::SmallVector<ChannelFunction> functions; ///< in the order of evaluation

  float evaluate(float x, int64_t channel) const;
  bool falls(int64_t channel) const;
};

/// All monotone functions, max pools whose padding never shows, and reshapes
/// that leave the channels alone, that lead to `value`, as far back as they go.
MonotoneChain getMonotoneChain(mlir::Value value);

} // namespace ddnn

#endif // DDNN_ANALYSIS_CHANNELS_H
