//===- WindowFormer.h - Images in blocks, operators as windows --*- C++ -*-===//
//
// Part of ddnnc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DDNN_LIB_DIALECT_DDNN_TRANSFORMS_WINDOWFORMER_H
#define DDNN_LIB_DIALECT_DDNN_TRANSFORMS_WINDOWFORMER_H

#include "MatchWindow.h"
#include "ddnn/Analysis/VectorTarget.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/PatternMatch.h"

namespace ddnn {

/// True for a binarized block that becomes a window.
bool hasWindow(mlir::Operation *op, bool hasVectors);

/// Rebuilds a step's operators as windows, for vectors of `lanes` floats. With
/// one lane, for processors without vectors, binarized blocks alone: blocked
/// images then are plain ones with a last dimension of 1.
class WindowFormer {
public:
  WindowFormer(mlir::func::FuncOp step, const VectorTarget &target)
      : step(step), lanes(target.lanes), hasFloats(target.hasFloats),
        b(step.getContext()) {}
  void run();

private:
  // Each returns the blocked form of the operation's result, or null.
  mlir::Value convert(mlir::Operation *op);
  mlir::Value convertWindow(WindowMatch match);
  mlir::Value convertElementwise(mlir::linalg::GenericOp op);
  mlir::Value convertConcat(mlir::tensor::ConcatOp op);
  mlir::Value forward(mlir::Operation *op, mlir::Value source);

  mlir::RankedTensorType getBlockedType(mlir::RankedTensorType plain);
  mlir::Value getBlocked(mlir::Value plain);
  mlir::Value getConvInput(mlir::Value plain);
  mlir::Value block(mlir::Value plain);
  mlir::Value unblock(mlir::Value blocked, mlir::RankedTensorType type);
  mlir::Value blockChannels(mlir::Location loc, mlir::DenseElementsAttr values);
  mlir::Value buildWindow(const WindowMatch &match, mlir::Value input,
                          mlir::RankedTensorType type, int64_t groups);
  std::optional<int64_t> mergeGroups(WindowMatch &match);
  bool staysPlanar(const WindowMatch &match);
  mlir::Value buildCopy(mlir::Location loc, mlir::Value source,
                        mlir::RankedTensorType type, mlir::AffineMap map);

  // Binarized blocks, in FormBinaryWindows.cpp. Each returns the form of the
  // operation's result, packed for i1 and blocked for floats, or null.
  mlir::Value convertBinary(mlir::Operation *op);
  mlir::Value convertSign(SignOp op);
  mlir::Value convertPlusMinusOne(PlusMinusOneOp op);
  mlir::Value convertBinaryConv(BinaryConv2DOp op);
  mlir::Value convertBinaryMatmul(BinaryMatmulOp op);
  mlir::Value convertBinaryPool(BinaryPoolOp op);
  mlir::Value getPacked(mlir::Value signs);
  void forwardPacked(PackOp op);
  WindowOp buildBinary(mlir::Operation *op, WindowKind kind, mlir::Value input,
                       mlir::Value weights, mlir::RankedTensorType type,
                       const Geometry &geometry);

  mlir::func::FuncOp step;
  int64_t lanes;
  /// Without them, weights that meet floats stay bits: few bytes, and each
  /// costs little next to a multiplication in software.
  bool hasFloats;
  mlir::IRRewriter b;
  /// Plain images and rows (N x C) by their blocked forms.
  mlir::DenseMap<mlir::Value, mlir::Value> blockedOf;
  /// Images and rows of i1 by their packed forms.
  mlir::DenseMap<mlir::Value, mlir::Value> packedOf;
};

} // namespace ddnn

#endif // DDNN_LIB_DIALECT_DDNN_TRANSFORMS_WINDOWFORMER_H
