//===- LowerPlanar.cpp - Windows on plain images --------------------------===//
//
// Part of ddnnc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Lanes run along rows. The last vector of a row is moved back until it ends
// with the row, so that some outputs are computed twice rather than with code
// of their own. Vectors that touch padding on the left or right are code of
// their own: they load what is there and shuffle the padding in.
//
//===----------------------------------------------------------------------===//

#include "WindowLowering.h"
#include "llvm/ADT/MapVector.h"

using namespace mlir;
using namespace ddnn;

//===----------------------------------------------------------------------===//
// 1x1 convolutions
//===----------------------------------------------------------------------===//

/// A matrix product: `tile` is output channels by vectors of pixels, of an
/// image taken as one row.
static void lowerProduct(WindowBuilder &w) {
  ShapedType in = w.op.getInputType(), out = w.op.getInitType();
  int64_t channels = in.getDimSize(1), outs = out.getDimSize(1);
  int64_t pixels = out.getDimSize(2) * out.getDimSize(3);
  int64_t perGroup = (*w.op.getTile())[0], vectors = (*w.op.getTile())[1];
  ArrayRef<int64_t> is = w.input.strides;

  auto tile = [&](Value n, Value group, int64_t first, int64_t count, Value x,
                  ArrayRef<int64_t> offsets) {
    Place image = w.at(w.at({}, n, is[0]), x, 1);
    Place weights = w.at({}, group, perGroup * channels) + first * channels;
    WindowBuilder::Values zeros(count * offsets.size(), w.splat(0.0f));
    auto sums =
        w.reduce(channels, zeros, [&](Value c, mlir::ValueRange accumulators) {
          WindowBuilder::Values sums(accumulators), loaded;
          for (int64_t offset : offsets)
            loaded.push_back(w.load(w.input, w.at(image, c, is[1]) + offset));
          for (int64_t o = 0; o < count; ++o) {
            Value scalar = w.loadScalar(w.weights, w.at(weights, c, count) + o);
            for (auto [v, vector] : llvm::enumerate(loaded)) {
              Value &sum = sums[o * offsets.size() + v];
              sum = w.multiplyAdd(scalar, vector, sum);
            }
          }
          return sums;
        });
    Value channel = group ? w.toIndex(w.at({}, group, perGroup)) : Value();
    for (int64_t o = 0; o < count; ++o)
      for (auto [v, offset] : llvm::enumerate(offsets))
        w.finish(sums[o * offsets.size() + v], n, channel, first + o,
                 w.at({}, x, 1) + offset);
  };
  auto allChannels = [&](Value n, Value x, ArrayRef<int64_t> offsets) {
    if (int64_t groups = outs / perGroup)
      w.loop(groups,
             [&](Value group) { tile(n, group, 0, perGroup, x, offsets); });
    if (int64_t rest = outs % perGroup)
      tile(n, Value(), outs - rest, rest, x, offsets);
  };

  int64_t width = vectors * w.lanes, whole = pixels / width * width;
  SmallVector<int64_t> full, rest;
  for (int64_t v = 0; v < vectors; ++v)
    full.push_back(v * w.lanes);
  for (int64_t x = whole; x < pixels; x += w.lanes)
    rest.push_back(std::min(x, pixels - w.lanes) - whole);
  w.loop(in.getDimSize(0), [&](Value n) {
    if (whole)
      w.share(w.constant(0), w.constant(whole), width,
              [&](Value x) { allChannels(n, x, full); });
    if (!rest.empty())
      allChannels(n, w.constant(whole), rest);
  });
}

//===----------------------------------------------------------------------===//
// Depthwise convolution and pooling
//===----------------------------------------------------------------------===//

namespace {

/// Windows that slide over each channel by itself; `tile` is rows by one
/// vector.
class SlideLowering {
public:
  explicit SlideLowering(WindowBuilder &w)
      : w(w), rows(w.op, 0), columns(w.op, 1), kind(w.op.getKind()),
        neutral(kind == WindowKind::max
                    ? -std::numeric_limits<float>::infinity()
                    : 0.0f) {}
  void run();

private:
  /// `count` vectors of outputs from column `first` on.
  struct Columns {
    int64_t first, count;
    bool isInner; ///< no tap touches padding
  };
  SmallVector<Columns> cutColumns();
  void lowerTile(Value n, Value channel, Value y, const Segment &segment,
                 Value x, const Columns &cut);
  Value loadTap(Place row, Value x, int64_t kx, const Columns &cut);
  Value combine(Value a, Value b);
  Value fold(ArrayRef<Value> values);

  WindowBuilder &w;
  Axis rows, columns;
  WindowKind kind;
  float neutral;                 ///< the value of padding
  WindowBuilder::Values weights; ///< of a channel, each in all lanes
};

} // namespace

SmallVector<SlideLowering::Columns> SlideLowering::cutColumns() {
  SmallVector<Columns> cuts;
  for (int64_t x = 0; x < columns.out; x += w.lanes) {
    int64_t first = std::min(x, columns.out - w.lanes);
    bool isInner =
        columns.at(first, 0) >= 0 &&
        columns.at(first + w.lanes - 1, columns.kernel - 1) < columns.in;
    if (isInner && first == x && !cuts.empty() && cuts.back().isInner)
      ++cuts.back().count;
    else
      cuts.push_back({first, 1, isInner});
  }
  return cuts;
}

/// The inputs of tap `kx` for the outputs from column `x` on.
Value SlideLowering::loadTap(Place row, Value x, int64_t kx,
                             const Columns &cut) {
  int64_t stride = columns.stride, lanes = w.lanes;
  int64_t tap = columns.at(0, kx);
  // Where each lane reads, in two vectors one behind the other if need be.
  if (cut.isInner) {
    Place from = w.at(row, x, stride) + tap;
    Value low = w.load(w.input, from);
    if (stride == 1)
      return low;
    SmallVector<int64_t> even;
    for (int64_t lane = 0; lane < lanes; ++lane)
      even.push_back(2 * lane < lanes ? 2 * lane : 2 * lane + 1);
    return w.shuffle(low, w.load(w.input, from + (lanes - 1)), even);
  }
  int64_t base = cut.first * stride + tap;
  auto clamp = [&](int64_t at) {
    return std::clamp<int64_t>(at, 0, columns.in - lanes);
  };
  int64_t first = clamp(base), second = clamp(base + (stride - 1) * lanes);
  Value low = w.load(w.input, row + first);
  SmallVector<int64_t> mask(lanes, 0), blend;
  for (int64_t lane = 0; lane < lanes; ++lane) {
    int64_t at = base + lane * stride;
    bool isInside = at >= 0 && at < columns.in;
    blend.push_back(isInside ? lane : lanes + lane);
    if (isInside)
      mask[lane] = at < first + lanes ? at - first : lanes + at - second;
  }
  Value high = first == second ? low : w.load(w.input, row + second);
  return w.shuffle(w.shuffle(low, high, mask), w.splat(neutral), blend);
}

Value SlideLowering::combine(Value a, Value b) {
  return kind == WindowKind::max ? w.maximum(a, b) : w.addVectors(a, b);
}

Value SlideLowering::fold(ArrayRef<Value> values) {
  Value result = values.front();
  for (Value value : values.drop_front())
    result = combine(result, value);
  return result;
}

/// Goes through the input rows of a tile once, so that the windows of
/// neighbouring rows share what they load.
void SlideLowering::lowerTile(Value n, Value channel, Value y,
                              const Segment &segment, Value x,
                              const Columns &cut) {
  ArrayRef<int64_t> is = w.input.strides;
  int64_t width = columns.kernel;
  Place top = w.at(w.at({}, n, is[0]), channel, is[1]);
  top = w.at(top, y, rows.stride * is[2]) + -rows.pad * is[2];
  // (row of the tile, row of the kernel) by input row.
  std::map<int64_t, SmallVector<std::pair<int64_t, int64_t>>> taps;
  for (auto [p, ky] : segment.taps)
    taps[p * rows.stride + ky * rows.dilation].emplace_back(p, ky);

  // A sum goes down the columns first, as on blocked images. For a maximum the
  // order is free: across first, and rows of the tile share it.
  bool isPool = kind != WindowKind::depthwise;
  int64_t parts = kind == WindowKind::sum ? width : 1;
  WindowBuilder::Values sums(segment.pixels * parts);
  if (!isPool)
    sums.assign(segment.pixels, w.splat(0.0f));
  for (auto &[row, users] : taps) {
    WindowBuilder::Values loaded;
    for (int64_t kx = 0; kx < width; ++kx)
      loaded.push_back(loadTap(top + row * is[2], x, kx, cut));
    if (kind == WindowKind::max)
      loaded = {fold(loaded)};
    for (auto [p, ky] : users)
      for (auto [kx, value] : llvm::enumerate(loaded)) {
        Value &sum = sums[p * parts + (parts > 1 ? kx : 0)];
        if (!isPool)
          sum = w.multiplyAddVectors(weights[ky * width + kx], value, sum);
        else
          sum = sum ? combine(sum, value) : value;
      }
  }
  for (Value &sum : sums)
    if (!sum) // only padding is under the window
      sum = w.splat(neutral);
  for (int64_t p = 0; p < segment.pixels; ++p)
    w.finish(fold(ArrayRef<Value>(sums).slice(p * parts, parts)), n, channel, 0,
             w.atPixel(y, x) + p * w.result.strides[2]);
}

void SlideLowering::run() {
  ShapedType in = w.op.getInputType();
  SmallVector<Segment> segments = cutAxis(rows, (*w.op.getTile())[0]);
  w.loop(in.getDimSize(0), [&](Value n) {
    w.share(in.getDimSize(1), [&](Value channel) {
      // The filter of a channel stays in registers, if it is small.
      weights.clear();
      Place filter = w.at({}, channel, rows.kernel * columns.kernel);
      if (kind == WindowKind::depthwise)
        for (int64_t tap = 0; tap < rows.kernel * columns.kernel; ++tap)
          weights.push_back(w.broadcast(w.loadScalar(w.weights, filter + tap)));
      forEachTile(w, segments, [&](const Segment &segment, Value y) {
        for (const Columns &cut : cutColumns()) {
          auto tile = [&](Value x) {
            lowerTile(n, channel, y, segment, x, cut);
          };
          if (cut.count == 1)
            tile(w.constant(cut.first));
          else
            w.loop(w.constant(cut.first),
                   w.constant(cut.first + cut.count * w.lanes), w.lanes, tile);
        }
      });
    });
  });
}

void ddnn::lowerPlanar(WindowBuilder &w) {
  if (w.op.getKind() == WindowKind::conv)
    return lowerProduct(w);
  SlideLowering(w).run();
}
