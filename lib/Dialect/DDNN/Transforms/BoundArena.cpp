//===- BoundArena.cpp - The least memory that a tier can do with ----------===//
//
// Part of ddnnc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ddnn/Analysis/Cost.h"
#include "ddnn/Dialect/DDNN/Transforms/Passes.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

namespace ddnn {
#define GEN_PASS_DEF_BOUNDARENA
#include "ddnn/Dialect/DDNN/Transforms/Passes.h.inc"
} // namespace ddnn

using namespace mlir;
using namespace ddnn;

/// The operand whose memory the result could take as it is: a view, a pad,
/// which windows need not store, or an exit. Null for what computes.
static Value getForwarded(Operation *op) {
  if (isa<tensor::CollapseShapeOp, tensor::ExpandShapeOp, tensor::CastOp,
          tensor::ExtractSliceOp, tensor::PadOp, ExitOp>(op))
    return op->getOperand(0);
  return nullptr;
}

/// What is no buffer: constants, and destinations before they are written.
static bool isNoBuffer(Operation *op) {
  return isa<arith::ConstantOp, tensor::EmptyOp, linalg::FillOp>(op);
}

/// True where `op` reads `operand` only where it writes its result.
static bool isElementwise(Operation *op, OpOperand &operand) {
  if (isa<SignOp, SignWithZeroOp, PlusMinusOneOp>(op))
    return true;
  if (isa<BatchNormOp>(op))
    return operand.getOperandNumber() == 0;
  auto linalgOp = dyn_cast<linalg::LinalgOp>(op);
  return linalgOp && linalgOp.getNumReductionLoops() == 0 &&
         linalgOp.getNumDpsInits() == 1 && linalgOp.isDpsInput(&operand) &&
         linalgOp.getMatchingIndexingMap(&operand).isIdentity() &&
         linalgOp.getMatchingIndexingMap(linalgOp.getDpsInitOperand(0))
             .isIdentity();
}

/// True for floats that are read for their signs alone, after pooling and what
/// is element-wise: a window need not store them.
static bool becomesBits(Value value) {
  while (value.hasOneUse()) {
    OpOperand &use = *value.use_begin();
    Operation *user = use.getOwner();
    if (isa<SignOp>(user))
      return true;
    if (user->getNumResults() != 1 ||
        !(isElementwise(user, use) ||
          isa<tensor::PadOp, linalg::PoolingNchwMaxOp>(user)))
      return false;
    value = user->getResult(0);
  }
  return false;
}

/// What a value takes in the arena; bits where that is all of it that is read.
static int64_t countBytes(Value value) {
  auto type = cast<RankedTensorType>(value.getType());
  if (becomesBits(value))
    type = type.clone(IntegerType::get(value.getContext(), 1));
  return getTensorBytes(type);
}

namespace {

/// A value in the arena, from the operation that makes it to its last reader.
struct Lifetime {
  int64_t bytes, first, last;
  bool isOutput = false; // the caller's memory
};

class ArenaBound {
public:
  explicit ArenaBound(TierOp tier) : tier(tier) {}
  int64_t compute();

private:
  /// The index of the buffer that holds `value`, or -1.
  int64_t getBuffer(Value value) const {
    auto it = bufferOf.find(value);
    return it == bufferOf.end() ? -1 : it->second;
  }
  void visit(Operation *op);
  void visitReturn(func::FuncOp step, Operation *op);

  TierOp tier;
  int64_t position = 0;
  SmallVector<Lifetime> buffers;
  DenseMap<Value, int64_t> bufferOf;
  DenseMap<int64_t, int64_t> bufferOfSlot;
  /// At a position, operand and result buffers that could be one.
  SmallVector<std::pair<int64_t, int64_t>> mergeable;
};

} // namespace

void ArenaBound::visit(Operation *op) {
  ++position;
  for (Value operand : op->getOperands())
    if (int64_t buffer = getBuffer(operand); buffer >= 0)
      buffers[buffer].last = position;
  if (isNoBuffer(op) || op->getNumResults() != 1 ||
      !isa<RankedTensorType>(op->getResult(0).getType()))
    return;
  Value result = op->getResult(0);
  if (Value source = getForwarded(op)) {
    if (int64_t buffer = getBuffer(source); buffer >= 0)
      bufferOf[result] = buffer;
    return;
  }
  bufferOf[result] = buffers.size();
  for (OpOperand &operand : op->getOpOperands())
    if (int64_t buffer = getBuffer(operand.get());
        buffer >= 0 && isElementwise(op, operand))
      mergeable.emplace_back(buffer, buffers.size());
  buffers.push_back({countBytes(result), position, position});
}

/// Results are the caller's memory, unless a later step reads them.
void ArenaBound::visitReturn(func::FuncOp step, Operation *op) {
  ++position;
  for (OpOperand &operand : op->getOpOperands()) {
    int64_t buffer = getBuffer(operand.get());
    auto memory = step.getResultAttrOfType<MemoryAttr>(
        operand.getOperandNumber(), kMemoryAttr);
    if (buffer < 0 || !memory)
      continue;
    buffers[buffer].last = position;
    if (memory.getKind() == MemoryKind::slot)
      bufferOfSlot[memory.getIndex()] = buffer;
    else
      buffers[buffer].isOutput = true;
  }
}

int64_t ArenaBound::compute() {
  for (func::FuncOp step : tier.getSteps()) {
    for (BlockArgument arg : step.getArguments()) {
      auto memory =
          step.getArgAttrOfType<MemoryAttr>(arg.getArgNumber(), kMemoryAttr);
      if (memory && memory.getKind() == MemoryKind::slot &&
          bufferOfSlot.count(memory.getIndex()))
        bufferOf[arg] = bufferOfSlot[memory.getIndex()];
    }
    for (Operation &op : step.getBody().front()) {
      if (op.hasTrait<OpTrait::IsTerminator>())
        visitReturn(step, &op);
      else
        visit(&op);
    }
  }
  for (auto &[slot, buffer] : bufferOfSlot)
    buffers[buffer].isOutput = false;
  int64_t peak = 0;
  for (auto [r, result] : llvm::enumerate(buffers)) {
    int64_t live = 0;
    for (const Lifetime &buffer : buffers)
      if (!buffer.isOutput && buffer.first <= result.first &&
          result.first <= buffer.last)
        live += buffer.bytes;
    // The result over an operand that dies here.
    for (auto [operand, merged] : mergeable)
      if (merged == int64_t(r) && !result.isOutput &&
          !buffers[operand].isOutput && buffers[operand].last == result.first &&
          buffers[operand].bytes == result.bytes) {
        live -= result.bytes;
        break;
      }
    peak = std::max(peak, live);
  }
  return peak;
}

namespace {

struct BoundArenaPass : ddnn::impl::BoundArenaBase<BoundArenaPass> {
  void runOnOperation() override {
    getOperation().setArenaLowerBound(ArenaBound(getOperation()).compute());
  }
};

} // namespace
