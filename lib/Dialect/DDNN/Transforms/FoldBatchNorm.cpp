//===- FoldBatchNorm.cpp - Batch norm into float weights ------------------===//
//
// Part of ddnnc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ddnn/Analysis/Graph.h"
#include "ddnn/Analysis/Nodes.h"
#include "ddnn/Analysis/Values.h"
#include "ddnn/Dialect/DDNN/Transforms/Passes.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"
#include "llvm/ADT/DenseSet.h"
#include <cmath>

namespace ddnn {
#define GEN_PASS_DEF_FOLDBATCHNORM
#include "ddnn/Dialect/DDNN/Transforms/Passes.h.inc"
} // namespace ddnn

using namespace mlir;
using namespace ddnn;

namespace {

/// product -> [reshape that splits or merges channels] -> [+ bias] -> batch
/// norm, each used by the next alone.
struct Chain {
  BatchNormOp batchNorm;
  linalg::GenericOp addBias;       // or null
  tensor::CollapseShapeOp reshape; // or null
  linalg::LinalgOp product;
  OpOperand *weights = nullptr;
  std::vector<double> bias; // one per channel; zeros where there is none
};

struct FoldBatchNormPass : ddnn::impl::FoldBatchNormBase<FoldBatchNormPass> {
  using FoldBatchNormBase::FoldBatchNormBase;

  void runOnOperation() override {
    SmallVector<BatchNormOp> worklist;
    getOperation()->walk([&](BatchNormOp op) { worklist.push_back(op); });
    for (BatchNormOp op : worklist)
      if (fold(op))
        ++numFolded;
  }

private:
  bool fold(BatchNormOp op);
};

} // namespace

//===----------------------------------------------------------------------===//
// Matching
//===----------------------------------------------------------------------===//

/// True if a sign follows, directly or through what only moves or pools. Such a
/// batch norm is a threshold of a binarized block.
static bool leadsToSign(Value value) {
  SmallVector<Value> worklist = {value};
  llvm::DenseSet<Operation *> seen;
  while (!worklist.empty()) {
    for (Operation *user : worklist.pop_back_val().getUsers()) {
      if (isa<SignOp>(user))
        return true;
      auto linalgOp = dyn_cast<linalg::LinalgOp>(user);
      bool pools = linalgOp &&
                   (getPooledSource(linalgOp) ||
                    isa<linalg::PoolingNchwSumOp, linalg::TransposeOp>(user));
      bool moves = isa<tensor::PadOp, tensor::ExpandShapeOp,
                       tensor::CollapseShapeOp, tensor::ExtractSliceOp,
                       tensor::InsertSliceOp, tensor::ConcatOp, ExitOp>(user);
      if ((pools || moves) && seen.insert(user).second)
        worklist.append(user->result_begin(), user->result_end());
    }
  }
  return false;
}

/// `generic` adds a constant per channel (axis 1) to one tensor and does
/// nothing else: that tensor, and the constants.
static Value matchAddBias(linalg::GenericOp generic,
                          std::vector<double> &bias) {
  if (generic.getNumReductionLoops() != 0 || generic.getNumDpsInputs() > 2 ||
      generic->getNumResults() != 1)
    return {};
  Block *body = generic.getBody();
  auto sum =
      body->getTerminator()->getOperand(0).getDefiningOp<arith::AddFOp>();
  if (!sum || !llvm::hasNItems(body->without_terminator(), 1))
    return {};
  auto type = cast<RankedTensorType>(generic.getResult(0).getType());
  if (type.getRank() < 2 ||
      !generic.getMatchingIndexingMap(generic.getDpsInitOperand(0))
           .isIdentity())
    return {};
  int64_t channels = type.getDimSize(1);
  Value data;
  for (Value term : {sum.getLhs(), sum.getRhs()}) {
    auto argument = dyn_cast<BlockArgument>(term);
    OpOperand *operand =
        argument ? generic.getMatchingOpOperand(argument) : nullptr;
    if (operand && generic.isDpsInit(operand))
      return {};
    AffineMap map =
        operand ? generic.getMatchingIndexingMap(operand) : AffineMap();
    std::optional<std::vector<double>> values =
        getConstantElements(operand ? operand->get() : term);
    if (!values) {
      if (data || !map || !map.isIdentity())
        return {};
      data = operand->get();
    } else if (values->size() == 1) {
      bias.assign(channels, values->front());
    } else if (map && map.getNumResults() == 1 &&
               map.isProjectedPermutation() && map.getDimPosition(0) == 1) {
      bias = std::move(*values);
    } else {
      return {};
    }
  }
  return int64_t(bias.size()) == channels ? data : Value();
}

static std::optional<Chain> matchChain(BatchNormOp op) {
  Chain chain;
  chain.batchNorm = op;
  Value value = op.getInput();
  if (!value.hasOneUse())
    return std::nullopt;
  if (auto generic = value.getDefiningOp<linalg::GenericOp>()) {
    if (Value data = matchAddBias(generic, chain.bias)) {
      chain.addBias = generic;
      value = data;
      if (!value.hasOneUse())
        return std::nullopt;
    }
  }
  if (auto reshape = value.getDefiningOp<tensor::CollapseShapeOp>()) {
    chain.reshape = reshape;
    value = reshape.getSrc();
    if (!value.hasOneUse())
      return std::nullopt;
  }
  auto type = cast<RankedTensorType>(op.getInput().getType());
  if (chain.bias.empty())
    chain.bias.assign(type.getDimSize(1), 0.0);

  chain.product = value.getDefiningOp<linalg::LinalgOp>();
  if (!chain.product || chain.product->getNumResults() != 1)
    return std::nullopt;
  auto [lhs, rhs] = matchMultiplyAdd(chain.product);
  // The sum must start at zero, or its start would be scaled too.
  std::optional<double> start =
      getConstantSplat(chain.product.getDpsInitOperand(0)->get());
  if (!lhs || !start || *start != 0.0)
    return std::nullopt;
  for (BlockArgument factor : {rhs, lhs}) {
    OpOperand *operand = chain.product.getMatchingOpOperand(factor);
    if (!chain.weights && getConstantElements(operand->get()))
      chain.weights = operand;
  }
  if (!chain.weights)
    return std::nullopt;
  return chain;
}

/// For each axis of the weights its stride in the channel's number; nothing if
/// the weights do not tell the channel.
static std::optional<SmallVector<int64_t>> getChannelStrides(Chain &chain) {
  // The axes of the product's result that are the channels, outermost first.
  SmallVector<int64_t> axes = {1};
  if (chain.reshape) {
    auto groups = chain.reshape.getReassociationIndices();
    if (groups.size() < 2)
      return std::nullopt;
    axes.assign(groups[1].begin(), groups[1].end());
  }
  auto result = cast<RankedTensorType>(chain.product->getResult(0).getType());
  AffineMap resultMap =
      chain.product.getMatchingIndexingMap(chain.product.getDpsInitOperand(0));
  AffineMap weightsMap = chain.product.getMatchingIndexingMap(chain.weights);
  if (!resultMap.isProjectedPermutation() ||
      !weightsMap.isProjectedPermutation())
    return std::nullopt;
  SmallVector<int64_t> strides(weightsMap.getNumResults(), 0);
  int64_t stride = 1;
  for (int64_t axis : llvm::reverse(axes)) {
    if (axis >= result.getRank())
      return std::nullopt;
    std::optional<unsigned> place =
        weightsMap.getResultPosition(resultMap.getResult(axis));
    if (place)
      strides[*place] = stride;
    else if (result.getDimSize(axis) != 1)
      return std::nullopt;
    stride *= result.getDimSize(axis);
  }
  return strides;
}

//===----------------------------------------------------------------------===//
// Folding
//===----------------------------------------------------------------------===//

/// Rounds once to the type; nothing where that would lose the value: overflow,
/// or underflow to a subnormal or zero.
static std::optional<APFloat> roundSafely(double value, FloatType type,
                                          bool mayUnderflow) {
  APFloat rounded(value);
  bool losesInfo;
  rounded.convert(type.getFloatSemantics(), APFloat::rmNearestTiesToEven,
                  &losesInfo);
  if (!rounded.isFinite())
    return std::nullopt;
  if (!mayUnderflow && value != 0.0 &&
      (rounded.isZero() || rounded.isDenormal()))
    return std::nullopt;
  return rounded;
}

bool FoldBatchNormPass::fold(BatchNormOp op) {
  std::optional<Chain> match = matchChain(op);
  if (!match || leadsToSign(op.getResult()))
    return false;
  Chain &chain = *match;
  std::optional<std::vector<double>> scale = getConstantElements(op.getScale());
  std::optional<std::vector<double>> shift = getConstantElements(op.getShift());
  std::optional<SmallVector<int64_t>> strides = getChannelStrides(chain);
  if (!scale || !shift || !strides)
    return false;
  std::vector<double> weights = *getConstantElements(chain.weights->get());
  if (llvm::all_of(weights, [](double w) { return std::abs(w) == 1.0; }))
    return false;

  auto type = dyn_cast<RankedTensorType>(chain.weights->get().getType());
  auto element = type ? dyn_cast<FloatType>(type.getElementType()) : nullptr;
  if (!element || chain.bias.size() != scale->size())
    return false;
  SmallVector<APFloat> newWeights;
  newWeights.reserve(weights.size());
  SmallVector<int64_t> index(type.getRank(), 0);
  for (double weight : weights) {
    int64_t channel = 0;
    for (auto [i, stride] : llvm::zip(index, *strides))
      channel += i * stride;
    std::optional<APFloat> folded =
        roundSafely(weight * (*scale)[channel], element,
                    /*mayUnderflow=*/(*scale)[channel] == 0.0);
    if (!folded)
      return false;
    newWeights.push_back(*folded);
    for (int64_t axis = type.getRank() - 1; axis >= 0; --axis) {
      if (++index[axis] < type.getDimSize(axis))
        break;
      index[axis] = 0;
    }
  }
  SmallVector<APFloat> newBias;
  for (auto [b, s, t] : llvm::zip(chain.bias, *scale, *shift)) {
    std::optional<APFloat> folded =
        roundSafely(b * s + t, element, /*mayUnderflow=*/true);
    if (!folded)
      return false;
    newBias.push_back(*folded);
  }

  // The product with new weights, where it was.
  SmallVector<Location> locs = {chain.addBias ? chain.addBias.getLoc()
                                              : chain.product.getLoc(),
                                op.getLoc()};
  ImplicitLocOpBuilder builder(chain.product.getLoc(), chain.product);
  Value weightsConstant = arith::ConstantOp::create(
      builder, DenseElementsAttr::get(type, newWeights));
  chain.weights->set(weightsConstant);
  Value value = chain.product->getResult(0);
  if (chain.reshape)
    value = chain.reshape.getResult();

  // The addition takes the batch norm's place and name: cutting after either
  // node stays possible.
  builder.setInsertionPoint(op);
  builder.setLoc(builder.getFusedLoc(locs));
  auto resultType = cast<RankedTensorType>(op.getType());
  Value biasConstant = arith::ConstantOp::create(
      builder,
      DenseElementsAttr::get(
          RankedTensorType::get(int64_t(newBias.size()), element), newBias));
  Value empty = tensor::EmptyOp::create(builder, resultType.getShape(),
                                        resultType.getElementType());
  AffineMap identity = builder.getMultiDimIdentityMap(resultType.getRank());
  AffineMap channel =
      AffineMap::get(resultType.getRank(), 0, builder.getAffineDimExpr(1));
  SmallVector<utils::IteratorType> kinds(resultType.getRank(),
                                         utils::IteratorType::parallel);
  auto addBias = linalg::GenericOp::create(
      builder, resultType, ValueRange{value, biasConstant}, empty,
      ArrayRef<AffineMap>{identity, channel, identity}, kinds,
      [](OpBuilder &nested, Location loc, ValueRange args) {
        Value sum = arith::AddFOp::create(nested, loc, args[0], args[1]);
        linalg::YieldOp::create(nested, loc, sum);
      });
  if (Attribute node = op->getDiscardableAttr(kNodeAttr))
    addBias->setDiscardableAttr(kNodeAttr, node);
  op.replaceAllUsesWith(addBias.getResult(0));
  op.erase();
  if (chain.addBias)
    chain.addBias.erase();
  return true;
}
