//===- Node.cpp - What an operator's importer sees of its node ------------===//
//
// Part of ddnnc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Node.h"
#include "mlir/Dialect/Utils/ReshapeOpsUtils.h"
#include "mlir/IR/Matchers.h"
#include "llvm/ADT/STLExtras.h"

using namespace mlir;
using namespace ddnn;
using namespace ddnn::frontend;
using onnx::AttributeProto;
using Shape = ddnn::frontend::Shape;

Operand Operand::of(Value value) {
  Operand operand;
  operand.state = Runtime;
  auto type = cast<RankedTensorType>(value.getType());
  operand.kind =
      type.getElementType().isInteger(1) ? ElementKind::Bool : ElementKind::F32;
  operand.shape.assign(type.getShape().begin(), type.getShape().end());
  operand.value = value;
  return operand;
}

Node::Node(GraphImporter &importer, GraphImporter::Scope &scope,
           const onnx::NodeProto &proto, int64_t opset, std::string name,
           Location loc)
    : importer(importer), scope(scope), proto(proto), opset(opset),
      name(std::move(name)), loc(loc) {}

//===----------------------------------------------------------------------===//
// Errors
//===----------------------------------------------------------------------===//

InFlightDiagnostic Node::error() {
  failed = true;
  InFlightDiagnostic diagnostic = importer.error();
  diagnostic << "node '" << name << "' (" << getOpType() << ", opset " << opset
             << "): ";
  return diagnostic;
}

LogicalResult Node::expectInputs(int min, int max) {
  if (proto.input_size() < min || proto.input_size() > max) {
    auto diagnostic = error() << "needs ";
    if (min == max)
      diagnostic << min;
    else if (max == INT_MAX)
      diagnostic << "at least " << min;
    else
      diagnostic << min << " to " << max;
    return diagnostic << " inputs, has " << proto.input_size();
  }
  for (int i = 0; i < min; ++i)
    if (!hasInput(i))
      return error() << "input " << i << " is required but left out";
  return success();
}

LogicalResult Node::refuseOutput(int i, StringRef what) {
  if (!hasOutput(i))
    return success();
  return error() << "output '" << proto.output(i) << "' (" << what
                 << ") is not supported";
}

//===----------------------------------------------------------------------===//
// Inputs
//===----------------------------------------------------------------------===//

const Operand &Node::getInput(int i) {
  static const Operand absent;
  if (!hasInput(i))
    return absent;
  return importer.lookupValue(scope, proto.input(i));
}

Value Node::getFloat(int i) {
  const Operand &operand = getInput(i);
  if (operand.state == Operand::Absent) {
    error() << "input " << i << " is required but left out";
    return nullptr;
  }
  if (operand.kind != ElementKind::F32) {
    error() << "input '" << proto.input(i) << "' must be float, is "
            << toString(operand.kind) << toString(operand.shape);
    return nullptr;
  }
  if (failed || llvm::failed(checkResultShape(operand.shape)))
    return nullptr;
  return materialize(operand);
}

HostTensorPtr Node::getConstant(int i, StringRef what, ElementKind kind) {
  const Operand &operand = getInput(i);
  if (operand.state == Operand::Absent) {
    error() << "input " << i << " (" << what << ") is required but left out";
    return nullptr;
  }
  if (!operand.isConstant()) {
    error() << "input '" << proto.input(i) << "' (" << what
            << ") must be a constant: an initializer, or computed from "
               "constants and static shapes";
    return nullptr;
  }
  if (operand.kind != kind) {
    error() << "input '" << proto.input(i) << "' (" << what << ") must be "
            << toString(kind) << ", is " << toString(operand.kind);
    return nullptr;
  }
  return operand.constant;
}

FailureOr<Shape> Node::getInts(int i, StringRef what) {
  HostTensorPtr tensor = getConstant(i, what, ElementKind::I64);
  if (!tensor)
    return failure();
  if (tensor->shape.size() > 1 || tensor->size() > 64)
    return error() << "input '" << proto.input(i) << "' (" << what
                   << ") must be a short list of integers, is "
                   << toString(tensor->shape);
  return Shape(tensor->ints.begin(), tensor->ints.end());
}

Value Node::materialize(const Operand &operand) {
  if (operand.state == Operand::Constant)
    return materialize(operand.constant);
  return operand.value;
}

//===----------------------------------------------------------------------===//
// Attributes
//===----------------------------------------------------------------------===//

const AttributeProto *Node::getAttr(StringRef attr) {
  askedAttrs.insert(attr);
  for (const AttributeProto &candidate : proto.attribute()) {
    if (candidate.name() != attr)
      continue;
    if (candidate.ref_attr_name().empty())
      return &candidate;
    // An attribute of the function that this node is part of.
    auto it = scope.attributes.find(candidate.ref_attr_name());
    return it == scope.attributes.end() ? nullptr : &it->second;
  }
  return nullptr;
}

bool Node::hasAttr(StringRef attr) { return getAttr(attr) != nullptr; }

bool Node::checkAttrType(const AttributeProto &attr, int type) {
  if (attr.type() == type)
    return true;
  auto spell = [](int type) {
    return onnx::AttributeProto_AttributeType_IsValid(type)
               ? StringRef(onnx::AttributeProto_AttributeType_Name(
                               AttributeProto::AttributeType(type)))
                     .lower()
               : std::string("invalid");
  };
  error() << "attribute '" << attr.name() << "' must be of type " << spell(type)
          << ", is " << spell(attr.type());
  return false;
}

int64_t Node::getIntAttr(StringRef attr, int64_t otherwise) {
  const AttributeProto *found = getAttr(attr);
  if (!found || !checkAttrType(*found, AttributeProto::INT))
    return otherwise;
  return found->i();
}

double Node::getFloatAttr(StringRef attr, double otherwise) {
  const AttributeProto *found = getAttr(attr);
  if (!found || !checkAttrType(*found, AttributeProto::FLOAT))
    return otherwise;
  return found->f();
}

std::string Node::getStringAttr(StringRef attr, StringRef otherwise) {
  const AttributeProto *found = getAttr(attr);
  if (!found || !checkAttrType(*found, AttributeProto::STRING))
    return otherwise.str();
  return found->s();
}

std::optional<Shape> Node::getIntsAttr(StringRef attr) {
  const AttributeProto *found = getAttr(attr);
  if (!found || !checkAttrType(*found, AttributeProto::INTS))
    return std::nullopt;
  return Shape(found->ints().begin(), found->ints().end());
}

std::vector<std::string> Node::getStringsAttr(StringRef attr) {
  const AttributeProto *found = getAttr(attr);
  if (!found || !checkAttrType(*found, AttributeProto::STRINGS))
    return {};
  return {found->strings().begin(), found->strings().end()};
}

void Node::ignoreAttrs(std::initializer_list<StringRef> attrs) {
  for (StringRef attr : attrs)
    askedAttrs.insert(attr);
}

void Node::reportUnknownAttrs() {
  for (const AttributeProto &attr : proto.attribute())
    // Names with an underscore in front are private notes of exporters.
    if (!askedAttrs.contains(attr.name()) &&
        !StringRef(attr.name()).starts_with("_"))
      error() << "attribute '" << attr.name()
              << "' is not known for this operator";
}

FailureOr<std::optional<Shape>> Node::getIntsAttrOrInput(StringRef attr, int i,
                                                         int64_t since) {
  if (opset < since)
    return getIntsAttr(attr);
  if (!hasInput(i))
    return std::optional<Shape>();
  FailureOr<Shape> list = getInts(i, attr);
  if (llvm::failed(list))
    return failure();
  return std::optional<Shape>(*list);
}

//===----------------------------------------------------------------------===//
// Results
//===----------------------------------------------------------------------===//

void Node::setResult(int i, Operand operand) {
  if (hasOutput(i))
    scope.values[proto.output(i)] = std::move(operand);
}

//===----------------------------------------------------------------------===//
// Building
//===----------------------------------------------------------------------===//

RankedTensorType Node::getType(ArrayRef<int64_t> shape, ElementKind kind) {
  Type element = kind == ElementKind::Bool
                     ? Type(importer.builder.getI1Type())
                     : Type(importer.builder.getF32Type());
  return RankedTensorType::get(shape, element);
}

Value Node::createEmpty(ArrayRef<int64_t> shape, ElementKind kind) {
  return tensor::EmptyOp::create(getBuilder(), loc, shape,
                                 getType(shape, kind).getElementType());
}

Value Node::createScalar(double value) {
  return arith::ConstantOp::create(getBuilder(), loc,
                                   getBuilder().getF32FloatAttr(float(value)));
}

Value Node::createFilled(ArrayRef<int64_t> shape, double value) {
  return create<linalg::FillOp>(createScalar(value), createEmpty(shape))
      .getResult(0);
}

Value Node::createPad(Value in, ArrayRef<int64_t> low, ArrayRef<int64_t> high,
                      double value) {
  auto isZero = [](int64_t v) { return v == 0; };
  if (llvm::all_of(low, isZero) && llvm::all_of(high, isZero))
    return in;
  auto type = cast<RankedTensorType>(in.getType());
  Shape shape;
  for (auto [size, l, h] : llvm::zip(type.getShape(), low, high))
    shape.push_back(size + l + h);
  OpBuilder &b = getBuilder();
  SmallVector<OpFoldResult> lows, highs;
  for (auto [l, h] : llvm::zip(low, high)) {
    lows.push_back(b.getIndexAttr(l));
    highs.push_back(b.getIndexAttr(h));
  }
  return create<tensor::PadOp>(getType(shape), in, lows, highs,
                               createScalar(value))
      .getResult();
}

Value Node::createReshape(Value in, ArrayRef<int64_t> shape) {
  auto type = cast<RankedTensorType>(in.getType());
  if (type.getShape() == shape)
    return in;
  RankedTensorType target = RankedTensorType::get(shape, type.getElementType());
  std::optional<SmallVector<ReassociationIndices>> groups =
      getReassociationIndicesForReshape(type, target);
  if (groups && type.getRank() > target.getRank())
    return create<tensor::CollapseShapeOp>(target, in, *groups).getResult();
  if (groups && type.getRank() < target.getRank())
    return create<tensor::ExpandShapeOp>(target, in, *groups).getResult();
  // No grouping of dimensions leads from one to the other: by way of a list.
  int64_t count = type.getNumElements();
  auto all = [](int64_t rank) {
    SmallVector<ReassociationIndices> groups;
    if (rank)
      groups.emplace_back(llvm::to_vector<2>(llvm::seq<int64_t>(0, rank)));
    return groups;
  };
  RankedTensorType flat = RankedTensorType::get({count}, type.getElementType());
  Value list = in;
  if (type.getRank() > 1)
    list = create<tensor::CollapseShapeOp>(flat, in, all(type.getRank()));
  else if (type.getRank() == 0)
    list = create<tensor::ExpandShapeOp>(flat, in, all(0));
  if (target.getRank() == 1)
    return list;
  if (target.getRank() == 0)
    return create<tensor::CollapseShapeOp>(target, list, all(0));
  return create<tensor::ExpandShapeOp>(target, list, all(target.getRank()));
}

Value Node::createTranspose(Value in, ArrayRef<int64_t> perm) {
  auto type = cast<RankedTensorType>(in.getType());
  Shape shape;
  for (int64_t from : perm)
    shape.push_back(type.getDimSize(from));
  Value empty =
      tensor::EmptyOp::create(getBuilder(), loc, shape, type.getElementType());
  return create<linalg::TransposeOp>(in, empty, perm)->getResult(0);
}

Value Node::createSlice(Value in, ArrayRef<int64_t> offsets,
                        ArrayRef<int64_t> sizes, ArrayRef<int64_t> strides) {
  auto type = cast<RankedTensorType>(in.getType());
  if (type.getShape() == sizes)
    return in;
  OpBuilder &b = getBuilder();
  return create<tensor::ExtractSliceOp>(
      RankedTensorType::get(sizes, type.getElementType()), in,
      getAsIndexOpFoldResult(b.getContext(), offsets),
      getAsIndexOpFoldResult(b.getContext(), sizes),
      getAsIndexOpFoldResult(b.getContext(), strides));
}

Value Node::createReverse(Value in, ArrayRef<int64_t> axes) {
  auto type = cast<RankedTensorType>(in.getType());
  OpBuilder &b = getBuilder();
  SmallVector<AffineExpr> exprs;
  for (int64_t d = 0; d < type.getRank(); ++d) {
    AffineExpr expr = b.getAffineDimExpr(d);
    if (llvm::is_contained(axes, d))
      expr = b.getAffineConstantExpr(type.getDimSize(d) - 1) - expr;
    exprs.push_back(expr);
  }
  AffineMap maps[] = {AffineMap::get(type.getRank(), 0, exprs, b.getContext()),
                      b.getMultiDimIdentityMap(type.getRank())};
  SmallVector<utils::IteratorType> iterators(type.getRank(),
                                             utils::IteratorType::parallel);
  Value empty =
      tensor::EmptyOp::create(b, loc, type.getShape(), type.getElementType());
  return create<linalg::GenericOp>(
             TypeRange{type}, ValueRange{in}, ValueRange{empty}, maps,
             iterators,
             [](OpBuilder &nested, Location at, ValueRange args) {
               linalg::YieldOp::create(nested, at, args[0]);
             })
      .getResult(0);
}

Value Node::createConcat(ArrayRef<Value> parts, int64_t axis) {
  if (parts.size() == 1)
    return parts.front();
  auto type = cast<RankedTensorType>(parts.front().getType());
  Shape shape(type.getShape());
  shape[axis] = 0;
  for (Value part : parts)
    shape[axis] += cast<RankedTensorType>(part.getType()).getDimSize(axis);
  Value result =
      tensor::EmptyOp::create(getBuilder(), loc, shape, type.getElementType());
  MLIRContext *context = getBuilder().getContext();
  Shape offsets(shape.size(), 0), strides(shape.size(), 1);
  for (Value part : parts) {
    auto partType = cast<RankedTensorType>(part.getType());
    result = create<tensor::InsertSliceOp>(
        part, result, getAsIndexOpFoldResult(context, offsets),
        getAsIndexOpFoldResult(context, partType.getShape()),
        getAsIndexOpFoldResult(context, strides));
    offsets[axis] += partType.getDimSize(axis);
  }
  return result;
}

Value Node::createElementwise(ArrayRef<Operand> operands,
                              ArrayRef<int64_t> shape, ElementKind resultKind,
                              Body body) {
  OpBuilder &b = getBuilder();
  MLIRContext *context = b.getContext();
  int64_t rank = shape.size();
  SmallVector<Value> inputs;
  SmallVector<AffineMap> maps;
  // For each operand its position among the inputs, or its scalar.
  SmallVector<std::pair<int64_t, Value>> sources;
  for (const Operand &operand : operands) {
    if (operand.isConstant() && operand.constant->size() == 1) {
      double value = operand.constant->at(0);
      Value scalar =
          operand.kind == ElementKind::F32
              ? createScalar(value)
              : arith::ConstantOp::create(b, loc, b.getBoolAttr(value != 0.0));
      sources.emplace_back(-1, scalar);
      continue;
    }
    // Dimensions that are broadcast are dropped from the operand; of a
    // constant, unit dimensions are as well, so that a bias is always [C].
    Shape kept;
    SmallVector<AffineExpr> exprs;
    int64_t lead = rank - operand.rank();
    for (int64_t d = 0; d < operand.rank(); ++d) {
      int64_t size = operand.shape[d];
      if (size == 1 && (shape[lead + d] != 1 || operand.isConstant()))
        continue;
      kept.push_back(size);
      exprs.push_back(b.getAffineDimExpr(lead + d));
    }
    inputs.push_back(operand.isConstant() ? materialize(operand.constant, kept)
                                          : createReshape(operand.value, kept));
    maps.push_back(AffineMap::get(rank, 0, exprs, context));
    sources.emplace_back(inputs.size() - 1, Value());
  }
  maps.push_back(b.getMultiDimIdentityMap(rank));
  SmallVector<utils::IteratorType> iterators(rank,
                                             utils::IteratorType::parallel);
  Value empty = createEmpty(shape, resultKind);
  auto op = create<linalg::GenericOp>(
      TypeRange{getType(shape, resultKind)}, inputs, ValueRange{empty}, maps,
      iterators, [&](OpBuilder &nested, Location at, ValueRange args) {
        SmallVector<Value> scalars;
        for (auto [position, scalar] : sources)
          scalars.push_back(position < 0 ? scalar : args[position]);
        linalg::YieldOp::create(nested, at, body(nested, at, scalars));
      });
  return op.getResult(0);
}

Value Node::createElementwise(ArrayRef<Value> operands, ArrayRef<int64_t> shape,
                              Body body) {
  SmallVector<Operand> list;
  for (Value value : operands)
    list.push_back(Operand::of(value));
  return createElementwise(list, shape, ElementKind::F32, body);
}

Value Node::createSign(Value in) {
  auto type = cast<RankedTensorType>(in.getType());
  Type bit = importer.builder.getI1Type();
  auto sign = create<SignOp>(RankedTensorType::get(type.getShape(), bit), in);
  return create<PlusMinusOneOp>(type, sign.getResult());
}

Value Node::createSignWithZero(Value in, double atZero) {
  return create<SignWithZeroOp>(in, getBuilder().getF64FloatAttr(atZero));
}

Value Node::createReduce(Value in, ArrayRef<int64_t> axes, double init,
                         Body combine) {
  auto type = cast<RankedTensorType>(in.getType());
  Shape shape;
  for (int64_t d = 0; d < type.getRank(); ++d)
    if (!llvm::is_contained(axes, d))
      shape.push_back(type.getDimSize(d));
  return create<linalg::ReduceOp>(
             in, createFilled(shape, init), axes,
             [&](OpBuilder &nested, Location at, ValueRange args) {
               linalg::YieldOp::create(nested, at, combine(nested, at, args));
             })
      ->getResult(0);
}

//===----------------------------------------------------------------------===//
// Shapes
//===----------------------------------------------------------------------===//

FailureOr<int64_t> Node::normalizeAxis(int64_t axis, int64_t rank,
                                       StringRef what) {
  if (axis < -rank || axis >= rank)
    return error() << what << " " << axis << " is out of range for rank "
                   << rank;
  return axis < 0 ? axis + rank : axis;
}

FailureOr<Shape> Node::normalizeAxes(ArrayRef<int64_t> axes, int64_t rank) {
  Shape result;
  for (int64_t axis : axes) {
    FailureOr<int64_t> normal = normalizeAxis(axis, rank, "axis");
    if (llvm::failed(normal))
      return failure();
    if (llvm::is_contained(result, *normal))
      return error() << "axis " << *normal << " is listed twice";
    result.push_back(*normal);
  }
  llvm::sort(result);
  return result;
}

FailureOr<Shape> Node::broadcastShapes(ArrayRef<Operand> operands) {
  Shape result;
  for (const Operand &operand : operands) {
    ArrayRef<int64_t> shape = operand.shape;
    if (shape.size() > result.size())
      result.insert(result.begin(), shape.size() - result.size(), 1);
    for (size_t d = 0; d < shape.size(); ++d) {
      int64_t &size = result[result.size() - shape.size() + d];
      if (size == shape[d] || shape[d] == 1)
        continue;
      if (size != 1) {
        auto diagnostic = error() << "shapes ";
        llvm::interleaveComma(operands, diagnostic, [&](const Operand &o) {
          diagnostic << toString(o.shape);
        });
        return diagnostic << " do not broadcast";
      }
      size = shape[d];
    }
  }
  return result;
}

LogicalResult Node::checkResultShape(ArrayRef<int64_t> shape) {
  std::optional<int64_t> count = countElements(shape);
  if (!count)
    return error() << "a tensor of shape " << toString(shape)
                   << " has more than the 2^31 elements or 16 dimensions that "
                      "are supported";
  if (*count == 0)
    return error() << "a tensor of shape " << toString(shape)
                   << " has no elements, which is not supported";
  return success();
}

LogicalResult Node::checkFolding(ArrayRef<int64_t> shape) {
  std::optional<int64_t> count = countElements(shape);
  if (!count || !importer.takeFoldingBudget(*count))
    return error() << "computing a constant of shape " << toString(shape)
                   << " at import takes more memory than the size of the file "
                      "justifies";
  return success();
}
