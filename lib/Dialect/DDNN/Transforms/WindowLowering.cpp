//===- WindowLowering.cpp - Loops and vectors of a window -----------------===//
//
// Part of ddnnc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "WindowLowering.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
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
void VectorBuilder::storeScalar(Value value, const FlatBuffer &buffer,
                                Place place) {
  memref::StoreOp::create(b, loc, value, buffer.memref, toIndex(place));
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

//===----------------------------------------------------------------------===//
// Words of bits
//===----------------------------------------------------------------------===//

VectorType VectorBuilder::getWordsType() {
  return VectorType::get(lanes, b.getI32Type());
}
Value VectorBuilder::splatWord(int32_t value) {
  return arith::ConstantOp::create(
      b, loc, DenseElementsAttr::get(getWordsType(), value));
}
Value VectorBuilder::wordConstant(int32_t value) {
  return arith::ConstantIntOp::create(b, loc, b.getI32Type(), value);
}
Value VectorBuilder::toWord(Value index) {
  return b.createOrFold<arith::IndexCastOp>(loc, b.getI32Type(), index);
}
Value VectorBuilder::loadWord(const FlatBuffer &buffer, Place place,
                              Type type) {
  return LoadWordOp::create(b, loc, type, buffer.memref, toIndex(place));
}
void VectorBuilder::storeWord(Value word, const FlatBuffer &buffer,
                              Place place) {
  StoreWordOp::create(b, loc, word, buffer.memref, toIndex(place));
}
Value VectorBuilder::loadPixel(const FlatBuffer &buffer, Place place,
                               int64_t bytes) {
  Value word = loadWord(buffer, place, b.getIntegerType(8 * bytes));
  return bytes == 4 ? word
                    : arith::ExtUIOp::create(b, loc, b.getI32Type(), word);
}
void VectorBuilder::storePixel(Value word, const FlatBuffer &buffer,
                               Place place, int64_t bytes) {
  if (bytes < 4)
    word = arith::TruncIOp::create(b, loc, b.getIntegerType(8 * bytes), word);
  storeWord(word, buffer, place);
}
Value VectorBuilder::loadWords(const FlatBuffer &buffer, Place place) {
  return vector::LoadOp::create(b, loc, getWordsType(), buffer.memref,
                                toIndex(place));
}
Value VectorBuilder::addWords(Value a, Value c) {
  return b.createOrFold<arith::AddIOp>(loc, a, c);
}
Value VectorBuilder::subWords(Value a, Value c) {
  return b.createOrFold<arith::SubIOp>(loc, a, c);
}
Value VectorBuilder::bitAnd(Value a, Value c) {
  return arith::AndIOp::create(b, loc, a, c);
}
Value VectorBuilder::bitOr(Value a, Value c) {
  return arith::OrIOp::create(b, loc, a, c);
}
Value VectorBuilder::bitXor(Value a, Value c) {
  return arith::XOrIOp::create(b, loc, a, c);
}
Value VectorBuilder::shiftLeft(Value word, int64_t bits) {
  return bits ? arith::ShLIOp::create(b, loc, word, wordConstant(bits)) : word;
}
Value VectorBuilder::shiftRight(Value word, Value bits) {
  return arith::ShRUIOp::create(b, loc, word, bits);
}
Value VectorBuilder::countBits(Value words) {
  return math::CtPopOp::create(b, loc, words);
}
Value VectorBuilder::broadcastWord(Value word) {
  if (lanes == 1)
    return word;
  return vector::BroadcastOp::create(b, loc, getWordsType(), word);
}

/// Pairs of vectors become one, whose lanes are halves of the sums of both.
Value VectorBuilder::addUpLanes(Values vectors) {
  for (int64_t size = lanes / 2; size >= 1; size /= 2) {
    SmallVector<int64_t> first, second;
    for (int64_t lane = 0; lane < lanes; ++lane) {
      bool isUpper = lane & size;
      first.push_back(isUpper ? lanes + lane - size : lane);
      second.push_back(isUpper ? lanes + lane : lane + size);
    }
    for (int64_t i = 0; i < size; ++i)
      vectors[i] = addWords(shuffle(vectors[i], vectors[i + size], first),
                            shuffle(vectors[i], vectors[i + size], second));
  }
  return vectors.front();
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

void ddnn::forEachOutput(
    WindowBuilder &w, const Axis &rows, const Axis &columns, int64_t groups,
    function_ref<void(Value, Value, Value, Value, const Segment &)> tile) {
  SmallVector<Segment> segments = cutAxis(columns, (*w.op.getTile())[0]);
  bool sharesRows = groups % w.threads != 0 && rows.out > groups;
  auto loopOver = [&](bool isShared, int64_t count, WindowBuilder::Body body) {
    isShared ? w.share(count, body) : w.loop(count, body);
  };
  w.loop(w.op.getInputType().getDimSize(0), [&](Value n) {
    loopOver(!sharesRows, groups, [&](Value group) {
      loopOver(sharesRows, rows.out, [&](Value y) {
        forEachTile(w, segments, [&](const Segment &segment, Value x) {
          tile(n, group, y, x, segment);
        });
      });
    });
  });
}

std::pair<Value, Value> ddnn::getInsideTaps(VectorBuilder &w, const Axis &axis,
                                            Value o) {
  // The input of the first tap: o * stride - pad.
  Value start = w.toIndex(w.at({Value(), -axis.pad}, o, axis.stride));
  Value zero = w.constant(0);
  auto roundUp = [&](Value distance) {
    return w.divide(w.add(distance, w.constant(axis.dilation - 1)),
                    axis.dilation);
  };
  Value lower = roundUp(w.larger(zero, w.sub(zero, start)));
  Value upper = w.smaller(w.constant(axis.kernel),
                          roundUp(w.sub(w.constant(axis.in), start)));
  return {lower, upper};
}

VectorBuilder::Values ddnn::reduceRows(
    VectorBuilder &w, const Axis &axis, Value y, mlir::ValueRange init,
    function_ref<VectorBuilder::Values(Value, Value, mlir::ValueRange)> body) {
  Place top = w.at({Value(), -axis.pad}, y, axis.stride);
  auto inner = [&](Value k, mlir::ValueRange accumulators) {
    Place row = w.at(top, k, axis.dilation);
    return body(k, w.toIndex(row), accumulators);
  };
  if (axis.isPlain())
    return w.reduce(axis.kernel, init, inner);
  auto [lower, upper] = getInsideTaps(w, axis, y);
  return w.reduce(lower, upper, 1, init, inner);
}

ddnn::WindowBuilder::WindowBuilder(WindowOp op, const VectorTarget &target)
    : VectorBuilder(op, op.isPlanar() || op.isPacked() ? target.lanes
                                                       : op.getLanes()),
      op(op), registers(target.registers), input(flatten(op.getInput())),
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

Value WindowBuilder::runRegion(Value value, Value n, Value block,
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
    if (lanes == 1)
      map.map(arg, loadScalar(extra, place));
    else if (op.isPlanar())
      map.map(arg, broadcast(loadScalar(extra, place)));
    else if (arg.getType().isInteger(32))
      map.map(arg, loadWords(extra, place));
    else
      map.map(arg, load(extra, place));
  }
  auto widen = [&](Value scalar) -> Value {
    if (map.contains(scalar))
      return map.lookup(scalar);
    Value wide = lanes == 1                       ? scalar
                 : scalar.getType().isInteger(32) ? broadcastWord(scalar)
                                                  : broadcast(scalar);
    map.map(scalar, wide);
    return wide;
  };
  for (Operation &inner : body.without_terminator()) {
    if (lanes == 1) {
      b.clone(inner, map);
      continue;
    }
    if (auto constant = dyn_cast<arith::ConstantOp>(inner)) {
      Attribute number = constant.getValue();
      if (auto word = dyn_cast<IntegerAttr>(number))
        map.map(constant.getResult(), splatWord(int32_t(word.getInt())));
      else
        map.map(constant.getResult(),
                splat(cast<FloatAttr>(number).getValue().convertToFloat()));
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
  return widen(cast<YieldOp>(body.getTerminator()).getValue());
}

void WindowBuilder::finish(Value value, Value n, Value block,
                           int64_t blockOffset, Place pixel) {
  store(runRegion(value, n, block, blockOffset, pixel), result,
        applyStrides(result, n, block, blockOffset, pixel));
}

/// Truth values as bits, together with the comparison that they come from.
static Value maskBits(VectorBuilder &w, Value bits) {
  Operation *def = bits.getDefiningOp();
  auto ofInts = dyn_cast_or_null<arith::CmpIOp>(def);
  auto ofFloats = dyn_cast_or_null<arith::CmpFOp>(def);
  bool isGreaterEqual =
      (ofInts && ofInts.getPredicate() == arith::CmpIPredicate::sge) ||
      (ofFloats && ofFloats.getPredicate() == arith::CmpFPredicate::OGE);
  if (!isGreaterEqual || !bits.use_empty())
    return MaskBitsOp::create(w.b, w.loc, bits);
  Value mask = CompareBitsOp::create(w.b, w.loc, w.b.getI32Type(),
                                     def->getOperand(0), def->getOperand(1));
  def->erase();
  return mask;
}

void WindowBuilder::finishGroup(mlir::ValueRange values, Value n, Value group,
                                Place pixel) {
  int64_t vectors = values.size();
  Value block = group;
  if (block && vectors > 1)
    block = b.createOrFold<arith::MulIOp>(loc, group, constant(vectors));
  if (!op.isPacked()) {
    for (auto [v, value] : llvm::enumerate(values))
      finish(value, n, block, v, pixel);
    return;
  }
  // So many vectors make whole bytes, and a word of the processor.
  int64_t perWord = llvm::divideCeil(8, lanes);
  Place bytes = at(pixel, n, result.strides[0]);
  bytes = at(bytes, group, vectors * lanes / 8);
  for (int64_t v = 0; v < vectors; v += perWord) {
    Value word;
    for (int64_t i = 0; i < perWord && v + i < vectors; ++i) {
      Value mask =
          maskBits(*this, runRegion(values[v + i], n, block, v + i, pixel));
      word = word ? bitOr(word, shiftLeft(mask, i * lanes)) : mask;
    }
    int64_t pixelBytes = op.getInitType().getShape().back();
    storePixel(word, result, bytes + v * lanes / 8,
               std::min(std::max<int64_t>(lanes, 8) / 8, pixelBytes));
  }
}
