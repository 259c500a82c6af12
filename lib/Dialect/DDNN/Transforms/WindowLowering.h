//===- WindowLowering.h - Loops and vectors of a window ---------*- C++ -*-===//
//
// Part of ddnnc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DDNN_LIB_DIALECT_DDNN_TRANSFORMS_WINDOWLOWERING_H
#define DDNN_LIB_DIALECT_DDNN_TRANSFORMS_WINDOWLOWERING_H

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

/// Weights of more bytes come from beyond the caches near the core: they are
/// asked for before they are needed.
inline constexpr int64_t kPrefetchedBytes = 1 << 20;

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
  mlir::Value load(const FlatBuffer &buffer, Place place);
  void store(mlir::Value vector, const FlatBuffer &buffer, Place place);
  /// Asks for what will be read, or written, at `place`, which may lie behind
  /// the end.
  void prefetch(const FlatBuffer &buffer, Place place, bool isWrite = false);
  mlir::Value splat(float value);
  /// sum + scalar * vector, one rounding.
  mlir::Value multiplyAdd(mlir::Value scalar, mlir::Value vector,
                          mlir::Value sum);
  mlir::Value multiplyAddVectors(mlir::Value a, mlir::Value b, mlir::Value sum);
  mlir::Value addVectors(mlir::Value a, mlir::Value b);
  mlir::Value subVectors(mlir::Value a, mlir::Value b);
  mlir::Value maximum(mlir::Value a, mlir::Value b);

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
  explicit WindowBuilder(WindowOp op);

  /// Runs the region on `value`, the result's vector for block `block` of the
  /// channels (index, null for 0, plus a constant) at image `n`, row `y`,
  /// column `x`, and stores it.
  void finish(mlir::Value value, mlir::Value n, mlir::Value block,
              int64_t blockOffset, Place pixel);
  /// The part of a place in the result that row and column make.
  Place atPixel(mlir::Value y, mlir::Value x);

  WindowOp op;
  FlatBuffer input, weights, result, scratch;

private:
  Place applyStrides(const FlatBuffer &buffer, mlir::Value n, mlir::Value block,
                     int64_t blockOffset, Place pixel);

  llvm::SmallVector<FlatBuffer> extras;
};

/// The window as loops in front of it; the caller erases it. docs/schedules.md
/// describes the schedules.
void lowerDirect(WindowBuilder &w);
void lowerDense(WindowBuilder &w);
void lowerPool(WindowBuilder &w);
void lowerWinograd(WindowBuilder &w);

} // namespace ddnn

#endif // DDNN_LIB_DIALECT_DDNN_TRANSFORMS_WINDOWLOWERING_H
