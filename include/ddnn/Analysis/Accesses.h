//===- Accesses.h - How often a kernel touches its memory -------*- C++ -*-===//
//
// Part of ddnnc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DDNN_ANALYSIS_ACCESSES_H
#define DDNN_ANALYSIS_ACCESSES_H

#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace ddnn {

/// Bytes that one call of `kernel` loads and stores through each argument, 0
/// for one that is no buffer. Trip counts are exact where a loop's bounds are
/// constants; the rows of a window, which a border may cut off, count as 3.
/// Both sides of a branch count. A kernel without a body touches each byte
/// once.
llvm::SmallVector<double> countAccessedBytes(mlir::func::FuncOp kernel);

} // namespace ddnn

#endif // DDNN_ANALYSIS_ACCESSES_H
