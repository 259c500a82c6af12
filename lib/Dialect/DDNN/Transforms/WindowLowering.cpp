//===- WindowLowering.cpp - Loops and vectors of a window -----------------===//
//
// Part of ddnnc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "WindowLowering.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/IRMapping.h"

using namespace mlir;
using namespace ddnn;

//===----------------------------------------------------------------------===//
// Indexes
//===----------------------------------------------------------------------===//

Value VectorBuilder::constant(int64_t value) {
  return arith::ConstantIndexOp::create(b, loc, value);
}
Value VectorBuilder::add(Value a, Value c) {
  if (!a || !c)
    return a ? a : c;
  return b.createOrFold<arith::AddIOp>(loc, a, c);
}
Value VectorBuilder::sub(Value a, Value c) {
  return b.createOrFold<arith::SubIOp>(loc, a, c);
}
Value VectorBuilder::divide(Value a, int64_t by) {
  return by == 1 ? a : b.createOrFold<arith::DivSIOp>(loc, a, constant(by));
}
Value VectorBuilder::remainder(Value a, int64_t by) {
  return b.createOrFold<arith::RemSIOp>(loc, a, constant(by));
}
Value VectorBuilder::isLess(Value a, Value c) {
  return b.createOrFold<arith::CmpIOp>(loc, arith::CmpIPredicate::slt, a, c);
}
Value VectorBuilder::smaller(Value a, Value c) {
  return b.createOrFold<arith::SelectOp>(loc, isLess(a, c), a, c);
}
Value VectorBuilder::larger(Value a, Value c) {
  return b.createOrFold<arith::SelectOp>(loc, isLess(a, c), c, a);
}
Value VectorBuilder::both(Value a, Value c) {
  return b.createOrFold<arith::AndIOp>(loc, a, c);
}

Place VectorBuilder::at(Place place, Value index, int64_t stride) {
  if (!index)
    return place;
  if (auto value = getConstantIntValue(index))
    return place + *value * stride;
  Value term =
      stride == 1 ? index
                  : b.createOrFold<arith::MulIOp>(loc, index, constant(stride));
  return {add(place.base, term), place.offset};
}

//===----------------------------------------------------------------------===//
// Control
//===----------------------------------------------------------------------===//

void VectorBuilder::loop(int64_t count, Body body) {
  if (count == 1)
    return body(Value());
  loop(constant(0), constant(count), 1, body);
}

void VectorBuilder::loop(Value lower, Value upper, int64_t step, Body body) {
  auto loop = scf::ForOp::create(b, loc, lower, upper, constant(step));
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPoint(loop.getBody()->getTerminator());
  body(loop.getInductionVar());
}

void VectorBuilder::share(Value lower, Value upper, int64_t step, Body body) {
  loop(lower, upper, step, [&](Value index) {
    if (threads > 1)
      b.getInsertionBlock()->getParentOp()->setAttr(
          kThreadsAttr, b.getI64IntegerAttr(threads));
    body(index);
  });
}

void VectorBuilder::share(int64_t count, Body body) {
  if (count == 1)
    return body(Value());
  share(constant(0), constant(count), 1, body);
}

VectorBuilder::Values VectorBuilder::reduce(int64_t count, ValueRange init,
                                            Reduction body) {
  if (count == 1)
    return body(Value(), init);
  return reduce(constant(0), constant(count), 1, init, body);
}

VectorBuilder::Values VectorBuilder::reduce(Value lower, Value upper,
                                            int64_t step, ValueRange init,
                                            Reduction body) {
  auto loop = scf::ForOp::create(
      b, loc, lower, upper, constant(step), init,
      [&](OpBuilder &inner, Location, Value index, ValueRange accumulators) {
        OpBuilder::InsertionGuard guard(b);
        b.setInsertionPointToEnd(inner.getInsertionBlock());
        scf::YieldOp::create(b, loc, body(index, accumulators));
      });
  return Values(loop.getResults());
}

void VectorBuilder::branch(Value condition, function_ref<void()> isTrue,
                           function_ref<void()> isFalse) {
  auto branch = scf::IfOp::create(b, loc, condition, bool(isFalse));
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPoint(branch.thenYield());
  isTrue();
  if (!isFalse)
    return;
  b.setInsertionPoint(branch.elseYield());
  isFalse();
}

//===----------------------------------------------------------------------===//
// Memory and vectors
//===----------------------------------------------------------------------===//

FlatBuffer VectorBuilder::flatten(Value memref) {
  auto type = cast<MemRefType>(memref.getType());
  auto [strides, offset] = type.getStridesAndOffset();
  int64_t extent = 1;
  for (auto [size, stride] : llvm::zip(type.getShape(), strides))
    extent += (size - 1) * stride;
  auto flat = MemRefType::get(
      {extent}, type.getElementType(),
      offset ? StridedLayoutAttr::get(b.getContext(), offset, {1})
             : MemRefLayoutAttrInterface());
  Value view = memref::ReinterpretCastOp::create(b, loc, flat, memref, offset,
                                                 ArrayRef<int64_t>{extent},
                                                 ArrayRef<int64_t>{1});
  return {view, strides};
}

Value VectorBuilder::toIndex(Place place) {
  if (!place.base)
    return constant(place.offset);
  return place.offset ? add(place.base, constant(place.offset)) : place.base;
}

static VectorType getVectorType(VectorBuilder &w) {
  return VectorType::get(w.lanes, w.b.getF32Type());
}

Value VectorBuilder::loadScalar(const FlatBuffer &buffer, Place place) {
  return memref::LoadOp::create(b, loc, buffer.memref, toIndex(place));
}
Value VectorBuilder::load(const FlatBuffer &buffer, Place place) {
  return vector::LoadOp::create(b, loc, getVectorType(*this), buffer.memref,
                                toIndex(place));
}
void VectorBuilder::store(Value vector, const FlatBuffer &buffer, Place place) {
  vector::StoreOp::create(b, loc, vector, buffer.memref, toIndex(place));
}
void VectorBuilder::prefetch(const FlatBuffer &buffer, Place place,
                             bool isWrite) {
  memref::PrefetchOp::create(b, loc, buffer.memref, toIndex(place), isWrite,
                             /*localityHint=*/isWrite ? 3 : 2,
                             /*isDataCache=*/true);
}
Value VectorBuilder::splat(float value) {
  return arith::ConstantOp::create(
      b, loc, DenseElementsAttr::get(getVectorType(*this), value));
}
Value VectorBuilder::broadcast(Value scalar) {
  return vector::BroadcastOp::create(b, loc, getVectorType(*this), scalar);
}
Value VectorBuilder::multiplyAdd(Value scalar, Value vector, Value sum) {
  return vector::OuterProductOp::create(b, loc, getVectorType(*this), vector,
                                        scalar, sum);
}
Value VectorBuilder::multiplyAddVectors(Value a, Value c, Value sum) {
  return vector::FMAOp::create(b, loc, a, c, sum);
}
Value VectorBuilder::addVectors(Value a, Value c) {
  return arith::AddFOp::create(b, loc, a, c);
}
Value VectorBuilder::subVectors(Value a, Value c) {
  return arith::SubFOp::create(b, loc, a, c);
}
Value VectorBuilder::maximum(Value a, Value c) {
  return arith::MaximumFOp::create(b, loc, a, c);
}

Value VectorBuilder::shuffle(Value a, Value c, ArrayRef<int64_t> mask) {
  return vector::ShuffleOp::create(b, loc, a, c, mask);
}

/// Swaps ever smaller blocks beside the diagonal.
VectorBuilder::Values VectorBuilder::transpose(Values rows) {
  for (int64_t size = lanes / 2; size >= 1; size /= 2) {
    SmallVector<int64_t> upper, lower;
    for (int64_t lane = 0; lane < lanes; ++lane) {
      bool isRight = lane & size;
      upper.push_back(isRight ? lanes + lane - size : lane);
      lower.push_back(isRight ? lanes + lane : lane + size);
    }
    for (int64_t i = 0; i < lanes; ++i)
      if (!(i & size)) {
        Value top = rows[i], bottom = rows[i + size];
        rows[i] = shuffle(top, bottom, upper);
        rows[i + size] = shuffle(top, bottom, lower);
      }
  }
  return rows;
}

//===----------------------------------------------------------------------===//
// Windows
//===----------------------------------------------------------------------===//

SmallVector<Segment> ddnn::cutAxis(const Axis &axis, int64_t pixels) {
  SmallVector<Segment> segments;
  for (int64_t first = 0; first < axis.out; first += pixels) {
    Segment segment{first, 1, std::min(pixels, axis.out - first), {}};
    for (int64_t k = 0; k < axis.kernel; ++k)
      for (int64_t p = 0; p < segment.pixels; ++p)
        if (axis.isInside(first + p, k))
          segment.taps.emplace_back(p, k);
    if (!segments.empty() && segments.back().pixels == segment.pixels &&
        segments.back().taps == segment.taps)
      ++segments.back().count;
    else
      segments.push_back(std::move(segment));
  }
  return segments;
}

void ddnn::forEachTile(WindowBuilder &w, ArrayRef<Segment> segments,
                       function_ref<void(const Segment &, Value)> body) {
  for (const Segment &segment : segments) {
    if (segment.count == 1) {
      body(segment, w.constant(segment.first));
      continue;
    }
    w.loop(w.constant(segment.first),
           w.constant(segment.first + segment.count * segment.pixels),
           segment.pixels, [&](Value at) { body(segment, at); });
  }
}

ddnn::WindowBuilder::WindowBuilder(WindowOp op, int64_t lanes)
    : VectorBuilder(op, lanes), op(op), input(flatten(op.getInput())),
      result(flatten(op.getInit())) {
  threads = op.getThreads().value_or(1);
  if (op.getWeights())
    weights = flatten(op.getWeights());
  if (op.getScratch())
    scratch = flatten(op.getScratch());
  for (Value extra : op.getExtras())
    extras.push_back(flatten(extra));
}

Place WindowBuilder::atPixel(Value y, Value x) {
  return at(at({}, y, result.strides[2]), x, result.strides[3]);
}

Place WindowBuilder::applyStrides(const FlatBuffer &buffer, Value n,
                                  Value block, int64_t blockOffset,
                                  Place pixel) {
  Place place = at(at(pixel, n, buffer.strides[0]), block, buffer.strides[1]);
  return place + blockOffset * buffer.strides[1];
}

void WindowBuilder::finish(Value value, Value n, Value block,
                           int64_t blockOffset, Place pixel) {
  Block &body = op.getEpilogue().front();
  IRMapping map;
  map.map(body.getArgument(0), value);
  for (auto [extra, arg] :
       llvm::zip(extras, body.getArguments().drop_front())) {
    // Rows and columns of an image of the result's shape are those of the
    // result, unless it is a view with other strides.
    bool isChannel = extra.strides.size() <= 2;
    Place place = isChannel ? at({}, block, extra.strides[0]) +
                                  blockOffset * extra.strides[0]
                            : applyStrides(extra, n, block, blockOffset, pixel);
    if (op.isPlanar())
      map.map(arg, broadcast(loadScalar(extra, place)));
    else
      map.map(arg, load(extra, place));
  }
  auto widen = [&](Value scalar) -> Value {
    if (map.contains(scalar))
      return map.lookup(scalar);
    Value wide = broadcast(scalar);
    map.map(scalar, wide);
    return wide;
  };
  for (Operation &inner : body.without_terminator()) {
    if (auto constant = dyn_cast<arith::ConstantOp>(inner)) {
      auto number = cast<FloatAttr>(constant.getValue());
      map.map(constant.getResult(), splat(number.getValue().convertToFloat()));
      continue;
    }
    OperationState state(inner.getLoc(), inner.getName());
    for (Value operand : inner.getOperands())
      state.addOperands(widen(operand));
    state.addAttributes(inner.getDiscardableAttrDictionary().getValue());
    state.propertiesAttr = inner.getPropertiesAsAttribute();
    state.addTypes(VectorType::get(lanes, inner.getResult(0).getType()));
    map.map(inner.getResult(0), b.create(state)->getResult(0));
  }
  auto yield = cast<YieldOp>(body.getTerminator());
  store(widen(yield.getValue()), result,
        applyStrides(result, n, block, blockOffset, pixel));
}
