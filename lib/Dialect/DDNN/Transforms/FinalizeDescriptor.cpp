//===- FinalizeDescriptor.cpp - Complete the descriptor's sizes -----------===//
//
// Part of ddnnc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ddnn/Dialect/DDNN/Transforms/Passes.h"
#include "mlir/IR/Builders.h"

namespace ddnn {
#define GEN_PASS_DEF_FINALIZEDESCRIPTOR
#include "ddnn/Dialect/DDNN/Transforms/Passes.h.inc"
} // namespace ddnn

using namespace mlir;
using namespace ddnn;

/// The layers of a tier in the order of their calls, which is that of their
/// numbers: generated code tells by number which one it runs.
static FailureOr<SmallVector<Attribute>> listLayers(TierOp tier) {
  SmallVector<Attribute> layers;
  for (func::FuncOp step : tier.getSteps())
    for (auto call : step.getOps<func::CallOp>()) {
      auto layer = call->getAttrOfType<LayerAttr>(kLayerAttr);
      if (!layer)
        continue;
      if (layer.getIndex() != int64_t(layers.size()))
        return call.emitError("is layer ")
               << layer.getIndex() << " of tier '" << tier.getSymName()
               << "', but stands where layer " << layers.size() << " should";
      layers.push_back(layer);
    }
  return layers;
}

namespace {

struct FinalizeDescriptorPass
    : ddnn::impl::FinalizeDescriptorBase<FinalizeDescriptorPass> {
  void runOnOperation() override {
    ModuleOp module = getOperation();
    for (auto descriptor : module.getOps<DescriptorOp>()) {
      SmallVector<Attribute> tiers;
      for (auto info : descriptor.getTiers().getAsRange<TierInfoAttr>()) {
        auto tier = module.lookupSymbol<TierOp>(info.getName());
        if (!tier || !tier.getWeightsSize() || !tier.getArenaSize() ||
            !tier.getArenaLowerBound()) {
          descriptor.emitError("tier '")
              << info.getName()
              << "' has no sizes yet; run ddnn-collect-weights and "
                 "ddnn-plan-arena first";
          return signalPassFailure();
        }
        auto layers = listLayers(tier);
        if (failed(layers))
          return signalPassFailure();
        tiers.push_back(TierInfoAttr::get(
            &getContext(), info.getName(), info.getInputs(), info.getOutputs(),
            info.getLinks(), info.getLocalExits(), info.getSteps(),
            info.getOperators(), info.getFlops(), *tier.getWeightsSize(),
            *tier.getArenaSize(), *tier.getArenaLowerBound(),
            tier.getWinogradWeights().value_or(0),
            tier.getWinogradScratch().value_or(0), tier.getArenaPoolsAttr(),
            ArrayAttr::get(&getContext(), *layers), info.getSeconds(),
            info.getPlace()));
      }
      descriptor.setTiersAttr(ArrayAttr::get(&getContext(), tiers));
    }
  }
};

} // namespace
