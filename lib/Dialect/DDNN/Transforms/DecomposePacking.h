//===- DecomposePacking.h - Bits in loops -----------------------*- C++ -*-===//
//
// Part of ddnnc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DDNN_LIB_DIALECT_DDNN_TRANSFORMS_DECOMPOSEPACKING_H
#define DDNN_LIB_DIALECT_DDNN_TRANSFORMS_DECOMPOSEPACKING_H

#include "mlir/IR/PatternMatch.h"

namespace ddnn {

/// Patterns that rewrite `ddnn.pack` and `ddnn.unpack` of both forms into
/// linalg.generic, a loop over the bytes and one over the eight bits of each.
void populateDecomposePackingPatterns(mlir::RewritePatternSet &patterns);

} // namespace ddnn

#endif // DDNN_LIB_DIALECT_DDNN_TRANSFORMS_DECOMPOSEPACKING_H
