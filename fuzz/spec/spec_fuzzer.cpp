//===- spec_fuzzer.cpp - Hostile deployment files -------------------------===//
//
// Part of ddnnc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Whatever the bytes, a deployment file is refused with at least one error, or
// the module that it was applied to verifies.
//
//===----------------------------------------------------------------------===//

#include "ddnn/Deployment/Deployment.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Verifier.h"
#include "mlir/Parser/Parser.h"
#include <cstdlib>
#include <sys/mman.h>
#include <unistd.h>

using namespace mlir;
using namespace ddnn;

/// Two exits and an input that may be a camera's.
static const char kNetwork[] = R"(
module @net {
  func.func @main(%image: tensor<1x3x4x4xf32> {ddnn.name = "image"})
      -> (tensor<1x3x4x4xf32> {ddnn.name = "local"},
          tensor<1x3x4x4xf32> {ddnn.name = "cloud"}) {
    %0 = arith.negf %image : tensor<1x3x4x4xf32> loc("first")
    %1 = arith.addf %0, %0 : tensor<1x3x4x4xf32> loc("second")
    return %0, %1 : tensor<1x3x4x4xf32>, tensor<1x3x4x4xf32>
  }
})";

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  // A context is expensive to create, and keeps attributes for ever.
  static std::unique_ptr<MLIRContext> context;
  static int uses = 0;
  if (!context || ++uses == 256) {
    context = std::make_unique<MLIRContext>(MLIRContext::Threading::DISABLED);
    context->loadDialect<DDNNDialect, arith::ArithDialect, func::FuncDialect,
                         linalg::LinalgDialect, tensor::TensorDialect>();
    uses = 0;
  }
  static const int file = memfd_create("spec", 0);
  static const std::string path = "/proc/self/fd/" + std::to_string(file);
  if (file < 0 || ftruncate(file, 0) != 0 ||
      pwrite(file, data, size, 0) != ssize_t(size))
    std::abort();

  int errors = 0;
  ScopedDiagnosticHandler handler(context.get(), [&](Diagnostic &diagnostic) {
    errors += diagnostic.getSeverity() == DiagnosticSeverity::Error;
    // The text is part of what is tested.
    return success(!diagnostic.str().empty());
  });
  OwningOpRef<ModuleOp> module =
      parseSourceString<ModuleOp>(kNetwork, context.get());
  DeploymentOptions options;
  options.spec = path;
  Deployment deployment;
  if (failed(deployment.resolve(*module, options)) ||
      failed(deployment.apply(*module))) {
    if (errors == 0)
      std::abort(); // silent failure
    return 0;
  }
  if (errors != 0 || failed(verify(*module)))
    std::abort();
  return 0;
}
