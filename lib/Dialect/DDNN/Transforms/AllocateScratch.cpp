//===- AllocateScratch.cpp - Buffers for Winograd's tiles -----------------===//
//
// Part of ddnnc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ddnn/Analysis/WindowCost.h"
#include "ddnn/Dialect/DDNN/Transforms/Passes.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"

namespace ddnn {
#define GEN_PASS_DEF_ALLOCATESCRATCH
#include "ddnn/Dialect/DDNN/Transforms/Passes.h.inc"
} // namespace ddnn

using namespace mlir;
using namespace ddnn;

namespace {

struct AllocateScratchPass
    : ddnn::impl::AllocateScratchBase<AllocateScratchPass> {
  void runOnOperation() override {
    getOperation().walk([](WindowOp op) {
      if (!op.getWinograd() || op.getScratch() || op.getResult())
        return;
      OpBuilder b(op);
      auto scratch = memref::AllocOp::create(
          b, op.getLoc(),
          MemRefType::get({getWinogradScratch(op)}, b.getF32Type()));
      scratch->setAttr(kScratchAttr, b.getUnitAttr());
      op.getScratchMutable().assign(scratch);
    });
  }
};

} // namespace
