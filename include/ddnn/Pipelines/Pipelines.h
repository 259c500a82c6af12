//===- Pipelines.h - The stages of the compiler -----------------*- C++ -*-===//
//
// Part of ddnnc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// One function a stage, each taking a module from the end of the stage before
// it to the end of its own. ddnnc runs them one after the other, ddnn-opt knows
// them as the pipelines ddnn-to-blocks, ddnn-to-tiers, ...
//
//===----------------------------------------------------------------------===//

#ifndef DDNN_PIPELINES_PIPELINES_H
#define DDNN_PIPELINES_PIPELINES_H

#include "mlir/Pass/PassManager.h"
#include "mlir/Pass/PassOptions.h"

namespace ddnn {

struct TiersOptions : mlir::PassPipelineOptions<TiersOptions> {
  Option<bool> f16{*this, "f16",
                   llvm::cl::desc("send float tensors in half precision"),
                   llvm::cl::init(false)};
};

struct ScheduleOptions : mlir::PassPipelineOptions<ScheduleOptions> {
  Option<std::string> winograd{*this, "winograd",
                               llvm::cl::desc("auto[:ERROR], off, f2 or f4"),
                               llvm::cl::init("auto")};
  Option<std::string> tile{
      *this, "tile",
      llvm::cl::desc("register tile PIXELSxVECTORS instead of the table's"),
      llvm::cl::init("")};
};

/// graph -> blocks: batch norm folded where no binarized block needs it.
void buildBlocksPipeline(mlir::OpPassManager &pm);
/// blocks -> tiers: placed, and partitioned into ddnn.tier operations.
void buildTiersPipeline(mlir::OpPassManager &pm, const TiersOptions &options);
/// tiers -> schedule: windows on blocked images with their tails fused and
/// register tiles chosen, generic linalg for the rest.
void buildSchedulePipeline(mlir::OpPassManager &pm,
                           const ScheduleOptions &options);
/// schedule -> flat: kernels over constant offsets into arena and weights.
void buildFlatPipeline(mlir::OpPassManager &pm);
/// flat -> emitc: C-level operations only.
void buildEmitCPipeline(mlir::OpPassManager &pm);

void registerPipelines();

} // namespace ddnn

#endif // DDNN_PIPELINES_PIPELINES_H
