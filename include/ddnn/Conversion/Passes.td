//===- Passes.td - Conversions out of the ddnn pipeline ----*- tablegen -*-===//
//
// Part of ddnnc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DDNN_CONVERSION_PASSES
#define DDNN_CONVERSION_PASSES

include "mlir/Pass/PassBase.td"

def ConvertToEmitC : Pass<"ddnn-convert-to-emitc", "::ddnn::TierOp"> {
  let summary = "convert a tier in flat form fully to EmitC";
  let description = [{
    Buffers become restrict pointers, memory accesses linear indexes into them,
    arithmetic C operators and libm calls. The conversion is full: an operation
    that has no C form is an error that names it.
  }];
  let dependentDialects = ["::mlir::emitc::EmitCDialect"];
}

def MergeExpressionOperands : Pass<"ddnn-merge-expression-operands"> {
  let summary = "an expression takes each value once";
  let description = [{
    `emitc.expression` names the arguments of its region after its operands, so
    one that takes a value twice is text that no parser takes back.
  }];
  let dependentDialects = ["::mlir::emitc::EmitCDialect"];
}

#endif // DDNN_CONVERSION_PASSES
