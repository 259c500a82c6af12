//===- WindowLowering.h - Loops and vectors of a window ---------*- C++ -*-===//
//
// Part of ddnnc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DDNN_LIB_DIALECT_DDNN_TRANSFORMS_WINDOWLOWERING_H
#define DDNN_LIB_DIALECT_DDNN_TRANSFORMS_WINDOWLOWERING_H

#include "ddnn/Analysis/VectorTarget.h"
#include "ddnn/Dialect/DDNN/IR/DDNN.h"
#include "mlir/IR/Builders.h"

namespace ddnn {

/// An element's place in a buffer: what varies, and a constant that stays apart
/// so that the C shows one base with constant offsets.
struct Place {
  mlir::Value base; ///< index; null for none
  int64_t offset = 0;

  Place operator+(int64_t more) const { return {base, offset + more}; }
};

/// A buffer as its elements one behind the other, with the strides of the
/// dimensions that it had.
struct FlatBuffer {
  mlir::Value memref;
  llvm::SmallVector<int64_t> strides;
};

/// Weights of more bytes come from beyond the caches near the core, if not from
/// others of the network: they are asked for before they are needed.
inline constexpr int64_t kPrefetchedBytes = 128 << 10;
/// Bytes that one prefetch brings.
inline constexpr int64_t kCacheLine = 64;

/// One direction of a window, rows or columns.
struct Axis {
  int64_t in, out, kernel, stride, dilation, pad;

  Axis(WindowOp op, unsigned d)
      : in(op.getInputType().getDimSize(2 + d)),
        out(op.getInitType().getDimSize(2 + d)), kernel(op.getKernel()[d]),
        stride(op.getStrides()[d]), dilation(op.getDilations()[d]),
        pad(op.getPads()[d]) {}

  /// Where the window's tap `k` for output `o` is in the input.
  int64_t at(int64_t o, int64_t k) const {
    return o * stride - pad + k * dilation;
  }
  bool isInside(int64_t o, int64_t k) const {
    return at(o, k) >= 0 && at(o, k) < in;
  }
  /// No tap of any output falls into the padding.
  bool isPlain() const { return pad == 0 && at(out - 1, kernel - 1) < in; }
};

/// `count` tiles of `pixels` outputs from `first` on that leave out the same
/// taps: `taps` are (pixel, tap) inside of the image.
struct Segment {
  int64_t first, count, pixels;
  llvm::SmallVector<std::pair<int64_t, int64_t>> taps;
};

/// Cuts an axis into tiles of `pixels`.
llvm::SmallVector<Segment> cutAxis(const Axis &axis, int64_t pixels);

/// Builds loops over vectors of `lanes` floats in front of an operation.
class VectorBuilder {
public:
  using Values = llvm::SmallVector<mlir::Value>;
  using Body = llvm::function_ref<void(mlir::Value)>;
  using Reduction = llvm::function_ref<Values(mlir::Value, mlir::ValueRange)>;

  VectorBuilder(mlir::Operation *before, int64_t lanes)
      : b(before), loc(before->getLoc()), lanes(lanes) {}

  // Indexes
  mlir::Value constant(int64_t value);
  mlir::Value add(mlir::Value a, mlir::Value b);
  mlir::Value sub(mlir::Value a, mlir::Value b);
  mlir::Value divide(mlir::Value a, int64_t by);
  mlir::Value remainder(mlir::Value a, int64_t by);
  mlir::Value smaller(mlir::Value a, mlir::Value b);
  mlir::Value larger(mlir::Value a, mlir::Value b);
  mlir::Value isLess(mlir::Value a, mlir::Value b);
  mlir::Value both(mlir::Value a, mlir::Value b);
  mlir::Value toIndex(Place place);
  /// place + index * stride; a null index is 0.
  Place at(Place place, mlir::Value index, int64_t stride);

  // Control. A loop of one iteration is its body; its index is null where it
  // starts at 0.
  void loop(int64_t count, Body body);
  /// A loop whose iterations the window's threads share.
  void share(mlir::Value lower, mlir::Value upper, int64_t step, Body body);
  void share(int64_t count, Body body);
  void loop(mlir::Value lower, mlir::Value upper, int64_t step, Body body);
  Values reduce(int64_t count, mlir::ValueRange init, Reduction body);
  Values reduce(mlir::Value lower, mlir::Value upper, int64_t step,
                mlir::ValueRange init, Reduction body);
  void branch(mlir::Value condition, llvm::function_ref<void()> isTrue,
              llvm::function_ref<void()> isFalse = nullptr);

  // Memory and vectors
  FlatBuffer flatten(mlir::Value memref);
  mlir::Value loadScalar(const FlatBuffer &buffer, Place place);
  void storeScalar(mlir::Value value, const FlatBuffer &buffer, Place place);
  mlir::Value load(const FlatBuffer &buffer, Place place);
  void store(mlir::Value vector, const FlatBuffer &buffer, Place place);
  /// Asks for what will be read, or written, at `place`, which may lie behind
  /// the end.
  void prefetch(const FlatBuffer &buffer, Place place, bool isWrite = false);
  mlir::Value splat(float value);
  mlir::Value broadcast(mlir::Value scalar);
  /// sum + scalar * vector, one rounding.
  mlir::Value multiplyAdd(mlir::Value scalar, mlir::Value vector,
                          mlir::Value sum);
  mlir::Value multiplyAddVectors(mlir::Value a, mlir::Value b, mlir::Value sum);
  mlir::Value addVectors(mlir::Value a, mlir::Value b);
  mlir::Value subVectors(mlir::Value a, mlir::Value b);
  mlir::Value maximum(mlir::Value a, mlir::Value b);

  // Words of bits and vectors of them, as many as there are floats in one
  mlir::VectorType getWordsType();
  mlir::Value splatWord(int32_t value);
  mlir::Value wordConstant(int32_t value);
  /// An index as a word.
  mlir::Value toWord(mlir::Value index);
  /// `type` from a buffer of bytes.
  mlir::Value loadWord(const FlatBuffer &buffer, Place place, mlir::Type type);
  void storeWord(mlir::Value word, const FlatBuffer &buffer, Place place);
  /// A pixel's bytes, 1, 2 or 4, widened to a word.
  mlir::Value loadPixel(const FlatBuffer &buffer, Place place, int64_t bytes);
  /// The low 1, 2 or 4 bytes of a word.
  void storePixel(mlir::Value word, const FlatBuffer &buffer, Place place,
                  int64_t bytes);
  mlir::Value loadWords(const FlatBuffer &buffer, Place place);
  mlir::Value addWords(mlir::Value a, mlir::Value b);
  mlir::Value subWords(mlir::Value a, mlir::Value b);
  mlir::Value bitAnd(mlir::Value a, mlir::Value b);
  mlir::Value bitOr(mlir::Value a, mlir::Value b);
  mlir::Value bitXor(mlir::Value a, mlir::Value b);
  mlir::Value shiftLeft(mlir::Value word, int64_t bits);
  mlir::Value shiftRight(mlir::Value word, mlir::Value bits);
  mlir::Value countBits(mlir::Value words);
  /// A word in all lanes, with vectors.
  mlir::Value broadcastWord(mlir::Value word);
  /// Of as many vectors as they have lanes the sum of each.
  mlir::Value addUpLanes(Values vectors);

  /// Elements of `a` and `c`, one behind the other, at `mask`.
  mlir::Value shuffle(mlir::Value a, mlir::Value c,
                      llvm::ArrayRef<int64_t> mask);
  /// As many vectors as they have lanes: rows become columns.
  Values transpose(Values rows);

  mlir::OpBuilder b;
  mlir::Location loc;
  int64_t lanes;
  int64_t threads = 1;
};

/// Builds the loops of one window.
class WindowBuilder : public VectorBuilder {
public:
  WindowBuilder(WindowOp op, const VectorTarget &target);

  /// Runs the region on `value`, the result's vector for block `block` of the
  /// channels (index, null for 0, plus a constant; one channel of a plain
  /// image) at image `n` and `pixel`, and stores it.
  void finish(mlir::Value value, mlir::Value n, mlir::Value block,
              int64_t blockOffset, Place pixel);
  /// The same for a pixel's vectors of the channels of a group, in order;
  /// packed results are stored as the bits of one vector, or more where that is
  /// less than a byte.
  void finishGroup(mlir::ValueRange values, mlir::Value n, mlir::Value group,
                   Place pixel);
  /// The region's value; without vectors that of one channel.
  mlir::Value runRegion(mlir::Value value, mlir::Value n, mlir::Value block,
                        int64_t blockOffset, Place pixel);
  /// The part of a place in the result that row and column make.
  Place atPixel(mlir::Value y, mlir::Value x);

  WindowOp op;
  int64_t registers; ///< of vectors
  FlatBuffer input, weights, result, scratch;

private:
  Place applyStrides(const FlatBuffer &buffer, mlir::Value n, mlir::Value block,
                     int64_t blockOffset, Place pixel);

  llvm::SmallVector<FlatBuffer> extras;
};

/// Taps of the kernel that are inside of the image for output `o` along an
/// axis: the first one, and the first behind them.
std::pair<mlir::Value, mlir::Value>
getInsideTaps(VectorBuilder &w, const Axis &axis, mlir::Value o);

/// Reduces over the rows of the kernel that are inside of the image at output
/// row `y`; `body` gets kernel and input row.
VectorBuilder::Values
reduceRows(VectorBuilder &w, const Axis &axis, mlir::Value y,
           mlir::ValueRange init,
           llvm::function_ref<VectorBuilder::Values(mlir::Value, mlir::Value,
                                                    mlir::ValueRange)>
               body);

/// Runs `tile` with image, group of channels, row and first column of every
/// register tile. Threads share groups where that is even, else rows.
void forEachOutput(
    WindowBuilder &w, const Axis &rows, const Axis &columns, int64_t groups,
    llvm::function_ref<void(mlir::Value, mlir::Value, mlir::Value, mlir::Value,
                            const Segment &)>
        tile);

/// Runs `body` with the first output of every tile: a constant for a single
/// one, else a loop's index.
void forEachTile(WindowBuilder &w, llvm::ArrayRef<Segment> segments,
                 llvm::function_ref<void(const Segment &, mlir::Value)> body);

/// The window as loops in front of it; the caller erases it. docs/schedules.md
/// describes the schedules.
void lowerDirect(WindowBuilder &w);
void lowerAny(WindowBuilder &w);
void lowerBinary(WindowBuilder &w);
void lowerSigns(WindowBuilder &w);
/// Binarized blocks on processors without vectors.
void lowerScalarBinary(WindowBuilder &w);
void lowerDense(WindowBuilder &w);
void lowerPlanar(WindowBuilder &w);
void lowerPool(WindowBuilder &w);
void lowerWinograd(WindowBuilder &w);

} // namespace ddnn

#endif // DDNN_LIB_DIALECT_DDNN_TRANSFORMS_WINDOWLOWERING_H
