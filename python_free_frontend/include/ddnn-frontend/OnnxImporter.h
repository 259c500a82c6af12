//===- OnnxImporter.h - ONNX files to the graph stage -----------*- C++ -*-===//
//
// Part of ddnnc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// What comes out: `module @NAME` with one `func.func @main` on static ranked
// f32 tensors, in linalg (named operations where one exists), tensor, arith,
// math and ddnn.{exit,aggregate,batch_norm,sign}. Agreements with the passes
// that follow:
//
// - Every operation's location is `"node name"("OpType")`, a NameLoc in a
//   NameLoc; a node without a name is called after its first output. Everything
//   but constants, scalars and `tensor.empty` also carries
//   `ddnn.node = "node name"`.
// - Arguments and results carry `ddnn.name`, the ONNX value's name; a result
//   that is a Softmax or LogSoftmax over all its elements also carries
//   `ddnn.scores = "probabilities"` or `"log_probabilities"`.
// - Convolution: [tensor.pad 0] -> linalg.fill 0 -> linalg.conv_2d_nchw_fchw
//   (groups: conv_2d_ngchw_gfchw between expand_shape and collapse_shape) ->
//   linalg.generic that adds the bias [F], if there is one. Constant weights
//   are one arith.constant in the shape that the operation takes.
// - One linalg.generic an elementwise node. Broadcast operands have their unit
//   dimensions removed, so that all maps are projected permutations; constants
//   of one element are scalars, outside the body or in it.
// - Metadata keys `ddnn.*` are the module's `ddnn.metadata` dictionary.
//
//===----------------------------------------------------------------------===//

#ifndef DDNN_FRONTEND_ONNXIMPORTER_H
#define DDNN_FRONTEND_ONNXIMPORTER_H

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/Diagnostics.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/IR/OwningOpRef.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/ADT/StringRef.h"

namespace ddnn::frontend {

/// Names of the attributes that the importer sets beside those in DDNN.h.
inline constexpr llvm::StringLiteral kNodeAttr = "ddnn.node";
inline constexpr llvm::StringLiteral kScoresAttr = "ddnn.scores";
inline constexpr llvm::StringLiteral kMetadataAttr = "ddnn.metadata";

struct ImportOptions {
  /// Sizes of symbolic dimensions (`--dim=batch=1`): by their name, or as
  /// "INPUT:AXIS" where the model gives them none.
  llvm::StringMap<int64_t> dims;
};

/// The dialects that an imported module uses.
void registerImportDialects(mlir::DialectRegistry &registry);

/// Imports an ONNX file (opset 7 or newer). All problems of the file are
/// reported at once, as diagnostics at the file's name, and the result is null
/// after any error. External data is read from the file's directory only.
mlir::OwningOpRef<mlir::ModuleOp> importOnnxFile(llvm::StringRef path,
                                                 mlir::MLIRContext *context,
                                                 const ImportOptions &options);

/// The same from memory. `name` stands for the file in diagnostics. External
/// data is looked for in `externalDataDir` and refused if that is empty.
mlir::OwningOpRef<mlir::ModuleOp>
importOnnxBuffer(llvm::StringRef bytes, llvm::StringRef name,
                 llvm::StringRef externalDataDir, mlir::MLIRContext *context,
                 const ImportOptions &options);

/// Prints a diagnostic with its notes as `file: error: message`. For a location
/// without a file `fallbackFile` is used.
void printDiagnostic(llvm::raw_ostream &os, mlir::Diagnostic &diagnostic,
                     llvm::StringRef fallbackFile = "<unknown>");

} // namespace ddnn::frontend

#endif // DDNN_FRONTEND_ONNXIMPORTER_H
