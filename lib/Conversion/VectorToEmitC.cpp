//===- VectorToEmitC.cpp - Vectors of one register to C -------------------===//
//
// Part of ddnnc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Vectors are GCC's vector types, which clang has too: ddnn_f32x16. Arithmetic
// is C's own; what C does not have is a macro of the file's prologue (see
// lib/Target/C/Prologue.cpp), since functions with vector arguments draw
// warnings about the ABI.
//
//===----------------------------------------------------------------------===//

#include "EmitCPatterns.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/EmitC/IR/EmitC.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;
using namespace ddnn;

/// "F32X16" or "I32X16", or empty for what is not one register.
static std::string getSuffix(Type type) {
  auto vector = dyn_cast<VectorType>(type);
  if (!vector || vector.getRank() != 1 || vector.isScalable())
    return "";
  return (vector.getElementType().isInteger(32) ? "I32X" : "F32X") +
         std::to_string(vector.getDimSize(0));
}

Type ddnn::convertVectorType(VectorType type) {
  std::string suffix = getSuffix(type);
  if (suffix.empty())
    return Type();
  std::string lanes = std::to_string(type.getDimSize(0));
  if (type.getElementType().isF32())
    return emitc::OpaqueType::get(type.getContext(), "ddnn_f32x" + lanes);
  if (type.getElementType().isInteger(1) || type.getElementType().isInteger(32))
    return emitc::OpaqueType::get(type.getContext(), "ddnn_i32x" + lanes);
  return Type();
}

namespace {

template <typename OpT> struct VectorPattern : OpConversionPattern<OpT> {
  using OpConversionPattern<OpT>::OpConversionPattern;

  /// Replaces `op` by a macro of its vector type.
  LogicalResult call(OpT op, StringRef macro, mlir::ValueRange operands,
                     ConversionPatternRewriter &rewriter) const {
    Type vector = op->getResult(0).getType();
    Type type = this->getTypeConverter()->convertType(vector);
    std::string suffix = getSuffix(vector);
    if (!type || suffix.empty())
      return rewriter.notifyMatchFailure(op, "is no vector of one register");
    rewriter.replaceOpWithNewOp<emitc::CallOpaqueOp>(
        op, type, (macro + "_" + suffix).str(), operands);
    return success();
  }
};

/// Loads and stores take no type converter, as in ConvertToEmitC.cpp: whether
/// their pointer is const depends on the argument that it comes from.
struct ConvertVectorLoad : OpConversionPattern<vector::LoadOp> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult
  matchAndRewrite(vector::LoadOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    std::string suffix = getSuffix(op.getType());
    Type type = convertVectorType(op.getVectorType());
    if (!type)
      return rewriter.notifyMatchFailure(op, "is no vector of one register");
    Value index = linearize(rewriter, op.getLoc(), op.getMemRefType(),
                            op.getIndices(), adaptor.getIndices());
    rewriter.replaceOpWithNewOp<emitc::CallOpaqueOp>(
        op, type, "DDNN_LOAD_" + suffix,
        mlir::ValueRange{adaptor.getBase(), index});
    return success();
  }
};

struct ConvertVectorStore : OpConversionPattern<vector::StoreOp> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult
  matchAndRewrite(vector::StoreOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    std::string suffix = getSuffix(op.getVectorType());
    if (suffix.empty())
      return failure();
    Value index = linearize(rewriter, op.getLoc(), op.getMemRefType(),
                            op.getIndices(), adaptor.getIndices());
    rewriter.replaceOpWithNewOp<emitc::CallOpaqueOp>(
        op, TypeRange(), "DDNN_STORE_" + suffix,
        mlir::ValueRange{adaptor.getValueToStore(), adaptor.getBase(), index});
    return success();
  }
};

struct ConvertVectorFma : VectorPattern<vector::FMAOp> {
  using VectorPattern::VectorPattern;
  LogicalResult
  matchAndRewrite(vector::FMAOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    return call(op, "DDNN_FMA",
                {adaptor.getLhs(), adaptor.getRhs(), adaptor.getAcc()},
                rewriter);
  }
};

/// Vector times scalar plus vector: C widens the scalar, and the processor does
/// it within the multiply-add.
struct ConvertVectorAxpy : VectorPattern<vector::OuterProductOp> {
  using VectorPattern::VectorPattern;
  LogicalResult
  matchAndRewrite(vector::OuterProductOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    if (isa<VectorType>(op.getRhs().getType()) || !op.getAcc() ||
        op.getKind() != vector::CombiningKind::ADD)
      return failure();
    return call(op, "DDNN_FMA",
                {adaptor.getRhs(), adaptor.getLhs(), adaptor.getAcc()},
                rewriter);
  }
};

struct ConvertVectorShuffle : OpConversionPattern<vector::ShuffleOp> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult
  matchAndRewrite(vector::ShuffleOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    Type type = getTypeConverter()->convertType(op.getType());
    if (!type ||
        llvm::is_contained(op.getMask(), vector::ShuffleOp::kPoisonIndex))
      return rewriter.notifyMatchFailure(op, "is no vector of one register");
    SmallVector<Attribute> args = {rewriter.getIndexAttr(0),
                                   rewriter.getIndexAttr(1)};
    for (int64_t index : op.getMask())
      args.push_back(rewriter.getI32IntegerAttr(index));
    rewriter.replaceOpWithNewOp<emitc::CallOpaqueOp>(
        op, type, "__builtin_shufflevector", adaptor.getOperands(),
        rewriter.getArrayAttr(args));
    return success();
  }
};

struct ConvertVectorBroadcast : VectorPattern<vector::BroadcastOp> {
  using VectorPattern::VectorPattern;
  LogicalResult
  matchAndRewrite(vector::BroadcastOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    if (!op.getSourceType().isF32())
      return failure();
    return call(op, "DDNN_SPLAT", adaptor.getSource(), rewriter);
  }
};

struct ConvertVectorConstant : OpConversionPattern<arith::ConstantOp> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult
  matchAndRewrite(arith::ConstantOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    auto splat = dyn_cast<SplatElementsAttr>(op.getValue());
    Type type = getTypeConverter()->convertType(op.getType());
    std::string suffix = getSuffix(op.getType());
    if (!splat || !type || suffix.empty() || !splat.getElementType().isF32())
      return failure();
    rewriter.replaceOpWithNewOp<emitc::LiteralOp>(
        op, type,
        "DDNN_SPLAT_" + suffix + "(" +
            spellFloat(splat.getSplatValue<APFloat>(), false) + ")");
    return success();
  }
};

/// DDNN_MAX and DDNN_MIN pass NaN on; where one side is a bound that is none,
/// the processor's own instruction does, with the bound first.
template <typename OpT> struct ConvertVectorExtremum : VectorPattern<OpT> {
  ConvertVectorExtremum(TypeConverter &types, MLIRContext *ctx, StringRef name)
      : VectorPattern<OpT>(types, ctx), name(name) {}
  LogicalResult
  matchAndRewrite(OpT op, typename OpT::Adaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    auto isBound = [](Value value) {
      SplatElementsAttr splat;
      return matchPattern(value, m_Constant(&splat)) &&
             !splat.getSplatValue<APFloat>().isNaN();
    };
    Value a = adaptor.getLhs(), b = adaptor.getRhs();
    if (isBound(op.getRhs()))
      std::swap(a, b);
    bool hasBound = isBound(op.getLhs()) || isBound(op.getRhs());
    return this->call(op, ("DDNN_" + name + (hasBound ? "_BOUND" : "")).str(),
                      {a, b}, rewriter);
  }
  StringRef name;
};

/// Comparisons that are false where an operand is NaN, as C's are.
struct ConvertVectorCmp : OpConversionPattern<arith::CmpFOp> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult
  matchAndRewrite(arith::CmpFOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    auto predicate = getComparison(op.getPredicate());
    if (!isa<VectorType>(op.getType()) || !predicate)
      return rewriter.notifyMatchFailure(op, "is not one comparison of C");
    rewriter.replaceOpWithNewOp<emitc::CmpOp>(
        op, getTypeConverter()->convertType(op.getType()), *predicate,
        adaptor.getLhs(), adaptor.getRhs());
    return success();
  }
};

struct ConvertVectorSelect : VectorPattern<arith::SelectOp> {
  using VectorPattern::VectorPattern;
  LogicalResult
  matchAndRewrite(arith::SelectOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    if (!isa<VectorType>(op.getCondition().getType()))
      return failure();
    return call(op, "DDNN_SELECT", adaptor.getOperands(), rewriter);
  }
};

} // namespace

void ddnn::populateVectorToEmitCPatterns(TypeConverter &types,
                                         RewritePatternSet &patterns) {
  MLIRContext *ctx = patterns.getContext();
  patterns.add<ConvertVectorFma, ConvertVectorAxpy, ConvertVectorBroadcast,
               ConvertVectorShuffle, ConvertVectorConstant, ConvertVectorCmp,
               ConvertVectorSelect>(types, ctx);
  patterns.add<ConvertVectorLoad, ConvertVectorStore>(ctx);
  patterns.add<ConvertVectorExtremum<arith::MaximumFOp>>(types, ctx, "MAX");
  patterns.add<ConvertVectorExtremum<arith::MinimumFOp>>(types, ctx, "MIN");
}
