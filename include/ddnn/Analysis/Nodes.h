//===- Nodes.h - Which ONNX node an operation is from -----------*- C++ -*-===//
//
// Part of ddnnc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DDNN_ANALYSIS_NODES_H
#define DDNN_ANALYSIS_NODES_H

#include "mlir/IR/Operation.h"

namespace ddnn {

/// Name of the ONNX node that an operation was imported from: its `ddnn.node`
/// attribute, else the name in its location, else empty.
llvm::StringRef getNodeName(mlir::Operation *op);

/// ONNX operator of that node ("Conv"), from the location's child; or empty.
llvm::StringRef getNodeKind(mlir::Operation *op);

/// True for what computes nothing from data, so that every user may have a
/// copy: constants, uninitialised tensors and fills with a constant.
bool readsNoData(mlir::Operation *op);

} // namespace ddnn

#endif // DDNN_ANALYSIS_NODES_H
