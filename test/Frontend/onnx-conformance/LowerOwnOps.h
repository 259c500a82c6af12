//===- LowerOwnOps.h - ddnn operations as plain loops -----------*- C++ -*-===//
//
// Part of ddnnc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DDNN_TEST_FRONTEND_LOWEROWNOPS_H
#define DDNN_TEST_FRONTEND_LOWEROWNOPS_H

#include "mlir/IR/BuiltinOps.h"

namespace ddnn::test {

/// Rewrites what upstream has no lowering for. Not the compiler's own passes:
/// what the importer says is compared with references, not what the compiler
/// makes of it.
mlir::LogicalResult lowerOwnOps(mlir::ModuleOp module);

} // namespace ddnn::test

#endif // DDNN_TEST_FRONTEND_LOWEROWNOPS_H
