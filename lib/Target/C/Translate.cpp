//===- Translate.cpp - C files on standard output -------------------------===//
//
// Part of ddnnc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ddnn/Target/Artifact.h"
#include "mlir/Dialect/EmitC/IR/EmitC.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Tools/mlir-translate/Translation.h"

using namespace mlir;
using namespace ddnn;

static LogicalResult writeTextFiles(Operation *op, raw_ostream &os) {
  auto module = dyn_cast<ModuleOp>(op);
  if (!module)
    return op->emitError("is no module");
  for (auto descriptor : module.getOps<DescriptorOp>())
    for (unsigned i = 0; i < descriptor.getTiers().size(); ++i) {
      auto files = emitTierSources(module, descriptor, i, {});
      if (failed(files))
        return failure();
      for (const OutputFile &file : *files)
        if (!StringRef(file.path).ends_with(".bin"))
          os << "//--- " << file.path << "\n" << file.contents;
    }
  return success();
}

void ddnn::registerToCTranslation() {
  TranslateFromMLIRRegistration registration(
      "ddnn-to-c", "C files of all tiers, from stage emitc", writeTextFiles,
      [](DialectRegistry &registry) {
        registry
            .insert<DDNNDialect, emitc::EmitCDialect, memref::MemRefDialect>();
      });
}
