//===- Members.h - Several devices of one tier ------------------*- C++ -*-===//
//
// Part of ddnnc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DDNN_ANALYSIS_MEMBERS_H
#define DDNN_ANALYSIS_MEMBERS_H

#include "ddnn/Dialect/DDNN/IR/DDNN.h"

namespace ddnn {

// On the module, see docs/groups.md.

/// What a missing member means: a string for all aggregates, or a dictionary by
/// ONNX node.
inline constexpr llvm::StringLiteral kMissingAttr = "ddnn.missing";
/// A dictionary, input name -> what every element of a blank view is; 0 for
/// inputs that it leaves out.
inline constexpr llvm::StringLiteral kBlankAttr = "ddnn.blank";
/// A dictionary with `count`, `kind`, `missing` and `after`: what is on the
/// device, once for each member.
inline constexpr llvm::StringLiteral kReplicateAttr = "ddnn.replicate";

/// The name of the graph's input `arg`, or "inputN".
std::string getInputName(mlir::func::FuncOp main, unsigned arg);

/// Checks that `kBlankAttr`, if it is there, gives numbers to inputs of the
/// graph, raw ones in bytes. Reports errors at the module.
mlir::LogicalResult verifyBlanks(mlir::ModuleOp module);

/// All of a blank view of input `arg`; the module has been verified.
mlir::DenseElementsAttr getBlankInput(mlir::func::FuncOp main, unsigned arg);

/// "fail, zero, skip or blank" as text, or an error at `op` that says what was
/// not understood.
mlir::FailureOr<Missing> parseMissing(mlir::Operation *op,
                                      llvm::StringRef text);

/// Sets what a missing member of `aggregate` means, or reports that it cannot
/// mean that.
mlir::LogicalResult declareMissing(AggregateOp aggregate, Missing missing);

} // namespace ddnn

#endif // DDNN_ANALYSIS_MEMBERS_H
