//===- PackLinks.cpp - +-1 enter and leave a tier as bits -----------------===//
//
// Part of ddnnc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ddnn/Dialect/DDNN/Transforms/Passes.h"
#include "mlir/IR/Builders.h"

namespace ddnn {
#define GEN_PASS_DEF_PACKLINKS
#include "ddnn/Dialect/DDNN/Transforms/Passes.h.inc"
} // namespace ddnn

using namespace mlir;
using namespace ddnn;

/// The bytes of what travels as bits; none for other tensors.
static RankedTensorType getLinkType(Type type) {
  auto signs = dyn_cast<RankedTensorType>(type);
  if (!signs || !signs.getElementType().isInteger(1))
    return RankedTensorType();
  return PackOp::isDense(signs) ? PackOp::getPixelType(signs)
                                : PackOp::getDenseType(signs);
}

static bool isKind(MemoryAttr memory, MemoryKind kind) {
  return memory && memory.getKind() == kind;
}

/// Inputs of i1 come over a link, as the model's own are floats or bytes; and
/// so do outputs go, as scores are floats.
static void packLinks(func::FuncOp step) {
  Block &body = step.getBody().front();
  OpBuilder builder = OpBuilder::atBlockBegin(&body);
  for (BlockArgument arg : body.getArguments()) {
    auto memory =
        step.getArgAttrOfType<MemoryAttr>(arg.getArgNumber(), kMemoryAttr);
    RankedTensorType bytes = getLinkType(arg.getType());
    if (!bytes || !isKind(memory, MemoryKind::input))
      continue;
    auto signs = cast<RankedTensorType>(arg.getType());
    arg.setType(bytes);
    auto unpack = UnpackOp::create(builder, arg.getLoc(), signs, arg);
    arg.replaceAllUsesExcept(unpack, unpack);
  }

  Operation *ret = body.getTerminator();
  builder.setInsertionPoint(ret);
  for (OpOperand &operand : ret->getOpOperands()) {
    Value value = operand.get();
    auto memory = step.getResultAttrOfType<MemoryAttr>(
        operand.getOperandNumber(), kMemoryAttr);
    RankedTensorType bytes = getLinkType(value.getType());
    if (!bytes || !isKind(memory, MemoryKind::output))
      continue;
    auto unpack = value.getDefiningOp<UnpackOp>();
    bool isHandedOn = unpack && unpack.getInput().getType() == bytes;
    operand.set(isHandedOn
                    ? unpack.getInput()
                    : PackOp::create(builder, value.getLoc(), bytes, value));
  }
  for (auto unpack : llvm::make_early_inc_range(body.getOps<UnpackOp>()))
    if (unpack.use_empty())
      unpack.erase();
  step.setFunctionType(
      builder.getFunctionType(body.getArgumentTypes(), ret->getOperandTypes()));
}

namespace {

struct PackLinksPass : ddnn::impl::PackLinksBase<PackLinksPass> {
  void runOnOperation() override {
    for (func::FuncOp step : getOperation().getSteps())
      packLinks(step);
  }
};

} // namespace
