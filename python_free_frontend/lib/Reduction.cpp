//===- Reduction.cpp - Reductions and global pooling ----------------------===//
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

namespace {
enum class Reduction { Sum, Mean, Max, Min, Prod };
} // namespace

static Value combine(Reduction kind, OpBuilder &b, Location loc, Value l,
                     Value r) {
  switch (kind) {
  case Reduction::Max:
    return arith::MaximumFOp::create(b, loc, l, r);
  case Reduction::Min:
    return arith::MinimumFOp::create(b, loc, l, r);
  case Reduction::Prod:
    return arith::MulFOp::create(b, loc, l, r);
  default:
    return arith::AddFOp::create(b, loc, l, r);
  }
}

static double getNeutral(Reduction kind) {
  switch (kind) {
  case Reduction::Max:
    return -INFINITY;
  case Reduction::Min:
    return INFINITY;
  case Reduction::Prod:
    return 1.0;
  default:
    return 0.0;
  }
}

/// Reduces constants: what shape arithmetic does with ReduceProd and the like.
static LogicalResult foldReduction(Node &node, Reduction kind,
                                   ArrayRef<int64_t> axes,
                                   ArrayRef<int64_t> keptShape) {
  const HostTensor &in = *node.getInput(0).constant;
  if (in.kind == ElementKind::Bool)
    return node.error() << "is not supported on booleans";
  if (failed(node.checkFolding(keptShape)) ||
      failed(node.checkFolding(in.shape)))
    return failure();
  Shape strides = computeStrides(keptShape);
  std::vector<double> sums(countElements(keptShape).value_or(0),
                           getNeutral(kind));
  forEachIndex(in.shape, [&](int64_t linear, ArrayRef<int64_t> index) {
    int64_t to = 0;
    for (size_t d = 0; d < index.size(); ++d)
      if (!llvm::is_contained(axes, int64_t(d)))
        to += index[d] * strides[d];
    double value = in.at(linear);
    double &sum = sums[to];
    switch (kind) {
    case Reduction::Max:
      sum = std::isnan(value) || value > sum ? value : sum;
      break;
    case Reduction::Min:
      sum = std::isnan(value) || value < sum ? value : sum;
      break;
    case Reduction::Prod:
      sum *= value;
      break;
    default:
      sum += value;
    }
  });
  int64_t count = in.size() / std::max<int64_t>(sums.size(), 1);
  auto result = std::make_shared<HostTensor>(in.kind, keptShape);
  for (size_t i = 0; i < sums.size(); ++i) {
    double value = kind == Reduction::Mean ? sums[i] / double(count) : sums[i];
    if (in.kind == ElementKind::F32)
      result->floats[i] = float(value);
    else if (std::fabs(value) < 9007199254740992.0) // 2^53: exact
      result->ints[i] = int64_t(value);
    else
      return node.error() << "overflows in integers";
  }
  node.setResult(result);
  return success();
}

/// Reduces input 0 over sorted axes and sets result 0.
static LogicalResult reduce(Node &node, Reduction kind, ArrayRef<int64_t> axes,
                            bool keepDims) {
  const Operand input = node.getInput(0);
  Shape kept = input.shape, shape;
  int64_t count = 1;
  for (int64_t axis : axes) {
    count *= input.shape[axis];
    kept[axis] = 1;
  }
  for (int64_t d = 0; d < input.rank(); ++d)
    if (keepDims || !llvm::is_contained(axes, d))
      shape.push_back(kept[d]);
  if (input.isConstant()) {
    if (failed(foldReduction(node, kind, axes, kept)))
      return failure();
    HostTensorPtr folded = node.getResult(0).constant;
    node.setResult(reshapeHost(*folded, shape));
    return success();
  }
  Value x = node.getFloat(0);
  if (!x)
    return failure();
  if (axes.empty()) {
    node.setResult(x);
    return success();
  }
  Value result = node.createReduce(
      x, axes, getNeutral(kind), [&](OpBuilder &b, Location loc, ValueRange v) {
        return combine(kind, b, loc, v[0], v[1]);
      });
  if (kind == Reduction::Mean) {
    Shape reduced(cast<RankedTensorType>(result.getType()).getShape());
    result = node.createElementwise(
        ArrayRef<Value>{result}, reduced,
        [&](OpBuilder &b, Location loc, ValueRange v) -> Value {
          Value divisor = arith::ConstantOp::create(
              b, loc, b.getF32FloatAttr(float(count)));
          return arith::DivFOp::create(b, loc, v[0], divisor);
        });
  }
  node.setResult(node.createReshape(result, shape));
  return success();
}

/// Axes are an attribute before opset `axesInput` and an input since.
template <Reduction kind, int64_t axesInput>
static LogicalResult importReduce(Node &node) {
  if (failed(node.expectInputs(1, node.getOpset() < axesInput ? 1 : 2)))
    return failure();
  auto given = node.getIntsAttrOrInput("axes", 1, axesInput);
  if (failed(given))
    return failure();
  bool keepDims = node.getIntAttr("keepdims", 1) != 0;
  bool noop = node.getOpset() >= axesInput &&
              node.getIntAttr("noop_with_empty_axes", 0) != 0;
  int64_t rank = node.getInput(0).rank();
  FailureOr<Shape> axes = node.normalizeAxes(given->value_or(Shape()), rank);
  if (failed(axes))
    return failure();
  if (axes->empty() && !noop)
    *axes = llvm::to_vector<4>(llvm::seq<int64_t>(0, rank));
  return reduce(node, kind, *axes, keepDims);
}

/// [N,C,...] -> [N,C,1,...].
template <Reduction kind> static LogicalResult importGlobalPool(Node &node) {
  if (failed(node.expectInputs(1, 1)))
    return failure();
  int64_t rank = node.getInput(0).rank();
  if (rank < 3)
    return node.error() << "needs spatial dimensions, the input is "
                        << toString(node.getInput(0).shape);
  return reduce(node, kind, llvm::to_vector<4>(llvm::seq<int64_t>(2, rank)),
                /*keepDims=*/true);
}

void ddnn::frontend::addReductionOps(OpTable &table) {
  table.add("ReduceMean", 1, importReduce<Reduction::Mean, 18>);
  table.add("ReduceMax", 1, importReduce<Reduction::Max, 18>);
  table.add("ReduceMin", 1, importReduce<Reduction::Min, 18>);
  table.add("ReduceProd", 1, importReduce<Reduction::Prod, 18>);
  table.add("ReduceSum", 1, importReduce<Reduction::Sum, 13>);
  table.add("GlobalAveragePool", 1, importGlobalPool<Reduction::Mean>);
  table.add("GlobalMaxPool", 1, importGlobalPool<Reduction::Max>);
}
