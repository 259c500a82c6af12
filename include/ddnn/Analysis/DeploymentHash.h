//===- DeploymentHash.h - Which tiers belong together -----------*- C++ -*-===//
//
// Part of ddnnc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DDNN_ANALYSIS_DEPLOYMENTHASH_H
#define DDNN_ANALYSIS_DEPLOYMENTHASH_H

#include "ddnn/Dialect/DDNN/IR/DDNN.h"
#include "mlir/IR/BuiltinOps.h"

namespace ddnn {

/// A hash of what the tiers of a module at stage `tiers` compute and of what
/// travels between them: graph, weights, cuts and encodings. Tiers compiled in
/// different runs work together if and only if theirs are equal, so CPUs,
/// speeds, budgets, compilers and thresholds have no part in it.
int64_t hashDeployment(mlir::ModuleOp module);

} // namespace ddnn

#endif // DDNN_ANALYSIS_DEPLOYMENTHASH_H
