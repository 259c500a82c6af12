//===- Convolution.cpp - Conv ---------------------------------------------===//
//
// Part of ddnnc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Window.h"

using namespace mlir;
using namespace ddnn;
using namespace ddnn::frontend;
using Shape = ddnn::frontend::Shape;

/// x [N,C,H,W], w [F,C/g,kh,kw], bias [F] -> [N,F,H',W']. One spatial dimension
/// is computed as two, the first of size 1.
static LogicalResult importConv(Node &node) {
  if (failed(node.expectInputs(2, 3)))
    return failure();
  const Operand input = node.getInput(0), weight = node.getInput(1);
  if (input.rank() < 3 || input.rank() > 4 || weight.rank() != input.rank())
    return node.error() << "input " << toString(input.shape) << " and weight "
                        << toString(weight.shape)
                        << ": one or two spatial dimensions are supported";
  int64_t groups = node.getIntAttr("group", 1);
  int64_t channels = input.shape[1], filters = weight.shape[0];
  if (groups < 1 || filters < 1 || filters % groups || channels % groups ||
      weight.shape[1] != channels / groups)
    return node.error() << "weight " << toString(weight.shape)
                        << " does not fit input " << toString(input.shape)
                        << " in " << groups << " group"
                        << (groups == 1 ? "" : "s") << ": each filter needs "
                        << (groups > 0 && channels % groups == 0
                                ? std::to_string(channels / groups)
                                : "a whole number of")
                        << " channels and each group as many filters";
  if (std::optional<Shape> kernel = node.getIntsAttr("kernel_shape"))
    if (*kernel != ArrayRef<int64_t>(weight.shape).drop_front(2))
      return node.error() << "kernel_shape " << toString(*kernel)
                          << " is not that of the weight "
                          << toString(weight.shape);
  const Operand bias = node.getInput(2);
  if (bias.state != Operand::Absent &&
      ArrayRef<int64_t>(bias.shape) != ArrayRef<int64_t>{filters})
    return node.error() << "bias " << toString(bias.shape) << " does not fit "
                        << filters << " filters";
  FailureOr<Window> window = Window::read(
      node, ArrayRef<int64_t>(input.shape).drop_front(2),
      ArrayRef<int64_t>(weight.shape).drop_front(2), /*pool=*/false);
  if (failed(window))
    return failure();
  for (const Operand *operand : {&weight, &bias})
    if (operand->state != Operand::Absent && operand->kind != ElementKind::F32)
      return node.error() << "weight and bias must be float";
  Value x = node.getFloat(0);
  if (!x || failed(node.checkResultShape(weight.shape)))
    return failure();

  Shape resultShape{input.shape[0], filters};
  resultShape.append(window->output.begin(), window->output.end());
  if (failed(node.checkResultShape(resultShape)))
    return failure();
  window->widen();
  Shape inShape{input.shape[0], channels};
  inShape.append(window->input.begin(), window->input.end());
  if (failed(node.checkResultShape(window->getPadded(inShape))))
    return failure();
  Value padded = node.createPad(node.createReshape(x, inShape),
                                {0, 0, window->low[0], window->low[1]},
                                {0, 0, window->high[0], window->high[1]}, 0.0);

  Shape outShape{input.shape[0], filters};
  outShape.append(window->output.begin(), window->output.end());
  Shape filterShape{filters, channels / groups, window->kernel[0],
                    window->kernel[1]};
  OpBuilder &builder = node.getBuilder();
  Attribute strides = builder.getI64TensorAttr(window->strides);
  Attribute dilations = builder.getI64TensorAttr(window->dilations);
  // Constant weights are given the shape that the operation takes.
  auto reshapeWeight = [&](ArrayRef<int64_t> shape) {
    return weight.isConstant() ? node.materialize(weight.constant, shape)
                               : node.createReshape(weight.value, shape);
  };
  Value result;
  if (groups == 1) {
    result = node.create<linalg::Conv2DNchwFchwOp>(
                     TypeRange{node.getType(outShape)},
                     ValueRange{padded, reshapeWeight(filterShape)},
                     ValueRange{node.createFilled(outShape, 0.0)}, strides,
                     dilations)
                 .getResult(0);
  } else {
    // Split channels into [G, C/G] and filters into [G, F/G].
    auto split = [&](ArrayRef<int64_t> shape, size_t axis) {
      Shape result(shape);
      result[axis] /= groups;
      result.insert(result.begin() + axis, groups);
      return result;
    };
    auto type = cast<RankedTensorType>(padded.getType());
    Shape groupedOut = split(outShape, 1);
    result = node.create<linalg::Conv2DNgchwGfchwOp>(
                     TypeRange{node.getType(groupedOut)},
                     ValueRange{
                         node.createReshape(padded, split(type.getShape(), 1)),
                         reshapeWeight(split(filterShape, 0))},
                     ValueRange{node.createFilled(groupedOut, 0.0)}, strides,
                     dilations)
                 .getResult(0);
    result = node.createReshape(result, outShape);
  }
  if (bias.state != Operand::Absent) {
    // Along axis 1, whatever comes behind.
    Operand perChannel = bias;
    perChannel.shape = {1, filters, 1, 1};
    if (!bias.isConstant())
      perChannel.value = node.createReshape(bias.value, perChannel.shape);
    SmallVector<Operand> operands{Operand::of(result), perChannel};
    result = node.createElementwise(
        operands, outShape, ElementKind::F32,
        [](OpBuilder &nested, Location loc, ValueRange v) -> Value {
          return arith::AddFOp::create(nested, loc, v[0], v[1]);
        });
  }
  node.setResult(node.createReshape(result, resultShape));
  return success();
}

void ddnn::frontend::addConvolutionOps(OpTable &table) {
  table.add("Conv", 1, importConv);
  table.add("Conv", 11, importConv);
}
