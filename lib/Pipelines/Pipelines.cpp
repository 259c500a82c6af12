//===- Pipelines.cpp - The stages of the compiler -------------------------===//
//
// Part of ddnnc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ddnn/Pipelines/Pipelines.h"
#include "ddnn/Conversion/Passes.h"
#include "ddnn/Dialect/DDNN/Transforms/Passes.h"
#include "mlir/Conversion/AffineToStandard/AffineToStandard.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/EmitC/Transforms/Passes.h"
#include "mlir/Dialect/Linalg/Passes.h"
#include "mlir/Pass/PassRegistry.h"
#include "mlir/Transforms/Passes.h"

using namespace mlir;
using namespace ddnn;

void ddnn::buildBlocksPipeline(OpPassManager &pm) {
  pm.addPass(createReplicateMembers());
  pm.addPass(createDeclareMissing());
  pm.addPass(createRecognizeBinary());
  pm.addPass(createFoldBatchNorm());
  pm.addPass(createCSEPass());
}

void ddnn::buildTiersPipeline(OpPassManager &pm, const TiersOptions &options) {
  pm.addPass(createSearchPlacement());
  pm.addPass(createPlaceTiers());
  pm.addPass(createEvaluateBlanks());
  pm.addPass(createPartition(PartitionOptions{options.f16}));
}

void ddnn::buildSchedulePipeline(OpPassManager &pm,
                                 const ScheduleOptions &options) {
  OpPassManager &tier = pm.nest<TierOp>();
  tier.addPass(createBoundArena());
  tier.addPass(createPackLinks());
  OpPassManager &step = tier.nest<func::FuncOp>();
  step.addPass(createCommutePools());
  step.addPass(createDecompose(DecomposeOptions{/*keepBinary=*/true}));
  step.addPass(createFormWindows());
  step.addPass(createDecompose());
  step.addPass(createFuseEpilogues());
  step.addPass(createFindThresholds());
  step.addPass(createLowerPads());
  step.addPass(createLinalgElementwiseOpFusionPass());
  step.addPass(createCSEPass());
  tier.addPass(
      createPackWeights(PackWeightsOptions{options.winograd, options.tile}));
  tier.nest<func::FuncOp>().addPass(createSchedule());
}

void ddnn::buildFlatPipeline(OpPassManager &pm) {
  OpPassManager &tier = pm.nest<TierOp>();
  tier.addPass(createBufferize());
  OpPassManager &step = tier.nest<func::FuncOp>();
  // Copies of a buffer onto itself go first, while they are still copies.
  step.addPass(createCSEPass());
  step.addPass(createCanonicalizerPass());
  step.addPass(createAllocateScratch());
  step.addPass(createLowerTransposes());
  step.addPass(createConvertLinalgToLoopsPass());
  step.addPass(createLowerAffinePass());
  step.addPass(createCanonicalizerPass());
  step.addPass(createCSEPass());
  tier.addPass(createOutlineKernels());
  tier.addPass(createLowerWindows());
  OpPassManager &kernel = tier.nest<func::FuncOp>();
  kernel.addPass(createCanonicalizerPass());
  kernel.addPass(createCSEPass());
  tier.addPass(createShareKernels());
  tier.addPass(createCollectWeights());
  tier.addPass(createPlanArena());
  pm.addPass(createFinalizeDescriptor());
}

void ddnn::buildEmitCPipeline(OpPassManager &pm) {
  OpPassManager &tier = pm.nest<TierOp>();
  tier.addPass(createConvertToEmitC());
  tier.addPass(createCSEPass());
  tier.addPass(emitc::createFormExpressionsPass());
  tier.addPass(createMergeExpressionOperands());
}

void ddnn::registerPipelines() {
  PassPipelineRegistration<>("ddnn-to-blocks", "stage graph to stage blocks",
                             buildBlocksPipeline);
  PassPipelineRegistration<TiersOptions>(
      "ddnn-to-tiers", "stage blocks to stage tiers", buildTiersPipeline);
  PassPipelineRegistration<ScheduleOptions>("ddnn-to-schedule",
                                            "stage tiers to stage schedule",
                                            buildSchedulePipeline);
  PassPipelineRegistration<>("ddnn-to-flat", "stage schedule to stage flat",
                             buildFlatPipeline);
  PassPipelineRegistration<>("ddnn-to-emitc", "stage flat to stage emitc",
                             buildEmitCPipeline);
}
