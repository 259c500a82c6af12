//===- Accesses.cpp - How often a kernel touches its memory ---------------===//
//
// Part of ddnnc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ddnn/Analysis/Accesses.h"
#include "ddnn/Analysis/Cost.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/Interfaces/ViewLikeInterface.h"

using namespace mlir;
using namespace ddnn;

/// Times that the loop's body runs, where nobody knows: the rows of a window
/// without those in the padding.
static constexpr double kUnknownTrips = 3.0;

static double getTrips(scf::ForOp loop) {
  auto lower = getConstantIntValue(loop.getLowerBound());
  auto upper = getConstantIntValue(loop.getUpperBound());
  auto step = getConstantIntValue(loop.getStep());
  if (!lower || !upper || !step || *step <= 0)
    return kUnknownTrips;
  return std::max<int64_t>(llvm::divideCeilSigned(*upper - *lower, *step), 0);
}

/// The buffer that `op` loads from or stores to, and bytes of one access.
static std::pair<Value, double> getAccess(Operation *op) {
  auto bytes = [](Type type) {
    auto vector = dyn_cast<VectorType>(type);
    Type element = vector ? vector.getElementType() : type;
    double count = vector ? vector.getNumElements() : 1;
    unsigned bits = element.isIndex() ? 64 : element.getIntOrFloatBitWidth();
    return count * llvm::divideCeil(bits, 8);
  };
  if (auto load = dyn_cast<memref::LoadOp>(op))
    return {load.getMemRef(), bytes(load.getType())};
  if (auto store = dyn_cast<memref::StoreOp>(op))
    return {store.getMemRef(), bytes(store.getValue().getType())};
  if (auto load = dyn_cast<vector::LoadOp>(op))
    return {load.getBase(), bytes(load.getType())};
  if (auto store = dyn_cast<vector::StoreOp>(op))
    return {store.getBase(), bytes(store.getValueToStore().getType())};
  return {};
}

static void count(Block &block, double times,
                  SmallVectorImpl<double> &accessed) {
  for (Operation &op : block) {
    if (auto [buffer, bytes] = getAccess(&op); buffer) {
      while (auto view = buffer.getDefiningOp<ViewLikeOpInterface>())
        buffer = view.getViewSource();
      auto arg = dyn_cast<BlockArgument>(buffer);
      if (arg && isa<func::FuncOp>(arg.getOwner()->getParentOp()))
        accessed[arg.getArgNumber()] += times * bytes;
    }
    auto loop = dyn_cast<scf::ForOp>(op);
    for (Region &region : op.getRegions())
      for (Block &inner : region)
        count(inner, loop ? times * getTrips(loop) : times, accessed);
  }
}

SmallVector<double> ddnn::countAccessedBytes(func::FuncOp kernel) {
  SmallVector<double> accessed(kernel.getNumArguments(), 0.0);
  if (!kernel.isExternal()) {
    for (Block &block : kernel.getBody())
      count(block, 1.0, accessed);
    return accessed;
  }
  for (auto [bytes, type] : llvm::zip(accessed, kernel.getArgumentTypes()))
    if (auto buffer = dyn_cast<MemRefType>(type);
        buffer && buffer.hasStaticShape())
      bytes = double(getTensorBytes(buffer));
  return accessed;
}
