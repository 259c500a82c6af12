//===- Normalization.cpp - Batch normalisation and softmax ----------------===//
//
// Part of ddnnc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Node.h"
#include <cmath>

using namespace mlir;
using namespace ddnn;
using namespace ddnn::frontend;
using Shape = ddnn::frontend::Shape;

/// x [N,C,...] and constants [C] -> ddnn.batch_norm. Scale and shift are
/// computed in double and rounded once.
static LogicalResult importBatchNorm(Node &node) {
  if (failed(node.expectInputs(5, 5)))
    return failure();
  node.ignoreAttrs({"momentum"});
  double epsilon = node.getFloatAttr("epsilon", float(1e-5));
  if (node.getOpset() < 9 && node.getIntAttr("spatial", 1) != 1)
    return node.error() << "spatial=0 is not supported";
  if (node.getOpset() >= 14 && node.getIntAttr("training_mode", 0) != 0)
    return node.error() << "training_mode must be 0";
  for (int i = 1; i < node.getNumOutputs(); ++i)
    if (failed(node.refuseOutput(i, "a statistic of training")))
      return failure();
  const Operand input = node.getInput(0);
  if (input.rank() < 2)
    return node.error() << "needs channels on axis 1, the input is "
                        << toString(input.shape);
  static constexpr StringLiteral kNames[] = {"scale", "bias", "mean",
                                             "variance"};
  HostTensorPtr parameters[4];
  for (int i = 0; i < 4; ++i) {
    parameters[i] = node.getConstant(1 + i, kNames[i], ElementKind::F32);
    if (!parameters[i])
      return failure();
    if (ArrayRef<int64_t>(parameters[i]->shape) !=
        ArrayRef<int64_t>{input.shape[1]})
      return node.error() << kNames[i] << " " << toString(parameters[i]->shape)
                          << " does not fit the " << input.shape[1]
                          << " channels of input " << toString(input.shape);
  }
  Value x = node.getFloat(0);
  if (!x || failed(node.checkFolding({2, input.shape[1]})))
    return failure();
  auto scale =
      std::make_shared<HostTensor>(ElementKind::F32, Shape{input.shape[1]});
  auto shift = std::make_shared<HostTensor>(*scale);
  for (int64_t c = 0; c < input.shape[1]; ++c) {
    double factor =
        parameters[0]->at(c) / std::sqrt(parameters[3]->at(c) + epsilon);
    scale->floats[c] = float(factor);
    shift->floats[c] =
        float(parameters[1]->at(c) - parameters[2]->at(c) * factor);
    if (!std::isfinite(scale->floats[c]) || !std::isfinite(shift->floats[c]))
      return node.error() << "channel " << c << " has variance "
                          << parameters[3]->at(c)
                          << ": its scale or shift is not a finite number";
  }
  node.setResult(node.create<BatchNormOp>(x, node.materialize(scale),
                                          node.materialize(shift))
                     .getResult());
  return success();
}

/// log(softmax(x)) along one axis as (x - max) - log(sum(exp(x - max))).
static Value createLogSoftmax(Node &node, Value x, int64_t axis) {
  Shape shape(cast<RankedTensorType>(x.getType()).getShape());
  Shape keptShape = shape;
  keptShape[axis] = 1;
  auto keep = [&](Value reduced) {
    return node.createReshape(reduced, keptShape);
  };
  Value max =
      node.createReduce(x, {axis}, -INFINITY,
                        [](OpBuilder &b, Location loc, ValueRange v) -> Value {
                          return arith::MaximumFOp::create(b, loc, v[0], v[1]);
                        });
  Value shifted = node.createElementwise(
      ArrayRef<Value>{x, keep(max)}, shape,
      [](OpBuilder &b, Location loc, ValueRange v) -> Value {
        return arith::SubFOp::create(b, loc, v[0], v[1]);
      });
  Value exp = node.createElementwise(
      ArrayRef<Value>{shifted}, shape,
      [](OpBuilder &b, Location loc, ValueRange v) -> Value {
        return math::ExpOp::create(b, loc, v[0]);
      });
  Value sum = node.createReduce(
      exp, {axis}, 0.0, [](OpBuilder &b, Location loc, ValueRange v) -> Value {
        return arith::AddFOp::create(b, loc, v[0], v[1]);
      });
  return node.createElementwise(
      ArrayRef<Value>{shifted, keep(sum)}, shape,
      [](OpBuilder &b, Location loc, ValueRange v) -> Value {
        Value log = math::LogOp::create(b, loc, v[1]);
        return arith::SubFOp::create(b, loc, v[0], log);
      });
}

/// Since opset 13 along one axis (default the last); before, over all axes from
/// `axis` (default 1) on, as if they were one.
static LogicalResult importSoftmax(Node &node) {
  if (failed(node.expectInputs(1, 1)))
    return failure();
  bool logarithm = node.getOpType() == "LogSoftmax";
  bool flatten = node.getOpset() < 13;
  Value x = node.getFloat(0);
  if (!x)
    return failure();
  Shape shape(cast<RankedTensorType>(x.getType()).getShape());
  FailureOr<int64_t> axis = node.normalizeAxis(
      node.getIntAttr("axis", flatten ? 1 : -1), shape.size());
  if (failed(axis))
    return failure();
  Shape work = shape;
  if (flatten && *axis + 1 != int64_t(shape.size())) {
    work = {1, 1};
    for (int64_t d = 0; d < int64_t(shape.size()); ++d)
      work[d < *axis ? 0 : 1] *= shape[d];
    axis = 1;
  }
  Value in = node.createReshape(x, work);
  Value out = logarithm ? createLogSoftmax(node, in, *axis)
                        : node.create<linalg::SoftmaxOp>(
                                  TypeRange{node.getType(work)}, in,
                                  node.createEmpty(work), uint64_t(*axis))
                              ->getResult(0);
  Operand result = Operand::of(node.createReshape(out, shape));
  // Class scores, if there is one distribution only.
  if (countElements(shape) == work[*axis])
    result.scores =
        logarithm ? Scores::log_probabilities : Scores::probabilities;
  node.setResult(0, result);
  return success();
}

void ddnn::frontend::addNormalizationOps(OpTable &table) {
  for (int64_t since : {7, 9, 14, 15})
    table.add("BatchNormalization", since, importBatchNorm);
  for (StringRef op : {"Softmax", "LogSoftmax"}) {
    table.add(op, 1, importSoftmax);
    table.add(op, 13, importSoftmax);
  }
}
