//===- LowerScalarBinary.cpp - Binarized blocks without vectors -----------===//
//
// Part of ddnnc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// For microcontrollers: small code that reads few words. The words that a pixel
// of the result needs are made once for all channels where few taps share them;
// nothing else is unrolled.
//
//===----------------------------------------------------------------------===//

#include "BinaryLayout.h"
#include "WindowLowering.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/SCF/IR/SCF.h"

using namespace mlir;
using namespace ddnn;

namespace {

class ScalarLowering {
public:
  explicit ScalarLowering(WindowBuilder &w)
      : w(w), layout(w.op.getWeights()
                         ? std::optional<BinaryLayout>(BinaryLayout(w.op, 1))
                         : std::nullopt),
        rows(w.op, 0), columns(w.op, 1) {}
  void run();

private:
  /// Computes the value of channel `o`.
  using Channel = llvm::function_ref<Value(Value o)>;

  void finish(Value n, Value y, Value x, Channel channel);
  Value countTaps(Value y, Value x);
  Value forEachInside(Value y, Value x, Value init,
                      llvm::function_ref<Value(Value ky, Value kx, Value row,
                                               Value column, Value sum)>
                          body);
  void lowerTaps(Value n, Value y, Value x);
  Value sumWords(Value n, Value y, Value x, Value o);
  Value sumStream(Value n, Value o);
  Value sumPixels(Value n, Value o);
  Value sumFloats(Value n, Value y, Value x, Value o);
  Value toSum(Value inside, Value count);
  Value loadInside(Place image, Value y, Value x, int64_t ky, int64_t kx,
                   Value &isInside);

  WindowBuilder &w;
  std::optional<BinaryLayout> layout;
  Axis rows, columns;
};

} // namespace

static Value toSingle(WindowBuilder::Values values) { return values.front(); }

/// Stores all channels of a pixel: floats one by one, bits by the word.
void ScalarLowering::finish(Value n, Value y, Value x, Channel channel) {
  ArrayRef<int64_t> out = w.op.getInitType().getShape();
  Place pixel = w.atPixel(y, x);
  if (!w.op.isPacked()) {
    w.loop(w.constant(0), w.constant(out[1]), 1, [&](Value o) {
      Value value = w.runRegion(channel(o), n, o, 0, pixel);
      Place place =
          w.at(w.at(pixel, n, w.result.strides[0]), o, w.result.strides[1]);
      w.storeScalar(value, w.result, place);
    });
    return;
  }
  int64_t channels = layout ? layout->outs : w.op.getInputType().getDimSize(1);
  int64_t bytes = std::min<int64_t>(out[4], 4), bits = 8 * bytes;
  auto word = [&](Value index, int64_t count) {
    Value first = w.toIndex(w.at({}, index, bits));
    Value bitsOfWord = toSingle(
        w.reduce(w.constant(0), w.constant(count), 1, w.wordConstant(0),
                 [&](Value i, mlir::ValueRange word) {
                   Value o = w.add(first, i);
                   Value isSet = w.runRegion(channel(o), n, o, 0, pixel);
                   Value bit = arith::ExtUIOp::create(w.b, w.loc,
                                                      w.b.getI32Type(), isSet);
                   bit = arith::ShLIOp::create(w.b, w.loc, bit, w.toWord(i));
                   return WindowBuilder::Values{w.bitOr(word.front(), bit)};
                 }));
    Place place = w.at(w.at(pixel, n, w.result.strides[0]), index, bytes);
    w.storePixel(bitsOfWord, w.result, place, bytes);
  };
  int64_t whole = channels / bits, words = out[4] / bytes;
  if (whole)
    w.loop(w.constant(0), w.constant(whole), 1,
           [&](Value index) { word(index, bits); });
  if (whole < words)
    word(w.constant(whole), channels - whole * bits);
}

/// Calls `body` for the taps that are inside of the image, kernel row by kernel
/// row.
Value ScalarLowering::forEachInside(
    Value y, Value x, Value init,
    llvm::function_ref<Value(Value, Value, Value, Value, Value)> body) {
  return toSingle(reduceRows(
      w, rows, y, init, [&](Value ky, Value row, mlir::ValueRange outer) {
        return reduceRows(w, columns, x, outer,
                          [&](Value kx, Value column, mlir::ValueRange inner) {
                            return WindowBuilder::Values{
                                body(ky, kx, row, column, inner.front())};
                          });
      }));
}

/// Values inside of the image that the window at (y, x) meets.
Value ScalarLowering::countTaps(Value y, Value x) {
  int64_t known = layout->channels;
  Value taps;
  for (auto [axis, at] : {std::pair(rows, y), std::pair(columns, x)}) {
    if (axis.isPlain()) {
      known *= axis.kernel;
      continue;
    }
    auto [lower, upper] = getInsideTaps(w, axis, at);
    Value count = w.toWord(w.sub(upper, lower));
    taps = taps ? arith::MulIOp::create(w.b, w.loc, taps, count).getResult()
                : count;
  }
  if (!taps)
    return w.wordConstant(int32_t(known));
  return arith::MulIOp::create(w.b, w.loc, taps,
                               w.wordConstant(int32_t(known)));
}

Value ScalarLowering::toSum(Value inside, Value count) {
  return w.subWords(inside, w.addWords(count, count));
}

/// The bits of the pixel under tap (ky, kx), 0 where that is in the padding;
/// `isInside` is null where it never is.
Value ScalarLowering::loadInside(Place image, Value y, Value x, int64_t ky,
                                 int64_t kx, Value &isInside) {
  ArrayRef<int64_t> is = w.input.strides;
  isInside = Value();
  Place place = image;
  for (auto [axis, at, k, stride] :
       {std::tuple(rows, y, ky, is[2]), std::tuple(columns, x, kx, is[3])}) {
    Value position = w.toIndex(
        w.at({Value(), k * axis.dilation - axis.pad}, at, axis.stride));
    place = w.at(place, position, stride);
    bool mayBeBefore = k * axis.dilation < axis.pad;
    bool mayBeBehind = axis.at(axis.out - 1, k) >= axis.in;
    auto require = [&](Value condition) {
      isInside = isInside ? w.both(isInside, condition) : condition;
    };
    if (mayBeBefore)
      require(w.isLess(w.constant(-1), position));
    if (mayBeBehind)
      require(w.isLess(position, w.constant(axis.in)));
  }
  if (!isInside)
    return w.loadPixel(w.input, place, layout->pixelBytes);
  auto branch = scf::IfOp::create(w.b, w.loc, w.b.getI32Type(), isInside,
                                  /*withElseRegion=*/true);
  OpBuilder::InsertionGuard guard(w.b);
  w.b.setInsertionPointToStart(&branch.getThenRegion().front());
  scf::YieldOp::create(w.b, w.loc,
                       w.loadPixel(w.input, place, layout->pixelBytes));
  w.b.setInsertionPointToStart(&branch.getElseRegion().front());
  scf::YieldOp::create(w.b, w.loc, w.wordConstant(0));
  return branch.getResult(0);
}

/// All taps' bits, some in a word, before the loop over channels.
void ScalarLowering::lowerTaps(Value n, Value y, Value x) {
  Place image = w.at({}, n, w.input.strides[0]);
  SmallVector<Value> words(layout->wordsOfRow), masks(layout->wordsOfRow);
  int32_t ones = int32_t((1u << layout->channels) - 1);
  for (int64_t tap = 0; tap < layout->height * layout->width; ++tap) {
    Value isInside;
    Value bits = loadInside(image, y, x, tap / layout->width,
                            tap % layout->width, isInside);
    int64_t shift = tap % layout->tapsOfWord * layout->channels;
    Value &word = words[tap / layout->tapsOfWord];
    Value &mask = masks[tap / layout->tapsOfWord];
    Value shifted = w.shiftLeft(bits, shift);
    word = word ? w.bitOr(word, shifted) : shifted;
    Value used = w.wordConstant(int32_t(uint32_t(ones) << shift));
    if (isInside)
      used = arith::SelectOp::create(w.b, w.loc, isInside, used,
                                     w.wordConstant(0));
    mask = mask ? w.b.createOrFold<arith::OrIOp>(w.loc, mask, used) : used;
  }
  bool isPlain = rows.isPlain() && columns.isPlain();
  Value inside = countTaps(y, x);
  finish(n, y, x, [&](Value o) {
    Place weights = w.at({}, o, layout->wordsOfRow);
    Value count;
    for (int64_t i = 0; i < layout->wordsOfRow; ++i) {
      Value differs = w.bitXor(words[i], w.loadScalar(w.weights, weights + i));
      if (!isPlain)
        differs = w.bitAnd(differs, masks[i]);
      Value bits = w.countBits(differs);
      count = count ? w.addWords(count, bits) : bits;
    }
    return toSum(inside, count);
  });
}

Value ScalarLowering::sumWords(Value n, Value y, Value x, Value o) {
  ArrayRef<int64_t> is = w.input.strides;
  int64_t words = llvm::divideCeil(layout->pixelBytes, 4);
  int64_t perRow = layout->width * words;
  Place image = w.at({}, n, is[0]);
  Place weights = w.at({}, o, layout->height * perRow);
  Value count = forEachInside(
      y, x, w.wordConstant(0),
      [&](Value ky, Value kx, Value row, Value column, Value sum) {
        Place from = w.at(w.at(image, row, is[2]), column, is[3]);
        Place at = w.at(w.at(weights, ky, perRow), kx, words);
        return toSingle(
            w.reduce(words, sum, [&](Value word, mlir::ValueRange accumulator) {
              Value bits =
                  w.loadPixel(w.input, w.at(from, word, 4),
                              std::min<int64_t>(layout->pixelBytes, 4));
              Value row = w.loadScalar(w.weights, w.at(at, word, 1));
              return WindowBuilder::Values{w.addWords(
                  accumulator.front(), w.countBits(w.bitXor(bits, row)))};
            }));
      });
  return toSum(countTaps(y, x), count);
}

Value ScalarLowering::sumStream(Value n, Value o) {
  int64_t bytes =
      w.op.getInputType().getNumElements() / w.op.getInputType().getDimSize(0);
  Place image = w.at({}, n, w.input.strides[0]);
  Place weights = w.at({}, o, layout->imageWords);
  Value count = toSingle(w.reduce(
      bytes / 4, w.wordConstant(0), [&](Value i, mlir::ValueRange accumulator) {
        Value part = w.loadPixel(w.input, w.at(image, i, 4), 4);
        Value row = w.loadScalar(w.weights, w.at(weights, i, 1));
        return WindowBuilder::Values{
            w.addWords(accumulator.front(), w.countBits(w.bitXor(part, row)))};
      }));
  if (int64_t rest = bytes % 4) {
    Value part;
    for (int64_t i = 0; i < rest; ++i) {
      Value byte = w.shiftLeft(
          w.loadPixel(w.input, image + bytes / 4 * 4 + i, 1), 8 * i);
      part = part ? w.bitOr(part, byte) : byte;
    }
    Value row = w.loadScalar(w.weights, weights + bytes / 4);
    count = w.addWords(count, w.countBits(w.bitXor(part, row)));
  }
  int64_t all = layout->height * layout->width * layout->channels;
  return toSum(w.wordConstant(int32_t(all)), count);
}

/// The pixels' channels, shifted into words that meet the weights'.
Value ScalarLowering::sumPixels(Value n, Value o) {
  int64_t taps = layout->height * layout->width;
  Place image = w.at({}, n, w.input.strides[0]);
  Place weights = w.at({}, o, layout->imageWords);
  auto gather = [&](Place first, int64_t count) {
    return toSingle(w.reduce(
        w.constant(0), w.constant(count), 1, w.wordConstant(0),
        [&](Value i, mlir::ValueRange word) {
          Value pixel = w.loadPixel(w.input, w.at(first, i, layout->pixelBytes),
                                    layout->pixelBytes);
          Value shift = w.toIndex(w.at({}, i, layout->channels));
          Value bits =
              arith::ShLIOp::create(w.b, w.loc, pixel, w.toWord(shift));
          return WindowBuilder::Values{w.bitOr(word.front(), bits)};
        }));
  };
  int64_t whole = taps / layout->tapsOfWord, rest = taps % layout->tapsOfWord;
  int64_t perWord = layout->tapsOfWord * layout->pixelBytes;
  Value count = toSingle(w.reduce(
      whole, w.wordConstant(0), [&](Value i, mlir::ValueRange accumulator) {
        Value word = gather(w.at(image, i, perWord), layout->tapsOfWord);
        Value row = w.loadScalar(w.weights, w.at(weights, i, 1));
        return WindowBuilder::Values{
            w.addWords(accumulator.front(), w.countBits(w.bitXor(word, row)))};
      }));
  if (rest) {
    Value word = gather(image + whole * perWord, rest);
    Value row = w.loadScalar(w.weights, weights + whole);
    count = w.addWords(count, w.countBits(w.bitXor(word, row)));
  }
  return toSum(w.wordConstant(int32_t(taps * layout->channels)), count);
}

/// Floats with the signs that the weights' bits give them, channel by channel;
/// where the processor multiplies, weights are floats.
Value ScalarLowering::sumFloats(Value n, Value y, Value x, Value o) {
  ArrayRef<int64_t> is = w.input.strides;
  Place image = w.at({}, n, is[0]);
  bool hasFloats = getElementTypeOrSelf(w.op.getWeights().getType()).isF32();
  int64_t taps = layout->height * layout->width;
  int64_t perChannel = hasFloats ? taps : layout->wordsOfRow;
  Place weights = w.at({}, o, layout->channels * perChannel);
  Value zero = arith::ConstantOp::create(w.b, w.loc, w.b.getF32FloatAttr(0.0f));
  return toSingle(w.reduce(
      layout->channels, zero, [&](Value c, mlir::ValueRange accumulator) {
        Place plane = w.at(image, c, is[1]);
        Place row = w.at(weights, c, perChannel);
        Value one = w.wordConstant(1);
        Value only = layout->wordsOfRow == 1 && !hasFloats
                         ? w.loadScalar(w.weights, row)
                         : Value();
        Value sum = forEachInside(
            y, x, accumulator.front(),
            [&](Value ky, Value kx, Value at, Value column, Value sum) {
              Place from = w.at(w.at(plane, at, is[2]), column, is[3]);
              Value value = w.loadScalar(w.input, from);
              Value tap = w.toIndex(w.at(w.at({}, ky, layout->width), kx, 1));
              if (hasFloats) {
                Value weight = w.loadScalar(w.weights, w.at(row, tap, 1));
                Value product =
                    arith::MulFOp::create(w.b, w.loc, value, weight);
                return arith::AddFOp::create(w.b, w.loc, sum, product)
                    .getResult();
              }
              Value word = only;
              if (!word) {
                word = w.loadScalar(w.weights, w.at(row, w.divide(tap, 32), 1));
                tap = w.remainder(tap, 32);
              }
              Value bit = w.bitAnd(w.shiftRight(word, w.toWord(tap)), one);
              Value isSet = arith::CmpIOp::create(
                  w.b, w.loc, arith::CmpIPredicate::ne, bit, w.wordConstant(0));
              Value negated = arith::NegFOp::create(w.b, w.loc, value);
              Value term =
                  arith::SelectOp::create(w.b, w.loc, isSet, value, negated);
              return arith::AddFOp::create(w.b, w.loc, sum, term).getResult();
            });
        return WindowBuilder::Values{sum};
      }));
}

void ScalarLowering::run() {
  w.loop(w.op.getInputType().getDimSize(0), [&](Value n) {
    w.loop(rows.out, [&](Value y) {
      w.loop(columns.out, [&](Value x) {
        if (!layout)
          return finish(n, y, x, [&](Value o) {
            ArrayRef<int64_t> is = w.input.strides;
            Place place = w.at(w.at(w.at({}, n, is[0]), y, is[2]), x, is[3]);
            return w.loadScalar(w.input, w.at(place, o, is[1]));
          });
        switch (layout->kind) {
        case BinaryLayout::taps:
          return lowerTaps(n, y, x);
        case BinaryLayout::words:
          return finish(n, y, x, [&](Value o) { return sumWords(n, y, x, o); });
        case BinaryLayout::stream:
          return finish(n, y, x, [&](Value o) { return sumStream(n, o); });
        case BinaryLayout::pixels:
          return finish(n, y, x, [&](Value o) { return sumPixels(n, o); });
        case BinaryLayout::floats:
          return finish(n, y, x,
                        [&](Value o) { return sumFloats(n, y, x, o); });
        }
      });
    });
  });
}

void ddnn::lowerScalarBinary(WindowBuilder &w) { ScalarLowering(w).run(); }
