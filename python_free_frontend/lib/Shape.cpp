//===- Shape.cpp - Shapes, constants and casts ----------------------------===//
//
// Part of ddnnc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Operators that change how a tensor is looked at but not its elements. All
// shapes are static, so every shape computation ends as a constant here.
//
//===----------------------------------------------------------------------===//

#include "Node.h"

using namespace mlir;
using namespace ddnn;
using namespace ddnn::frontend;
using Shape = ddnn::frontend::Shape;

/// Sets result 0 to input 0 under another shape of the same size.
static LogicalResult setReshaped(Node &node, ArrayRef<int64_t> shape) {
  const Operand &input = node.getInput(0);
  if (input.isConstant()) {
    if (failed(node.checkFolding(shape)))
      return failure();
    node.setResult(reshapeHost(*input.constant, shape));
    return success();
  }
  if (failed(node.checkResultShape(shape)))
    return failure();
  Operand result = Operand::of(node.createReshape(input.value, shape));
  result.scores = input.scores;
  node.setResult(0, result);
  return success();
}

/// Identity, and Dropout at inference.
static LogicalResult importIdentity(Node &node) {
  bool dropout = node.getOpType() == "Dropout";
  if (failed(node.expectInputs(1, dropout && node.getOpset() >= 12 ? 3 : 1)))
    return failure();
  node.ignoreAttrs({"ratio", "seed"});
  if (failed(node.refuseOutput(1, "mask")))
    return failure();
  if (node.hasInput(2)) {
    HostTensorPtr training =
        node.getConstant(2, "training_mode", ElementKind::Bool);
    if (!training)
      return failure();
    if (training->size() != 1 || training->ints[0] != 0)
      return node.error() << "training_mode must be false";
  }
  node.setResult(0, node.getInput(0));
  return success();
}

static LogicalResult importShape(Node &node) {
  if (failed(node.expectInputs(1, 1)))
    return failure();
  const Shape &shape = node.getInput(0).shape;
  int64_t rank = shape.size();
  auto clamp = [&](int64_t at) {
    return std::clamp<int64_t>(at < 0 ? at + rank : at, 0, rank);
  };
  int64_t start = clamp(node.getIntAttr("start", 0));
  int64_t end = clamp(node.getIntAttr("end", rank));
  auto result = std::make_shared<HostTensor>(
      ElementKind::I64, ArrayRef<int64_t>{std::max<int64_t>(end - start, 0)});
  for (int64_t i = start; i < end; ++i)
    result->ints[i - start] = shape[i];
  node.setResult(result);
  return success();
}

static LogicalResult importSize(Node &node) {
  if (failed(node.expectInputs(1, 1)))
    return failure();
  auto result = std::make_shared<HostTensor>(ElementKind::I64, Shape());
  result->ints[0] = countElements(node.getInput(0).shape).value_or(0);
  node.setResult(result);
  return success();
}

static LogicalResult importReshape(Node &node) {
  if (failed(node.expectInputs(2, 2)))
    return failure();
  const Operand input = node.getInput(0);
  FailureOr<Shape> target = node.getInts(1, "shape");
  if (failed(target))
    return failure();
  bool allowZero = node.getIntAttr("allowzero", 0) != 0;
  Shape shape = *target;
  int64_t known = 1, open = -1;
  for (int64_t d = 0; d < int64_t(shape.size()); ++d) {
    if (shape[d] == 0 && !allowZero) {
      if (d >= input.rank())
        return node.error() << "shape " << toString(*target)
                            << " copies dimension " << d << ", which the input "
                            << toString(input.shape) << " does not have";
      shape[d] = input.shape[d];
    }
    if (shape[d] == -1 && open < 0) {
      open = d;
      continue;
    }
    if (shape[d] < 0 || shape[d] > kMaxElements ||
        (known *= shape[d]) > kMaxElements)
      return node.error() << "shape " << toString(*target) << " is not valid";
  }
  int64_t count = countElements(input.shape).value_or(0);
  if (open >= 0 && known > 0)
    shape[open] = count / known;
  if ((open >= 0 && known == 0) || countElements(shape) != count)
    return node.error() << "cannot reshape " << toString(input.shape) << " to "
                        << toString(*target);
  return setReshaped(node, shape);
}

static LogicalResult importFlatten(Node &node) {
  if (failed(node.expectInputs(1, 1)))
    return failure();
  const Shape shape = node.getInput(0).shape;
  int64_t rank = shape.size();
  int64_t axis = node.getIntAttr("axis", 1);
  if (axis < -rank || axis > rank)
    return node.error() << "axis " << axis << " is out of range for rank "
                        << rank;
  if (axis < 0)
    axis += rank;
  Shape flat{1, 1};
  for (int64_t d = 0; d < rank; ++d)
    flat[d < axis ? 0 : 1] *= shape[d];
  return setReshaped(node, flat);
}

static LogicalResult importSqueeze(Node &node) {
  if (failed(node.expectInputs(1, node.getOpset() < 13 ? 1 : 2)))
    return failure();
  const Shape shape = node.getInput(0).shape;
  auto given = node.getIntsAttrOrInput("axes", 1, 13);
  if (failed(given))
    return failure();
  Shape axes;
  if (*given) {
    FailureOr<Shape> normal = node.normalizeAxes(**given, shape.size());
    if (failed(normal))
      return failure();
    axes = *normal;
  } else {
    for (size_t d = 0; d < shape.size(); ++d)
      if (shape[d] == 1)
        axes.push_back(d);
  }
  Shape result;
  for (size_t d = 0; d < shape.size(); ++d) {
    if (!llvm::is_contained(axes, d))
      result.push_back(shape[d]);
    else if (shape[d] != 1)
      return node.error() << "cannot remove axis " << d << " of "
                          << toString(shape) << ", its size is not 1";
  }
  return setReshaped(node, result);
}

static LogicalResult importUnsqueeze(Node &node) {
  bool asInput = node.getOpset() >= 13;
  if (failed(node.expectInputs(asInput ? 2 : 1, asInput ? 2 : 1)))
    return failure();
  const Shape shape = node.getInput(0).shape;
  auto given = node.getIntsAttrOrInput("axes", 1, 13);
  if (failed(given))
    return failure();
  if (!*given)
    return node.error() << "needs the attribute 'axes'";
  int64_t rank = shape.size() + (*given)->size();
  FailureOr<Shape> axes = node.normalizeAxes(**given, rank);
  if (failed(axes))
    return failure();
  Shape result;
  size_t next = 0;
  for (int64_t d = 0; d < rank; ++d)
    result.push_back(llvm::is_contained(*axes, d) ? 1 : shape[next++]);
  return setReshaped(node, result);
}

/// Constants are rounded to float16 and bfloat16; what is computed at run time
/// is f32, so that a cast to double changes nothing and one to a narrower type
/// is refused.
static LogicalResult importCast(Node &node) {
  if (failed(node.expectInputs(1, 1)))
    return failure();
  node.ignoreAttrs({"saturate", "round_mode"});
  if (!node.hasAttr("to"))
    return node.error() << "needs the attribute 'to'";
  int32_t to = int32_t(
      std::clamp<int64_t>(node.getIntAttr("to", 0), INT32_MIN, INT32_MAX));
  std::optional<ElementKind> kind = getElementKind(to);
  if (!kind)
    return node.error() << "casts to " << elementTypeName(to)
                        << ", which is not supported";
  const Operand input = node.getInput(0);
  bool narrow =
      to == onnx::TensorProto::FLOAT16 || to == onnx::TensorProto::BFLOAT16;
  if (narrow && !input.isConstant() && input.kind == ElementKind::F32)
    return node.error() << "casts to " << elementTypeName(to)
                        << "; everything is computed in float, export the "
                           "model in float";
  if (narrow && input.isConstant()) {
    if (failed(node.checkFolding(input.shape)))
      return failure();
    auto rounded = std::make_shared<HostTensor>(
        *castHost(*input.constant, ElementKind::F32));
    for (float &value : rounded->floats) {
      llvm::APFloat number(value);
      bool inexact;
      number.convert(to == onnx::TensorProto::FLOAT16
                         ? llvm::APFloat::IEEEhalf()
                         : llvm::APFloat::BFloat(),
                     llvm::APFloat::rmNearestTiesToEven, &inexact);
      value = float(number.convertToDouble());
    }
    node.setResult(rounded);
    return success();
  }
  if (input.kind == *kind) {
    node.setResult(0, input);
    return success();
  }
  if (input.isConstant()) {
    if (failed(node.checkFolding(input.shape)))
      return failure();
    node.setResult(castHost(*input.constant, *kind));
    return success();
  }
  if (*kind == ElementKind::I64)
    return node.error() << "integers are supported only where they are known "
                           "at compile time";
  Elementwise op;
  if (*kind == ElementKind::F32) {
    op.fold = [](ArrayRef<double> v) { return v[0]; };
    op.build = [](OpBuilder &b, Location loc, ValueRange v) -> Value {
      return arith::UIToFPOp::create(b, loc, b.getF32Type(), v[0]);
    };
  } else {
    op.fold = [](ArrayRef<double> v) { return v[0] != 0.0 ? 1.0 : 0.0; };
    op.build = [](OpBuilder &b, Location loc, ValueRange v) -> Value {
      Value zero = arith::ConstantOp::create(b, loc, b.getF32FloatAttr(0.0f));
      return arith::CmpFOp::create(b, loc, arith::CmpFPredicate::UNE, v[0],
                                   zero);
    };
  }
  return importElementwise(node, {input}, *kind, op);
}

//===----------------------------------------------------------------------===//
// Constants
//===----------------------------------------------------------------------===//

static LogicalResult importConstant(Node &node) {
  if (failed(node.expectInputs(0, 0)))
    return failure();
  if (node.hasAttr("value")) {
    const onnx::AttributeProto *attr = node.getAttr("value");
    if (attr->type() != onnx::AttributeProto::TENSOR)
      return node.error() << "attribute 'value' must be a tensor";
    TensorReader &reader = node.getReader();
    llvm::Expected<HostTensorPtr> tensor = reader.read(attr->t());
    if (!tensor)
      return node.error() << "the constant "
                          << llvm::toString(tensor.takeError());
    // A function's constants are decoded at each call.
    if (failed(node.checkFolding((*tensor)->shape)))
      return failure();
    node.setResult(*tensor);
    return success();
  }
  if (node.hasAttr("value_int") || node.hasAttr("value_ints")) {
    bool list = node.hasAttr("value_ints");
    Shape values = list ? node.getIntsAttr("value_ints").value_or(Shape())
                        : Shape{node.getIntAttr("value_int", 0)};
    auto tensor = std::make_shared<HostTensor>(
        ElementKind::I64, list ? Shape{int64_t(values.size())} : Shape());
    tensor->ints.assign(values.begin(), values.end());
    node.setResult(tensor);
    return success();
  }
  if (node.hasAttr("value_float")) {
    auto tensor = std::make_shared<HostTensor>(ElementKind::F32, Shape());
    tensor->floats[0] = float(node.getFloatAttr("value_float", 0.0));
    node.setResult(tensor);
    return success();
  }
  if (const onnx::AttributeProto *attr = node.getAttr("value_floats")) {
    auto tensor = std::make_shared<HostTensor>(
        ElementKind::F32, Shape{int64_t(attr->floats_size())});
    tensor->floats.assign(attr->floats().begin(), attr->floats().end());
    node.setResult(tensor);
    return success();
  }
  return node.error() << "has no value of a supported kind";
}

static LogicalResult importConstantOfShape(Node &node) {
  if (failed(node.expectInputs(1, 1)))
    return failure();
  FailureOr<Shape> shape = node.getInts(0, "shape");
  if (failed(shape) || failed(node.checkFolding(*shape)))
    return failure();
  HostTensorPtr value =
      std::make_shared<HostTensor>(ElementKind::F32, Shape{1});
  if (const onnx::AttributeProto *attr = node.getAttr("value")) {
    llvm::Expected<HostTensorPtr> tensor = node.getReader().read(attr->t());
    if (!tensor)
      return node.error() << "attribute 'value' "
                          << llvm::toString(tensor.takeError());
    value = *tensor;
  }
  if (value->size() != 1)
    return node.error() << "attribute 'value' must have one element, has "
                        << value->size();
  node.setResult(copyStrided(*value, *shape, 0, Shape(shape->size(), 0)));
  return success();
}

static LogicalResult importRange(Node &node) {
  if (failed(node.expectInputs(3, 3)))
    return failure();
  ElementKind kind = node.getInput(0).kind;
  double values[3];
  int64_t integers[3] = {0, 0, 0};
  for (int i = 0; i < 3; ++i) {
    HostTensorPtr tensor = node.getConstant(i, "bound or step", kind);
    if (!tensor)
      return failure();
    if (tensor->size() != 1)
      return node.error() << "input " << i << " must be a scalar";
    values[i] = tensor->at(0);
    if (kind == ElementKind::I64)
      integers[i] = tensor->ints[0];
  }
  if (kind == ElementKind::Bool || !(values[2] != 0.0))
    return node.error() << "needs numbers and a step that is not zero";
  double steps = std::ceil((values[1] - values[0]) / values[2]);
  if (!(steps < double(kMaxElements)))
    return node.error() << "has too many elements";
  int64_t count = steps > 0.0 ? int64_t(steps) : 0;
  if (failed(node.checkFolding({count})))
    return failure();
  auto result = std::make_shared<HostTensor>(kind, Shape{count});
  for (int64_t i = 0; i < count; ++i) {
    if (kind == ElementKind::F32)
      result->floats[i] = float(values[0] + double(i) * values[2]);
    else
      result->ints[i] =
          int64_t(uint64_t(integers[0]) + uint64_t(i) * uint64_t(integers[2]));
  }
  node.setResult(result);
  return success();
}

void ddnn::frontend::addShapeOps(OpTable &table) {
  table.add("Identity", 1, importIdentity);
  table.add("Dropout", 7, importIdentity);
  table.add("Dropout", 12, importIdentity);
  table.add("Shape", 1, importShape);
  table.add("Size", 1, importSize);
  table.add("Reshape", 5, importReshape);
  table.add("Flatten", 1, importFlatten);
  table.add("Squeeze", 1, importSqueeze);
  table.add("Squeeze", 13, importSqueeze);
  table.add("Unsqueeze", 1, importUnsqueeze);
  table.add("Unsqueeze", 13, importUnsqueeze);
  table.add("Cast", 6, importCast);
  table.add("Constant", 1, importConstant);
  table.add("ConstantOfShape", 9, importConstantOfShape);
  table.add("Range", 11, importRange);
}
