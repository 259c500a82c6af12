//===- Pooling.cpp - Pooling ----------------------------------------------===//
//
// Part of ddnnc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Window.h"
#include <cmath>

using namespace mlir;
using namespace ddnn;
using namespace ddnn::frontend;
using Shape = ddnn::frontend::Shape;

/// For each position of one dimension the number of elements that an average
/// counts: those in the input, and the declared padding if `includePad`.
static SmallVector<int64_t> countPerPosition(const Window &window, size_t d,
                                             bool includePad) {
  int64_t begin = includePad ? 0 : window.low[d];
  int64_t end = window.low[d] + window.input[d] +
                (includePad ? window.declaredHigh[d] : 0);
  SmallVector<int64_t> counts;
  for (int64_t o = 0; o < window.output[d]; ++o) {
    // Taps first + t * dilation with 0 <= t < kernel and begin <= tap < end.
    int64_t first = o * window.strides[d], dilation = window.dilations[d];
    int64_t from =
        first >= begin ? 0 : (begin - first + dilation - 1) / dilation;
    int64_t to = first >= end ? 0 : (end - first + dilation - 1) / dilation;
    counts.push_back(
        std::max<int64_t>(std::min(to, window.kernel[d]) - from, 0));
  }
  return counts;
}

/// The sums divided by how many elements each has: by a scalar where that is
/// the same everywhere, else by a constant [H',W'].
static FailureOr<Value> divideByCounts(Node &node, Value sums,
                                       const Window &window, bool includePad) {
  auto isZero = [](int64_t pad) { return pad == 0; };
  SmallVector<int64_t> rows{window.kernel[0]}, columns{window.kernel[1]};
  if (!llvm::all_of(window.low, isZero) || !llvm::all_of(window.high, isZero)) {
    if (failed(node.checkFolding({window.output[0]})) ||
        failed(node.checkFolding({window.output[1]})))
      return failure();
    rows = countPerPosition(window, 0, includePad);
    columns = countPerPosition(window, 1, includePad);
  }
  bool uniform = llvm::all_equal(rows) && llvm::all_equal(columns);
  Shape shape = uniform ? Shape{1, 1} : window.output;
  if (!uniform && failed(node.checkFolding(shape)))
    return failure();
  auto divisor = std::make_shared<HostTensor>(ElementKind::F32, shape);
  forEachIndex(shape, [&](int64_t linear, ArrayRef<int64_t> index) {
    // A window entirely in the padding has the sum 0.
    divisor->floats[linear] =
        float(std::max<int64_t>(rows[index[0]] * columns[index[1]], 1));
  });
  SmallVector<Operand> operands{Operand::of(sums), Operand::of(divisor)};
  return node.createElementwise(
      operands, operands[0].shape, ElementKind::F32,
      [](OpBuilder &b, Location loc, ValueRange v) -> Value {
        return arith::DivFOp::create(b, loc, v[0], v[1]);
      });
}

/// MaxPool and AveragePool: x [N,C,H,W] -> [N,C,H',W'], one spatial dimension
/// computed as two. The maximum is padded with -inf, the average with 0.
static LogicalResult importPool(Node &node) {
  bool isMax = node.getOpType() == "MaxPool";
  if (failed(node.expectInputs(1, 1)))
    return failure();
  node.ignoreAttrs({"storage_order"}); // only says what Indices are
  if (failed(node.refuseOutput(1, "Indices")))
    return failure();
  const Operand input = node.getInput(0);
  if (input.rank() < 3 || input.rank() > 4)
    return node.error() << "input " << toString(input.shape)
                        << ": one or two spatial dimensions are supported";
  ArrayRef<int64_t> spatial = ArrayRef<int64_t>(input.shape).drop_front(2);
  std::optional<Shape> kernel = node.getIntsAttr("kernel_shape");
  if (!kernel || kernel->size() != spatial.size())
    return node.error() << "needs the attribute kernel_shape with "
                        << spatial.size() << " numbers";
  bool includePad = !isMax && node.getIntAttr("count_include_pad", 0) != 0;
  FailureOr<Window> window = Window::read(node, spatial, *kernel, true);
  Value x = node.getFloat(0);
  if (failed(window) || !x)
    return failure();
  Shape resultShape{input.shape[0], input.shape[1]};
  resultShape.append(window->output.begin(), window->output.end());
  if (failed(node.checkResultShape(resultShape)))
    return failure();

  window->widen();
  Shape inShape{input.shape[0], input.shape[1]};
  Shape outShape = inShape;
  inShape.append(window->input.begin(), window->input.end());
  outShape.append(window->output.begin(), window->output.end());
  if (failed(node.checkResultShape(window->getPadded(inShape))) ||
      failed(node.checkResultShape(window->kernel)))
    return failure();
  double neutral = isMax ? -INFINITY : 0.0;
  Value padded = node.createPad(
      node.createReshape(x, inShape), {0, 0, window->low[0], window->low[1]},
      {0, 0, window->high[0], window->high[1]}, neutral);
  OpBuilder &b = node.getBuilder();
  Attribute strides = b.getI64TensorAttr(window->strides);
  Attribute dilations = b.getI64TensorAttr(window->dilations);
  SmallVector<Value> ins{padded, node.createEmpty(window->kernel)};
  Value init = node.createFilled(outShape, neutral);
  Type type = node.getType(outShape); // a TypeRange does not own it
  TypeRange types(type);
  Value result;
  if (isMax) {
    result = node.create<linalg::PoolingNchwMaxOp>(types, ins, ValueRange{init},
                                                   strides, dilations)
                 .getResult(0);
  } else {
    Value sums = node.create<linalg::PoolingNchwSumOp>(
                         types, ins, ValueRange{init}, strides, dilations)
                     .getResult(0);
    FailureOr<Value> average = divideByCounts(node, sums, *window, includePad);
    if (failed(average))
      return failure();
    result = *average;
  }
  node.setResult(node.createReshape(result, resultShape));
  return success();
}

void ddnn::frontend::addPoolingOps(OpTable &table) {
  for (int64_t since : {1, 8, 10, 11, 12})
    table.add("MaxPool", since, importPool);
  for (int64_t since : {7, 10, 11, 19})
    table.add("AveragePool", since, importPool);
}
