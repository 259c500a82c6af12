//===- ApplyDeployment.cpp - A deployment as a pass -----------------------===//
//
// Part of ddnnc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ddnn/Deployment/Deployment.h"
#include "ddnn/Dialect/DDNN/Transforms/Passes.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

namespace ddnn {
#define GEN_PASS_DEF_APPLYDEPLOYMENT
#include "ddnn/Dialect/DDNN/Transforms/Passes.h.inc"
} // namespace ddnn

using namespace mlir;
using namespace ddnn;

namespace {

struct ApplyDeploymentPass
    : ddnn::impl::ApplyDeploymentBase<ApplyDeploymentPass> {
  using ApplyDeploymentBase::ApplyDeploymentBase;

  void runOnOperation() override {
    DeploymentOptions options;
    options.spec = spec;
    llvm::ListSeparator comma(",");
    for (const std::string &tier : tiers)
      options.tiers += (StringRef(comma) + tier).str();
    options.exits.assign(exits.begin(), exits.end());
    options.thresholds.assign(thresholds.begin(), thresholds.end());
    options.criteria.assign(criteria.begin(), criteria.end());
    options.cuts.assign(cuts.begin(), cuts.end());
    options.bandwidth.assign(bandwidth.begin(), bandwidth.end());
    options.latency.assign(latency.begin(), latency.end());
    options.flops.assign(flops.begin(), flops.end());
    options.memory.assign(memory.begin(), memory.end());
    options.signOfZero = signOfZero;
    options.profiles.assign(profiles.begin(), profiles.end());
    options.power.assign(power.begin(), power.end());
    options.linkEnergy.assign(linkEnergy.begin(), linkEnergy.end());
    options.place = place;
    options.objective = objective;
    options.calibration = calibration;
    options.minAccuracy = minAccuracy;
    options.exitRates.assign(exitRates.begin(), exitRates.end());
    Deployment deployment;
    if (failed(deployment.resolve(getOperation(), options)) ||
        failed(deployment.apply(getOperation())))
      signalPassFailure();
  }
};

} // namespace
