//===- ddnn-translate.cpp - From textual IR to C --------------------------===//
//
// Part of ddnnc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ddnn/Target/Artifact.h"
#include "mlir/Tools/mlir-translate/MlirTranslateMain.h"
#include "llvm/Support/LogicalResult.h"

int main(int argc, char **argv) {
  ddnn::registerToCTranslation();
  return mlir::failed(
      mlir::mlirTranslateMain(argc, argv, "tiers in stage emitc to C files\n"));
}
