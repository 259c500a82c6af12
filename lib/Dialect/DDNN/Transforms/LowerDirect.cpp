//===- LowerDirect.cpp - Convolution, products and pooling ----------------===//
//
// Part of ddnnc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A register tile is `pixels` neighbours of a row by `vectors` blocks of
// channels. Padding is never read: rows of the kernel that fall outside are cut
// off by the bounds of the loop over them; in a row, tiles at the border are
// code of their own without the taps outside.
//
//===----------------------------------------------------------------------===//

#include "WindowLowering.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "llvm/ADT/MapVector.h"

using namespace mlir;
using namespace ddnn;

/// A 1x1 convolution of all pixels is one of a single long row.
static bool isOneRow(WindowBuilder &w, const Axis &y, const Axis &x) {
  auto hasRows = [](const FlatBuffer &buffer, int64_t columns) {
    return buffer.strides[2] == columns * buffer.strides[3];
  };
  bool isPoint = y.kernel == 1 && x.kernel == 1 && y.stride == 1 &&
                 x.stride == 1 && y.in == y.out && x.in == x.out;
  return isPoint && y.pad == 0 && x.pad == 0 && hasRows(w.input, x.in) &&
         hasRows(w.result, x.out);
}

/// The taps of a step. With few registers, column by column of the input: a
/// scalar is in a register for all that need it and then never again, while the
/// weights of a row of the kernel stay. For a pixel the order is the same.
static SmallVector<std::pair<int64_t, int64_t>>
orderTaps(WindowBuilder &w, const Axis &columns, const Segment &segment) {
  auto taps = segment.taps;
  if (w.registers <= 16)
    llvm::stable_sort(taps, [&](auto a, auto b) {
      return columns.at(a.first, a.second) < columns.at(b.first, b.second);
    });
  return taps;
}

static void lowerConv(WindowBuilder &w, const Axis &rows, const Axis &columns,
                      int64_t vectors) {
  ShapedType in = w.op.getInputType();
  int64_t outBlocks = w.op.getBlocks(w.lanes);
  int64_t groups = w.op.getGroups().value_or(1);
  int64_t blocks = in.getDimSize(1) / groups, channels = in.getDimSize(4);
  // Register tiles in a row that read the same blocks of input.
  int64_t perInput = outBlocks / groups / vectors;
  ArrayRef<int64_t> is = w.input.strides;
  // Strides of packed weights.
  int64_t perTap = vectors * w.lanes, perChannel = columns.kernel * perTap;
  int64_t perRow = channels * perChannel, perBlock = rows.kernel * perRow;
  // Weights that the caches near the core do not hold: while a group of output
  // channels is computed, those of the next one are asked for, some lines with
  // each block of each register tile.
  int64_t tilesOfRow = llvm::divideCeil(columns.out, (*w.op.getTile())[0]);
  // Few tiles with large kernels would ask for more at once than can be on the
  // way.
  int64_t linesOfBlock = std::min<int64_t>(
      llvm::divideCeil(perBlock * int64_t(sizeof(float)) / kCacheLine,
                       rows.out * tilesOfRow),
      16);
  int64_t perLine = kCacheLine / sizeof(float);
  bool prefetches =
      blocks * perBlock * outBlocks / vectors * 4 > kPrefetchedBytes;
  auto prefetchNext = [&](Place group, Value y, Value x, Value block) {
    Value column = x ? w.divide(x, (*w.op.getTile())[0]) : Value();
    Place tile = w.at(w.at({}, y, tilesOfRow), column, 1);
    Place ahead = w.at(group + blocks * perBlock, w.toIndex(tile),
                       blocks * linesOfBlock * perLine);
    ahead = w.at(ahead, block, linesOfBlock * perLine);
    for (int64_t line = 0; line < linesOfBlock; ++line)
      w.prefetch(w.weights, ahead + line * perLine);
  };

  auto tile = [&](Value n, Value group, Value y, Value x,
                  const Segment &segment) {
    WindowBuilder::Values zeros(segment.pixels * vectors, w.splat(0.0f));
    Place weightsOfGroup = w.at({}, group, blocks * perBlock);
    Place image = w.at({}, n, is[0]);
    if (groups > 1)
      image = w.at(image, w.divide(group, perInput), blocks * is[1]);
    // Column of the first pixel's first tap.
    image = w.at(image, x, columns.stride * is[3]) + -columns.pad * is[3];
    auto sums = w.reduce(
        blocks, zeros, [&](Value block, mlir::ValueRange accumulators) {
          if (prefetches)
            prefetchNext(weightsOfGroup, y, x, block);
          return reduceRows(
              w, rows, y, accumulators,
              [&](Value ky, Value row, mlir::ValueRange accumulators) {
                Place from = w.at(w.at(image, block, is[1]), row, is[2]);
                Place at =
                    w.at(w.at(weightsOfGroup, block, perBlock), ky, perRow);
                return w.reduce(
                    channels, accumulators,
                    [&](Value c, mlir::ValueRange accumulators) {
                      WindowBuilder::Values sums(accumulators);
                      Place pixel = w.at(from, c, 1);
                      Place weight = w.at(at, c, perChannel);
                      llvm::MapVector<int64_t, WindowBuilder::Values> loaded;
                      for (auto [p, kx] : orderTaps(w, columns, segment)) {
                        WindowBuilder::Values &tap = loaded[kx];
                        for (int64_t v = tap.size(); v < vectors; ++v)
                          tap.push_back(w.load(w.weights, weight + kx * perTap +
                                                              v * w.lanes));
                        Value scalar = w.loadScalar(
                            w.input, pixel + (p * columns.stride +
                                              kx * columns.dilation) *
                                                 is[3]);
                        for (int64_t v = 0; v < vectors; ++v)
                          sums[p * vectors + v] = w.multiplyAdd(
                              scalar, tap[v], sums[p * vectors + v]);
                      }
                      return sums;
                    });
              });
        });
    Place pixel = w.atPixel(y, x);
    for (int64_t p = 0; p < segment.pixels; ++p)
      w.finishGroup(mlir::ValueRange(sums).slice(p * vectors, vectors), n,
                    group, pixel + p * w.result.strides[3]);
  };

  forEachOutput(w, rows, columns, outBlocks / vectors, tile);
}

static void lowerDepthwise(WindowBuilder &w, const Axis &rows,
                           const Axis &columns) {
  ShapedType in = w.op.getInputType();
  ArrayRef<int64_t> is = w.input.strides;
  auto tile = [&](Value n, Value block, Value y, Value x,
                  const Segment &segment) {
    WindowBuilder::Values zeros(segment.pixels, w.splat(0.0f));
    Place image = w.at(w.at({}, n, is[0]), block, is[1]);
    image = w.at(image, x, columns.stride * is[3]) + -columns.pad * is[3];
    Place weights = w.at({}, block, rows.kernel * columns.kernel * w.lanes);
    auto sums = reduceRows(
        w, rows, y, zeros,
        [&](Value ky, Value row, mlir::ValueRange accumulators) {
          WindowBuilder::Values sums(accumulators);
          Place from = w.at(image, row, is[2]);
          Place weight = w.at(weights, ky, columns.kernel * w.lanes);
          llvm::MapVector<int64_t, Value> loaded, taps;
          for (auto [p, kx] : segment.taps) {
            int64_t column = p * columns.stride + kx * columns.dilation;
            if (!loaded.contains(column))
              loaded[column] = w.load(w.input, from + column * is[3]);
            if (!taps.contains(kx))
              taps[kx] = w.load(w.weights, weight + kx * w.lanes);
            sums[p] = w.multiplyAddVectors(loaded[column], taps[kx], sums[p]);
          }
          return sums;
        });
    Place pixel = w.atPixel(y, x);
    for (int64_t p = 0; p < segment.pixels; ++p)
      w.finish(sums[p], n, block, 0, pixel + p * w.result.strides[3]);
  };
  forEachOutput(w, rows, columns, in.getDimSize(1), tile);
}

void ddnn::lowerDirect(WindowBuilder &w) {
  Axis rows(w.op, 0), columns(w.op, 1);
  if (w.op.getKind() == WindowKind::depthwise)
    return lowerDepthwise(w, rows, columns);
  if (isOneRow(w, rows, columns)) {
    columns.in = columns.out = rows.in * columns.in;
    rows.in = rows.out = 1;
  }
  lowerConv(w, rows, columns, (*w.op.getTile())[1]);
}

/// Maximum or sum: down the columns first, which neighbours share, then across.
void ddnn::lowerPool(WindowBuilder &w) {
  Axis rows(w.op, 0), columns(w.op, 1);
  ShapedType in = w.op.getInputType();
  ArrayRef<int64_t> is = w.input.strides;
  bool isMax = w.op.getKind() == WindowKind::max;
  auto combine = [&](Value a, Value b) {
    return isMax ? w.maximum(a, b) : w.addVectors(a, b);
  };
  float neutral = isMax ? -std::numeric_limits<float>::infinity() : 0.0f;

  auto tile = [&](Value n, Value block, Value y, Value x,
                  const Segment &segment) {
    llvm::MapVector<int64_t, size_t> used; // columns under the tile
    for (auto [p, kx] : segment.taps)
      used.insert({p * columns.stride + kx * columns.dilation, 0});
    for (auto [i, entry] : llvm::enumerate(used))
      entry.second = i;
    WindowBuilder::Values init(used.size(), w.splat(neutral));
    Place image = w.at(w.at({}, n, is[0]), block, is[1]);
    image = w.at(image, x, columns.stride * is[3]) + -columns.pad * is[3];
    auto down = reduceRows(
        w, rows, y, init, [&](Value, Value row, mlir::ValueRange accumulators) {
          WindowBuilder::Values values(accumulators);
          Place from = w.at(image, row, is[2]);
          for (auto [column, i] : used)
            values[i] =
                combine(values[i], w.load(w.input, from + column * is[3]));
          return values;
        });
    Place pixel = w.atPixel(y, x);
    for (int64_t p = 0; p < segment.pixels; ++p) {
      Value value; // null where only padding is under the window
      for (auto [q, kx] : segment.taps)
        if (p == q) {
          Value column = down[used[p * columns.stride + kx * columns.dilation]];
          value = value ? combine(value, column) : column;
        }
      w.finish(value ? value : w.splat(neutral), n, block, 0,
               pixel + p * w.result.strides[3]);
    }
  };
  forEachOutput(w, rows, columns, in.getDimSize(1), tile);
}

/// Rows of weights after which a dense layer's sums start anew: rounding grows
/// with the length of a sum.
static constexpr int64_t kDenseChunk = 1024;

/// A row times a matrix. Few columns leave multiply-adds waiting for each
/// other: every `parts`-th row of weights then has a sum of its own. Where
/// there are many rows, those of each chunk are added up first.
void ddnn::lowerDense(WindowBuilder &w) {
  ShapedType in = w.op.getInputType();
  int64_t vectors = (*w.op.getTile())[1];
  int64_t rows = in.getDimSize(1) * in.getDimSize(4);
  int64_t parts = std::max<int64_t>(8 / vectors, 1);
  int64_t perRow = vectors * w.lanes;
  // A planar row may be a view with gaps.
  int64_t stride = in.getDimSize(4) == 1 ? w.input.strides[1] : 1;
  w.loop(in.getDimSize(0), [&](Value n) {
    w.share(w.op.getBlocks(w.lanes) / vectors, [&](Value group) {
      Place image = w.at({}, n, w.input.strides[0]);
      Place weights = w.at({}, group, rows * perRow);
      auto step = [&](Place image, Place weights, Value row, int64_t count,
                      mlir::ValueRange accumulators) {
        WindowBuilder::Values sums(accumulators);
        Place from = w.at(image, row, stride);
        Place weight = w.at(weights, row, perRow);
        for (int64_t i = 0; i < count; ++i) {
          Value scalar = w.loadScalar(w.input, from + i * stride);
          for (int64_t v = 0; v < vectors; ++v)
            sums[i * vectors + v] = w.multiplyAdd(
                scalar, w.load(w.weights, weight + i * perRow + v * w.lanes),
                sums[i * vectors + v]);
        }
        return sums;
      };
      auto sumUp = [&](Place image, Place weights, int64_t count,
                       WindowBuilder::Values sums) {
        int64_t whole = count / parts * parts;
        if (whole)
          sums =
              w.reduce(w.constant(0), w.constant(whole), parts, sums,
                       [&](Value row, mlir::ValueRange accumulators) {
                         return step(image, weights, row, parts, accumulators);
                       });
        if (whole < count)
          sums = step(image + whole * stride, weights + whole * perRow, Value(),
                      count - whole, sums);
        return sums;
      };
      WindowBuilder::Values zeros(parts * vectors, w.splat(0.0f)), sums = zeros;
      // The last one apart, so that it is the same whether or not channels are
      // filled up behind it.
      int64_t chunks = (rows - 1) / kDenseChunk;
      if (chunks)
        sums =
            w.reduce(chunks, sums, [&](Value chunk, mlir::ValueRange totals) {
              WindowBuilder::Values found =
                  sumUp(w.at(image, chunk, kDenseChunk * stride),
                        w.at(weights, chunk, kDenseChunk * perRow), kDenseChunk,
                        zeros);
              for (auto [sum, total] : llvm::zip(found, totals))
                sum = w.addVectors(total, sum);
              return found;
            });
      if (int64_t done = chunks * kDenseChunk; done < rows)
        sums = sumUp(image + done * stride, weights + done * perRow,
                     rows - done, sums);
      for (int64_t v = 0; v < vectors; ++v)
        for (int64_t i = 1; i < parts; ++i)
          sums[v] = w.addVectors(sums[v], sums[i * vectors + v]);
      w.finishGroup(mlir::ValueRange(sums).take_front(vectors), n, group, {});
    });
  });
}
