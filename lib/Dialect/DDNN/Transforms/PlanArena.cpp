//===- PlanArena.cpp - Place a tier's buffers in its arena ----------------===//
//
// Part of ddnnc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ddnn/Analysis/Accesses.h"
#include "ddnn/Dialect/DDNN/Transforms/Passes.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "llvm/Support/MathExtras.h"
#include <numeric>

namespace ddnn {
#define GEN_PASS_DEF_PLANARENA
#include "ddnn/Dialect/DDNN/Transforms/Passes.h.inc"
} // namespace ddnn

using namespace mlir;
using namespace ddnn;

static constexpr StringLiteral kRemedies =
    "cut earlier, raise the budget, or do without the scratch of Winograd "
    "(--winograd=off)";

namespace {

/// A buffer and the stretch of the schedule, ends included, in which it lives.
struct Buffer {
  MemRefType type;
  SmallVector<Value> values; // an allocation, or a slot's argument in each step
  int64_t bytes = 0;
  int64_t first = 0, last = 0;
  int64_t offset = 0;
  int64_t pool = 0;
  bool isScratch = false; // of one kernel
  double accessed = 0.0;  // bytes that all kernels load and store
  std::string nodes;      // of the first kernel that uses it

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

/// Both orders of `place`: neither is always the better one.
int64_t plan(ArrayRef<Buffer *> buffers) {
  SmallVector<Buffer *> byStart(buffers), bySize(buffers);
  llvm::sort(byStart); // they stand in a vector in the order they were found
  llvm::stable_sort(bySize,
                    [](Buffer *a, Buffer *b) { return a->bytes > b->bytes; });
  int64_t size = place(byStart);
  if (int64_t other = place(bySize); other <= size)
    return other;
  return place(byStart);
}

/// One memory of the tier and what lies in it.
struct Pool {
  StringRef name;
  int64_t capacity;
  SmallVector<Buffer *> buffers;
};

/// Puts each buffer, in the given order, into the first pool that still holds
/// its buffers with it; returns those that no pool takes.
SmallVector<Buffer *> fillPools(MutableArrayRef<Pool> pools,
                                ArrayRef<Buffer *> order) {
  for (Pool &pool : pools)
    pool.buffers.clear();
  SmallVector<Buffer *> left;
  for (Buffer *buffer : order) {
    auto takes = [&](Pool &pool) {
      pool.buffers.push_back(buffer);
      if (plan(pool.buffers) <= pool.capacity)
        return true;
      pool.buffers.pop_back();
      return false;
    };
    auto found = llvm::find_if(pools, takes);
    if (found == pools.end())
      left.push_back(buffer);
    else
      buffer->pool = found - pools.begin();
  }
  return left;
}

struct PlanArenaPass : ddnn::impl::PlanArenaBase<PlanArenaPass> {
  void runOnOperation() override;

private:
  LogicalResult collect(TierOp tier);
  LogicalResult spread(TierOp tier, ArrayRef<Buffer *> used);
  LogicalResult rewrite(TierOp tier, ArrayRef<int64_t> sizes);

  std::vector<Buffer> buffers;
};

} // namespace

/// Finds every buffer and its lifetime over the steps run one after the other.
LogicalResult PlanArenaPass::collect(TierOp tier) {
  DenseMap<Value, size_t> bufferOf;
  DenseMap<int64_t, size_t> slots;
  DenseMap<StringAttr, SmallVector<double>> accessedBy;
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
      for (auto [i, operand] : llvm::enumerate(op.getOperands())) {
        auto it = bufferOf.find(operand);
        if (it == bufferOf.end())
          continue;
        auto call = dyn_cast<func::CallOp>(op);
        if (!call)
          return op.emitError("uses a buffer outside of a kernel; run "
                              "ddnn-outline-kernels first");
        StringAttr callee = call.getCalleeAttr().getAttr();
        SmallVector<double> &accessed = accessedBy[callee];
        if (accessed.empty())
          accessed =
              countAccessedBytes(tier.lookupSymbol<func::FuncOp>(callee));
        Buffer &buffer = buffers[it->second];
        if (buffer.first < 0) {
          buffer.first = position;
          buffer.nodes = describeNodes(op.getLoc());
        }
        buffer.last = position;
        buffer.accessed += accessed[i];
      }
    }
  }
  return success();
}

/// Spreads the arena over the tier's memories: what is touched most often per
/// byte goes into the fastest, as far as it fits while it lives.
LogicalResult PlanArenaPass::spread(TierOp tier, ArrayRef<Buffer *> used) {
  SmallVector<Pool> pools;
  for (auto pool : tier.getSpec().getPools().getAsRange<PoolAttr>())
    pools.push_back({pool.getName(), pool.getCapacity(), {}});
  SmallVector<Buffer *> byUse(used), bySize(used);
  llvm::stable_sort(byUse, [](Buffer *a, Buffer *b) {
    if (a->isScratch != b->isScratch)
      return a->isScratch;
    return a->accessed * double(b->bytes) > b->accessed * double(a->bytes);
  });
  llvm::stable_sort(bySize,
                    [](Buffer *a, Buffer *b) { return a->bytes > b->bytes; });
  // Where small ones are in the way of a large one, memory counts for more
  // than speed.
  SmallVector<Buffer *> left = fillPools(pools, byUse);
  if (!left.empty() && !fillPools(pools, bySize).empty()) {
    left = fillPools(pools, byUse);
    InFlightDiagnostic diag =
        tier.emitError("the arena does not fit into the tier's memory pools");
    for (auto [i, pool] : llvm::enumerate(pools)) {
      int64_t size = plan(pool.buffers);
      diag.attachNote() << "pool '" << pool.name << "' has " << pool.capacity
                        << " bytes, " << size << " of them are taken";
      if (i + 1 < pools.size())
        continue;
      SmallVector<Buffer *> all(pool.buffers);
      llvm::append_range(all, left);
      diag.attachNote() << "with all that is left, '" << pool.name
                        << "' would need " << plan(all) << " bytes";
    }
    for (Buffer *buffer : left)
      diag.attachNote() << "no place for " << buffer->bytes << " bytes of "
                        << (buffer->nodes.empty() ? "a kernel" : buffer->nodes);
    diag.attachNote() << kRemedies;
    return failure();
  }
  SmallVector<int64_t> sizes;
  SmallVector<Attribute> attrs;
  for (Pool &pool : pools) {
    sizes.push_back(plan(pool.buffers));
    attrs.push_back(
        PoolAttr::get(&getContext(), pool.name, pool.capacity, sizes.back()));
  }
  tier.setArenaSize(std::accumulate(sizes.begin(), sizes.end(), int64_t(0)));
  tier.setArenaPoolsAttr(ArrayAttr::get(&getContext(), attrs));
  return rewrite(tier, sizes);
}

/// Replaces every buffer by a view of its pool's arena at its constant offset.
LogicalResult PlanArenaPass::rewrite(TierOp tier, ArrayRef<int64_t> sizes) {
  Builder builder(&getContext());
  DenseMap<Value, Buffer *> bufferOf;
  for (Buffer &buffer : buffers)
    for (Value value : buffer.values)
      bufferOf[value] = &buffer;
  SmallVector<func::FuncOp> steps = tier.getSteps();
  for (func::FuncOp step : steps)
    for (auto [pool, size] : llvm::enumerate(sizes)) {
      auto memory = builder.getDictionaryAttr(builder.getNamedAttr(
          kMemoryAttr,
          MemoryAttr::get(&getContext(), MemoryKind::arena, pool)));
      if (failed(step.insertArgument(
              1 + pool, MemRefType::get({size}, builder.getI8Type()), memory,
              step.getLoc())))
        return failure();
    }
  for (func::FuncOp step : steps) {
    auto view = [&](OpBuilder &b, Value old) {
      Buffer *buffer = bufferOf.lookup(old);
      Value offset =
          arith::ConstantIndexOp::create(b, old.getLoc(), buffer->offset);
      Value arena = step.getArgument(1 + buffer->pool);
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

  SmallVector<Buffer *> used;
  for (Buffer &buffer : buffers)
    if (buffer.first >= 0)
      used.push_back(&buffer);

  int64_t lowerBound = 0, scratch = 0;
  for (Buffer *at : used) {
    int64_t live = 0, liveScratch = 0;
    for (Buffer *buffer : used)
      if (buffer->first <= at->first && at->first <= buffer->last)
        (buffer->isScratch ? liveScratch : live) += buffer->bytes;
    lowerBound = std::max(lowerBound, live + liveScratch);
    scratch = std::max(scratch, liveScratch);
  }
  if (scratch)
    tier.setWinogradScratch(scratch);
  if (!tier.getArenaLowerBound())
    tier.setArenaLowerBound(lowerBound);
  if (tier.getSpec().getPools()) {
    if (failed(spread(tier, used)))
      signalPassFailure();
    return;
  }
  int64_t size = plan(used);
  tier.setArenaSize(size);
  if (int64_t budget = tier.getSpec().getMemory(); budget && size > budget) {
    InFlightDiagnostic diag = tier.emitError("the arena needs ")
                              << size << " bytes, the tier's memory budget is "
                              << budget;
    diag.attachNote() << "at least " << lowerBound
                      << " bytes are alive at once; " << kRemedies;
    return signalPassFailure();
  }
  if (failed(rewrite(tier, size)))
    signalPassFailure();
}
