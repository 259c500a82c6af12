//===- OutlineKernels.cpp - A function for each node's loops --------------===//
//
// Part of ddnnc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ddnn/Dialect/DDNN/Transforms/Passes.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/Interfaces/ViewLikeInterface.h"
#include "llvm/ADT/SetVector.h"
#include "llvm/ADT/StringExtras.h"

namespace ddnn {
#define GEN_PASS_DEF_OUTLINEKERNELS
#include "ddnn/Dialect/DDNN/Transforms/Passes.h.inc"
} // namespace ddnn

using namespace mlir;
using namespace ddnn;

/// Views and constants: a kernel gets its own copy of them.
static bool isCopiedIntoKernel(Operation *op) {
  return isa<arith::ConstantOp>(op) || isa<ViewLikeOpInterface>(op);
}

/// What stays in the step: buffers, and what kernels copy.
static bool staysInStep(Operation *op) {
  return isa<memref::AllocOp, memref::GetGlobalOp, func::CallOp,
             func::ReturnOp>(op) ||
         isCopiedIntoKernel(op);
}

/// Floating-point operations that `op` and everything in it executes, from the
/// constant trip counts of its loops.
static int64_t countFlops(Operation *op) {
  if (auto window = dyn_cast<WindowOp>(op))
    return window.countFlops();
  if (auto loop = dyn_cast<scf::ForOp>(op)) {
    auto lower = getConstantIntValue(loop.getLowerBound());
    auto upper = getConstantIntValue(loop.getUpperBound());
    auto step = getConstantIntValue(loop.getStep());
    int64_t trips = lower && upper && step && *step > 0
                        ? (*upper - *lower + *step - 1) / *step
                        : 0;
    int64_t body = 0;
    for (Operation &inner : *loop.getBody())
      body += countFlops(&inner);
    return trips * body;
  }
  int64_t flops = 0;
  for (Region &region : op->getRegions())
    for (Block &block : region)
      for (Operation &inner : block)
        flops += countFlops(&inner);
  bool isFloat = op->getNumResults() == 1 &&
                 isa<FloatType>(op->getResult(0).getType()) &&
                 isa_and_nonnull<arith::ArithDialect, math::MathDialect>(
                     op->getDialect()) &&
                 !isa<arith::ConstantOp, arith::SelectOp>(op);
  return flops + isFloat;
}

/// The one buffer that `op` writes, behind all views; null where there is none
/// or several.
static Value findWrittenBuffer(Operation *op) {
  Value written;
  bool isOne = true;
  auto write = [&](Value base) {
    while (auto view = base.getDefiningOp<ViewLikeOpInterface>())
      base = view.getViewSource();
    isOne &= !written || written == base;
    written = base;
  };
  op->walk([&](memref::StoreOp store) { write(store.getMemRef()); });
  op->walk([&](vector::StoreOp store) { write(store.getBase()); });
  op->walk([&](StoreWordOp store) { write(store.getMemref()); });
  op->walk([&](WindowOp window) { write(window.getInit()); });
  return isOne ? written : Value();
}

namespace {

/// Consecutive operations of a step that write one buffer: a kernel-to-be.
struct KernelGroup {
  SmallVector<Operation *> ops;
  Value written;
};

/// The first of `groups` that makes a value which `op`, or what is in it, uses.
size_t findFirstGroup(Operation *op, ArrayRef<KernelGroup> groups) {
  size_t first = groups.size() - 1;
  op->walk([&](Operation *inner) {
    for (Value operand : inner->getOperands())
      for (size_t i = 0; i < first; ++i)
        if (llvm::is_contained(groups[i].ops, operand.getDefiningOp()))
          first = i;
  });
  return first;
}

struct OutlineKernelsPass : ddnn::impl::OutlineKernelsBase<OutlineKernelsPass> {
  void runOnOperation() override;

private:
  void outline(ArrayRef<Operation *> group, func::FuncOp step);

  llvm::StringSet<> kernelNames;
  int64_t layers; // so far in this tier
};

} // namespace

/// Moves `group`, consecutive operations of `step`, into a kernel.
void OutlineKernelsPass::outline(ArrayRef<Operation *> group,
                                 func::FuncOp step) {
  // The buffers that the kernel needs are those behind its views.
  llvm::SetVector<Value> buffers;
  llvm::SetVector<Operation *> copies;
  std::function<void(Value)> need = [&](Value value) {
    Operation *def = value.getDefiningOp();
    if (def &&
        llvm::any_of(group, [&](Operation *op) { return op->isAncestor(def); }))
      return;
    if (auto arg = dyn_cast<BlockArgument>(value))
      if (arg.getOwner() != &step.getBody().front())
        return;
    if (def && isCopiedIntoKernel(def)) {
      for (Value operand : def->getOperands())
        need(operand);
      copies.insert(def);
      return;
    }
    buffers.insert(value);
  };
  for (Operation *op : group)
    op->walk([&](Operation *inner) {
      for (Value operand : inner->getOperands())
        need(operand);
    });

  int64_t flops = 0;
  SmallVector<Location> locations;
  for (Operation *op : group) {
    flops += countFlops(op);
    locations.push_back(op->getLoc());
  }
  SmallVector<std::string> nodes =
      listNodes(FusedLoc::get(&getContext(), locations));

  // A name that people recognise: the first node's, without its operator.
  StringRef first = nodes.empty() ? StringRef() : StringRef(nodes.front());
  std::string base =
      (flops ? "kernel_" : "copy_") +
      sanitizeIdentifier(first.contains(' ') ? first.split(' ').second : first);
  std::string name = makeUnique(base, kernelNames);

  OpBuilder b(step);
  Location loc = group.front()->getLoc();
  auto kernel = func::FuncOp::create(
      b, loc, name,
      b.getFunctionType(TypeRange(ValueRange(buffers.getArrayRef())), {}));
  kernel.setPrivate();
  kernel->setAttr(kNodeAttr, b.getStringAttr(llvm::join(nodes, " + ")));
  kernel->setAttr(kFlopsAttr, b.getI64IntegerAttr(flops));
  Block *body = kernel.addEntryBlock();
  // Behind the last one: buffers may be allocated between the operations.
  b.setInsertionPoint(group.back());
  auto call = func::CallOp::create(b, loc, kernel, buffers.getArrayRef());
  SmallVector<StringRef> nodeRefs(nodes.begin(), nodes.end());
  call->setAttr(kLayerAttr, LayerAttr::get(&getContext(), layers++,
                                           b.getStrArrayAttr(nodeRefs), flops));

  b.setInsertionPointToStart(body);
  IRMapping map;
  map.map(buffers.getArrayRef(), body->getArguments());
  for (Operation *op : copies)
    b.clone(*op, map);
  for (Operation *op : group)
    b.clone(*op, map);
  func::ReturnOp::create(b, loc);
  for (Operation *op : llvm::reverse(group))
    op->erase();
}

void OutlineKernelsPass::runOnOperation() {
  kernelNames.clear(); // the pass object goes from tier to tier
  layers = 0;
  for (func::FuncOp step : getOperation().getSteps()) {
    SmallVector<KernelGroup> groups;
    for (Operation &op : step.getBody().front()) {
      if (staysInStep(&op))
        continue;
      Value written = findWrittenBuffer(&op);
      // A window is a kernel of its own.
      if (groups.empty() || isa<WindowOp>(op) ||
          isa<WindowOp>(groups.back().ops.back()) ||
          (groups.back().written && groups.back().written != written))
        groups.emplace_back();
      groups.back().ops.push_back(&op);
      if (written)
        groups.back().written = written;
      // Scalars do not cross kernels: all from the one that makes a scalar to
      // its user become one.
      for (size_t first = findFirstGroup(&op, groups);
           groups.size() > first + 1;) {
        KernelGroup last = groups.pop_back_val();
        llvm::append_range(groups.back().ops, last.ops);
        if (last.written)
          groups.back().written = last.written;
      }
    }
    for (KernelGroup &group : groups)
      outline(group.ops, step);
    // Views that only kernels used.
    for (Operation &op :
         llvm::make_early_inc_range(llvm::reverse(step.getBody().front())))
      if (isCopiedIntoKernel(&op) && op.use_empty())
        op.erase();
  }
}
