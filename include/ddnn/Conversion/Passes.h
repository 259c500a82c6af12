//===- Passes.h - Conversions out of the ddnn pipeline ----------*- C++ -*-===//
//
// Part of ddnnc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DDNN_CONVERSION_PASSES_H
#define DDNN_CONVERSION_PASSES_H

#include "ddnn/Dialect/DDNN/IR/DDNN.h"
#include "mlir/Pass/Pass.h"

namespace ddnn {

#define GEN_PASS_DECL
#include "ddnn/Conversion/Passes.h.inc"

#define GEN_PASS_REGISTRATION
#include "ddnn/Conversion/Passes.h.inc"

} // namespace ddnn

#endif // DDNN_CONVERSION_PASSES_H
