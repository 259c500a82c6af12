//===- LowerBinary.cpp - Windows on packed bits, with vectors -------------===//
//
// Part of ddnnc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Bits that differ are counted: exclusive or, population count, addition. A
// lane is a channel of the result, as in a convolution of floats, and holds the
// count of 32-bit words; a word of the input goes to all lanes. With K taps
// times channels inside of the image the sum is K - 2 * count.
//
//===----------------------------------------------------------------------===//

#include "BinaryLayout.h"
#include "WindowLowering.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "llvm/ADT/MapVector.h"

using namespace mlir;
using namespace ddnn;

/// What the sums of a pixel start from: values inside of the image that a
/// window at row `y` meets, `columns` taps of each row.
static Value countInside(WindowBuilder &w, const Axis &rows, Value y,
                         int64_t columns, int64_t channels) {
  if (rows.isPlain())
    return w.splatWord(int32_t(rows.kernel * columns * channels));
  auto [lower, upper] = getInsideTaps(w, rows, y);
  Value count = w.b.createOrFold<arith::MulIOp>(w.loc, w.sub(upper, lower),
                                                w.constant(columns * channels));
  return w.broadcastWord(w.toWord(count));
}

/// Adds up words of one input place for all taps of `segment`: `taps` kind.
static void addTaps(WindowBuilder &w, const BinaryLayout &layout,
                    const Axis &columns, const Segment &segment, Place from,
                    Place weights, WindowBuilder::Values &sums) {
  int64_t perWord = layout.vectors * w.lanes;
  llvm::MapVector<int64_t, Value> loaded; // by column
  for (int64_t r = 0; r < layout.wordsOfRow; ++r) {
    int64_t first = r * layout.tapsOfWord;
    int64_t last = std::min(first + layout.tapsOfWord, layout.width);
    WindowBuilder::Values tap;
    for (int64_t p = 0; p < segment.pixels; ++p) {
      Value word;
      uint32_t inside = 0;
      int64_t count = 0;
      for (int64_t kx = first; kx < last; ++kx) {
        if (!llvm::is_contained(segment.taps, std::pair(p, kx)))
          continue;
        int64_t column = p * columns.stride + kx * columns.dilation;
        Value &pixel = loaded[column];
        if (!pixel)
          pixel = w.loadPixel(w.input, from + column * w.input.strides[3],
                              layout.pixelBytes);
        int64_t shift = (kx - first) * layout.channels;
        Value bits = w.shiftLeft(pixel, shift);
        word = word ? w.bitOr(word, bits) : bits;
        inside |= ((1u << layout.channels) - 1) << shift;
        ++count;
      }
      if (!word)
        continue;
      if (tap.empty())
        for (int64_t v = 0; v < layout.vectors; ++v)
          tap.push_back(
              w.loadWords(w.weights, weights + r * perWord + v * w.lanes));
      Value all = w.broadcastWord(word);
      for (int64_t v = 0; v < layout.vectors; ++v) {
        Value differs = w.bitXor(tap[v], all);
        // Taps in the padding count for nothing.
        if (count < last - first)
          differs = w.bitAnd(differs, w.splatWord(int32_t(inside)));
        Value &sum = sums[p * layout.vectors + v];
        sum = w.addWords(sum, w.countBits(differs));
      }
    }
  }
}

/// The same for one word of each pixel: `words` kind.
static void addWordsOfTaps(WindowBuilder &w, const BinaryLayout &layout,
                           const Axis &columns, const Segment &segment,
                           Place from, Place weights,
                           WindowBuilder::Values &sums) {
  int64_t perTap = layout.vectors * w.lanes;
  llvm::MapVector<int64_t, WindowBuilder::Values> loaded;
  for (auto [p, kx] : segment.taps) {
    WindowBuilder::Values &tap = loaded[kx];
    for (int64_t v = tap.size(); v < layout.vectors; ++v)
      tap.push_back(
          w.loadWords(w.weights, weights + kx * perTap + v * w.lanes));
    int64_t column = p * columns.stride + kx * columns.dilation;
    Value all =
        w.broadcastWord(w.loadPixel(w.input, from + column * w.input.strides[3],
                                    std::min<int64_t>(layout.pixelBytes, 4)));
    for (int64_t v = 0; v < layout.vectors; ++v) {
      Value &sum = sums[p * layout.vectors + v];
      sum = w.addWords(sum, w.countBits(w.bitXor(tap[v], all)));
    }
  }
}

static void lowerConv(WindowBuilder &w, const BinaryLayout &layout) {
  Axis rows(w.op, 0), columns(w.op, 1);
  ArrayRef<int64_t> is = w.input.strides;
  bool sharesWords = layout.kind == BinaryLayout::taps;
  int64_t words = llvm::divideCeil(layout.pixelBytes, 4); // of a pixel
  int64_t perWord = layout.vectors * w.lanes;
  int64_t perRow = sharesWords ? layout.wordsOfRow * perWord
                               : words * layout.width * perWord;
  auto tile = [&](Value n, Value group, Value y, Value x,
                  const Segment &segment) {
    WindowBuilder::Values zeros(segment.pixels * layout.vectors,
                                w.splatWord(0));
    Place image = w.at(w.at({}, n, is[0]), x, columns.stride * is[3]) +
                  -columns.pad * is[3];
    Place weightsOfGroup = w.at({}, group, layout.height * perRow);
    auto counts = reduceRows(
        w, rows, y, zeros,
        [&](Value ky, Value row, mlir::ValueRange accumulators) {
          Place from = w.at(image, row, is[2]);
          Place at = w.at(weightsOfGroup, ky, perRow);
          if (sharesWords) {
            WindowBuilder::Values sums(accumulators);
            addTaps(w, layout, columns, segment, from, at, sums);
            return sums;
          }
          return w.reduce(
              words, accumulators,
              [&](Value word, mlir::ValueRange accumulators) {
                WindowBuilder::Values sums(accumulators);
                addWordsOfTaps(w, layout, columns, segment, w.at(from, word, 4),
                               w.at(at, word, layout.width * perWord), sums);
                return sums;
              });
        });
    Place pixel = w.atPixel(y, x);
    llvm::MapVector<int64_t, Value> totals; // by columns inside
    for (int64_t p = 0; p < segment.pixels; ++p) {
      int64_t inside = llvm::count_if(
          segment.taps, [p = p](auto tap) { return tap.first == p; });
      Value &total = totals[inside];
      if (!total)
        total = countInside(w, rows, y, inside, layout.channels);
      WindowBuilder::Values sums;
      for (int64_t v = 0; v < layout.vectors; ++v) {
        Value count = counts[p * layout.vectors + v];
        sums.push_back(w.subWords(total, w.addWords(count, count)));
      }
      w.finishGroup(sums, n, group, pixel + p * w.result.strides[3]);
    }
  };
  forEachOutput(w, rows, columns, w.op.getBlocks(w.lanes) / layout.vectors,
                tile);
}

/// A row of the weights times all of the image: lanes are words of it, added up
/// in the end. As many rows at a time as there are lanes, a block.
static void lowerStream(WindowBuilder &w, const BinaryLayout &layout) {
  ArrayRef<int64_t> is = w.input.strides;
  int64_t bytes =
      w.op.getInputType().getNumElements() / w.op.getInputType().getDimSize(0);
  int64_t vectorBytes = 4 * w.lanes, vectors = bytes / vectorBytes;
  int64_t words = (bytes - vectors * vectorBytes) / 4, rest = bytes % 4;
  int64_t taps = layout.height * layout.width;
  int64_t group = (*w.op.getTile())[1];

  auto block = [&](Value n, Value index, int64_t outs) {
    Place image = w.at({}, n, is[0]);
    Place rows = w.at({}, index, w.lanes * layout.imageWords);
    WindowBuilder::Values zeros(outs, w.splatWord(0));
    auto counts =
        w.reduce(vectors, zeros, [&](Value i, mlir::ValueRange accumulators) {
          WindowBuilder::Values sums(accumulators);
          Value part = w.loadWord(w.input, w.at(image, i, vectorBytes),
                                  w.getWordsType());
          Place weights = w.at(rows, i, w.lanes);
          for (int64_t o = 0; o < outs; ++o) {
            Value row = w.loadWords(w.weights, weights + o * layout.imageWords);
            sums[o] = w.addWords(sums[o], w.countBits(w.bitXor(part, row)));
          }
          return sums;
        });
    counts.resize(w.lanes, w.splatWord(0));
    Value count = w.addUpLanes(counts);
    // What does not fill a vector: a lane for each row.
    WindowBuilder::Values tail(w.lanes, w.wordConstant(0));
    for (int64_t i = 0; i < words + (rest != 0); ++i) {
      Place at = image + vectors * vectorBytes + 4 * i;
      Value part;
      if (i < words)
        part = w.loadPixel(w.input, at, 4);
      else
        for (int64_t r = 0; r < rest; ++r) {
          Value byte = w.shiftLeft(w.loadPixel(w.input, at + r, 1), 8 * r);
          part = part ? w.bitOr(part, byte) : byte;
        }
      for (int64_t o = 0; o < outs; ++o) {
        Value row = w.loadScalar(w.weights, rows + o * layout.imageWords +
                                                vectors * w.lanes + i);
        tail[o] = w.addWords(tail[o], w.countBits(w.bitXor(part, row)));
      }
    }
    if (words || rest)
      count = w.addWords(count, vector::FromElementsOp::create(
                                    w.b, w.loc, w.getWordsType(), tail));
    Value total = w.splatWord(int32_t(taps * layout.channels));
    return w.subWords(total, w.addWords(count, count));
  };

  // Channels that only fill up a block have no weights.
  int64_t blocks = w.op.getBlocks(w.lanes);
  int64_t whole = layout.outs / w.lanes / group * group;
  w.loop(w.op.getInputType().getDimSize(0), [&](Value n) {
    auto finish = [&](Value first, ArrayRef<int64_t> outs, Value at) {
      WindowBuilder::Values sums;
      for (auto [v, count] : llvm::enumerate(outs))
        sums.push_back(count
                           ? block(n, w.toIndex(w.at({}, first, 1) + v), count)
                           : w.splatWord(0));
      w.finishGroup(sums, n, at, {});
    };
    if (whole)
      w.share(w.constant(0), w.constant(whole / group), 1, [&](Value g) {
        SmallVector<int64_t> outs(group, w.lanes);
        finish(w.toIndex(w.at({}, g, group)), outs, g);
      });
    for (int64_t first = whole; first < blocks; first += group) {
      SmallVector<int64_t> outs;
      for (int64_t v = 0; v < group; ++v)
        outs.push_back(std::clamp<int64_t>(layout.outs - (first + v) * w.lanes,
                                           0, w.lanes));
      finish(w.constant(first), outs, w.constant(first / group));
    }
  });
}

void ddnn::lowerBinary(WindowBuilder &w) {
  BinaryLayout layout(w.op, w.lanes);
  if (layout.kind == BinaryLayout::stream)
    lowerStream(w, layout);
  else
    lowerConv(w, layout);
}

/// Bits of a blocked image's values, a window of one tap.
void ddnn::lowerSigns(WindowBuilder &w) {
  ShapedType in = w.op.getInputType();
  ArrayRef<int64_t> is = w.input.strides;
  int64_t group = llvm::divideCeil(8, w.lanes);
  w.loop(in.getDimSize(0), [&](Value n) {
    w.share(in.getDimSize(2), [&](Value y) {
      w.loop(in.getDimSize(3), [&](Value x) {
        Place from = w.at(w.at(w.at({}, n, is[0]), y, is[2]), x, is[3]);
        Place pixel = w.atPixel(y, x);
        auto finish = [&](Value g, int64_t blocks) {
          WindowBuilder::Values values;
          for (int64_t v = 0; v < group; ++v)
            values.push_back(
                v < blocks
                    ? w.load(w.input, w.at(from, g, group * is[1]) + v * is[1])
                    : w.splat(-1.0f));
          w.finishGroup(values, n, g, pixel);
        };
        int64_t there = in.getDimSize(1), all = w.op.getBlocks(w.lanes);
        if (there / group)
          w.loop(there / group, [&](Value g) { finish(g, group); });
        for (int64_t g = there / group; g < all / group; ++g)
          finish(w.constant(g), std::max<int64_t>(there - g * group, 0));
      });
    });
  });
}

//===----------------------------------------------------------------------===//
// Pooling
//===----------------------------------------------------------------------===//

namespace {

/// The pieces of a pixel, or of neighbours, that are loaded at once.
class AnyLowering {
public:
  explicit AnyLowering(WindowBuilder &w)
      : w(w), rows(w.op, 0), columns(w.op, 1),
        pixelBytes(w.op.getInputType().getDimSize(4)) {}
  void run();

private:
  Value load(Place place, int64_t bytes);
  void store(Value value, Place place, int64_t bytes);
  Value getFlips(int64_t first, int64_t bytes);
  void lowerPiece(Value n, Value y, Value x, int64_t byte, int64_t bytes,
                  ArrayRef<int64_t> taps);

  WindowBuilder &w;
  Axis rows, columns;
  int64_t pixelBytes;
};

} // namespace

Value AnyLowering::load(Place place, int64_t bytes) {
  return bytes > 4 ? w.loadWord(w.input, place, w.getWordsType())
                   : w.loadPixel(w.input, place, bytes);
}

void AnyLowering::store(Value value, Place place, int64_t bytes) {
  if (bytes > 4)
    w.storeWord(value, w.result, place);
  else
    w.storePixel(value, w.result, place, bytes);
}

/// The bytes of `flips` for a piece that begins at byte `first` of a pixel;
/// null where there are none.
Value AnyLowering::getFlips(int64_t first, int64_t bytes) {
  auto flips = w.op.getFlips();
  if (!flips)
    return Value();
  SmallVector<int32_t> words(llvm::divideCeil(bytes, 4), 0);
  for (int64_t i = 0; i < bytes; ++i)
    words[i / 4] |= int32_t(
        uint32_t(uint8_t((*flips)[(first + i) % pixelBytes])) << 8 * (i % 4));
  if (bytes <= 4)
    return w.wordConstant(words.front());
  return arith::ConstantOp::create(
      w.b, w.loc,
      DenseElementsAttr::get(w.getWordsType(), ArrayRef<int32_t>(words)));
}

/// `bytes` of output from byte `byte` of the pixel at column `x` on.
void AnyLowering::lowerPiece(Value n, Value y, Value x, int64_t byte,
                             int64_t bytes, ArrayRef<int64_t> taps) {
  ArrayRef<int64_t> is = w.input.strides;
  Place image = w.at(w.at({}, n, is[0]), x, columns.stride * is[3]) +
                (byte - columns.pad * is[3]);
  Value zero = bytes > 4 ? w.splatWord(0) : w.wordConstant(0);
  Value flips = getFlips(byte, bytes);
  Value any = reduceRows(w, rows, y, zero,
                         [&](Value, Value row, mlir::ValueRange accumulators) {
                           Value any = accumulators.front();
                           Place from = w.at(image, row, is[2]);
                           for (int64_t kx : taps) {
                             Value bits = load(
                                 from + kx * columns.dilation * is[3], bytes);
                             if (flips)
                               bits = w.bitXor(bits, flips);
                             any = w.bitOr(any, bits);
                           }
                           return WindowBuilder::Values{any};
                         })
                  .front();
  if (flips)
    any = w.bitXor(any, flips);
  Place place = w.at(w.atPixel(y, x), n, w.result.strides[0]) + byte;
  store(any, place, bytes);
}

void AnyLowering::run() {
  // Neighbours that read all columns of the kernel are done in vectors, the
  // last of which may overlap the one before.
  int64_t vectorBytes = w.lanes > 1 ? 4 * w.lanes : 0, first = 0, last = 0;
  bool isContiguous = w.input.strides[3] == pixelBytes &&
                      w.result.strides[3] == pixelBytes && columns.stride == 1;
  if (vectorBytes && isContiguous && vectorBytes % pixelBytes == 0) {
    auto readsAll = [&](int64_t x) {
      return columns.isInside(x, 0) && columns.isInside(x, columns.kernel - 1);
    };
    while (first < columns.out && !readsAll(first))
      ++first;
    for (last = first; last < columns.out && readsAll(last);)
      ++last;
  }
  int64_t perVector = vectorBytes / pixelBytes;
  if (last - first < perVector || !perVector)
    first = last = 0;
  auto allTaps = llvm::to_vector(llvm::seq<int64_t>(0, columns.kernel));

  auto single = [&](Value n, Value y, const Segment &segment, Value x) {
    SmallVector<int64_t> taps;
    for (auto [p, kx] : segment.taps)
      taps.push_back(kx);
    for (int64_t byte = 0; byte < pixelBytes; byte += 4)
      lowerPiece(n, y, x, byte, std::min<int64_t>(pixelBytes, 4), taps);
  };
  w.loop(w.op.getInputType().getDimSize(0), [&](Value n) {
    w.share(rows.out, [&](Value y) {
      SmallVector<Segment> border;
      for (Segment &segment : cutAxis(columns, 1))
        for (int64_t i = 0; i < segment.count; ++i) {
          int64_t x = segment.first + i;
          if (x >= first && x < last)
            continue;
          if (!border.empty() && border.back().taps == segment.taps &&
              border.back().first + border.back().count == x)
            ++border.back().count;
          else
            border.push_back({x, 1, 1, segment.taps});
        }
      forEachTile(w, border, [&](const Segment &segment, Value x) {
        single(n, y, segment, x);
      });
      int64_t count = perVector ? (last - first) / perVector : 0;
      auto vector = [&](Value x) {
        lowerPiece(n, y, x, 0, vectorBytes, allTaps);
      };
      if (count > 1)
        w.loop(w.constant(first), w.constant(first + count * perVector),
               perVector, vector);
      else if (count)
        vector(w.constant(first));
      if (count && first + count * perVector < last)
        vector(w.constant(last - perVector));
    });
  });
}

void ddnn::lowerAny(WindowBuilder &w) { AnyLowering(w).run(); }
