//===- Graph.h - Slices of a network's graph --------------------*- C++ -*-===//
//
// Part of ddnnc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DDNN_ANALYSIS_GRAPH_H
#define DDNN_ANALYSIS_GRAPH_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/Operation.h"
#include "llvm/ADT/DenseSet.h"
#include "llvm/ADT/STLFunctionalExtras.h"

namespace ddnn {

/// The network's function, @main, if it has a body of one block; else null.
mlir::func::FuncOp getGraph(mlir::ModuleOp module);

/// Calls `visit` for each value that `op` uses from the block it is in: its
/// operands and what its regions capture.
void forEachUsedValue(mlir::Operation *op,
                      llvm::function_ref<void(mlir::Value)> visit);

using OperationSet = llvm::DenseSet<mlir::Operation *>;

/// The operations of its block that a value depends on, its own included.
OperationSet getBackwardSlice(mlir::Value value);

/// Operations of a function that depend on no argument of it, constants and
/// what is computed from them alone.
OperationSet getConstantOps(mlir::func::FuncOp func);

} // namespace ddnn

#endif // DDNN_ANALYSIS_GRAPH_H
