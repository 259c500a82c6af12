//===- DataMovement.cpp - Operators that move elements --------------------===//
//
// Part of ddnnc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Constants are moved at import. The rest becomes linalg.transpose and
// tensor.{extract_slice,insert_slice,pad}.
//
//===----------------------------------------------------------------------===//

#include "Node.h"

using namespace mlir;
using namespace ddnn;
using namespace ddnn::frontend;
using Shape = ddnn::frontend::Shape;

/// Folding moves as many elements as the result has.
static LogicalResult setStrided(Node &node, const Operand &input,
                                ArrayRef<int64_t> shape, int64_t base,
                                ArrayRef<int64_t> strides, int result = 0) {
  if (failed(node.checkFolding(shape)))
    return failure();
  node.setResult(
      result, Operand::of(copyStrided(*input.constant, shape, base, strides)));
  return success();
}

/// An error for integers that are not known at import.
static LogicalResult checkRuntimeKind(Node &node, const Operand &operand) {
  if (!operand.isConstant() && operand.kind == ElementKind::I64)
    return node.error() << "integers are supported only where they are known "
                           "at compile time";
  return success();
}

//===----------------------------------------------------------------------===//
// Transpose, Slice, Split, Gather, Expand
//===----------------------------------------------------------------------===//

static LogicalResult importTranspose(Node &node) {
  if (failed(node.expectInputs(1, 1)))
    return failure();
  const Operand input = node.getInput(0);
  int64_t rank = input.rank();
  Shape reversed = llvm::to_vector<4>(
      llvm::reverse(llvm::to_vector<4>(llvm::seq<int64_t>(0, rank))));
  Shape perm = node.getIntsAttr("perm").value_or(reversed);
  Shape sorted = perm;
  llvm::sort(sorted);
  if (sorted != llvm::to_vector<4>(llvm::seq<int64_t>(0, rank)))
    return node.error() << "perm " << toString(perm)
                        << " is no permutation of the axes of "
                        << toString(input.shape);
  if (llvm::is_sorted(perm)) {
    node.setResult(0, input);
    return success();
  }
  Shape own = computeStrides(input.shape), shape, strides;
  for (int64_t from : perm) {
    shape.push_back(input.shape[from]);
    strides.push_back(own[from]);
  }
  if (input.isConstant())
    return setStrided(node, input, shape, 0, strides);
  // Where only unit dimensions move it is a reshape.
  Shape moved;
  for (int64_t from : perm)
    if (input.shape[from] != 1)
      moved.push_back(from);
  node.setResult(llvm::is_sorted(moved)
                     ? node.createReshape(input.value, shape)
                     : node.createTranspose(input.value, perm));
  return success();
}

/// Attributes before opset 10, inputs since.
static LogicalResult importSlice(Node &node) {
  bool asInput = node.getOpset() >= 10;
  if (failed(node.expectInputs(asInput ? 3 : 1, asInput ? 5 : 1)))
    return failure();
  const Operand input = node.getInput(0);
  auto starts = node.getIntsAttrOrInput("starts", 1, 10);
  auto ends = node.getIntsAttrOrInput("ends", 2, 10);
  auto axes = node.getIntsAttrOrInput("axes", 3, 10);
  FailureOr<std::optional<Shape>> steps = std::optional<Shape>();
  if (asInput)
    steps = node.getIntsAttrOrInput("steps", 4, 10);
  if (failed(starts) || failed(ends) || failed(axes) || failed(steps))
    return failure();
  if (!*starts || !*ends)
    return node.error() << "needs starts and ends";
  size_t count = (*starts)->size();
  Shape all = llvm::to_vector<4>(llvm::seq<int64_t>(0, count));
  Shape where = axes->value_or(all), step = steps->value_or(Shape(count, 1));
  if ((*ends)->size() != count || where.size() != count || step.size() != count)
    return node.error() << "starts, ends, axes and steps differ in length";
  Shape own = computeStrides(input.shape);
  Shape offsets(input.rank(), 0), sizes = input.shape, steps4(input.rank(), 1);
  llvm::SmallDenseSet<int64_t> seen;
  for (size_t i = 0; i < count; ++i) {
    FailureOr<int64_t> axis = node.normalizeAxis(where[i], input.rank());
    if (failed(axis))
      return failure();
    if (!seen.insert(*axis).second)
      return node.error() << "axis " << *axis << " is listed twice";
    int64_t size = input.shape[*axis], by = step[i];
    if (by == 0)
      return node.error() << "step must not be 0";
    by = std::clamp<int64_t>(by, -kMaxElements, kMaxElements);
    auto clamp = [&](int64_t at, int64_t low, int64_t high) {
      return std::clamp(at < 0 ? at + size : at, low, high);
    };
    int64_t start = by > 0 ? clamp((**starts)[i], 0, size)
                           : clamp((**starts)[i], 0, size - 1);
    // For a negative step the end may lie before element 0.
    int64_t end =
        by > 0 ? clamp((**ends)[i], 0, size) : clamp((**ends)[i], -1, size - 1);
    int64_t length =
        by > 0 ? (end - start + by - 1) / by : (start - end - by - 1) / -by;
    offsets[*axis] = start;
    steps4[*axis] = by;
    sizes[*axis] = std::max<int64_t>(length, 0);
  }
  if (input.isConstant()) {
    int64_t base = 0;
    Shape strides = own;
    for (int64_t d = 0; d < input.rank(); ++d) {
      base += offsets[d] * own[d];
      strides[d] *= steps4[d];
    }
    return setStrided(node, input, sizes, base, strides);
  }
  if (failed(checkRuntimeKind(node, input)) ||
      failed(node.checkResultShape(sizes)))
    return failure();
  // extract_slice goes forward only: take the slice and turn it around.
  SmallVector<int64_t> reversed;
  for (int64_t d = 0; d < input.rank(); ++d)
    if (sizes[d] == 1) {
      steps4[d] = 1;
    } else if (steps4[d] < 0) {
      offsets[d] += (sizes[d] - 1) * steps4[d];
      steps4[d] = -steps4[d];
      reversed.push_back(d);
    }
  Value result = node.createSlice(input.value, offsets, sizes, steps4);
  if (!reversed.empty())
    result = node.createReverse(result, reversed);
  node.setResult(result);
  return success();
}

/// Sizes: attribute before opset 13, then input; since 18 also a number of
/// equal parts, of which the last may be smaller.
static LogicalResult importSplit(Node &node) {
  if (failed(node.expectInputs(1, node.getOpset() < 13 ? 1 : 2)))
    return failure();
  const Operand input = node.getInput(0);
  FailureOr<int64_t> axis =
      node.normalizeAxis(node.getIntAttr("axis", 0), input.rank());
  auto given = node.getIntsAttrOrInput("split", 1, 13);
  if (failed(axis) || failed(given))
    return failure();
  int64_t parts = node.getNumOutputs(), size = input.shape[*axis];
  if (node.getOpset() >= 18 && node.hasAttr("num_outputs") &&
      node.getIntAttr("num_outputs", 0) != parts)
    return node.error() << "num_outputs is not the number of outputs";
  Shape sizes;
  if (*given) {
    sizes = **given;
  } else {
    int64_t each = (size + parts - 1) / std::max<int64_t>(parts, 1);
    if (node.getOpset() < 18 && size % parts)
      return node.error() << "cannot split " << size << " into " << parts
                          << " equal parts";
    for (int64_t i = 0; i < parts; ++i)
      sizes.push_back(std::clamp<int64_t>(size - i * each, 0, each));
  }
  int64_t total = 0;
  for (int64_t part : sizes)
    total += std::clamp<int64_t>(part, -1, kMaxElements);
  if (int64_t(sizes.size()) != parts || total != size ||
      llvm::any_of(sizes, [](int64_t part) { return part < 0; }))
    return node.error() << "split " << toString(sizes) << " does not fit axis "
                        << *axis << " of " << toString(input.shape) << " and "
                        << parts << " outputs";
  if (failed(checkRuntimeKind(node, input)))
    return failure();
  Shape offsets(input.rank(), 0), strides(input.rank(), 1);
  for (int64_t i = 0; i < parts; ++i) {
    Shape shape = input.shape;
    shape[*axis] = sizes[i];
    if (input.isConstant()) {
      Shape own = computeStrides(input.shape);
      if (failed(setStrided(node, input, shape, offsets[*axis] * own[*axis],
                            own, i)))
        return failure();
    } else if (node.hasOutput(i)) {
      if (failed(node.checkResultShape(shape)))
        return failure();
      node.setResult(i, Operand::of(node.createSlice(input.value, offsets,
                                                     shape, strides)));
    }
    offsets[*axis] += sizes[i];
  }
  return success();
}

/// Elements along one axis, at constant indices.
static LogicalResult importGather(Node &node) {
  if (failed(node.expectInputs(2, 2)))
    return failure();
  const Operand input = node.getInput(0);
  FailureOr<int64_t> axis =
      node.normalizeAxis(node.getIntAttr("axis", 0), input.rank());
  HostTensorPtr indices = node.getConstant(1, "indices", ElementKind::I64);
  if (failed(axis) || !indices || failed(checkRuntimeKind(node, input)))
    return failure();
  int64_t size = input.shape[*axis];
  SmallVector<int64_t> positions;
  for (int64_t index : indices->ints) {
    if (index < -size || index >= size)
      return node.error() << "index " << index << " is out of range for axis "
                          << *axis << " of " << toString(input.shape);
    positions.push_back(index < 0 ? index + size : index);
  }
  // [before..., indices..., behind...].
  ArrayRef<int64_t> dims = input.shape;
  Shape shape(dims.take_front(*axis));
  shape.append(indices->shape.begin(), indices->shape.end());
  shape.append(dims.begin() + *axis + 1, dims.end());
  if (input.isConstant()) {
    if (failed(node.checkFolding(shape)))
      return failure();
    auto result = std::make_shared<HostTensor>(input.kind, shape);
    int64_t behind = 1, count = positions.size();
    for (int64_t dim : dims.drop_front(*axis + 1))
      behind *= dim;
    for (int64_t i = 0, e = result->size(); i < e; ++i) {
      int64_t inner = i % behind, at = i / behind % count,
              outer = i / behind / count;
      result->copyElement(i, *input.constant,
                          (outer * size + positions[at]) * behind + inner);
    }
    node.setResult(result);
    return success();
  }
  if (failed(node.checkResultShape(shape)) ||
      failed(node.checkFolding(indices->shape)))
    return failure();
  // Runs of consecutive positions are one slice.
  SmallVector<Value> parts;
  for (size_t i = 0; i < positions.size();) {
    size_t end = i + 1;
    while (end < positions.size() && positions[end] == positions[end - 1] + 1)
      ++end;
    Shape offsets(input.rank(), 0), sizes = input.shape;
    offsets[*axis] = positions[i];
    sizes[*axis] = end - i;
    parts.push_back(
        node.createSlice(input.value, offsets, sizes, Shape(input.rank(), 1)));
    i = end;
  }
  node.setResult(node.createReshape(node.createConcat(parts, *axis), shape));
  return success();
}

static LogicalResult importExpand(Node &node) {
  if (failed(node.expectInputs(2, 2)))
    return failure();
  const Operand input = node.getInput(0);
  FailureOr<Shape> target = node.getInts(1, "shape");
  if (failed(target) || failed(checkRuntimeKind(node, input)))
    return failure();
  Operand wanted;
  wanted.shape = *target;
  FailureOr<Shape> shape = node.broadcastShapes({input, wanted});
  if (failed(shape))
    return failure();
  if (input.isConstant()) {
    Shape own = computeStrides(input.shape), strides(shape->size(), 0);
    for (int64_t d = 0; d < input.rank(); ++d)
      if (input.shape[d] != 1)
        strides[shape->size() - input.rank() + d] = own[d];
    return setStrided(node, input, *shape, 0, strides);
  }
  if (failed(node.checkResultShape(*shape)))
    return failure();
  if (*shape == input.shape)
    node.setResult(0, input);
  else
    node.setResult(node.createElementwise(
        ArrayRef<Operand>{input}, *shape, input.kind,
        [](OpBuilder &, Location, ValueRange v) { return v[0]; }));
  return success();
}

//===----------------------------------------------------------------------===//
// Concat and Pad
//===----------------------------------------------------------------------===//

static LogicalResult importConcat(Node &node) {
  if (failed(node.expectInputs(1, INT_MAX)))
    return failure();
  SmallVector<Operand> operands;
  for (int i = 0; i < node.getNumInputs(); ++i) {
    operands.push_back(node.getInput(i));
    if (operands.back().state == Operand::Absent)
      return node.error() << "input " << i << " is left out";
    if (operands.back().kind != operands.front().kind)
      return node.error() << "joins " << toString(operands.front().kind)
                          << " and " << toString(operands.back().kind);
  }
  const Operand &first = operands.front();
  if (!node.hasAttr("axis"))
    return node.error() << "needs the attribute 'axis'";
  FailureOr<int64_t> axis =
      node.normalizeAxis(node.getIntAttr("axis", 1), first.rank());
  if (failed(axis))
    return failure();
  Shape shape = first.shape;
  shape[*axis] = 0;
  for (const Operand &operand : operands) {
    bool fits = operand.rank() == first.rank();
    for (int64_t d = 0; fits && d < first.rank(); ++d)
      fits = d == *axis || operand.shape[d] == first.shape[d];
    if (!fits)
      return node.error() << "cannot join " << toString(first.shape) << " and "
                          << toString(operand.shape) << " along axis " << *axis;
    shape[*axis] += operand.shape[*axis];
  }
  if (llvm::all_of(operands, [](const Operand &o) { return o.isConstant(); })) {
    if (failed(node.checkFolding(shape)))
      return failure();
    auto result = std::make_shared<HostTensor>(first.kind, shape);
    Shape strides = computeStrides(shape);
    int64_t base = 0;
    for (const Operand &operand : operands) {
      forEachIndex(operand.shape, [&](int64_t linear, ArrayRef<int64_t> index) {
        int64_t to = base;
        for (size_t d = 0; d < index.size(); ++d)
          to += index[d] * strides[d];
        result->copyElement(to, *operand.constant, linear);
      });
      base += operand.shape[*axis] * strides[*axis];
    }
    node.setResult(result);
    return success();
  }
  if (failed(node.checkResultShape(shape)))
    return failure();
  SmallVector<Value> parts;
  for (const Operand &operand : operands) {
    if (failed(checkRuntimeKind(node, operand)))
      return failure();
    if (operand.kind == ElementKind::I64)
      return node.error() << "integers are supported only where they are known "
                             "at compile time";
    if (operand.shape[*axis] != 0)
      parts.push_back(node.materialize(operand));
  }
  bool joinsMembers = *axis == 1 && first.kind == ElementKind::F32 &&
                      parts.size() == operands.size() && node.areMembers(parts);
  node.setResult(joinsMembers
                     ? node.createAggregate(AggregateKind::concat, parts, shape)
                     : node.createConcat(parts, *axis));
  return success();
}

/// Reflect and edge padding of one axis, as slices of one element put around
/// the input.
static Value padAxis(Node &node, Value in, int64_t axis, int64_t low,
                     int64_t high, bool reflect) {
  Shape shape(cast<RankedTensorType>(in.getType()).getShape());
  int64_t size = shape[axis];
  auto take = [&](int64_t at) {
    Shape offsets(shape.size(), 0), sizes = shape;
    offsets[axis] = at;
    sizes[axis] = 1;
    return node.createSlice(in, offsets, sizes, Shape(shape.size(), 1));
  };
  SmallVector<Value> parts;
  for (int64_t i = low; i > 0; --i)
    parts.push_back(take(reflect ? i : 0));
  parts.push_back(in);
  for (int64_t i = 1; i <= high; ++i)
    parts.push_back(take(reflect ? size - 1 - i : size - 1));
  return node.createConcat(parts, axis);
}

/// Attributes before opset 11, inputs since; axes since 18.
static LogicalResult importPad(Node &node) {
  bool asInput = node.getOpset() >= 11;
  if (failed(node.expectInputs(asInput ? 2 : 1, asInput ? 4 : 1)))
    return failure();
  const Operand input = node.getInput(0);
  auto pads = node.getIntsAttrOrInput("pads", 1, 11);
  if (failed(pads))
    return failure();
  if (!*pads)
    return node.error() << "needs pads";
  std::string mode = node.getStringAttr("mode", "constant");
  double value = 0.0;
  if (!asInput) {
    value = node.getFloatAttr("value", 0.0);
  } else if (node.hasInput(2)) {
    HostTensorPtr tensor = node.getConstant(2, "value", input.kind);
    if (!tensor)
      return failure();
    if (tensor->size() != 1)
      return node.error() << "the value must be a scalar, is "
                          << toString(tensor->shape);
    value = tensor->at(0);
  }
  Shape axes = llvm::to_vector<4>(llvm::seq<int64_t>(0, input.rank()));
  if (node.hasInput(3)) {
    FailureOr<Shape> given = node.getInts(3, "axes");
    if (failed(given))
      return failure();
    axes = *given;
  }
  if ((*pads)->size() != 2 * axes.size())
    return node.error() << "pads " << toString(**pads) << " must have "
                        << 2 * axes.size() << " numbers";
  Shape low(input.rank(), 0), high(input.rank(), 0);
  llvm::SmallDenseSet<int64_t> seen;
  for (size_t i = 0; i < axes.size(); ++i) {
    FailureOr<int64_t> axis = node.normalizeAxis(axes[i], input.rank());
    if (failed(axis))
      return failure();
    if (!seen.insert(*axis).second)
      return node.error() << "axis " << *axis << " is listed twice";
    low[*axis] = (**pads)[i];
    high[*axis] = (**pads)[axes.size() + i];
  }
  if (mode != "constant" && mode != "reflect" && mode != "edge")
    return node.error() << "mode '" << mode << "' is not supported";

  // Negative padding removes elements: take that slice first.
  Shape offsets(input.rank(), 0), inner = input.shape, shape = input.shape;
  for (int64_t d = 0; d < input.rank(); ++d) {
    if (std::abs(double(low[d])) > double(kMaxElements) ||
        std::abs(double(high[d])) > double(kMaxElements))
      return node.error() << "pads " << toString(**pads) << " are too large";
    shape[d] += low[d] + high[d];
    offsets[d] = std::max<int64_t>(-low[d], 0);
    inner[d] -= offsets[d] + std::max<int64_t>(-high[d], 0);
    low[d] = std::max<int64_t>(low[d], 0);
    high[d] = std::max<int64_t>(high[d], 0);
    if (inner[d] < 1 || shape[d] < 1)
      return node.error() << "pads " << toString(**pads) << " leave nothing of "
                          << toString(input.shape);
    if (mode == "reflect" && std::max(low[d], high[d]) >= inner[d])
      return node.error() << "reflects more than axis " << d << " of "
                          << toString(inner) << " has";
  }
  if (input.kind != ElementKind::F32)
    return node.error() << "is supported on floats only, the input is "
                        << toString(input.kind);
  if (failed(node.checkResultShape(shape)))
    return failure();
  Value x = node.getFloat(0);
  if (!x)
    return failure();
  x = node.createSlice(x, offsets, inner, Shape(input.rank(), 1));
  if (mode == "constant") {
    node.setResult(node.createPad(x, low, high, value));
    return success();
  }
  for (int64_t d = 0; d < input.rank(); ++d) {
    if (low[d] + high[d] == 0)
      continue;
    // Each padded line is an operation.
    if (failed(node.checkFolding({low[d] + high[d], 64})))
      return failure();
    x = padAxis(node, x, d, low[d], high[d], mode == "reflect");
  }
  node.setResult(x);
  return success();
}

void ddnn::frontend::addDataMovementOps(OpTable &table) {
  table.add("Transpose", 1, importTranspose);
  table.add("Slice", 1, importSlice);
  table.add("Slice", 10, importSlice);
  table.add("Split", 2, importSplit);
  table.add("Split", 13, importSplit);
  table.add("Split", 18, importSplit);
  table.add("Gather", 1, importGather);
  table.add("Expand", 8, importExpand);
  table.add("Concat", 4, importConcat);
  table.add("Pad", 2, importPad);
  table.add("Pad", 11, importPad);
  table.add("Pad", 18, importPad);
}
