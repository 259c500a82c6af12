//===- Passes.h - Passes over the ddnn dialect ------------------*- C++ -*-===//
//
// Part of ddnnc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DDNN_DIALECT_DDNN_TRANSFORMS_PASSES_H
#define DDNN_DIALECT_DDNN_TRANSFORMS_PASSES_H

#include "ddnn/Dialect/DDNN/IR/DDNN.h"
#include "mlir/Pass/Pass.h"

namespace ddnn {

#define GEN_PASS_DECL
#include "ddnn/Dialect/DDNN/Transforms/Passes.h.inc"

#define GEN_PASS_REGISTRATION
#include "ddnn/Dialect/DDNN/Transforms/Passes.h.inc"

} // namespace ddnn

#endif // DDNN_DIALECT_DDNN_TRANSFORMS_PASSES_H
