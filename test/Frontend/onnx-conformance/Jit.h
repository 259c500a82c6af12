//===- Jit.h - Runs an imported module on this machine ----------*- C++ -*-===//
//
// Part of ddnnc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DDNN_TEST_FRONTEND_JIT_H
#define DDNN_TEST_FRONTEND_JIT_H

#include "mlir/ExecutionEngine/ExecutionEngine.h"
#include "mlir/IR/BuiltinOps.h"
#include "llvm/Support/Error.h"

namespace ddnn::test {

/// A compiled `@main`. Upstream's passes only, plain loops: what the importer
/// says is compared with references, not what the compiler makes of it.
class Jit {
public:
  struct Tensor {
    llvm::SmallVector<int64_t> shape;
    std::vector<float> data;
  };

  /// Call once, before any context is created.
  static void initialize(mlir::DialectRegistry &registry);

  /// Consumes the module.
  static llvm::Expected<std::unique_ptr<Jit>> compile(mlir::ModuleOp module,
                                                      bool optimize);

  /// The arguments are in the module's order; sizes must agree.
  llvm::Expected<std::vector<Tensor>> run(std::vector<Tensor> &arguments);

private:
  std::unique_ptr<mlir::ExecutionEngine> engine;
  std::vector<llvm::SmallVector<int64_t>> argumentShapes, resultShapes;
};

} // namespace ddnn::test

#endif // DDNN_TEST_FRONTEND_JIT_H
