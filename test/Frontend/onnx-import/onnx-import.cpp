//===- onnx-import.cpp - Prints an ONNX file as the graph stage -----------===//
//
// Part of ddnnc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// For the importer's tests: the importer and nothing else. Users have
// `ddnnc --emit=graph`.
//
//===----------------------------------------------------------------------===//

#include "ddnn-frontend/OnnxImporter.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/MemoryBuffer.h"

using namespace mlir;

static llvm::cl::opt<std::string> input(llvm::cl::Positional,
                                        llvm::cl::Required,
                                        llvm::cl::desc("MODEL.onnx, or - "));
static llvm::cl::list<std::string>
    dims("dim", llvm::cl::desc("NAME=SIZE of a symbolic dimension"));
static llvm::cl::opt<bool> locations("locations",
                                     llvm::cl::desc("print locations"));

int main(int argc, char **argv) {
  llvm::cl::ParseCommandLineOptions(argc, argv, "prints an imported model\n");
  ddnn::frontend::ImportOptions options;
  for (const std::string &dim : dims) {
    auto [name, size] = llvm::StringRef(dim).rsplit('=');
    int64_t value;
    if (size.getAsInteger(10, value) || value < 1) {
      llvm::errs() << "onnx-import: error: --dim=" << dim
                   << " is not NAME=SIZE\n";
      return 1;
    }
    options.dims[name] = value;
  }
  MLIRContext context(MLIRContext::Threading::DISABLED);
  ScopedDiagnosticHandler handler(&context, [](Diagnostic &diagnostic) {
    ddnn::frontend::printDiagnostic(llvm::errs(), diagnostic);
    return success();
  });
  OwningOpRef<ModuleOp> module;
  if (input == "-") {
    auto buffer = llvm::MemoryBuffer::getSTDIN();
    if (!buffer)
      return 1;
    module = ddnn::frontend::importOnnxBuffer((*buffer)->getBuffer(), "<stdin>",
                                              "", &context, options);
  } else {
    module = ddnn::frontend::importOnnxFile(input, &context, options);
  }
  if (!module)
    return 1;
  OpPrintingFlags flags;
  flags.elideLargeElementsAttrs(64);
  if (locations)
    flags.enableDebugInfo(true, true);
  module->print(llvm::outs(), flags);
  llvm::outs() << "\n";
  return 0;
}
