//===- StoredBytes.h - What values take in memory ---------------*- C++ -*-===//
//
// Part of ddnnc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DDNN_LIB_DIALECT_DDNN_TRANSFORMS_STOREDBYTES_H
#define DDNN_LIB_DIALECT_DDNN_TRANSFORMS_STOREDBYTES_H

#include "mlir/IR/Value.h"

namespace ddnn {

/// True where `op` reads `operand` only where it writes its result.
bool isElementwise(mlir::Operation *op, mlir::OpOperand &operand);

/// The least bytes that a tensor takes between two operations: bits where its
/// sign is all of it that is read.
int64_t getStoredBytes(mlir::Value value);

} // namespace ddnn

#endif // DDNN_LIB_DIALECT_DDNN_TRANSFORMS_STOREDBYTES_H
