//===- CollectWeights.cpp - One block of weights for a tier ---------------===//
//
// Part of ddnnc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ddnn/Dialect/DDNN/Transforms/Passes.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "llvm/Support/MathExtras.h"

namespace ddnn {
#define GEN_PASS_DEF_COLLECTWEIGHTS
#include "ddnn/Dialect/DDNN/Transforms/Passes.h.inc"
} // namespace ddnn

using namespace mlir;
using namespace ddnn;

/// Vector loads want 64 bytes, but a handful of weights in a microcontroller's
/// flash should not pay for that.
static uint64_t getAlignmentOf(int64_t bytes) {
  return std::clamp<uint64_t>(llvm::PowerOf2Ceil(bytes), 4, 64);
}

namespace {

struct CollectWeightsPass : ddnn::impl::CollectWeightsBase<CollectWeightsPass> {
  void runOnOperation() override {
    TierOp tier = getOperation();
    Builder builder(&getContext());
    // A global that nobody reads any more takes no place.
    llvm::DenseSet<StringAttr> used;
    tier.walk([&](memref::GetGlobalOp op) {
      used.insert(op.getNameAttr().getAttr());
    });
    int64_t size = 0;
    for (auto global : llvm::make_early_inc_range(
             tier.getBody().getOps<memref::GlobalOp>())) {
      if (!used.contains(global.getSymNameAttr())) {
        global.erase();
        continue;
      }
      MemRefType type = global.getType();
      int64_t bytes = type.getNumElements() *
                      llvm::divideCeil(type.getElementTypeBitWidth(), 8);
      size = llvm::alignTo(size, getAlignmentOf(bytes));
      global->setAttr(kOffsetAttr, builder.getI64IntegerAttr(size));
      size += bytes;
    }
    tier.setWeightsSize(size);

    auto blockType = MemRefType::get({size}, builder.getI8Type());
    auto memory = builder.getDictionaryAttr(builder.getNamedAttr(
        kMemoryAttr, MemoryAttr::get(&getContext(), MemoryKind::weights, 0)));
    for (func::FuncOp step : tier.getSteps()) {
      if (failed(step.insertArgument(0, blockType, memory, step.getLoc())))
        return signalPassFailure();
      Value block = step.getArgument(0);
      for (auto get : llvm::make_early_inc_range(
               step.getBody().front().getOps<memref::GetGlobalOp>())) {
        auto global = SymbolTable::lookupNearestSymbolFrom<memref::GlobalOp>(
            get, get.getNameAttr());
        OpBuilder b(get);
        Value offset = arith::ConstantIndexOp::create(
            b, get.getLoc(),
            global->getAttrOfType<IntegerAttr>(kOffsetAttr).getInt());
        Value view = memref::ViewOp::create(b, get.getLoc(), get.getType(),
                                            block, offset, ValueRange());
        get.replaceAllUsesWith(view);
        get.erase();
      }
    }
  }
};

} // namespace
