//===- Elementwise.cpp - Operators on single elements ---------------------===//
//
// Part of ddnnc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Arithmetic, activations and logic. Each operator is described once for the
// host (constant folding, recognition of signs) and once as the body of a
// linalg.generic.
//
//===----------------------------------------------------------------------===//

#include "Signs.h"
#include <cmath>

using namespace mlir;
using namespace ddnn;
using namespace ddnn::frontend;
using Shape = ddnn::frontend::Shape;
using Floats = ArrayRef<double>;
using Ints = ArrayRef<int64_t>;

//===----------------------------------------------------------------------===//
// Folding, signs and building
//===----------------------------------------------------------------------===//

/// What the operands are at linear index of the result, by numpy broadcasting.
static Shape getBroadcastStrides(ArrayRef<int64_t> shape,
                                 ArrayRef<int64_t> result) {
  Shape own = computeStrides(shape), strides(result.size(), 0);
  for (size_t d = 0; d < shape.size(); ++d)
    if (shape[d] != 1)
      strides[result.size() - shape.size() + d] = own[d];
  return strides;
}

static LogicalResult foldElementwise(Node &node, ArrayRef<Operand> operands,
                                     ArrayRef<int64_t> shape,
                                     ElementKind resultKind,
                                     const Elementwise &op) {
  if (failed(node.checkFolding(shape)))
    return failure();
  bool ints = llvm::any_of(
      operands, [](const Operand &o) { return o.kind == ElementKind::I64; });
  if (ints && resultKind != ElementKind::Bool && !op.foldInt)
    return node.error() << "is not supported on integers";
  auto result = std::make_shared<HostTensor>(resultKind, shape);
  result->isScaledSigns = op.isProduct && isScaledSigns(operands, shape);
  SmallVector<Shape> strides;
  for (const Operand &operand : operands)
    strides.push_back(getBroadcastStrides(operand.shape, shape));
  SmallVector<double> values(operands.size());
  SmallVector<int64_t> intValues(operands.size());
  bool defined = true;
  forEachIndex(shape, [&](int64_t linear, ArrayRef<int64_t> index) {
    for (size_t i = 0; i < operands.size(); ++i) {
      int64_t from = 0;
      for (size_t d = 0; d < index.size(); ++d)
        from += index[d] * strides[i][d];
      if (ints && op.foldInt)
        intValues[i] = operands[i].constant->ints[from];
      else
        values[i] = operands[i].constant->at(from);
    }
    if (ints && op.foldInt) {
      std::optional<int64_t> value = op.foldInt(intValues);
      defined &= value.has_value();
      result->ints[linear] = value.value_or(0);
    } else if (resultKind == ElementKind::F32) {
      result->floats[linear] = float(op.fold(values));
    } else {
      result->ints[linear] = op.fold(values) != 0.0;
    }
  });
  if (!defined)
    return node.error() << "divides an integer by zero or overflows";
  node.setResult(std::move(result));
  return success();
}

LogicalResult ddnn::frontend::importElementwise(Node &node,
                                                ArrayRef<Operand> operands,
                                                ElementKind resultKind,
                                                const Elementwise &op) {
  FailureOr<Shape> shape = node.broadcastShapes(operands);
  if (failed(shape))
    return failure();
  if (llvm::all_of(operands, [](const Operand &o) { return o.isConstant(); }))
    return foldElementwise(node, operands, *shape, resultKind, op);
  if (failed(node.checkResultShape(*shape)))
    return failure();
  for (const Operand &operand : operands)
    if (operand.kind == ElementKind::I64)
      return node.error() << "integers are supported only where they are known "
                             "at compile time";
  std::optional<SignFunction> sign =
      propagateSign(operands, *shape, resultKind, op);
  Operand result;
  bool isSign = sign && resultKind == ElementKind::F32 && sign->neg == -1.0 &&
                sign->pos == 1.0;
  if (isSign && sign->zero == 1.0)
    result = Operand::of(node.createSign(sign->source));
  else if (isSign && (sign->zero == 0.0 || sign->zero == -1.0))
    result = Operand::of(node.createSignWithZero(sign->source, sign->zero));
  else
    result = Operand::of(
        node.createElementwise(operands, *shape, resultKind, op.build));
  result.sign = sign;
  node.setResult(0, result);
  return success();
}

//===----------------------------------------------------------------------===//
// Helpers for bodies
//===----------------------------------------------------------------------===//

static Value scalar(OpBuilder &b, Location loc, double value) {
  return arith::ConstantOp::create(b, loc, b.getF32FloatAttr(float(value)));
}

template <typename OpT> static auto buildUnary() {
  return [](OpBuilder &b, Location loc, ValueRange v) -> Value {
    return OpT::create(b, loc, v[0]);
  };
}
template <typename OpT> static auto buildBinary() {
  return [](OpBuilder &b, Location loc, ValueRange v) -> Value {
    return OpT::create(b, loc, v[0], v[1]);
  };
}

/// An operand with one element.
static Operand constantOperand(double value) {
  auto tensor = std::make_shared<HostTensor>(ElementKind::F32, Shape());
  tensor->floats[0] = float(value);
  return Operand::of(tensor);
}

/// All inputs, an error unless there are `min` to `max` of one kind.
static FailureOr<SmallVector<Operand>>
getOperands(Node &node, int min, int max,
            std::optional<ElementKind> kind = std::nullopt) {
  if (failed(node.expectInputs(min, max)))
    return failure();
  SmallVector<Operand> operands;
  for (int i = 0; i < node.getNumInputs(); ++i) {
    operands.push_back(node.getInput(i));
    if (operands.back().state == Operand::Absent)
      return node.error() << "input " << i << " is required but left out";
    if (operands.back().kind != kind.value_or(operands.front().kind)) {
      return node.error() << "input " << i << " must be "
                          << toString(kind.value_or(operands.front().kind))
                          << ", is " << toString(operands.back().kind);
    }
  }
  return operands;
}

/// max and min as IEEE 754-2019 maximum and minimum: NaN wins.
static double maximum(double a, double b) {
  return std::isnan(a) || std::isnan(b) ? NAN : std::max(a, b);
}
static double minimum(double a, double b) {
  return std::isnan(a) || std::isnan(b) ? NAN : std::min(a, b);
}

//===----------------------------------------------------------------------===//
// Arithmetic
//===----------------------------------------------------------------------===//

/// Integer arithmetic wraps around, without undefined behaviour.
static int64_t wrap(uint64_t value) { return int64_t(value); }

static const Elementwise &getAdd() {
  static const Elementwise op{
      [](Floats v) { return v[0] + v[1]; },
      [](Ints v) { return wrap(uint64_t(v[0]) + uint64_t(v[1])); },
      buildBinary<arith::AddFOp>()};
  return op;
}
static const Elementwise &getSub() {
  static const Elementwise op{
      [](Floats v) { return v[0] - v[1]; },
      [](Ints v) { return wrap(uint64_t(v[0]) - uint64_t(v[1])); },
      buildBinary<arith::SubFOp>()};
  return op;
}
const Elementwise &ddnn::frontend::getMul() {
  static const Elementwise op{
      [](Floats v) { return v[0] * v[1]; },
      [](Ints v) { return wrap(uint64_t(v[0]) * uint64_t(v[1])); },
      buildBinary<arith::MulFOp>(), /*beginsSign=*/false, /*isProduct=*/true};
  return op;
}
static const Elementwise &getDiv() {
  static const Elementwise op{[](Floats v) { return v[0] / v[1]; },
                              [](Ints v) -> std::optional<int64_t> {
                                if (v[1] == 0 ||
                                    (v[0] == INT64_MIN && v[1] == -1))
                                  return std::nullopt;
                                return v[0] / v[1];
                              },
                              buildBinary<arith::DivFOp>()};
  return op;
}
static const Elementwise &getMax() {
  static const Elementwise op{[](Floats v) { return maximum(v[0], v[1]); },
                              [](Ints v) { return std::max(v[0], v[1]); },
                              buildBinary<arith::MaximumFOp>()};
  return op;
}
static const Elementwise &getMin() {
  static const Elementwise op{[](Floats v) { return minimum(v[0], v[1]); },
                              [](Ints v) { return std::min(v[0], v[1]); },
                              buildBinary<arith::MinimumFOp>()};
  return op;
}
static const Elementwise &getPow() {
  static const Elementwise op{
      [](Floats v) { return std::pow(v[0], v[1]); }, nullptr,
      [](OpBuilder &b, Location loc, ValueRange v) -> Value {
        // The exponents that networks use, without a call of pow.
        if (auto constant = v[1].getDefiningOp<arith::ConstantOp>())
          if (auto attr = dyn_cast<FloatAttr>(constant.getValue())) {
            double exponent = attr.getValueAsDouble();
            if (exponent == 1.0)
              return v[0];
            if (exponent == 2.0)
              return arith::MulFOp::create(b, loc, v[0], v[0]);
            if (exponent == 3.0)
              return arith::MulFOp::create(
                  b, loc, arith::MulFOp::create(b, loc, v[0], v[0]), v[0]);
            if (exponent == 0.5)
              return math::SqrtOp::create(b, loc, v[0]);
            if (exponent == -1.0)
              return arith::DivFOp::create(b, loc, scalar(b, loc, 1.0), v[0]);
          }
        return math::PowFOp::create(b, loc, v[0], v[1]);
      }};
  return op;
}

static LogicalResult importBinary(Node &node, const Elementwise &op) {
  auto operands = getOperands(node, 2, 2);
  if (failed(operands))
    return failure();
  if (operands->front().kind == ElementKind::Bool)
    return node.error() << "is not supported on booleans";
  return importElementwise(node, *operands, operands->front().kind, op);
}
template <const Elementwise &(*getOp)()>
static LogicalResult importBinary(Node &node) {
  if (importMemberMean(node))
    return success();
  return importBinary(node, getOp());
}

/// x + (sign - x), as straight-through estimators export it, is the sign; the
/// sum as it stands may be off by its rounding.
static LogicalResult importAdd(Node &node) {
  if (failed(node.expectInputs(2, 2)))
    return failure();
  for (int i : {0, 1}) {
    const Operand difference = node.getInput(i), other = node.getInput(1 - i);
    if (!difference.minuend || other.state != Operand::Runtime ||
        other.value != difference.subtracted)
      continue;
    const SignFunction &sign = *difference.minuend;
    mlir::emitRemark(node.getLoc())
        << "node '" << node.getName()
        << "' is a straight-through estimator, x + (sign - x): taken for the "
           "sign, from which the sum of floats may differ by rounding";
    Operand result = Operand::of(
        sign.zero == 1.0 ? node.createSign(sign.source)
                         : node.createSignWithZero(sign.source, sign.zero));
    result.sign = sign;
    node.setResult(0, result);
    return success();
  }
  if (failed(importBinary(node, getAdd())))
    return failure();
  noteTerms(node, {node.getInput(0), node.getInput(1)});
  return success();
}

static LogicalResult importSub(Node &node) {
  if (failed(importBinary(node, getSub())))
    return failure();
  const Operand sign = node.getInput(0), subtracted = node.getInput(1);
  if (sign.sign && sign.kind == ElementKind::F32 && sign.sign->neg == -1.0 &&
      sign.sign->pos == 1.0 &&
      (sign.sign->zero == 1.0 || sign.sign->zero == 0.0 ||
       sign.sign->zero == -1.0) &&
      subtracted.state == Operand::Runtime && sign.shape == subtracted.shape) {
    Operand result = node.getResult(0);
    result.subtracted = subtracted.value;
    result.minuend = sign.sign;
    node.setResult(0, result);
  }
  return success();
}

/// The exponent may be of another type than the base.
static LogicalResult importPow(Node &node) {
  if (failed(node.expectInputs(2, 2)))
    return failure();
  SmallVector<Operand> operands{node.getInput(0), node.getInput(1)};
  if (operands[0].kind != ElementKind::F32)
    return node.error() << "is supported on floats only";
  if (operands[1].isConstant() && operands[1].kind == ElementKind::I64) {
    if (failed(node.checkFolding(operands[1].shape)))
      return failure();
    operands[1] =
        Operand::of(castHost(*operands[1].constant, ElementKind::F32));
  }
  if (operands[1].kind != ElementKind::F32)
    return node.error() << "the exponent must be a number, is "
                        << toString(operands[1].kind);
  return importElementwise(node, operands, ElementKind::F32, getPow());
}

/// Sum, Mean, Max, Min: any number of inputs, joined from the left. Mean and
/// maximum of several devices' values are aggregates.
template <const Elementwise &(*getOp)()>
static LogicalResult importVariadic(Node &node) {
  auto operands = getOperands(node, 1, INT_MAX);
  if (failed(operands))
    return failure();
  if (operands->front().kind == ElementKind::Bool)
    return node.error() << "is not supported on booleans";
  size_t count = operands->size();
  const Elementwise &step = getOp();
  double share = node.getOpType() == "Mean" ? 1.0 / double(count) : 1.0;
  Elementwise all;
  all.fold = [&](Floats v) {
    double result = v[0];
    for (double value : v.drop_front())
      result = step.fold({result, value});
    return result * share;
  };
  if (node.getOpType() != "Mean")
    all.foldInt = [&](Ints v) {
      std::optional<int64_t> result = v[0];
      for (int64_t value : v.drop_front())
        result = step.foldInt({*result, value});
      return result;
    };
  all.build = [&](OpBuilder &b, Location loc, ValueRange v) {
    Value result = v[0];
    for (Value value : v.drop_front())
      result = step.build(b, loc, {result, value});
    if (node.getOpType() == "Mean")
      result =
          arith::DivFOp::create(b, loc, result, scalar(b, loc, double(count)));
    return result;
  };
  if (count == 1) { // the identity
    node.setResult(0, operands->front());
    return success();
  }
  if (importMembers(node, *operands))
    return success();
  if (failed(importElementwise(node, *operands, operands->front().kind, all)))
    return failure();
  noteTerms(node, *operands);
  return success();
}

//===----------------------------------------------------------------------===//
// Functions of one float
//===----------------------------------------------------------------------===//

static LogicalResult importUnary(Node &node, const Elementwise &op) {
  auto operands = getOperands(node, 1, 1);
  if (failed(operands))
    return failure();
  ElementKind kind = operands->front().kind;
  if (kind == ElementKind::Bool || (kind == ElementKind::I64 && !op.foldInt))
    return node.error() << "is not supported on " << toString(kind);
  return importElementwise(node, *operands, kind, op);
}

static LogicalResult importAbs(Node &node) {
  return importUnary(
      node, {[](Floats v) { return std::fabs(v[0]); },
             [](Ints v) { return v[0] < 0 ? wrap(-uint64_t(v[0])) : v[0]; },
             buildUnary<math::AbsFOp>()});
}
static LogicalResult importNeg(Node &node) {
  return importUnary(node, {[](Floats v) { return -v[0]; },
                            [](Ints v) { return wrap(-uint64_t(v[0])); },
                            buildUnary<arith::NegFOp>()});
}
static LogicalResult importExp(Node &node) {
  return importUnary(node, {[](Floats v) { return std::exp(v[0]); }, nullptr,
                            buildUnary<math::ExpOp>()});
}
static LogicalResult importLog(Node &node) {
  return importUnary(node, {[](Floats v) { return std::log(v[0]); }, nullptr,
                            buildUnary<math::LogOp>()});
}
static LogicalResult importSqrt(Node &node) {
  return importUnary(node, {[](Floats v) { return std::sqrt(v[0]); }, nullptr,
                            buildUnary<math::SqrtOp>()});
}
static LogicalResult importTanh(Node &node) {
  return importUnary(node, {[](Floats v) { return std::tanh(v[0]); }, nullptr,
                            buildUnary<math::TanhOp>()});
}
static LogicalResult importErf(Node &node) {
  return importUnary(node, {[](Floats v) { return std::erf(v[0]); }, nullptr,
                            buildUnary<math::ErfOp>()});
}
static LogicalResult importFloor(Node &node) {
  return importUnary(node, {[](Floats v) { return std::floor(v[0]); }, nullptr,
                            buildUnary<math::FloorOp>()});
}
static LogicalResult importCeil(Node &node) {
  return importUnary(node, {[](Floats v) { return std::ceil(v[0]); }, nullptr,
                            buildUnary<math::CeilOp>()});
}
static LogicalResult importReciprocal(Node &node) {
  return importUnary(
      node, {[](Floats v) { return 1.0 / v[0]; }, nullptr,
             [](OpBuilder &b, Location loc, ValueRange v) -> Value {
               return arith::DivFOp::create(b, loc, scalar(b, loc, 1.0), v[0]);
             }});
}

static LogicalResult importRelu(Node &node) {
  // The constant second, as passes that look for a ReLU expect.
  return importUnary(node,
                     {[](Floats v) { return maximum(v[0], 0.0); },
                      [](Ints v) { return std::max<int64_t>(v[0], 0); },
                      [](OpBuilder &b, Location loc, ValueRange v) -> Value {
                        return arith::MaximumFOp::create(b, loc, v[0],
                                                         scalar(b, loc, 0.0));
                      }});
}

const Elementwise &ddnn::frontend::getSign() {
  static const Elementwise op{
      [](Floats v) { return v[0] >= 0.0 ? 1.0 : -1.0; }, nullptr,
      [](OpBuilder &b, Location loc, ValueRange v) -> Value {
        Value above = arith::CmpFOp::create(b, loc, arith::CmpFPredicate::OGE,
                                            v[0], scalar(b, loc, 0.0));
        return arith::SelectOp::create(b, loc, above, scalar(b, loc, 1.0),
                                       scalar(b, loc, -1.0));
      },
      /*beginsSign=*/true};
  return op;
}

/// ONNX Sign: 0 becomes 0.
static LogicalResult importSign(Node &node) {
  Elementwise op{[](Floats v) {
                   return v[0] > 0.0 ? 1.0 : v[0] < 0.0 ? -1.0 : v[0];
                 },
                 [](Ints v) { return int64_t(v[0] > 0) - int64_t(v[0] < 0); },
                 [](OpBuilder &b, Location loc, ValueRange v) -> Value {
                   Value zero = scalar(b, loc, 0.0);
                   Value above = arith::CmpFOp::create(
                       b, loc, arith::CmpFPredicate::OGT, v[0], zero);
                   Value below = arith::CmpFOp::create(
                       b, loc, arith::CmpFPredicate::OLT, v[0], zero);
                   Value rest = arith::SelectOp::create(
                       b, loc, below, scalar(b, loc, -1.0), v[0]);
                   return arith::SelectOp::create(b, loc, above,
                                                  scalar(b, loc, 1.0), rest);
                 },
                 /*beginsSign=*/true};
  return importUnary(node, op);
}

/// 1 / (1 + exp(-x)).
static Value buildSigmoid(OpBuilder &b, Location loc, Value x) {
  Value one = scalar(b, loc, 1.0);
  Value exp = math::ExpOp::create(b, loc, arith::NegFOp::create(b, loc, x));
  return arith::DivFOp::create(b, loc, one,
                               arith::AddFOp::create(b, loc, exp, one));
}
static LogicalResult importSigmoid(Node &node) {
  return importUnary(
      node, {[](Floats v) { return 1.0 / (1.0 + std::exp(-v[0])); }, nullptr,
             [](OpBuilder &b, Location loc, ValueRange v) {
               return buildSigmoid(b, loc, v[0]);
             }});
}

/// max(0, min(1, alpha * x + beta)).
static Elementwise getHardSigmoid(double alpha, double beta) {
  return {
      [=](Floats v) { return maximum(0.0, minimum(1.0, alpha * v[0] + beta)); },
      nullptr,
      [=](OpBuilder &b, Location loc, ValueRange v) -> Value {
        Value line = arith::AddFOp::create(
            b, loc, arith::MulFOp::create(b, loc, v[0], scalar(b, loc, alpha)),
            scalar(b, loc, beta));
        Value top =
            arith::MinimumFOp::create(b, loc, line, scalar(b, loc, 1.0));
        return arith::MaximumFOp::create(b, loc, top, scalar(b, loc, 0.0));
      }};
}
static LogicalResult importHardSigmoid(Node &node) {
  return importUnary(node,
                     getHardSigmoid(node.getFloatAttr("alpha", float(0.2)),
                                    node.getFloatAttr("beta", 0.5)));
}
static LogicalResult importHardSwish(Node &node) {
  Elementwise gate = getHardSigmoid(float(1.0 / 6.0), 0.5);
  return importUnary(node,
                     {[=](Floats v) { return v[0] * gate.fold(v); }, nullptr,
                      [=](OpBuilder &b, Location loc, ValueRange v) -> Value {
                        return arith::MulFOp::create(b, loc, v[0],
                                                     gate.build(b, loc, v));
                      }});
}

/// x where x >= 0, else negative(x).
static Elementwise
getPiecewise(std::function<double(double)> negative,
             std::function<Value(OpBuilder &, Location, Value)> build) {
  return {[=](Floats v) { return v[0] >= 0.0 ? v[0] : negative(v[0]); },
          nullptr,
          [=](OpBuilder &b, Location loc, ValueRange v) -> Value {
            Value positive = arith::CmpFOp::create(
                b, loc, arith::CmpFPredicate::OGE, v[0], scalar(b, loc, 0.0));
            return arith::SelectOp::create(b, loc, positive, v[0],
                                           build(b, loc, v[0]));
          }};
}
static LogicalResult importLeakyRelu(Node &node) {
  double alpha = node.getFloatAttr("alpha", float(0.01));
  return importUnary(
      node, getPiecewise([=](double x) { return alpha * x; },
                         [=](OpBuilder &b, Location loc, Value x) -> Value {
                           return arith::MulFOp::create(b, loc, x,
                                                        scalar(b, loc, alpha));
                         }));
}
/// alpha * (exp(x) - 1).
static Value buildExpm1(OpBuilder &b, Location loc, Value x, double alpha) {
  return arith::MulFOp::create(b, loc, math::ExpM1Op::create(b, loc, x),
                               scalar(b, loc, alpha));
}
static LogicalResult importElu(Node &node) {
  double alpha = node.getFloatAttr("alpha", 1.0);
  return importUnary(
      node, getPiecewise([=](double x) { return alpha * std::expm1(x); },
                         [=](OpBuilder &b, Location loc, Value x) {
                           return buildExpm1(b, loc, x, alpha);
                         }));
}
static LogicalResult importSelu(Node &node) {
  double alpha = node.getFloatAttr("alpha", float(1.67326319217681884765625));
  double gamma = node.getFloatAttr("gamma", float(1.05070102214813232421875));
  Elementwise elu =
      getPiecewise([=](double x) { return alpha * std::expm1(x); },
                   [=](OpBuilder &b, Location loc, Value x) {
                     return buildExpm1(b, loc, x, alpha);
                   });
  return importUnary(
      node, {[=](Floats v) { return gamma * elu.fold(v); }, nullptr,
             [=](OpBuilder &b, Location loc, ValueRange v) -> Value {
               return arith::MulFOp::create(b, loc, elu.build(b, loc, v),
                                            scalar(b, loc, gamma));
             }});
}
/// log(1 + exp(x)), written as max(x, 0) + log1p(exp(-|x|)) so that exp does
/// not overflow.
static LogicalResult importSoftplus(Node &node) {
  return importUnary(
      node,
      {[](Floats v) {
         return maximum(v[0], 0.0) + std::log1p(std::exp(-std::fabs(v[0])));
       },
       nullptr,
       [](OpBuilder &b, Location loc, ValueRange v) -> Value {
         Value abs = math::AbsFOp::create(b, loc, v[0]);
         Value exp =
             math::ExpOp::create(b, loc, arith::NegFOp::create(b, loc, abs));
         Value relu =
             arith::MaximumFOp::create(b, loc, v[0], scalar(b, loc, 0.0));
         return arith::AddFOp::create(b, loc, relu,
                                      math::Log1pOp::create(b, loc, exp));
       }});
}
static LogicalResult importSoftsign(Node &node) {
  return importUnary(
      node, {[](Floats v) { return v[0] / (1.0 + std::fabs(v[0])); }, nullptr,
             [](OpBuilder &b, Location loc, ValueRange v) -> Value {
               Value abs = math::AbsFOp::create(b, loc, v[0]);
               return arith::DivFOp::create(
                   b, loc, v[0],
                   arith::AddFOp::create(b, loc, abs, scalar(b, loc, 1.0)));
             }});
}
/// x * Phi(x): 0.5 x (1 + erf(x / sqrt 2)), or the tanh approximation.
static LogicalResult importGelu(Node &node) {
  std::string approximate = node.getStringAttr("approximate", "none");
  if (approximate != "none" && approximate != "tanh")
    return node.error() << "attribute 'approximate' must be none or tanh, is '"
                        << approximate << "'";
  bool tanh = approximate == "tanh";
  constexpr double kSqrtHalf = 0.70710678118654752440;
  constexpr double kSqrtTwoOverPi = 0.79788456080286535588;
  constexpr double kCubic = 0.044715;
  Elementwise op;
  op.fold = [=](Floats v) {
    double x = v[0];
    double inner = tanh ? std::tanh(kSqrtTwoOverPi * (x + kCubic * x * x * x))
                        : std::erf(x * kSqrtHalf);
    return 0.5 * x * (1.0 + inner);
  };
  op.build = [=](OpBuilder &b, Location loc, ValueRange v) -> Value {
    Value x = v[0];
    auto mul = [&](Value l, Value r) -> Value {
      return arith::MulFOp::create(b, loc, l, r);
    };
    auto add = [&](Value l, Value r) -> Value {
      return arith::AddFOp::create(b, loc, l, r);
    };
    Value inner;
    if (tanh) {
      Value cubic = mul(mul(mul(x, x), x), scalar(b, loc, kCubic));
      inner = math::TanhOp::create(
          b, loc, mul(add(x, cubic), scalar(b, loc, kSqrtTwoOverPi)));
    } else {
      inner = math::ErfOp::create(b, loc, mul(x, scalar(b, loc, kSqrtHalf)));
    }
    return mul(mul(x, scalar(b, loc, 0.5)), add(inner, scalar(b, loc, 1.0)));
  };
  return importUnary(node, op);
}
/// x where x > alpha, else 0.
static LogicalResult importThresholdedRelu(Node &node) {
  double alpha = node.getFloatAttr("alpha", 1.0);
  return importUnary(
      node, {[=](Floats v) { return v[0] > alpha ? v[0] : 0.0; }, nullptr,
             [=](OpBuilder &b, Location loc, ValueRange v) -> Value {
               Value above =
                   arith::CmpFOp::create(b, loc, arith::CmpFPredicate::OGT,
                                         v[0], scalar(b, loc, alpha));
               return arith::SelectOp::create(b, loc, above, v[0],
                                              scalar(b, loc, 0.0));
             }});
}
static LogicalResult importMish(Node &node) {
  return importUnary(
      node,
      {[](Floats v) { return v[0] * std::tanh(std::log1p(std::exp(v[0]))); },
       nullptr,
       [](OpBuilder &b, Location loc, ValueRange v) -> Value {
         Value abs = math::AbsFOp::create(b, loc, v[0]);
         Value exp =
             math::ExpOp::create(b, loc, arith::NegFOp::create(b, loc, abs));
         Value relu =
             arith::MaximumFOp::create(b, loc, v[0], scalar(b, loc, 0.0));
         Value softplus = arith::AddFOp::create(
             b, loc, relu, math::Log1pOp::create(b, loc, exp));
         return arith::MulFOp::create(b, loc, v[0],
                                      math::TanhOp::create(b, loc, softplus));
       }});
}

//===----------------------------------------------------------------------===//
// PRelu and Clip
//===----------------------------------------------------------------------===//

static LogicalResult importPRelu(Node &node) {
  auto operands = getOperands(node, 2, 2, ElementKind::F32);
  if (failed(operands))
    return failure();
  FailureOr<Shape> shape = node.broadcastShapes(*operands);
  if (failed(shape))
    return failure();
  if (*shape != (*operands)[0].shape)
    return node.error() << "slope " << toString((*operands)[1].shape)
                        << " does not broadcast to the input "
                        << toString((*operands)[0].shape);
  Elementwise op{
      [](Floats v) { return v[0] >= 0.0 ? v[0] : v[0] * v[1]; }, nullptr,
      [](OpBuilder &b, Location loc, ValueRange v) -> Value {
        Value positive = arith::CmpFOp::create(
            b, loc, arith::CmpFPredicate::OGE, v[0], scalar(b, loc, 0.0));
        Value scaled = arith::MulFOp::create(b, loc, v[0], v[1]);
        return arith::SelectOp::create(b, loc, positive, v[0], scaled);
      }};
  return importElementwise(node, *operands, ElementKind::F32, op);
}

/// Bounds are attributes before opset 11 and inputs since.
static LogicalResult importClip(Node &node) {
  if (failed(node.expectInputs(1, node.getOpset() < 11 ? 1 : 3)))
    return failure();
  SmallVector<Operand> operands{node.getInput(0)};
  bool bounded[2] = {false, false};
  for (int side : {0, 1}) {
    StringRef name = side == 0 ? "min" : "max";
    Operand bound;
    if (node.getOpset() < 11) {
      if (node.hasAttr(name))
        bound = constantOperand(node.getFloatAttr(name, 0.0));
    } else if (node.hasInput(1 + side)) {
      bound = node.getInput(1 + side);
      if (countElements(bound.shape) != 1)
        return node.error() << "input '" << name << "' must be a scalar, is "
                            << toString(bound.shape);
      if (bound.kind != operands[0].kind)
        return node.error()
               << "input '" << name << "' must be "
               << toString(operands[0].kind) << ", is " << toString(bound.kind);
      // A bound [1] must not raise the rank of a scalar.
      if (bound.isConstant())
        bound = Operand::of(reshapeHost(*bound.constant, {}));
      else
        bound = Operand::of(node.createReshape(bound.value, {}));
    }
    bounded[side] = bound.state != Operand::Absent;
    if (bounded[side])
      operands.push_back(bound);
  }
  if (operands[0].kind == ElementKind::Bool)
    return node.error() << "is not supported on booleans";
  if (operands.size() == 1) {
    node.setResult(0, operands[0]);
    return success();
  }
  // max(x, min) first: where min > max the result is max.
  bool low = bounded[0], high = bounded[1];
  Elementwise op;
  op.fold = [=](Floats v) {
    double x = low ? maximum(v[0], v[1]) : v[0];
    return high ? minimum(x, v[v.size() - 1]) : x;
  };
  op.foldInt = [=](Ints v) {
    int64_t x = low ? std::max(v[0], v[1]) : v[0];
    return high ? std::min(x, v[v.size() - 1]) : x;
  };
  op.build = [=](OpBuilder &b, Location loc, ValueRange v) {
    Value x = v[0];
    if (low)
      x = arith::MaximumFOp::create(b, loc, x, v[1]);
    if (high)
      x = arith::MinimumFOp::create(b, loc, x, v[v.size() - 1]);
    return x;
  };
  return importElementwise(node, operands, operands[0].kind, op);
}

void ddnn::frontend::addElementwiseOps(OpTable &table) {
  for (int64_t since : {7, 13, 14}) {
    table.add("Add", since, importAdd);
    table.add("Sub", since, importSub);
    table.add("Mul", since, importBinary<getMul>);
    table.add("Div", since, importBinary<getDiv>);
  }
  table.add("Pow", 7, importPow);
  table.add("Sum", 6, importVariadic<getAdd>);
  table.add("Mean", 6, importVariadic<getAdd>);
  table.add("Max", 6, importVariadic<getMax>);
  table.add("Min", 6, importVariadic<getMin>);
  table.add("Abs", 6, importAbs);
  table.add("Neg", 6, importNeg);
  table.add("Exp", 6, importExp);
  table.add("Log", 6, importLog);
  table.add("Sqrt", 6, importSqrt);
  table.add("Reciprocal", 6, importReciprocal);
  table.add("Tanh", 6, importTanh);
  table.add("Erf", 9, importErf);
  table.add("Floor", 6, importFloor);
  table.add("Ceil", 6, importCeil);
  table.add("Relu", 6, importRelu);
  table.add("LeakyRelu", 6, importLeakyRelu);
  table.add("PRelu", 7, importPRelu);
  table.add("ThresholdedRelu", 10, importThresholdedRelu);
  table.add("Elu", 6, importElu);
  table.add("Selu", 6, importSelu);
  table.add("Gelu", 20, importGelu);
  table.add("Mish", 18, importMish);
  table.add("Sigmoid", 6, importSigmoid);
  table.add("HardSigmoid", 6, importHardSigmoid);
  table.add("HardSwish", 14, importHardSwish);
  table.add("Softplus", 1, importSoftplus);
  table.add("Softsign", 1, importSoftsign);
  table.add("Sign", 9, importSign);
  table.add("Clip", 6, importClip);
  table.add("Clip", 11, importClip);
}
