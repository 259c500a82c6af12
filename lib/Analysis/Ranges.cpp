//===- Ranges.cpp - Interval arithmetic over tensors ----------------------===//
//
// Part of ddnnc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ddnn/Analysis/Values.h"
#include "ddnn/Dialect/DDNN/IR/DDNN.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Matchers.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/TypeSwitch.h"
#include <algorithm>
#include <cmath>

using namespace mlir;
using namespace ddnn;

static constexpr double kInfinity = std::numeric_limits<double>::infinity();

//===----------------------------------------------------------------------===//
// Interval arithmetic
//===----------------------------------------------------------------------===//

static NumericRange makeRange(double lo, double hi, bool mayBeNaN) {
  if (std::isnan(lo) || std::isnan(hi))
    return NumericRange();
  NumericRange range;
  range.lo = lo;
  range.hi = hi;
  range.mayBeNaN = mayBeNaN;
  return range;
}

static NumericRange join(const NumericRange &a, const NumericRange &b) {
  return makeRange(std::min(a.lo, b.lo), std::max(a.hi, b.hi),
                   a.mayBeNaN || b.mayBeNaN);
}

/// The result of arithmetic may be NaN if an operand may, or may be infinite.
static bool mayMakeNaN(ArrayRef<NumericRange> operands) {
  return llvm::any_of(operands, [](const NumericRange &range) {
    return range.mayBeNaN || !range.isBounded();
  });
}

static double getMagnitude(const NumericRange &range) {
  return std::max(std::abs(range.lo), std::abs(range.hi));
}

static double multiply(double a, double b) {
  return a == 0.0 || b == 0.0 ? 0.0 : a * b; // infinity here is only "unknown"
}

static NumericRange multiply(const NumericRange &a, const NumericRange &b) {
  auto [lo, hi] = std::minmax({multiply(a.lo, b.lo), multiply(a.lo, b.hi),
                               multiply(a.hi, b.lo), multiply(a.hi, b.hi)});
  return makeRange(lo, hi, mayMakeNaN({a, b}));
}

static NumericRange add(const NumericRange &a, const NumericRange &b) {
  return makeRange(a.lo + b.lo, a.hi + b.hi, mayMakeNaN({a, b}));
}

static NumericRange divide(const NumericRange &a, const NumericRange &b) {
  if (!(b.lo > 0.0 || b.hi < 0.0))
    return NumericRange();
  NumericRange inverse = makeRange(1.0 / b.hi, 1.0 / b.lo, b.mayBeNaN);
  return multiply(a, inverse);
}

/// Widens by `error` and takes what exceeds the type's largest value as
/// unbounded: it may have become infinite, and infinities NaN.
static NumericRange roundTo(NumericRange range, Type type, double error) {
  auto element = dyn_cast<FloatType>(getElementTypeOrSelf(type));
  if (!element)
    return range;
  range.lo -= error;
  range.hi += error;
  double largest = APFloat::getLargest(APFloat::IEEEsingle()).convertToDouble();
  if (element.isF64())
    largest = std::numeric_limits<double>::max();
  else if (element.isF16())
    largest = 65504.0;
  if (range.lo < -largest)
    range.lo = -kInfinity;
  if (range.hi > largest)
    range.hi = kInfinity;
  range.mayBeNaN |= !range.isBounded();
  return range;
}

/// Twice the unit roundoff of a type.
static double getEpsilon(Type type) {
  auto element = dyn_cast<FloatType>(getElementTypeOrSelf(type));
  if (!element)
    return 0.0;
  unsigned precision = APFloat::semanticsPrecision(element.getFloatSemantics());
  return std::ldexp(1.0, 1 - int(precision));
}

/// Widens by the rounding of one operation.
static NumericRange roundOnce(NumericRange range, Type type) {
  double magnitude = getMagnitude(range);
  if (!std::isfinite(magnitude))
    return roundTo(range, type, 0.0);
  return roundTo(range, type, magnitude * getEpsilon(type));
}

/// Applies a monotonic function of the math library, with some units of error.
template <typename Function>
static NumericRange applyMonotonic(const NumericRange &x, Type type,
                                   Function f) {
  NumericRange range = makeRange(f(x.lo), f(x.hi), x.mayBeNaN);
  double magnitude = getMagnitude(range);
  return roundTo(range, type,
                 std::isfinite(magnitude) ? 8 * magnitude * getEpsilon(type)
                                          : 0.0);
}

//===----------------------------------------------------------------------===//
// Scalar operations
//===----------------------------------------------------------------------===//

/// Narrows one branch of `select (cmp a, b), t, f` where it returns what was
/// compared: ReLU and its kin as they are often spelt.
static NumericRange evaluateSelect(arith::SelectOp op,
                                   ArrayRef<NumericRange> operands,
                                   function_ref<NumericRange(Value)> get) {
  NumericRange ifTrue = operands[1], ifFalse = operands[2];
  if (auto compare = op.getCondition().getDefiningOp<arith::CmpFOp>()) {
    using P = arith::CmpFPredicate;
    P predicate = compare.getPredicate();
    bool greater = predicate == P::OGT || predicate == P::OGE ||
                   predicate == P::UGT || predicate == P::UGE;
    bool less = predicate == P::OLT || predicate == P::OLE ||
                predicate == P::ULT || predicate == P::ULE;
    Value big = compare.getLhs(), small = compare.getRhs();
    if (less)
      std::swap(big, small);
    if (greater || less) {
      // Where true big >= small, where false big <= small (or one is NaN).
      NumericRange bigRange = get(big), smallRange = get(small);
      if (op.getTrueValue() == big)
        ifTrue.lo = std::max(ifTrue.lo, smallRange.lo);
      if (op.getTrueValue() == small)
        ifTrue.hi = std::min(ifTrue.hi, bigRange.hi);
      if (op.getFalseValue() == big && !smallRange.mayBeNaN)
        ifFalse.hi = std::min(ifFalse.hi, smallRange.hi);
      if (op.getFalseValue() == small && !bigRange.mayBeNaN)
        ifFalse.lo = std::max(ifFalse.lo, bigRange.lo);
    }
  }
  return join(ifTrue, ifFalse);
}

/// Maximum or minimum. The `num` forms return the other operand for NaN.
static NumericRange evaluateExtremum(bool isMax, bool skipsNaN,
                                     const NumericRange &a,
                                     const NumericRange &b) {
  bool mayBeNaN = a.mayBeNaN || b.mayBeNaN;
  NumericRange range =
      isMax ? makeRange(std::max(a.lo, b.lo), std::max(a.hi, b.hi), mayBeNaN)
            : makeRange(std::min(a.lo, b.lo), std::min(a.hi, b.hi), mayBeNaN);
  if (!skipsNaN)
    return range;
  range.mayBeNaN = a.mayBeNaN && b.mayBeNaN;
  if (a.mayBeNaN)
    range = makeRange(std::min(range.lo, b.lo), std::max(range.hi, b.hi),
                      range.mayBeNaN);
  if (b.mayBeNaN)
    range = makeRange(std::min(range.lo, a.lo), std::max(range.hi, a.hi),
                      range.mayBeNaN);
  return range;
}

/// Range of an arith or math operation, on scalars or element-wise on tensors.
static NumericRange evaluateScalar(Operation *op,
                                   function_ref<NumericRange(Value)> get) {
  SmallVector<NumericRange, 3> x;
  for (Value operand : op->getOperands())
    x.push_back(get(operand));
  if (op->getNumResults() != 1)
    return NumericRange();
  Type type = op->getResult(0).getType();
  auto rounded = [&](NumericRange range) { return roundOnce(range, type); };
  auto integerBits = [](Value value) {
    Type element = getElementTypeOrSelf(value.getType());
    return element.isInteger() ? element.getIntOrFloatBitWidth() : 1024;
  };

  return TypeSwitch<Operation *, NumericRange>(op)
      .Case([&](arith::AddFOp) { return rounded(add(x[0], x[1])); })
      .Case([&](arith::SubFOp) {
        return rounded(add(x[0], makeRange(-x[1].hi, -x[1].lo, x[1].mayBeNaN)));
      })
      .Case([&](arith::MulFOp) { return rounded(multiply(x[0], x[1])); })
      .Case([&](arith::DivFOp) { return rounded(divide(x[0], x[1])); })
      .Case([&](arith::NegFOp) {
        return makeRange(-x[0].hi, -x[0].lo, x[0].mayBeNaN);
      })
      .Case([&](arith::MaximumFOp) {
        return evaluateExtremum(true, false, x[0], x[1]);
      })
      .Case([&](arith::MinimumFOp) {
        return evaluateExtremum(false, false, x[0], x[1]);
      })
      .Case([&](arith::MaxNumFOp) {
        return evaluateExtremum(true, true, x[0], x[1]);
      })
      .Case([&](arith::MinNumFOp) {
        return evaluateExtremum(false, true, x[0], x[1]);
      })
      .Case([&](arith::SelectOp select) {
        return evaluateSelect(select, x, get);
      })
      .Case<arith::ExtFOp>([&](Operation *) { return x[0]; })
      .Case<arith::TruncFOp>([&](Operation *) { return rounded(x[0]); })
      .Case([&](arith::UIToFPOp convert) {
        double limit = std::ldexp(1.0, integerBits(convert.getIn()));
        return rounded(makeRange(0.0, limit - 1.0, false));
      })
      .Case([&](arith::SIToFPOp convert) {
        double limit = std::ldexp(1.0, integerBits(convert.getIn()) - 1);
        return rounded(makeRange(-limit, limit - 1.0, false));
      })
      .Case([&](math::AbsFOp) {
        double least = x[0].lo > 0.0 ? x[0].lo : x[0].hi < 0.0 ? -x[0].hi : 0.0;
        return makeRange(least, getMagnitude(x[0]), x[0].mayBeNaN);
      })
      .Case(
          [&](math::FmaOp) { return rounded(add(multiply(x[0], x[1]), x[2])); })
      .Case([&](math::ExpOp) {
        NumericRange range =
            applyMonotonic(x[0], type, [](double v) { return std::exp(v); });
        range.lo = std::max(range.lo, 0.0);
        return range;
      })
      .Case([&](math::TanhOp) { return makeRange(-1.0, 1.0, x[0].mayBeNaN); })
      .Case([&](math::ErfOp) { return makeRange(-1.0, 1.0, x[0].mayBeNaN); })
      .Case<math::SinOp, math::CosOp>(
          [&](Operation *) { return makeRange(-1.0, 1.0, true); })
      .Case<math::FloorOp, math::CeilOp, math::RoundOp, math::RoundEvenOp,
            math::TruncOp>([&](Operation *) {
        return makeRange(std::floor(x[0].lo), std::ceil(x[0].hi),
                         x[0].mayBeNaN);
      })
      .Case([&](math::SqrtOp) {
        if (x[0].lo < 0.0)
          return NumericRange();
        return applyMonotonic(x[0], type,
                              [](double v) { return std::sqrt(v); });
      })
      .Case([&](math::LogOp) {
        if (!(x[0].lo > 0.0))
          return NumericRange();
        return applyMonotonic(x[0], type, [](double v) { return std::log(v); });
      })
      .Case([&](math::CopySignOp) {
        double magnitude = getMagnitude(x[0]);
        return makeRange(-magnitude, magnitude, x[0].mayBeNaN);
      })
      .Default([](Operation *) { return NumericRange(); });
}

//===----------------------------------------------------------------------===//
// The analysis
//===----------------------------------------------------------------------===//

namespace {

/// Ranges of the values that lead to one, computed in program order.
class RangeAnalysis {
public:
  NumericRange compute(Value root);

private:
  NumericRange lookup(Value value);
  NumericRange evaluate(Operation *op);
  NumericRange evaluateLinalg(linalg::LinalgOp op);
  NumericRange evaluateBatchNorm(BatchNormOp op);
  NumericRange evaluateBinary(Value input, ShapedType weights);
  std::optional<NumericRange> evaluateContraction(linalg::LinalgOp op);

  DenseMap<Value, NumericRange> known;
};

} // namespace

static NumericRange getConstantRange(Value value) {
  std::optional<std::vector<double>> elements = getConstantElements(value);
  if (!elements || elements->empty())
    return NumericRange();
  NumericRange range = makeRange(kInfinity, -kInfinity, false);
  for (double element : *elements) {
    if (std::isnan(element))
      return NumericRange();
    range.lo = std::min(range.lo, element);
    range.hi = std::max(range.hi, element);
  }
  return range;
}

NumericRange RangeAnalysis::lookup(Value value) {
  auto found = known.find(value);
  if (found != known.end())
    return found->second;
  if (matchPattern(value, m_Constant()))
    return known[value] = getConstantRange(value);
  return NumericRange();
}

/// True where the range does not depend on the operands, so that what leads to
/// them need not be looked at.
static bool endsSlice(Operation *op) {
  return isa<PlusMinusOneOp, linalg::SoftmaxOp, arith::UIToFPOp,
             arith::SIToFPOp>(op);
}

NumericRange RangeAnalysis::compute(Value root) {
  SmallVector<Operation *> slice;
  SmallVector<Value> worklist = {root};
  DenseSet<Operation *> seen;
  Operation *rootOp = root.getDefiningOp();
  while (!worklist.empty()) {
    Operation *def = worklist.pop_back_val().getDefiningOp();
    if (!def || def->getBlock() != rootOp->getBlock() ||
        !seen.insert(def).second || matchPattern(def, m_Constant()))
      continue;
    slice.push_back(def);
    if (!endsSlice(def))
      worklist.append(def->operand_begin(), def->operand_end());
    // A max pooling may look at what is under its padding.
    if (auto pad = dyn_cast<tensor::PadOp>(def))
      if (Value padding = pad.getConstantPaddingValue())
        worklist.push_back(padding);
  }
  llvm::sort(slice,
             [](Operation *a, Operation *b) { return a->isBeforeInBlock(b); });
  for (Operation *op : slice)
    if (op->getNumResults() == 1)
      known[op->getResult(0)] = evaluate(op);
  return lookup(root);
}

NumericRange RangeAnalysis::evaluate(Operation *op) {
  auto joinOperands = [&](ValueRange operands) {
    NumericRange range = lookup(operands.front());
    for (Value operand : operands.drop_front())
      range = join(range, lookup(operand));
    return range;
  };
  NumericRange zero = makeRange(0.0, 0.0, false);
  return TypeSwitch<Operation *, NumericRange>(op)
      .Case([](PlusMinusOneOp) { return makeRange(-1.0, 1.0, false); })
      .Case([&](SignWithZeroOp op) {
        return makeRange(-1.0, 1.0, lookup(op.getInput()).mayBeNaN);
      })
      .Case<BinaryConv2DOp, BinaryMatmulOp>([&](auto op) {
        return evaluateBinary(op.getInput(), op.getWeights().getType());
      })
      .Case<ExitOp, tensor::ExpandShapeOp, tensor::CollapseShapeOp,
            tensor::ReshapeOp, tensor::CastOp, tensor::ExtractSliceOp,
            tensor::ExtractOp, tensor::SplatOp>(
          [&](Operation *op) { return lookup(op->getOperand(0)); })
      .Case([&](tensor::FromElementsOp op) {
        return op.getElements().empty() ? NumericRange()
                                        : joinOperands(op.getElements());
      })
      .Case<tensor::ConcatOp, tensor::InsertSliceOp>([&](Operation *op) {
        SmallVector<Value> parts = getConcatenatedParts(op->getResult(0));
        return parts.empty() ? joinOperands(op->getOperands().take_front(2))
                             : joinOperands(parts);
      })
      .Case([&](tensor::PadOp op) {
        Value padding = op.getConstantPaddingValue();
        return padding ? join(lookup(op.getSource()), lookup(padding))
                       : NumericRange();
      })
      .Case([&](BatchNormOp op) { return evaluateBatchNorm(op); })
      .Case([&](AggregateOp op) {
        NumericRange range = joinOperands(op.getMembers());
        // Nobody present is zero as well.
        if (op.getMissing() == Missing::zero ||
            op.getMissing() == Missing::skip)
          range = join(range, zero);
        if (!op.getBlanks().empty())
          range = join(range, joinOperands(op.getBlanks()));
        return roundOnce(range, op.getType());
      })
      .Case([&](linalg::SoftmaxOp op) {
        // Exponentials and their sum round; the quotient may pass 1 by that.
        return makeRange(0.0, 1.0 + 8 * getEpsilon(op->getResult(0).getType()),
                         true);
      })
      .Case([&](linalg::FillOp op) { return lookup(op.getInputs().front()); })
      .Case([&](linalg::LinalgOp op) { return evaluateLinalg(op); })
      .Default([&](Operation *op) {
        return evaluateScalar(op, [&](Value value) { return lookup(value); });
      });
}

NumericRange RangeAnalysis::evaluateBatchNorm(BatchNormOp op) {
  std::optional<std::vector<double>> scale = getConstantElements(op.getScale());
  std::optional<std::vector<double>> shift = getConstantElements(op.getShift());
  if (!scale || !shift || scale->empty())
    return NumericRange();
  NumericRange input = lookup(op.getInput());
  std::optional<NumericRange> range;
  double error = 0.0;
  for (auto [a, b] : llvm::zip(*scale, *shift)) {
    NumericRange channel =
        add(multiply(input, makeRange(a, a, false)), makeRange(b, b, false));
    range = range ? join(*range, channel) : channel;
    error = std::max(error, std::abs(a) * getMagnitude(input) + std::abs(b));
  }
  if (!std::isfinite(error))
    return roundTo(*range, op.getType(), 0.0);
  return roundTo(*range, op.getType(), 2 * error * getEpsilon(op.getType()));
}

/// A sum of as many terms as an output has weights; of +-1 it is exact.
NumericRange RangeAnalysis::evaluateBinary(Value input, ShapedType weights) {
  double terms =
      double(weights.getNumElements()) / double(weights.getDimSize(0));
  if (getElementTypeOrSelf(input.getType()).isInteger(1))
    return makeRange(-terms, terms, false);
  NumericRange range = lookup(input);
  double most = multiply(terms, getMagnitude(range));
  double error = (terms + 1.0) * most * getEpsilon(input.getType());
  return roundTo(makeRange(-most, most, mayMakeNaN({range})), input.getType(),
                 std::isfinite(error) ? error : 0.0);
}

/// A convolution or product with constant weights: per output channel the sums
/// of positive and of negative weights bound the result.
std::optional<NumericRange>
RangeAnalysis::evaluateContraction(linalg::LinalgOp op) {
  auto [lhs, rhs] = matchMultiplyAdd(op);
  if (!lhs)
    return std::nullopt;
  OpOperand *data = op.getMatchingOpOperand(lhs);
  OpOperand *weights = op.getMatchingOpOperand(rhs);
  std::optional<std::vector<double>> values =
      getConstantElements(weights->get());
  if (!values) {
    std::swap(data, weights);
    values = getConstantElements(weights->get());
  }
  AffineMap map = op.getMatchingIndexingMap(weights);
  if (!values || !map.isProjectedPermutation())
    return std::nullopt;

  // Positive and negative sums for each combination of the weights' parallel
  // loops; reduction loops that the weights do not have repeat them.
  SmallVector<int64_t> ranges = op.getStaticLoopRanges();
  SmallVector<utils::IteratorType> kinds = op.getIteratorTypesArray();
  auto shape = cast<ShapedType>(weights->get().getType()).getShape();
  double repeats = 1.0, terms = 1.0;
  for (unsigned d = 0; d < ranges.size(); ++d) {
    if (ShapedType::isDynamic(ranges[d]))
      return std::nullopt;
    if (kinds[d] != utils::IteratorType::reduction)
      continue;
    terms *= double(ranges[d]);
    if (!map.isFunctionOfDim(d))
      repeats *= double(ranges[d]);
  }
  SmallVector<int64_t> strides(shape.size(), 0);
  int64_t groups = 1;
  for (int64_t axis = int64_t(shape.size()) - 1; axis >= 0; --axis) {
    if (kinds[map.getDimPosition(axis)] != utils::IteratorType::parallel)
      continue;
    strides[axis] = groups;
    groups *= shape[axis];
  }
  std::vector<double> positive(groups, 0.0), negative(groups, 0.0);
  SmallVector<int64_t> index(shape.size(), 0);
  for (double weight : *values) {
    if (std::isnan(weight))
      return std::nullopt;
    int64_t group = 0;
    for (size_t axis = 0; axis < shape.size(); ++axis)
      group += index[axis] * strides[axis];
    (weight > 0.0 ? positive : negative)[group] += weight;
    for (int64_t axis = int64_t(shape.size()) - 1; axis >= 0; --axis) {
      if (++index[axis] < shape[axis])
        break;
      index[axis] = 0;
    }
  }

  NumericRange input = lookup(data->get());
  double lo = kInfinity, hi = -kInfinity, magnitude = 0.0;
  for (int64_t group = 0; group < groups; ++group) {
    double p = positive[group] * repeats, n = negative[group] * repeats;
    lo = std::min(lo, multiply(p, input.lo) + multiply(n, input.hi));
    hi = std::max(hi, multiply(p, input.hi) + multiply(n, input.lo));
    magnitude = std::max(magnitude, multiply(p - n, getMagnitude(input)));
  }
  NumericRange init = lookup(op.getDpsInitOperand(0)->get());
  NumericRange range = add(makeRange(lo, hi, mayMakeNaN({input})), init);
  magnitude += getMagnitude(init);
  Type type = op->getResult(0).getType();
  double error = (terms + 1.0) * magnitude * getEpsilon(type);
  return roundTo(range, type, std::isfinite(error) ? error : 0.0);
}

NumericRange RangeAnalysis::evaluateLinalg(linalg::LinalgOp op) {
  if (op->getNumResults() != 1 ||
      llvm::is_contained(op.getStaticLoopRanges(), 0))
    return NumericRange();
  if (!op.getMatchingIndexingMap(op.getDpsInitOperand(0))
           .isProjectedPermutation())
    return NumericRange();
  if (std::optional<NumericRange> range = evaluateContraction(op))
    return *range;

  // Interprets the body. `accumulator` stands for what it holds between steps.
  Block *body = op.getBlock();
  auto interpret = [&](const NumericRange &accumulator) {
    DenseMap<Value, NumericRange> inner;
    for (BlockArgument argument : body->getArguments()) {
      OpOperand *operand = op.getMatchingOpOperand(argument);
      inner[argument] =
          op.isDpsInit(operand) ? accumulator : lookup(operand->get());
    }
    if (Value source = getPooledSource(op))
      for (BlockArgument argument : body->getArguments())
        if (auto pad = op.getMatchingOpOperand(argument)
                           ->get()
                           .getDefiningOp<tensor::PadOp>())
          if (pad.getSource() == source)
            inner[argument] = lookup(source);
    auto get = [&](Value value) {
      auto found = inner.find(value);
      return found != inner.end() ? found->second : lookup(value);
    };
    for (Operation &scalar : body->without_terminator())
      if (scalar.getNumResults() == 1 && !matchPattern(&scalar, m_Constant()))
        inner[scalar.getResult(0)] = evaluateScalar(&scalar, get);
    return std::make_pair(get(body->getTerminator()->getOperand(0)), inner);
  };

  NumericRange init = lookup(op.getDpsInitOperand(0)->get());
  if (op.getNumReductionLoops() == 0)
    return interpret(init).first;

  // Reductions `accumulator op term`, where the term does not depend on the
  // accumulator.
  BlockArgument accumulator =
      op.getMatchingBlockArgument(op.getDpsInitOperand(0));
  Operation *combine = body->getTerminator()->getOperand(0).getDefiningOp();
  if (!combine || combine->getNumOperands() != 2 ||
      !llvm::hasSingleElement(accumulator.getUses()))
    return NumericRange();
  Value term = combine->getOperand(0) == accumulator   ? combine->getOperand(1)
               : combine->getOperand(1) == accumulator ? combine->getOperand(0)
                                                       : Value();
  if (!term)
    return NumericRange();
  auto [last, inner] = interpret(init);
  auto found = inner.find(term);
  NumericRange x = found != inner.end() ? found->second : lookup(term);
  if (isa<arith::MaximumFOp, arith::MaxNumFOp, arith::MinimumFOp,
          arith::MinNumFOp>(combine))
    return last;
  if (!isa<arith::AddFOp>(combine))
    return NumericRange();
  double terms = 1.0;
  for (auto [range, kind] :
       llvm::zip(op.getStaticLoopRanges(), op.getIteratorTypesArray())) {
    if (ShapedType::isDynamic(range))
      return NumericRange();
    if (kind == utils::IteratorType::reduction)
      terms *= double(range);
  }
  NumericRange sum = add(multiply(x, makeRange(terms, terms, false)), init);
  Type type = op->getResult(0).getType();
  double error = (terms + 1.0) * getEpsilon(type) *
                 (multiply(terms, getMagnitude(x)) + getMagnitude(init));
  return roundTo(sum, type, std::isfinite(error) ? error : 0.0);
}

NumericRange ddnn::getNumericRange(Value value) {
  if (!value.getDefiningOp())
    return NumericRange();
  return RangeAnalysis().compute(value);
}

std::optional<double> ddnn::getMagnitudeBound(Value value) {
  NumericRange range = getNumericRange(value);
  if (!range.isBounded())
    return std::nullopt;
  return getMagnitude(range);
}
