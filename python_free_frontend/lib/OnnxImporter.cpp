//===- OnnxImporter.cpp - ONNX files to the graph stage -------------------===//
//
// Part of ddnnc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ddnn-frontend/OnnxImporter.h"
#include "GraphImporter.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"

using namespace mlir;
using namespace ddnn;
using namespace ddnn::frontend;

void ddnn::frontend::registerImportDialects(DialectRegistry &registry) {
  registry.insert<arith::ArithDialect, DDNNDialect, func::FuncDialect,
                  linalg::LinalgDialect, math::MathDialect,
                  tensor::TensorDialect>();
}

OwningOpRef<ModuleOp>
ddnn::frontend::importOnnxFile(StringRef path, MLIRContext *context,
                               const ImportOptions &options) {
  auto fail = [&](const Twine &message) -> OwningOpRef<ModuleOp> {
    emitError(FileLineColLoc::get(context, path, 0, 0)) << message;
    return nullptr;
  };
  // A device or a pipe could go on for ever.
  llvm::sys::fs::file_status status;
  if (std::error_code code = llvm::sys::fs::status(path, status))
    return fail("cannot be read: " + code.message());
  if (!llvm::sys::fs::is_regular_file(status))
    return fail("is not a regular file");
  auto buffer = llvm::MemoryBuffer::getFile(path, /*IsText=*/false,
                                            /*RequiresNullTerminator=*/false);
  if (!buffer)
    return fail("cannot be read: " + buffer.getError().message());
  StringRef dir = llvm::sys::path::parent_path(path);
  return importOnnxBuffer((*buffer)->getBuffer(), path, dir.empty() ? "." : dir,
                          context, options);
}

OwningOpRef<ModuleOp> ddnn::frontend::importOnnxBuffer(
    StringRef bytes, StringRef name, StringRef externalDataDir,
    MLIRContext *context, const ImportOptions &options) {
  DialectRegistry registry;
  registerImportDialects(registry);
  context->appendDialectRegistry(registry);
  context->loadDialect<arith::ArithDialect, DDNNDialect, func::FuncDialect,
                       linalg::LinalgDialect, math::MathDialect,
                       tensor::TensorDialect>();
  onnx::ModelProto model;
  if (llvm::Error problem = parseModel(bytes, model)) {
    emitError(FileLineColLoc::get(context, name, 0, 0))
        << llvm::toString(std::move(problem));
    return nullptr;
  }
  TensorReader reader(externalDataDir);
  GraphImporter importer(model, name, bytes.size(), reader, context, options);
  return importer.import();
}

static StringRef getSeverity(DiagnosticSeverity severity) {
  switch (severity) {
  case DiagnosticSeverity::Note:
    return "note";
  case DiagnosticSeverity::Warning:
    return "warning";
  case DiagnosticSeverity::Error:
    return "error";
  case DiagnosticSeverity::Remark:
    return "remark";
  }
  return "error";
}

void ddnn::frontend::printDiagnostic(llvm::raw_ostream &os,
                                     Diagnostic &diagnostic,
                                     StringRef fallbackFile) {
  StringRef file = fallbackFile;
  std::string place;
  if (auto loc = diagnostic.getLocation()->findInstanceOf<FileLineColLoc>()) {
    file = loc.getFilename();
    if (loc.getLine() != 0) // an ONNX file has no lines, a deployment file has
      place = (":" + Twine(loc.getLine()) + ":" + Twine(loc.getColumn())).str();
  }
  os << file << place << ": " << getSeverity(diagnostic.getSeverity()) << ": "
     << diagnostic.str() << "\n";
  for (Diagnostic &note : diagnostic.getNotes())
    printDiagnostic(os, note, file);
}
