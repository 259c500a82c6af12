//===- Channels.cpp - Functions of one element, by channel ----------------===//
//
// Part of ddnnc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ddnn/Analysis/Channels.h"
#include "ddnn/Analysis/Values.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "llvm/ADT/TypeSwitch.h"
#include <cmath>

using namespace mlir;
using namespace ddnn;

//===----------------------------------------------------------------------===//
// One operation
//===----------------------------------------------------------------------===//

namespace {

enum class Arithmetic { add, subtract, multiply, divide, maximum, minimum };

/// x := x op c, or c op x.
struct Step {
  Arithmetic kind;
  bool isReversed;
  std::vector<float> constants; ///< one, or one by channel

  float getConstant(int64_t channel) const {
    return constants[constants.size() == 1 ? 0 : channel];
  }
  float evaluate(float x, int64_t channel) const {
    float c = getConstant(channel);
    switch (kind) {
    case Arithmetic::add:
      return x + c;
    case Arithmetic::subtract:
      return isReversed ? c - x : x - c;
    case Arithmetic::multiply:
      return x * c;
    case Arithmetic::divide:
      return x / c;
    case Arithmetic::maximum:
      return std::isnan(x) || std::isnan(c) ? NAN : std::max(x, c);
    case Arithmetic::minimum:
      return std::isnan(x) || std::isnan(c) ? NAN : std::min(x, c);
    }
    llvm_unreachable("all kinds are handled");
  }
  bool falls(int64_t channel) const {
    if (kind == Arithmetic::subtract)
      return isReversed;
    return (kind == Arithmetic::multiply || kind == Arithmetic::divide) &&
           std::signbit(getConstant(channel));
  }
};

} // namespace

static std::optional<Arithmetic> getArithmetic(Operation *op) {
  return TypeSwitch<Operation *, std::optional<Arithmetic>>(op)
      .Case([](arith::AddFOp) { return Arithmetic::add; })
      .Case([](arith::SubFOp) { return Arithmetic::subtract; })
      .Case([](arith::MulFOp) { return Arithmetic::multiply; })
      .Case([](arith::DivFOp) { return Arithmetic::divide; })
      .Case([](arith::MaximumFOp) { return Arithmetic::maximum; })
      .Case([](arith::MinimumFOp) { return Arithmetic::minimum; })
      .Default([](Operation *) { return std::nullopt; });
}

static std::optional<std::vector<float>> toFinite(Value value) {
  std::optional<std::vector<double>> elements = getConstantElements(value);
  if (!elements || elements->empty() ||
      !llvm::all_of(*elements, [](double x) { return std::isfinite(x); }))
    return std::nullopt;
  return std::vector<float>(elements->begin(), elements->end());
}

/// An operand of an element-wise operation as constants, one or by channel.
static std::optional<std::vector<float>>
getChannelConstants(linalg::GenericOp op, Value scalar, int64_t channels) {
  auto argument = dyn_cast<BlockArgument>(scalar);
  if (!argument || argument.getOwner() != op.getBody())
    return toFinite(scalar);
  OpOperand *operand = op.getMatchingOpOperand(argument);
  if (op.isDpsInit(operand))
    return std::nullopt;
  std::optional<std::vector<float>> values = toFinite(operand->get());
  if (!values || values->size() == 1)
    return values;
  // Dimensions other than the channel's have to be read at 0, or be 1.
  AffineMap map = op.getMatchingIndexingMap(operand);
  for (unsigned d = 0; d < map.getNumDims(); ++d)
    if (d != 1 && map.isFunctionOfDim(d) && op.getStaticLoopRanges()[d] != 1)
      return std::nullopt;
  if (!map.isFunctionOfDim(1) || int64_t(values->size()) != channels)
    return std::nullopt;
  return values;
}

static std::optional<ChannelFunction> matchGeneric(linalg::GenericOp op,
                                                   int64_t channels) {
  if (op.getNumReductionLoops() != 0 || op.hasIndexSemantics() ||
      !op.getMatchingIndexingMap(op.getDpsInitOperand(0)).isIdentity())
    return std::nullopt;
  // From the result back to the one argument that varies.
  SmallVector<Step> steps;
  Value value = op.getBody()->getTerminator()->getOperand(0);
  while (Operation *def = value.getDefiningOp()) {
    if (isa<arith::NegFOp>(def)) {
      steps.push_back({Arithmetic::multiply, false, {-1.0f}});
      value = def->getOperand(0);
      continue;
    }
    std::optional<Arithmetic> kind = getArithmetic(def);
    if (!kind)
      return std::nullopt;
    Value lhs = def->getOperand(0), rhs = def->getOperand(1);
    if (auto constants = getChannelConstants(op, rhs, channels)) {
      steps.push_back({*kind, false, *constants});
      value = lhs;
    } else if (auto constants = getChannelConstants(op, lhs, channels);
               constants && *kind != Arithmetic::divide) {
      steps.push_back({*kind, true, *constants});
      value = rhs;
    } else {
      return std::nullopt;
    }
    if (*kind == Arithmetic::divide &&
        llvm::is_contained(steps.back().constants, 0.0f))
      return std::nullopt;
  }
  if (cast<BlockArgument>(value).getOwner() != op.getBody())
    return std::nullopt;
  OpOperand *operand = op.getMatchingOpOperand(cast<BlockArgument>(value));
  if (op.isDpsInit(operand) || !op.getMatchingIndexingMap(operand).isIdentity())
    return std::nullopt;
  ChannelFunction function;
  function.input = operand->get();
  std::reverse(steps.begin(), steps.end());
  for (int64_t c = 0; c < channels; ++c) {
    bool falls = false;
    for (const Step &step : steps)
      falls ^= step.falls(c);
    function.falls.push_back(falls);
  }
  function.evaluate = [steps](float x, int64_t channel) {
    for (const Step &step : steps)
      x = step.evaluate(x, channel);
    return x;
  };
  return function;
}

std::optional<ChannelFunction> ddnn::matchMonotone(Operation *op) {
  auto type = op->getNumResults() == 1
                  ? dyn_cast<RankedTensorType>(op->getResult(0).getType())
                  : nullptr;
  if (!type || !type.hasStaticShape() || type.getRank() < 2 ||
      !type.getElementType().isF32())
    return std::nullopt;
  if (auto generic = dyn_cast<linalg::GenericOp>(op))
    return matchGeneric(generic, type.getDimSize(1));
  auto norm = dyn_cast<BatchNormOp>(op);
  if (!norm)
    return std::nullopt;
  std::optional<std::vector<float>> scale = toFinite(norm.getScale());
  std::optional<std::vector<float>> shift = toFinite(norm.getShift());
  if (!scale || !shift)
    return std::nullopt;
  ChannelFunction function;
  function.input = norm.getInput();
  for (float factor : *scale)
    function.falls.push_back(std::signbit(factor));
  function.evaluate = [scale = *scale, shift = *shift](float x, int64_t c) {
    float scaled = x * scale[c];
    return scaled + shift[c];
  };
  return function;
}

//===----------------------------------------------------------------------===//
// Chains
//===----------------------------------------------------------------------===//

float MonotoneChain::evaluate(float x, int64_t channel) const {
  for (const ChannelFunction &function : functions)
    x = function.evaluate(x, channel);
  return x;
}

bool MonotoneChain::falls(int64_t channel) const {
  bool falls = false;
  for (const ChannelFunction &function : functions)
    falls ^= function.falls[channel];
  return falls;
}

/// True where axes 0 and 1 stay and all others are 1.
static bool keepsChannels(RankedTensorType from, RankedTensorType to) {
  return from.getRank() >= 2 && to.getRank() >= 2 &&
         from.getShape().take_front(2) == to.getShape().take_front(2) &&
         from.hasStaticShape() && to.hasStaticShape();
}

MonotoneChain ddnn::getMonotoneChain(Value value) {
  MonotoneChain chain;
  while (Operation *def = value.getDefiningOp()) {
    if (isa<tensor::ExpandShapeOp, tensor::CollapseShapeOp>(def) &&
        keepsChannels(cast<RankedTensorType>(def->getOperand(0).getType()),
                      cast<RankedTensorType>(value.getType()))) {
      value = def->getOperand(0);
      continue;
    }
    if (auto pool = dyn_cast<linalg::PoolingNchwMaxOp>(def)) {
      Value source = getPooledSource(pool);
      std::optional<double> start =
          getConstantSplat(pool.getDpsInitOperand(0)->get());
      if (!source || !start || *start != -INFINITY)
        break;
      value = source;
      continue;
    }
    std::optional<ChannelFunction> function = matchMonotone(def);
    if (!function)
      break;
    value = function->input;
    chain.functions.push_back(std::move(*function));
  }
  std::reverse(chain.functions.begin(), chain.functions.end());
  chain.source = value;
  return chain;
}
