//===- InitAll.h - Dialects and passes of the tools -------------*- C++ -*-===//
//
// Part of ddnnc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// What ddnn-opt, ddnn-lsp-server and ddnn-reduce register: everything upstream,
// and ours.
//
//===----------------------------------------------------------------------===//

#ifndef DDNN_INITALL_H
#define DDNN_INITALL_H

#include "ddnn/Conversion/Passes.h"
#include "ddnn/Dialect/DDNN/Transforms/Passes.h"
#include "ddnn/Pipelines/Pipelines.h"
#include "mlir/InitAllDialects.h"
#include "mlir/InitAllExtensions.h"
#include "mlir/InitAllPasses.h"

namespace ddnn {

/// All upstream dialects and extensions, and ours.
inline void registerAllDialects(mlir::DialectRegistry &registry) {
  mlir::registerAllDialects(registry);
  mlir::registerAllExtensions(registry);
  registry.insert<DDNNDialect>();
}

/// All upstream passes, and ours, with a pipeline for each stage.
inline void registerAllPasses() {
  mlir::registerAllPasses();
  registerDDNNPasses();
  registerDDNNConversionPasses();
  registerPipelines();
}

} // namespace ddnn

#endif // DDNN_INITALL_H
