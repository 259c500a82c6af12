//===- FindThresholds.cpp - Batch norm and sign as one comparison ---------===//
//
// Part of ddnnc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ddnn/Analysis/VectorTarget.h"
#include "ddnn/Dialect/DDNN/Transforms/Passes.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/Matchers.h"
#include "llvm/ADT/TypeSwitch.h"
#include <cmath>

namespace ddnn {
#define GEN_PASS_DEF_FINDTHRESHOLDS
#include "ddnn/Dialect/DDNN/Transforms/Passes.h.inc"
} // namespace ddnn

using namespace mlir;
using namespace ddnn;

namespace {

/// Evaluates a window's region for one channel, in single precision and in the
/// region's order.
class Epilogue {
public:
  explicit Epilogue(WindowOp window) : body(window.getEpilogue().front()) {}

  /// False if an extra is not constant, or an operation is unknown.
  bool prepare(WindowOp window);
  /// Channels with extras of their own, those that fill up bytes included; 0
  /// without extras.
  int64_t getChannels() const { return channels; }
  bool evaluate(float sum, int64_t channel);
  /// Whether the bit only rises (+1) or only falls (-1) with the sum, or does
  /// not depend on it (0); nothing where that is not known.
  std::optional<int> getDirection(int64_t channel);

private:
  float get(Value value) { return values.lookup(value); }

  Block &body;
  SmallVector<SmallVector<float>> extras;
  int64_t channels = 0;
  DenseMap<Value, float> values; // truth values are 0 and 1
};

} // namespace

bool Epilogue::prepare(WindowOp window) {
  for (Value extra : window.getExtras()) {
    DenseElementsAttr constant;
    if (!WindowOp::isPerChannel(extra.getType()) ||
        !matchPattern(extra, m_Constant(&constant)) ||
        !constant.getElementType().isF32())
      return false;
    extras.push_back(llvm::to_vector(constant.getValues<float>()));
    channels = extras.back().size();
  }
  for (Operation &op : body.without_terminator()) {
    if (!isa<arith::SIToFPOp, arith::AddFOp, arith::SubFOp, arith::MulFOp,
             arith::DivFOp, arith::NegFOp, arith::MaximumFOp, arith::MinimumFOp,
             arith::ConstantOp>(op)) {
      auto compare = dyn_cast<arith::CmpFOp>(op);
      if (!compare || compare.getPredicate() != arith::CmpFPredicate::OGE ||
          compare.getResult() != cast<YieldOp>(body.getTerminator()).getValue())
        return false;
    }
    // Constants in the region, or in front of the window.
    for (Value operand : op.getOperands()) {
      FloatAttr number;
      if (operand.getType().isF32() &&
          matchPattern(operand, m_Constant(&number)))
        values[operand] = number.getValue().convertToFloat();
      else if (operand.getParentBlock() != &body)
        return false;
    }
  }
  return true;
}

bool Epilogue::evaluate(float sum, int64_t channel) {
  values[body.getArgument(0)] = sum;
  for (auto [extra, argument] :
       llvm::zip(extras, body.getArguments().drop_front()))
    values[argument] = extra[channel];
  for (Operation &op : body.without_terminator()) {
    if (isa<arith::ConstantOp>(op))
      continue;
    float a = get(op.getOperand(0));
    float b = op.getNumOperands() > 1 ? get(op.getOperand(1)) : 0.0f;
    bool isNaN = std::isnan(a) || std::isnan(b);
    float result = llvm::TypeSwitch<Operation *, float>(&op)
                       .Case<arith::SIToFPOp>([&](Operation *) { return a; })
                       .Case<arith::AddFOp>([&](Operation *) { return a + b; })
                       .Case<arith::SubFOp>([&](Operation *) { return a - b; })
                       .Case<arith::MulFOp>([&](Operation *) { return a * b; })
                       .Case<arith::DivFOp>([&](Operation *) { return a / b; })
                       .Case<arith::NegFOp>([&](Operation *) { return -a; })
                       .Case<arith::MaximumFOp>([&](Operation *) {
                         return isNaN ? NAN : std::max(a, b);
                       })
                       .Case<arith::MinimumFOp>([&](Operation *) {
                         return isNaN ? NAN : std::min(a, b);
                       })
                       .Default([&](Operation *) { return float(a >= b); });
    values[op.getResult(0)] = result;
  }
  return get(cast<YieldOp>(body.getTerminator()).getValue()) != 0.0f;
}

std::optional<int> Epilogue::getDirection(int64_t channel) {
  evaluate(0.0f, channel);
  DenseMap<Value, int> direction = {{body.getArgument(0), 1}};
  for (Operation &op : body.without_terminator()) {
    if (isa<arith::ConstantOp>(op))
      continue;
    int a = direction.lookup(op.getOperand(0));
    int b = op.getNumOperands() > 1 ? direction.lookup(op.getOperand(1)) : 0;
    if (!a && !b)
      continue;
    if (a && b)
      return std::nullopt;
    float other = op.getNumOperands() > 1 ? get(op.getOperand(a ? 1 : 0)) : 0;
    int result = 0;
    if (isa<arith::SIToFPOp, arith::AddFOp, arith::MaximumFOp,
            arith::MinimumFOp>(op))
      result = a + b;
    else if (isa<arith::SubFOp, arith::CmpFOp>(op))
      result = a - b;
    else if (isa<arith::NegFOp>(op))
      result = -a;
    else if (isa<arith::MulFOp>(op) && other == 0.0f)
      continue; // the same for every sum that is finite
    else if (isa<arith::MulFOp>(op) || (isa<arith::DivFOp>(op) && a && other))
      result = std::signbit(other) ? -(a + b) : a + b;
    else
      return std::nullopt;
    direction[op.getResult(0)] = result;
  }
  return direction.lookup(cast<YieldOp>(body.getTerminator()).getValue());
}

//===----------------------------------------------------------------------===//
// Thresholds
//===----------------------------------------------------------------------===//

namespace {

/// The bit is sum >= `limit`, or -sum >= `limit` where `isFlipped`.
template <typename T> struct Threshold {
  T limit;
  bool isFlipped = false;
};

} // namespace

/// The most integers that a region is evaluated for.
static constexpr int64_t kMostSums = int64_t(1) << 26;

/// Of integers from -most to most; nothing if the bit changes twice.
static std::optional<Threshold<int32_t>>
findIntegerThreshold(Epilogue &epilogue, int64_t channel, int64_t most) {
  bool first = epilogue.evaluate(float(-most), channel), last = first;
  std::optional<int64_t> change;
  for (int64_t sum = -most + 1; sum <= most; ++sum) {
    bool bit = epilogue.evaluate(float(sum), channel);
    if (bit == last)
      continue;
    if (change)
      return std::nullopt;
    change = sum;
    last = bit;
  }
  if (!change) // always, or never
    return Threshold<int32_t>{int32_t(first ? -most : most + 1)};
  if (last)
    return Threshold<int32_t>{int32_t(*change)};
  return Threshold<int32_t>{int32_t(-*change + 1), true};
}

/// Floats in their order, as integers.
static int64_t toOrdinal(float value) {
  int32_t bits;
  memcpy(&bits, &value, sizeof bits);
  return bits < 0 ? int64_t(INT32_MIN) - bits : bits;
}
static float fromOrdinal(int64_t ordinal) {
  int32_t bits = int32_t(ordinal < 0 ? int64_t(INT32_MIN) - ordinal : ordinal);
  float value;
  memcpy(&value, &bits, sizeof value);
  return value;
}

/// Of floats, by bisection: the least, or the largest, for which the bit is
/// set.
static std::optional<Threshold<float>> findFloatThreshold(Epilogue &epilogue,
                                                          int64_t channel) {
  float infinity = std::numeric_limits<float>::infinity();
  float nan = std::numeric_limits<float>::quiet_NaN();
  // The largest finite ones: infinity may become NaN on its way.
  int64_t low = toOrdinal(-std::numeric_limits<float>::max());
  int64_t high = toOrdinal(std::numeric_limits<float>::max());
  bool first = epilogue.evaluate(fromOrdinal(low), channel);
  bool last = epilogue.evaluate(fromOrdinal(high), channel);
  if (!epilogue.getDirection(channel))
    return std::nullopt;
  if (first == last)
    return Threshold<float>{first ? -infinity : nan};
  while (high - low > 1) {
    int64_t middle = low + (high - low) / 2;
    (epilogue.evaluate(fromOrdinal(middle), channel) == first ? low : high) =
        middle;
  }
  if (last)
    return Threshold<float>{fromOrdinal(high)};
  return Threshold<float>{-fromOrdinal(low), true};
}

//===----------------------------------------------------------------------===//
// Rewriting
//===----------------------------------------------------------------------===//

/// The weights OIHW with the signs of flipped channels changed.
template <typename T>
static DenseElementsAttr flipWeights(DenseElementsAttr weights,
                                     ArrayRef<Threshold<T>> thresholds) {
  int64_t perChannel =
      weights.getNumElements() / weights.getType().getDimSize(0);
  auto isFlipped = [&](size_t i) {
    return thresholds[i / perChannel].isFlipped;
  };
  if (weights.getElementType().isInteger(1)) {
    SmallVector<bool> values(weights.getValues<bool>());
    for (auto [i, value] : llvm::enumerate(values))
      value ^= isFlipped(i);
    return DenseElementsAttr::get(weights.getType(), ArrayRef<bool>(values));
  }
  SmallVector<float> values(weights.getValues<float>());
  for (auto [i, value] : llvm::enumerate(values))
    if (isFlipped(i))
      value = -value;
  return DenseElementsAttr::get(weights.getType(), ArrayRef<float>(values));
}

template <typename T>
static void rewrite(WindowOp window, DenseElementsAttr weights,
                    ArrayRef<Threshold<T>> thresholds, int64_t lanes,
                    OpBuilder &b) {
  Location loc = window.getLoc();
  bool isInteger = std::is_same_v<T, int32_t>;
  Type element = isInteger ? Type(b.getI32Type()) : Type(b.getF32Type());
  int64_t blocks = window.getBlocks(lanes);
  // Channels that there are not have no bits.
  SmallVector<T> limits(blocks * lanes,
                        isInteger ? std::numeric_limits<T>::max()
                                  : std::numeric_limits<T>::quiet_NaN());
  for (auto [limit, threshold] : llvm::zip(limits, thresholds))
    limit = threshold.limit;
  b.setInsertionPoint(window);
  window.getExtrasMutable().assign(mlir::ValueRange(arith::ConstantOp::create(
      b, loc,
      DenseElementsAttr::get(RankedTensorType::get({blocks, lanes}, element),
                             ArrayRef<T>(limits)))));
  window.getWeightsMutable().assign(
      arith::ConstantOp::create(b, loc, flipWeights(weights, thresholds)));
  window.getEpilogue().getBlocks().clear();
  Block &body = window.getEpilogue().emplaceBlock();
  Value sum = body.addArgument(element, loc);
  Value limit = body.addArgument(element, loc);
  b.setInsertionPointToEnd(&body);
  Value bit;
  if (isInteger)
    bit = arith::CmpIOp::create(b, loc, arith::CmpIPredicate::sge, sum, limit);
  else
    bit = arith::CmpFOp::create(b, loc, arith::CmpFPredicate::OGE, sum, limit);
  YieldOp::create(b, loc, bit);
}

template <typename T>
static bool
findThresholds(WindowOp window, DenseElementsAttr weights, int64_t lanes,
               OpBuilder &b,
               llvm::function_ref<std::optional<Threshold<T>>(int64_t)> find) {
  SmallVector<Threshold<T>> thresholds;
  for (int64_t channel = 0; channel < weights.getType().getDimSize(0);
       ++channel) {
    std::optional<Threshold<T>> threshold = find(channel);
    if (!threshold)
      return false;
    thresholds.push_back(*threshold);
  }
  rewrite<T>(window, weights, thresholds, lanes, b);
  return true;
}

static bool simplify(WindowOp window, int64_t lanes) {
  DenseElementsAttr weights;
  if (!window.isPacked() || !window.isConvolution() ||
      !matchPattern(window.getWeights(), m_Constant(&weights)))
    return false;
  Epilogue epilogue(window);
  int64_t channels = weights.getType().getDimSize(0);
  if (!epilogue.prepare(window) ||
      (epilogue.getChannels() && epilogue.getChannels() < channels))
    return false;
  OpBuilder b(window);
  if (window.getKind() != WindowKind::binary)
    return findThresholds<float>(window, weights, lanes, b, [&](int64_t c) {
      return findFloatThreshold(epilogue, c);
    });
  int64_t most = weights.getNumElements() / channels;
  if (most * channels > kMostSums)
    return false;
  return findThresholds<int32_t>(window, weights, lanes, b, [&](int64_t c) {
    return findIntegerThreshold(epilogue, c, most);
  });
}

namespace {

struct FindThresholdsPass : ddnn::impl::FindThresholdsBase<FindThresholdsPass> {
  void runOnOperation() override {
    auto tier = getOperation()->getParentOfType<TierOp>();
    if (!tier)
      return;
    int64_t lanes = getVectorTarget(tier.getSpec().getCpu()).lanes;
    getOperation()->walk(
        [&](WindowOp window) { numFound += simplify(window, lanes); });
  }
};

} // namespace
