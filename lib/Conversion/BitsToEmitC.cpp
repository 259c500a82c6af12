//===- BitsToEmitC.cpp - Words of bits, and vectors of them, to C ---------===//
//
// Part of ddnnc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// What is no operator of C is a macro of the file's prologue, DDNN_POPCOUNT and
// others in lib/Target/C/Prologue.cpp.
//
//===----------------------------------------------------------------------===//

#include "EmitCPatterns.h"
#include "ddnn/Dialect/DDNN/IR/DDNN.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/EmitC/IR/EmitC.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace ddnn;

/// "I32X16" for a vector of words, "32" for a word.
static std::string getWordSuffix(Type type) {
  if (auto vector = dyn_cast<VectorType>(type)) {
    StringRef kind = vector.getElementType().isF32() ? "F32X" : "I32X";
    return (kind + Twine(vector.getDimSize(0))).str();
  }
  return std::to_string(type.getIntOrFloatBitWidth());
}

static bool isWords(Type type) {
  auto vector = dyn_cast<VectorType>(type);
  return vector && vector.getRank() == 1 &&
         vector.getElementType().isInteger(32);
}

namespace {

/// Loads and stores take no type converter, as in ConvertToEmitC.cpp.
struct ConvertLoadWord : OpConversionPattern<LoadWordOp> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult
  matchAndRewrite(LoadWordOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    Value index = linearize(rewriter, op.getLoc(), op.getMemref().getType(),
                            op.getIndex(), adaptor.getIndex());
    Type type = op.getType();
    bool isVector = isa<VectorType>(type);
    rewriter.replaceOpWithNewOp<emitc::CallOpaqueOp>(
        op, CTypeConverter().convertType(type),
        (isVector ? "DDNN_LOAD_BYTES_" : "DDNN_WORD_") + getWordSuffix(type),
        mlir::ValueRange{adaptor.getMemref(), index});
    return success();
  }
};

struct ConvertStoreWord : OpConversionPattern<StoreWordOp> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult
  matchAndRewrite(StoreWordOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    Value index = linearize(rewriter, op.getLoc(), op.getMemref().getType(),
                            op.getIndex(), adaptor.getIndex());
    Type type = op.getValue().getType();
    bool isVector = isa<VectorType>(type);
    rewriter.replaceOpWithNewOp<emitc::CallOpaqueOp>(
        op, TypeRange(),
        (isVector ? "DDNN_STORE_BYTES_" : "DDNN_STORE_WORD_") +
            getWordSuffix(type),
        mlir::ValueRange{adaptor.getValue(), adaptor.getMemref(), index});
    return success();
  }
};

struct ConvertMaskBits : OpConversionPattern<MaskBitsOp> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult
  matchAndRewrite(MaskBitsOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    rewriter.replaceOpWithNewOp<emitc::CallOpaqueOp>(
        op, op.getType(), "DDNN_BITS_" + getWordSuffix(op.getInput().getType()),
        adaptor.getOperands());
    return success();
  }
};

struct ConvertCompareBits : OpConversionPattern<CompareBitsOp> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult
  matchAndRewrite(CompareBitsOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    rewriter.replaceOpWithNewOp<emitc::CallOpaqueOp>(
        op, op.getType(),
        "DDNN_BITS_GE_" + getWordSuffix(op.getLhs().getType()),
        adaptor.getOperands());
    return success();
  }
};

struct ConvertCtPop : OpConversionPattern<math::CtPopOp> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult
  matchAndRewrite(math::CtPopOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    if (!isWords(op.getType()) && !op.getType().isInteger(32))
      return rewriter.notifyMatchFailure(op, "counts words of 32 bits");
    rewriter.replaceOpWithNewOp<emitc::CallOpaqueOp>(
        op, getTypeConverter()->convertType(op.getType()),
        "DDNN_POPCOUNT_" + getWordSuffix(op.getType()), adaptor.getOperands());
    return success();
  }
};

/// An operator of C on vectors of words.
template <typename OpT, typename EmitOpT>
struct ConvertWords : OpConversionPattern<OpT> {
  using OpConversionPattern<OpT>::OpConversionPattern;
  LogicalResult
  matchAndRewrite(OpT op, typename OpT::Adaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    if (!isWords(op.getType()))
      return failure();
    rewriter.replaceOpWithNewOp<EmitOpT>(
        op, this->getTypeConverter()->convertType(op.getType()),
        adaptor.getLhs(), adaptor.getRhs());
    return success();
  }
};

struct ConvertWordsConstant : OpConversionPattern<arith::ConstantOp> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult
  matchAndRewrite(arith::ConstantOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    auto values = dyn_cast<DenseElementsAttr>(op.getValue());
    if (!values || !isWords(op.getType()))
      return failure();
    Type type = getTypeConverter()->convertType(op.getType());
    std::string text;
    if (values.isSplat()) {
      text = "DDNN_SPLAT_" + getWordSuffix(op.getType()) + "(" +
             spellInteger(values.getSplatValue<APInt>()) + ")";
    } else {
      text = "((" + cast<emitc::OpaqueType>(type).getValue().str() + "){";
      llvm::ListSeparator separator;
      for (const APInt &value : values.getValues<APInt>())
        text += std::string(StringRef(separator)) + spellInteger(value);
      text += "})";
    }
    rewriter.replaceOpWithNewOp<emitc::LiteralOp>(op, type, text);
    return success();
  }
};

struct ConvertWordsBroadcast : OpConversionPattern<vector::BroadcastOp> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult
  matchAndRewrite(vector::BroadcastOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    if (!isWords(op.getType()) || !op.getSourceType().isInteger(32))
      return failure();
    rewriter.replaceOpWithNewOp<emitc::CallOpaqueOp>(
        op, getTypeConverter()->convertType(op.getType()),
        "DDNN_SPLAT_" + getWordSuffix(op.getType()), adaptor.getSource());
    return success();
  }
};

struct ConvertFromElements : OpConversionPattern<vector::FromElementsOp> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult
  matchAndRewrite(vector::FromElementsOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    if (!isWords(op.getType()))
      return failure();
    rewriter.replaceOpWithNewOp<emitc::CallOpaqueOp>(
        op, getTypeConverter()->convertType(op.getType()),
        "DDNN_VECTOR_" + getWordSuffix(op.getType()), adaptor.getElements());
    return success();
  }
};

struct ConvertWordsToFloats : OpConversionPattern<arith::SIToFPOp> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult
  matchAndRewrite(arith::SIToFPOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    if (!isWords(op.getIn().getType()))
      return failure();
    rewriter.replaceOpWithNewOp<emitc::CallOpaqueOp>(
        op, getTypeConverter()->convertType(op.getType()),
        "DDNN_FLOATS_" + getWordSuffix(op.getIn().getType()), adaptor.getIn());
    return success();
  }
};

/// C's comparison of int32_t.
std::optional<emitc::CmpPredicate>
getSignedComparison(arith::CmpIPredicate predicate) {
  using P = arith::CmpIPredicate;
  using C = emitc::CmpPredicate;
  switch (predicate) {
  case P::eq:
    return C::eq;
  case P::ne:
    return C::ne;
  case P::slt:
    return C::lt;
  case P::sle:
    return C::le;
  case P::sgt:
    return C::gt;
  case P::sge:
    return C::ge;
  default:
    return std::nullopt;
  }
}

struct ConvertWordsCmp : OpConversionPattern<arith::CmpIOp> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult
  matchAndRewrite(arith::CmpIOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    std::optional<emitc::CmpPredicate> predicate =
        getSignedComparison(op.getPredicate());
    if (!isWords(op.getLhs().getType()) || !predicate)
      return failure();
    rewriter.replaceOpWithNewOp<emitc::CmpOp>(
        op, getTypeConverter()->convertType(op.getType()), *predicate,
        adaptor.getLhs(), adaptor.getRhs());
    return success();
  }
};

} // namespace

void ddnn::populateBitsToEmitCPatterns(TypeConverter &types,
                                       RewritePatternSet &patterns) {
  MLIRContext *ctx = patterns.getContext();
  patterns.add<ConvertLoadWord, ConvertStoreWord>(ctx);
  // Ahead of the scalar patterns, which would take a vector for a number.
  patterns.add<ConvertMaskBits, ConvertCompareBits, ConvertCtPop,
               ConvertWordsConstant, ConvertWordsBroadcast, ConvertFromElements,
               ConvertWordsToFloats, ConvertWordsCmp,
               ConvertWords<arith::AddIOp, emitc::AddOp>,
               ConvertWords<arith::SubIOp, emitc::SubOp>,
               ConvertWords<arith::AndIOp, emitc::BitwiseAndOp>,
               ConvertWords<arith::OrIOp, emitc::BitwiseOrOp>,
               ConvertWords<arith::XOrIOp, emitc::BitwiseXorOp>>(types, ctx,
                                                                 /*benefit=*/2);
}
