//===- LowerWinograd.cpp - 3x3 convolution by F(2,3) and F(4,3) -----------===//
//
// Part of ddnnc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Y = A^T [(G g G^T) * (B^T d B)] A (Lavin and Gray, "Fast algorithms for
// convolutional neural networks"), with channels in the vectors: transforms are
// straight-line additions, the sum over channels is a register-tiled product
// for each of the (m + 2)^2 elements of a tile. ddnn-pack-weights has G g G^T.
//
//===----------------------------------------------------------------------===//

#include "WindowLowering.h"
#include "ddnn/Analysis/WindowCost.h"
#include "mlir/Dialect/Arith/IR/Arith.h"

using namespace mlir;
using namespace ddnn;

namespace {

/// Lowers one convolution. Scratch holds, one behind the other, transformed
/// inputs [f][tile][channel] and products [f][tile][out channel]; before there
/// are products, their place takes an input tile [row][column][c] of the border
/// for each tile of the block.
class WinogradLowering {
public:
  explicit WinogradLowering(WindowBuilder &w)
      : w(w), m(*w.op.getWinograd()), alpha(m + 2),
        pixels((*w.op.getTile())[0]), vectors((*w.op.getTile())[1]),
        tiles(w.op, m, pixels), in(w.op.getInputType().getShape()),
        out(w.op.getInitType().getShape()), channels(in[1] * w.lanes),
        outChannels(out[1] * w.lanes),
        products(alpha * alpha * tiles.block * channels),
        prefetches(alpha * alpha * channels * outChannels * 4 >
                   kPrefetchedBytes) {}
  void run();

private:
  using Values = WindowBuilder::Values;

  Values transform(ArrayRef<Value> d);
  Values transformBack(ArrayRef<Value> d);
  void transformInput(Value n, Value tile, Value slot);
  void transformTile(const FlatBuffer &from, Place place, int64_t rowStride,
                     int64_t columnStride, Place to);
  void copyBorder(Place image, Value top, Value left, Place border);
  void multiply(Value tilesInBlock, Value isPartial);
  void multiplyTile(Value f, Value group, Value registerTile, int64_t count);
  void transformOutput(Value n, Value tile, Value slot);
  Value scale(Value value, float by) {
    return arith::MulFOp::create(w.b, w.loc, value, w.splat(by));
  }
  Value addScaled(Value a, float by, Value b) {
    return w.multiplyAddVectors(w.splat(by), b, a);
  }

  WindowBuilder &w;
  int64_t m, alpha, pixels, vectors;
  WinogradTiles tiles;
  ArrayRef<int64_t> in, out;
  int64_t channels, outChannels, products;
  bool prefetches; // the weights are too large for the caches near the core
};

} // namespace

/// B^T d, one column.
WinogradLowering::Values WinogradLowering::transform(ArrayRef<Value> d) {
  if (m == 2)
    return {w.subVectors(d[0], d[2]), w.addVectors(d[1], d[2]),
            w.subVectors(d[2], d[1]), w.subVectors(d[1], d[3])};
  Value even = addScaled(d[4], -4.0f, d[2]), odd = addScaled(d[3], -4.0f, d[1]);
  Value near = w.subVectors(d[4], d[2]), far = w.subVectors(d[3], d[1]);
  return {addScaled(addScaled(d[4], -5.0f, d[2]), 4.0f, d[0]),
          w.addVectors(even, odd),
          w.subVectors(even, odd),
          addScaled(near, 2.0f, far),
          addScaled(near, -2.0f, far),
          addScaled(addScaled(d[5], -5.0f, d[3]), 4.0f, d[1])};
}

/// A^T d, one column.
WinogradLowering::Values WinogradLowering::transformBack(ArrayRef<Value> d) {
  Value sum = w.addVectors(d[1], d[2]), difference = w.subVectors(d[1], d[2]);
  if (m == 2)
    return {w.addVectors(d[0], sum), w.subVectors(difference, d[3])};
  Value sum2 = w.addVectors(d[3], d[4]), difference2 = w.subVectors(d[3], d[4]);
  return {w.addVectors(w.addVectors(d[0], sum), sum2),
          addScaled(difference, 2.0f, difference2), addScaled(sum, 4.0f, sum2),
          addScaled(w.addVectors(difference, d[5]), 8.0f, difference2)};
}

/// Transforms one tile of one block of channels.
void WinogradLowering::transformTile(const FlatBuffer &from, Place place,
                                     int64_t rowStride, int64_t columnStride,
                                     Place to) {
  SmallVector<Values> half; // B^T d by columns
  for (int64_t x = 0; x < alpha; ++x) {
    Values column;
    for (int64_t y = 0; y < alpha; ++y)
      column.push_back(w.load(from, place + y * rowStride + x * columnStride));
    half.push_back(transform(column));
  }
  for (int64_t y = 0; y < alpha; ++y) {
    Values row;
    for (int64_t x = 0; x < alpha; ++x)
      row.push_back(half[x][y]);
    for (auto [x, value] : llvm::enumerate(transform(row)))
      w.store(value, w.scratch,
              to + (y * alpha + int64_t(x)) * tiles.block * channels);
  }
}

/// Copies what there is of a tile over zeros.
void WinogradLowering::copyBorder(Place image, Value top, Value left,
                                  Place border) {
  for (int64_t i = 0; i < alpha * alpha; ++i)
    w.store(w.splat(0.0f), w.scratch, border + i * w.lanes);
  Value zero = w.constant(0);
  auto range = [&](Value start, int64_t extent, WindowBuilder::Body body) {
    Value lower = w.larger(zero, w.sub(zero, start));
    Value upper =
        w.smaller(w.constant(alpha), w.sub(w.constant(extent), start));
    w.loop(lower, upper, 1, body);
  };
  range(top, in[2], [&](Value y) {
    range(left, in[3], [&](Value x) {
      Place from =
          w.at(w.at(image, y, w.input.strides[2]), x, w.input.strides[3]);
      Place to = w.at(w.at(border, y, alpha * w.lanes), x, w.lanes);
      w.store(w.load(w.input, from), w.scratch, to);
    });
  });
}

/// All channels of tile number `tile`, into place `slot` of the block.
void WinogradLowering::transformInput(Value n, Value tile, Value slot) {
  ArrayRef<int64_t> strides = w.input.strides;
  auto getStart = [&](Value index, int64_t pad) {
    return w.toIndex(w.at({Value(), -pad}, index, m));
  };
  Value top = getStart(w.divide(tile, tiles.columns), w.op.getPads()[0]);
  Value left = getStart(w.remainder(tile, tiles.columns), w.op.getPads()[1]);
  Place image =
      w.at(w.at(w.at({}, n, strides[0]), top, strides[2]), left, strides[3]);
  Place to = w.at({}, slot, channels);
  Place border = w.at({}, slot, alpha * alpha * w.lanes) + products;
  Value minusOne = w.constant(-1);
  auto fits = [&](Value start, int64_t extent) {
    return w.both(w.isLess(minusOne, start),
                  w.isLess(start, w.constant(extent - alpha + 1)));
  };
  w.branch(
      w.both(fits(top, in[2]), fits(left, in[3])),
      [&] {
        w.loop(in[1], [&](Value block) {
          transformTile(w.input, w.at(image, block, strides[1]), strides[2],
                        strides[3], w.at(to, block, w.lanes));
        });
      },
      [&] {
        w.loop(in[1], [&](Value block) {
          copyBorder(w.at(image, block, strides[1]), top, left, border);
          transformTile(w.scratch, border, alpha * w.lanes, w.lanes,
                        w.at(to, block, w.lanes));
        });
      });
}

/// The product of the `count` tiles of a register tile.
void WinogradLowering::multiplyTile(Value f, Value group, Value registerTile,
                                    int64_t count) {
  int64_t perChannel = vectors * w.lanes;
  Place weights =
      w.at(w.at({}, f, channels * outChannels), group, channels * perChannel);
  Place from = w.at(w.at({}, f, tiles.block * channels), registerTile,
                    pixels * channels);
  Values sums(count * vectors, w.splat(0.0f));
  sums = w.reduce(channels, sums, [&](Value c, mlir::ValueRange accumulators) {
    Values sums(accumulators);
    Values taps;
    Place weight = w.at(weights, c, perChannel);
    for (int64_t v = 0; v < vectors; ++v)
      taps.push_back(w.load(w.weights, weight + v * w.lanes));
    // The next group's weights come while this one's are multiplied.
    if (prefetches)
      for (int64_t v = 0; v < vectors; ++v)
        w.prefetch(w.weights, weight + channels * perChannel + v * w.lanes);
    Place pixel = w.at(from, c, 1);
    for (int64_t p = 0; p < count; ++p) {
      Value scalar = w.loadScalar(w.scratch, pixel + p * channels);
      for (int64_t v = 0; v < vectors; ++v)
        sums[p * vectors + v] =
            w.multiplyAdd(scalar, taps[v], sums[p * vectors + v]);
    }
    return sums;
  });
  Place to = w.at(w.at(w.at({}, f, tiles.block * outChannels), registerTile,
                       pixels * outChannels),
                  group, perChannel) +
             products;
  for (int64_t p = 0; p < count; ++p)
    for (int64_t v = 0; v < vectors; ++v)
      w.store(sums[p * vectors + v], w.scratch,
              to + p * outChannels + v * w.lanes);
}

/// All products of a block; the last register tile of the image may be smaller.
void WinogradLowering::multiply(Value tilesInBlock, Value isPartial) {
  int64_t rest = tiles.getCount() % pixels;
  Value whole = w.divide(tilesInBlock, pixels);
  w.share(alpha * alpha, [&](Value f) {
    w.loop(out[1] / vectors, [&](Value group) {
      w.loop(w.constant(0), whole, 1,
             [&](Value r) { multiplyTile(f, group, r, pixels); });
      if (rest)
        w.branch(isPartial, [&] { multiplyTile(f, group, whole, rest); });
    });
  });
}

void WinogradLowering::transformOutput(Value n, Value tile, Value slot) {
  Value y = w.toIndex(w.at({}, w.divide(tile, tiles.columns), m));
  Value x = w.toIndex(w.at({}, w.remainder(tile, tiles.columns), m));
  Place pixel = w.atPixel(y, x);
  w.loop(out[1], [&](Value block) {
    Place from = w.at(w.at({}, slot, outChannels), block, w.lanes) + products;
    SmallVector<Values> half; // A^T d by columns
    for (int64_t j = 0; j < alpha; ++j) {
      Values column;
      for (int64_t i = 0; i < alpha; ++i)
        column.push_back(w.load(
            w.scratch, from + (i * alpha + j) * tiles.block * outChannels));
      half.push_back(transformBack(column));
    }
    auto ifInside = [&](bool isSure, Value start, int64_t offset,
                        int64_t extent, function_ref<void()> body) {
      if (isSure)
        return body();
      w.branch(w.isLess(start, w.constant(extent - offset)), body);
    };
    for (int64_t i = 0; i < m; ++i) {
      Values row;
      for (int64_t j = 0; j < alpha; ++j)
        row.push_back(half[j][i]);
      Values values = transformBack(row);
      ifInside(out[2] % m == 0 || i == 0, y, i, out[2], [&] {
        for (int64_t j = 0; j < m; ++j)
          ifInside(out[3] % m == 0 || j == 0, x, j, out[3], [&] {
            w.finish(values[j], n, block, 0,
                     pixel + i * w.result.strides[2] + j * w.result.strides[3]);
          });
      });
    }
  });
}

void WinogradLowering::run() {
  int64_t count = tiles.getCount();
  auto runBlock = [&](Value n, Value start) {
    Value rest = w.sub(w.constant(count), start);
    Value inBlock = w.smaller(w.constant(tiles.block), rest);
    Value isPartial = w.isLess(rest, w.constant(tiles.block));
    // Where no block is full, the only one has the rest.
    if (tiles.block > count)
      isPartial = w.isLess(w.constant(0), w.constant(1));
    w.share(w.constant(0), inBlock, 1,
            [&](Value slot) { transformInput(n, w.add(start, slot), slot); });
    multiply(inBlock, isPartial);
    w.share(w.constant(0), inBlock, 1,
            [&](Value slot) { transformOutput(n, w.add(start, slot), slot); });
  };
  w.loop(in[0], [&](Value n) {
    if (count <= tiles.block)
      return runBlock(n, w.constant(0));
    w.loop(w.constant(0), w.constant(count), tiles.block,
           [&](Value start) { runBlock(n, start); });
  });
}

void ddnn::lowerWinograd(WindowBuilder &w) { WinogradLowering(w).run(); }
