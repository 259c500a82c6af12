//===- PlanArena.cpp - Place a tier's buffers in one arena ----------------===//
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
#define GEN_PASS_DEF_PLANARENA
#include "ddnn/Dialect/DDNN/Transforms/Passes.h.inc"
} // namespace ddnn

using namespace mlir;
using namespace ddnn;

namespace {

/// A buffer and the stretch of the schedule, ends included, in which it lives.
struct Buffer {
  MemRefType type;
  SmallVector<Value> values; // an allocation, or a slot's argument in each step
  int64_t bytes = 0;
  int64_t first = 0, last = 0;
  int64_t offset = 0;
  bool isScratch = false; // of one kernel

  bool overlaps(const Buffer &other) const {
    return first <= other.last && other.first <= last;
  }
};

/// Vector loads want 64 bytes; a handful of scores should not pay for that.
int64_t getAlignmentOf(int64_t bytes) {
  return std::clamp<int64_t>(llvm::PowerOf2Ceil(bytes), 4, 64);
}

/// Gives buffers their offsets in the given order, each at the lowest place
/// that no buffer alive at the same time takes; returns the arena's size.
int64_t place(ArrayRef<Buffer *> order) {
  int64_t size = 0;
  SmallVector<Buffer *> placed;
  for (Buffer *buffer : order) {
    SmallVector<Buffer *> neighbours;
    for (Buffer *other : placed)
      if (buffer->overlaps(*other))
        neighbours.push_back(other);
    llvm::sort(neighbours,
               [](Buffer *a, Buffer *b) { return a->offset < b->offset; });
    buffer->offset = 0;
    for (Buffer *other : neighbours) {
      if (buffer->offset + buffer->bytes <= other->offset)
        break;
      int64_t end = llvm::alignTo(other->offset + other->bytes,
                                  getAlignmentOf(buffer->bytes));
      buffer->offset = std::max(buffer->offset, end);
    }
    size = std::max(size, buffer->offset + buffer->bytes);
    placed.push_back(buffer);
  }
  return size;
}

struct PlanArenaPass : ddnn::impl::PlanArenaBase<PlanArenaPass> {
  void runOnOperation() override;

private:
  LogicalResult collect(TierOp tier);
  LogicalResult rewrite(TierOp tier, int64_t size);

  std::vector<Buffer> buffers;
};

} // namespace

/// Finds every buffer and its lifetime over the steps run one after the other.
LogicalResult PlanArenaPass::collect(TierOp tier) {
  DenseMap<Value, size_t> bufferOf;
  DenseMap<int64_t, size_t> slots;
  int64_t position = 0;
  auto add = [&](Value value) {
    bufferOf[value] = buffers.size();
    auto type = cast<MemRefType>(value.getType());
    int64_t bytes = type.getNumElements() *
                    llvm::divideCeil(type.getElementTypeBitWidth(), 8);
    buffers.push_back({type, {value}, bytes, -1, -1});
  };
  for (func::FuncOp step : tier.getSteps()) {
    for (BlockArgument arg : step.getArguments()) {
      auto memory =
          step.getArgAttrOfType<MemoryAttr>(arg.getArgNumber(), kMemoryAttr);
      if (!memory)
        return step.emitError("argument #")
               << arg.getArgNumber() << " has no " << kMemoryAttr;
      if (memory.getKind() != MemoryKind::slot)
        continue;
      auto known = slots.find(memory.getIndex());
      if (known == slots.end()) {
        slots[memory.getIndex()] = buffers.size();
        add(arg);
        continue;
      }
      bufferOf[arg] = known->second;
      buffers[known->second].values.push_back(arg);
    }
    for (Operation &op : step.getBody().front()) {
      ++position;
      if (isa<memref::AllocOp>(op)) {
        if (!cast<MemRefType>(op.getResult(0).getType()).hasStaticShape())
          return op.emitError("has no constant size and cannot be placed");
        add(op.getResult(0));
        buffers.back().isScratch = op.hasAttr(kScratchAttr);
        continue;
      }
      for (Value operand : op.getOperands()) {
        auto it = bufferOf.find(operand);
        if (it == bufferOf.end())
          continue;
        if (!isa<func::CallOp>(op))
          return op.emitError("uses a buffer outside of a kernel; run "
                              "ddnn-outline-kernels first");
        Buffer &buffer = buffers[it->second];
        if (buffer.first < 0)
          buffer.first = position;
        buffer.last = position;
      }
    }
  }
  return success();
}

/// Replaces every buffer by a view of the arena at its constant offset.
LogicalResult PlanArenaPass::rewrite(TierOp tier, int64_t size) {
  Builder builder(&getContext());
  auto arenaType = MemRefType::get({size}, builder.getI8Type());
  auto memory = builder.getDictionaryAttr(builder.getNamedAttr(
      kMemoryAttr, MemoryAttr::get(&getContext(), MemoryKind::arena, 0)));
  DenseMap<Value, Buffer *> bufferOf;
  for (Buffer &buffer : buffers)
    for (Value value : buffer.values)
      bufferOf[value] = &buffer;
  SmallVector<func::FuncOp> steps = tier.getSteps();
  for (func::FuncOp step : steps)
    if (failed(step.insertArgument(1, arenaType, memory, step.getLoc())))
      return failure();
  for (func::FuncOp step : steps) {
    Value arena = step.getArgument(1);
    auto view = [&](OpBuilder &b, Value old) {
      Buffer *buffer = bufferOf.lookup(old);
      Value offset =
          arith::ConstantIndexOp::create(b, old.getLoc(), buffer->offset);
      old.replaceAllUsesWith(memref::ViewOp::create(
          b, old.getLoc(), buffer->type, arena, offset, ValueRange()));
    };
    for (auto alloc : llvm::make_early_inc_range(
             step.getBody().front().getOps<memref::AllocOp>())) {
      OpBuilder b(alloc);
      if (!alloc->use_empty())
        view(b, alloc);
      alloc.erase();
    }
    OpBuilder b = OpBuilder::atBlockBegin(&step.getBody().front());
    for (BlockArgument arg : step.getArguments())
      if (bufferOf.count(arg))
        view(b, arg);
  }
  // Erased only now: a new argument could take the place of an erased one in
  // memory, and with it in the map.
  for (func::FuncOp step : steps) {
    llvm::BitVector isSlot(step.getNumArguments());
    for (BlockArgument arg : step.getArguments())
      if (bufferOf.count(arg))
        isSlot.set(arg.getArgNumber());
    if (failed(step.eraseArguments(isSlot)))
      return failure();
  }
  return success();
}

void PlanArenaPass::runOnOperation() {
  buffers.clear(); // the pass object goes from tier to tier
  TierOp tier = getOperation();
  if (failed(collect(tier)))
    return signalPassFailure();

  SmallVector<Buffer *> bySize;
  for (Buffer &buffer : buffers)
    if (buffer.first >= 0)
      bySize.push_back(&buffer);
  SmallVector<Buffer *> byStart = bySize;
  llvm::stable_sort(bySize,
                    [](Buffer *a, Buffer *b) { return a->bytes > b->bytes; });
  // Neither order is always the better one; both are cheap to try.
  int64_t size = place(byStart);
  if (place(bySize) > size)
    place(byStart);
  else
    size = place(bySize);

  int64_t lowerBound = 0, scratch = 0;
  for (Buffer *at : bySize) {
    int64_t live = 0, liveScratch = 0;
    for (Buffer *buffer : bySize)
      if (buffer->first <= at->first && at->first <= buffer->last)
        (buffer->isScratch ? liveScratch : live) += buffer->bytes;
    lowerBound = std::max(lowerBound, live + liveScratch);
    scratch = std::max(scratch, liveScratch);
  }
  tier.setArenaSize(size);
  if (scratch)
    tier.setWinogradScratch(scratch);
  if (!tier.getArenaLowerBound())
    tier.setArenaLowerBound(lowerBound);
  if (int64_t budget = tier.getSpec().getMemory(); budget && size > budget) {
    InFlightDiagnostic diag = tier.emitError("the arena needs ")
                              << size << " bytes, the tier's memory budget is "
                              << budget;
    diag.attachNote() << "at least " << lowerBound
                      << " bytes are alive at once; cut earlier, raise the "
                         "budget, or do without the scratch of Winograd "
                         "(--winograd=off)";
    return signalPassFailure();
  }
  if (failed(rewrite(tier, size)))
    signalPassFailure();
}
