//===- Linear.cpp - Gemm and MatMul ---------------------------------------===//
//
// Part of ddnnc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Everything becomes linalg.matmul or linalg.batch_matmul; constant operands
// are transposed at import, so that weights are always [K,N].
//
//===----------------------------------------------------------------------===//

#include "Node.h"

using namespace mlir;
using namespace ddnn;
using namespace ddnn::frontend;
using Shape = ddnn::frontend::Shape;

static Value createMatmul(Node &node, Value a, Value b) {
  auto left = cast<RankedTensorType>(a.getType());
  auto right = cast<RankedTensorType>(b.getType());
  Shape shape(left.getShape());
  shape.back() = right.getShape().back();
  Value init = node.createFilled(shape, 0.0);
  if (shape.size() == 2)
    return node
        .create<linalg::MatmulOp>(TypeRange{node.getType(shape)},
                                  ValueRange{a, b}, ValueRange{init})
        .getResult(0);
  return node
      .create<linalg::BatchMatmulOp>(TypeRange{node.getType(shape)},
                                     ValueRange{a, b}, ValueRange{init})
      .getResult(0);
}

/// alpha * A' * B' + beta * C, with C broadcast to [M,N].
static LogicalResult importGemm(Node &node) {
  if (failed(node.expectInputs(node.getOpset() < 11 ? 3 : 2, 3)))
    return failure();
  double alpha = node.getFloatAttr("alpha", 1.0);
  double beta = node.getFloatAttr("beta", 1.0);
  bool trans[2] = {node.getIntAttr("transA", 0) != 0,
                   node.getIntAttr("transB", 0) != 0};
  Shape shapes[2];
  for (int i : {0, 1}) {
    shapes[i] = node.getInput(i).shape;
    if (shapes[i].size() != 2)
      return node.error() << "input " << i << " must be a matrix, is "
                          << toString(shapes[i]);
    if (trans[i])
      std::swap(shapes[i][0], shapes[i][1]);
  }
  if (shapes[0][1] != shapes[1][0])
    return node.error() << "weight " << toString(node.getInput(1).shape)
                        << (trans[1] ? " (transposed)" : "")
                        << " does not fit input "
                        << toString(node.getInput(0).shape)
                        << (trans[0] ? " (transposed)" : "");
  Shape shape{shapes[0][0], shapes[1][1]};
  const Operand bias = node.getInput(2);
  bool hasBias = bias.state != Operand::Absent && beta != 0.0;
  if (hasBias) {
    if (bias.kind != ElementKind::F32)
      return node.error() << "the bias must be float, is "
                          << toString(bias.kind);
    Operand result;
    result.shape = shape;
    FailureOr<Shape> joined = node.broadcastShapes({result, bias});
    if (failed(joined))
      return failure();
    if (*joined != shape)
      return node.error() << "bias " << toString(bias.shape)
                          << " does not broadcast to " << toString(shape);
  }
  Value matrices[2];
  for (int i : {0, 1}) {
    const Operand operand = node.getInput(i);
    if (operand.isConstant() && trans[i] && operand.kind == ElementKind::F32) {
      if (failed(node.checkFolding(shapes[i])))
        return failure();
      Shape strides = computeStrides(operand.shape);
      matrices[i] = node.materialize(copyStrided(*operand.constant, shapes[i],
                                                 0, {strides[1], strides[0]}));
      continue;
    }
    matrices[i] = node.getFloat(i);
    if (!matrices[i])
      return failure();
    if (trans[i])
      matrices[i] = node.createTranspose(matrices[i], {1, 0});
  }
  if (failed(node.checkResultShape(shape)))
    return failure();
  Value product = createMatmul(node, matrices[0], matrices[1]);
  SmallVector<Operand> operands{Operand::of(product)};
  if (hasBias)
    operands.push_back(bias);
  if (hasBias || alpha != 1.0)
    product = node.createElementwise(
        operands, shape, ElementKind::F32,
        [&](OpBuilder &b, Location loc, ValueRange v) {
          auto scale = [&](Value value, double factor) -> Value {
            if (factor == 1.0)
              return value;
            return arith::MulFOp::create(
                b, loc, value,
                arith::ConstantOp::create(b, loc,
                                          b.getF32FloatAttr(float(factor))));
          };
          Value result = scale(v[0], alpha);
          if (hasBias)
            result = arith::AddFOp::create(b, loc, result, scale(v[1], beta));
          return result;
        });
  node.setResult(product);
  return success();
}

/// Numpy's matmul: batches broadcast, a vector is a matrix of one row (left) or
/// one column (right).
static LogicalResult importMatMul(Node &node) {
  if (failed(node.expectInputs(2, 2)))
    return failure();
  Shape left = node.getInput(0).shape, right = node.getInput(1).shape;
  if (left.empty() || right.empty())
    return node.error() << "inputs must not be scalars";
  bool row = left.size() == 1, column = right.size() == 1;
  if (row)
    left.insert(left.begin(), 1);
  if (column)
    right.push_back(1);
  int64_t m = left[left.size() - 2], k = left.back(), n = right.back();
  if (right[right.size() - 2] != k)
    return node.error() << "weight " << toString(node.getInput(1).shape)
                        << " does not fit input "
                        << toString(node.getInput(0).shape);
  Operand batches[2];
  batches[0].shape.assign(left.begin(), left.end() - 2);
  batches[1].shape.assign(right.begin(), right.end() - 2);
  FailureOr<Shape> batch = node.broadcastShapes(batches);
  if (failed(batch))
    return failure();
  Shape full = *batch;
  full.append({m, n});
  if (failed(node.checkResultShape(full)))
    return failure();
  Shape result = *batch;
  if (!row)
    result.push_back(m);
  if (!column)
    result.push_back(n);
  Value values[2];
  const Operand operands[2] = {node.getInput(0), node.getInput(1)};
  for (int i : {0, 1})
    if (!(values[i] = node.getFloat(i)))
      return failure();

  auto reshape = [&](int i, ArrayRef<int64_t> shape) {
    return operands[i].isConstant()
               ? node.materialize(operands[i].constant, shape)
               : node.createReshape(values[i], shape);
  };
  int64_t count = countElements(*batch).value_or(0);
  int64_t leftCount = countElements(batches[0].shape).value_or(0);
  int64_t rightCount = countElements(batches[1].shape).value_or(0);
  Value product;
  if (rightCount == 1) {
    // One matrix on the right: all rows on the left are one matrix.
    product =
        createMatmul(node, reshape(0, {leftCount * m, k}), reshape(1, {k, n}));
  } else {
    Value matrices[2];
    for (int i : {0, 1}) {
      Shape matrix = i == 0 ? Shape{m, k} : Shape{k, n};
      Shape target{count, matrix[0], matrix[1]};
      if ((i == 0 ? leftCount : rightCount) == count) {
        matrices[i] = reshape(i, target);
        continue;
      }
      // Repeat what is broadcast.
      Shape broadcast = *batch;
      broadcast.append(matrix.begin(), matrix.end());
      if (failed(node.checkResultShape(broadcast)))
        return failure();
      Operand source = operands[i];
      if (source.rank() < 2) // a vector
        source = Operand::of(node.createReshape(values[i], matrix));
      matrices[i] = node.createReshape(
          node.createElementwise(
              ArrayRef<Operand>{source}, broadcast, ElementKind::F32,
              [](OpBuilder &, Location, ValueRange v) { return v[0]; }),
          target);
    }
    product = createMatmul(node, matrices[0], matrices[1]);
  }
  node.setResult(node.createReshape(product, result));
  return success();
}

void ddnn::frontend::addLinearOps(OpTable &table) {
  table.add("Gemm", 7, importGemm);
  table.add("Gemm", 11, importGemm);
  table.add("MatMul", 1, importMatMul);
}
