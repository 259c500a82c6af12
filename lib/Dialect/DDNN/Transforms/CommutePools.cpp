//===- CommutePools.cpp - Pool bits instead of floats ---------------------===//
//
// Part of ddnnc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Batch norm in single precision is monotone: both of its operations are, and
// rounding is. So the largest of some values, scaled, is the largest of the
// scaled values where the scale is not negative, else the smallest; and whether
// it is >= 0 depends on whether one of them is, or all are. Multiplication and
// addition that are rounded once together (FMA) are monotone just as well.
//
//===----------------------------------------------------------------------===//

#include "MatchWindow.h"
#include "ddnn/Analysis/Channels.h"
#include "ddnn/Analysis/Values.h"
#include "ddnn/Dialect/DDNN/Transforms/Passes.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/IRMapping.h"

namespace ddnn {
#define GEN_PASS_DEF_COMMUTEPOOLS
#include "ddnn/Dialect/DDNN/Transforms/Passes.h.inc"
} // namespace ddnn

using namespace mlir;
using namespace ddnn;

namespace {

/// sign(functions(pool(...))), each read by the next alone.
struct PooledSign {
  Operation *pool;
  WindowMatch window;
  SmallVector<Operation *> functions; ///< in the order of evaluation
  SmallVector<bool> falls;            ///< by channel
};

struct CommutePoolsPass : ddnn::impl::CommutePoolsBase<CommutePoolsPass> {
  using CommutePoolsBase::CommutePoolsBase;

  void runOnOperation() override {
    SmallVector<SignOp> signs;
    getOperation().walk([&](SignOp sign) { signs.push_back(sign); });
    for (SignOp sign : signs)
      if (commute(sign))
        ++numCommuted;
  }

private:
  bool commute(SignOp sign);
};

} // namespace

/// True where what is pooled comes from a binarized operator, through what is
/// element-wise: elsewhere floats are pooled faster than bits.
static bool isBinarized(Value value) {
  Operation *source = getMonotoneChain(value).source.getDefiningOp();
  return isa_and_nonnull<BinaryConv2DOp>(source);
}

/// True where nothing but the tensor itself depends on height and width, which
/// are others in front of the pool.
static bool isByChannel(Operation *function, Value input) {
  auto generic = dyn_cast<linalg::GenericOp>(function);
  if (!generic)
    return true;
  return llvm::all_of(generic.getDpsInputOperands(), [&](OpOperand *operand) {
    AffineMap map = generic.getMatchingIndexingMap(operand);
    return operand->get() == input ||
           llvm::none_of(ArrayRef<unsigned>{0, 2, 3},
                         [&](unsigned d) { return map.isFunctionOfDim(d); });
  });
}

static std::optional<PooledSign> match(SignOp sign) {
  SmallVector<Operation *> functions;
  auto type = cast<RankedTensorType>(sign.getInput().getType());
  if (type.getRank() != 4)
    return std::nullopt;
  SmallVector<bool> falls(type.getDimSize(1), false);
  Value value = sign.getInput();
  while (value.hasOneUse()) {
    Operation *def = value.getDefiningOp();
    if (!def)
      return std::nullopt;
    if (isa<linalg::PoolingNchwMaxOp>(def)) {
      std::optional<WindowMatch> window = matchWindow(def);
      // A window that lies on padding alone has no bits.
      if (!window ||
          getPooledSource(cast<linalg::LinalgOp>(def)) != window->input ||
          !isBinarized(window->input))
        return std::nullopt;
      return PooledSign{def, *window,
                        SmallVector<Operation *>(llvm::reverse(functions)),
                        falls};
    }
    std::optional<ChannelFunction> function = matchMonotone(def);
    if (!function || !isByChannel(def, function->input))
      return std::nullopt;
    for (auto [all, falling] : llvm::zip(falls, function->falls))
      all ^= falling;
    functions.push_back(def);
    value = function->input;
  }
  return std::nullopt;
}

/// A clone of `function` that reads `input`, which has another height and
/// width.
static Value rebuild(OpBuilder &b, Operation *function, Value before,
                     Value input) {
  Location loc = function->getLoc();
  auto type = cast<RankedTensorType>(input.getType());
  Operation *clone = nullptr;
  if (auto norm = dyn_cast<BatchNormOp>(function)) {
    clone = BatchNormOp::create(b, loc, type, input, norm.getScale(),
                                norm.getShift());
  } else {
    auto generic = cast<linalg::GenericOp>(function);
    SmallVector<Value> inputs(generic.getDpsInputs());
    for (Value &operand : inputs)
      if (operand == before)
        operand = input;
    Value empty =
        tensor::EmptyOp::create(b, loc, type.getShape(), type.getElementType());
    auto copy = linalg::GenericOp::create(b, loc, type, inputs, empty,
                                          generic.getIndexingMapsArray(),
                                          generic.getIteratorTypesArray());
    IRMapping mapping;
    generic.getRegion().cloneInto(&copy.getRegion(), mapping);
    clone = copy;
  }
  if (Attribute node = function->getDiscardableAttr(kNodeAttr))
    clone->setDiscardableAttr(kNodeAttr, node);
  return clone->getResult(0);
}

bool CommutePoolsPass::commute(SignOp sign) {
  std::optional<PooledSign> found = match(sign);
  if (!found)
    return false;
  OpBuilder b(sign);
  const Geometry &geometry = found->window.geometry;
  Value value = found->window.input, before = found->pool->getResult(0);
  for (Operation *function : found->functions) {
    value = rebuild(b, function, before, value);
    before = function->getResult(0);
  }
  auto shape = cast<RankedTensorType>(value.getType()).getShape();
  auto bits = SignOp::create(
      b, sign.getLoc(), RankedTensorType::get(shape, b.getI1Type()), value);
  DenseBoolArrayAttr all;
  if (llvm::is_contained(found->falls, true))
    all = b.getDenseBoolArrayAttr(found->falls);
  auto pool =
      BinaryPoolOp::create(b, found->pool->getLoc(), sign.getType(),
                           bits.getResult(), geometry.kernel, geometry.strides,
                           geometry.dilations, geometry.pads, all);
  sign.replaceAllUsesWith(pool.getResult());
  sign.erase();
  for (Operation *function : llvm::reverse(found->functions))
    function->erase();
  found->pool->erase();
  return true;
}
