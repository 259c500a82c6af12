//===- Jit.h - Runs tensor code on this machine -----------------*- C++ -*-===//
//
// Part of ddnnc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DDNN_SUPPORT_JIT_H
#define DDNN_SUPPORT_JIT_H

#include "mlir/IR/BuiltinOps.h"
#include "llvm/Support/Error.h"
#include <memory>
#include <vector>

namespace mlir {
class ExecutionEngine;
} // namespace mlir

namespace ddnn {

/// A compiled `@main` of linalg, tensor, arith and math on tensors of f32.
/// Upstream's passes only, plain loops: nothing of what the compiler makes for
/// a device takes part.
class Jit {
public:
  struct Tensor {
    llvm::SmallVector<int64_t> shape;
    std::vector<float> data;
  };

  /// What compile() needs the context to know; a pass that calls it depends on
  /// these.
  static void registerDialects(mlir::DialectRegistry &registry);

  /// Consumes the module. `level` is LLVM's, 0 to 3.
  static llvm::Expected<std::unique_ptr<Jit>> compile(mlir::ModuleOp module,
                                                      unsigned level);
  ~Jit();

  /// The arguments are in the module's order; sizes must agree.
  llvm::Expected<std::vector<Tensor>> run(std::vector<Tensor> &arguments);

private:
  Jit();
  std::unique_ptr<mlir::ExecutionEngine> engine;
  std::vector<llvm::SmallVector<int64_t>> argumentShapes, resultShapes;
};

} // namespace ddnn

#endif // DDNN_SUPPORT_JIT_H
