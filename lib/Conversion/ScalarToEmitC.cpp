//===- ScalarToEmitC.cpp - Scalar arithmetic to C -------------------------===//
//
// Part of ddnnc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "EmitCPatterns.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/EmitC/IR/EmitC.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/IR/Matchers.h"
#include "llvm/ADT/SmallString.h"

using namespace mlir;
using namespace ddnn;

/// A C literal with exactly the value of `value`: shortest decimal form that
/// reads back the same.
std::string ddnn::spellFloat(const APFloat &value, bool isDouble) {
  if (value.isNaN())
    return "NAN";
  if (value.isInfinity())
    return value.isNegative() ? "-INFINITY" : "INFINITY";
  SmallString<32> text;
  value.toString(text, /*FormatPrecision=*/0, /*FormatMaxPadding=*/3);
  StringRef ref = text;
  std::string result = ref.str();
  if (ref.find_first_of(".eE") == StringRef::npos)
    result += ".0";
  return result + (isDouble ? "" : "f");
}

std::string ddnn::spellInteger(const APInt &value) {
  if (value.getBitWidth() == 1)
    return value.isZero() ? "false" : "true";
  if (value.getBitWidth() == 8)
    return std::to_string(value.getZExtValue());
  if (value.isMinSignedValue())
    return "(" + std::to_string(value.getSExtValue() + 1) + " - 1)";
  return std::to_string(value.getSExtValue());
}

std::optional<emitc::CmpPredicate>
ddnn::getComparison(arith::CmpFPredicate predicate) {
  using P = arith::CmpFPredicate;
  using C = emitc::CmpPredicate;
  switch (predicate) {
  case P::OEQ:
    return C::eq;
  case P::OLT:
    return C::lt;
  case P::OLE:
    return C::le;
  case P::OGT:
    return C::gt;
  case P::OGE:
    return C::ge;
  case P::UNE:
    return C::ne;
  default:
    return std::nullopt;
  }
}

/// Integers that C computes with as MLIR does. Bytes are raw input or bits,
/// which are only widened, compared and combined bit by bit: C would promote
/// them to int.
static bool isSignedNumber(Type type) {
  return type.isIndex() || type.isInteger(32) || type.isInteger(64);
}

namespace {

struct ConvertConstant : OpConversionPattern<arith::ConstantOp> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult
  matchAndRewrite(arith::ConstantOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    Type type = getTypeConverter()->convertType(op.getType());
    std::string text;
    if (auto value = dyn_cast<FloatAttr>(op.getValue()))
      text = spellFloat(value.getValue(), value.getType().isF64());
    else if (auto value = dyn_cast<IntegerAttr>(op.getValue()))
      text = spellInteger(value.getValue());
    if (!type || text.empty())
      return failure();
    rewriter.replaceOpWithNewOp<emitc::LiteralOp>(op, type, text);
    return success();
  }
};

/// A binary operation on floats or truth values that is one C operator.
template <typename OpT, typename EmitOpT>
struct ConvertBinary : OpConversionPattern<OpT> {
  using OpConversionPattern<OpT>::OpConversionPattern;
  LogicalResult
  matchAndRewrite(OpT op, typename OpT::Adaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    Type type = this->getTypeConverter()->convertType(op.getType());
    if (!type)
      return failure();
    rewriter.replaceOpWithNewOp<EmitOpT>(op, type, adaptor.getLhs(),
                                         adaptor.getRhs());
    return success();
  }
};

/// An operation on integers that is one C operator. Indexes never overflow; the
/// others may, which C defines for unsigned integers only.
template <typename OpT, typename EmitOpT, bool mayOverflow = false>
struct ConvertInteger : OpConversionPattern<OpT> {
  using OpConversionPattern<OpT>::OpConversionPattern;
  LogicalResult
  matchAndRewrite(OpT op, typename OpT::Adaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    if (!isSignedNumber(op.getType()))
      return rewriter.notifyMatchFailure(op, "needs i32, i64 or index");
    Type type = this->getTypeConverter()->convertType(op.getType());
    Value lhs = adaptor.getLhs(), rhs = adaptor.getRhs();
    if (!mayOverflow || op.getType().isIndex()) {
      rewriter.replaceOpWithNewOp<EmitOpT>(op, type, lhs, rhs);
      return success();
    }
    Type wide = IntegerType::get(op.getContext(), type.getIntOrFloatBitWidth(),
                                 IntegerType::Unsigned);
    auto cast = [&](Type to, Value value) -> Value {
      return emitc::CastOp::create(rewriter, op.getLoc(), to, value);
    };
    Value result = EmitOpT::create(rewriter, op.getLoc(), wide, cast(wide, lhs),
                                   cast(wide, rhs));
    rewriter.replaceOp(op, cast(type, result));
    return success();
  }
};

/// A conversion that C spells as a cast. Signed ones take and give signed
/// numbers, unsigned ones bytes and truth values, as their C types are.
template <typename OpT, bool isSigned>
struct ConvertCast : OpConversionPattern<OpT> {
  using OpConversionPattern<OpT>::OpConversionPattern;
  LogicalResult
  matchAndRewrite(OpT op, typename OpT::Adaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    Type from = op.getIn().getType(), to = op.getType();
    auto hasSign = [](Type type) {
      return isa<FloatType>(type) || isSignedNumber(type);
    };
    // Widening an unsigned byte gives a signed number that is never negative.
    bool isFit = isSigned ? hasSign(from) && hasSign(to)
                          : !isSignedNumber(from) &&
                                (!isa<FloatType>(from) || to.isInteger(8));
    Type type = this->getTypeConverter()->convertType(to);
    if (!type || !isFit)
      return rewriter.notifyMatchFailure(op, "C's types differ in sign");
    rewriter.replaceOpWithNewOp<emitc::CastOp>(op, type, adaptor.getIn());
    return success();
  }
};

/// A narrower integer as a cast. A cast to bool would ask for any bit instead
/// of the lowest.
struct ConvertTruncI : OpConversionPattern<arith::TruncIOp> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult
  matchAndRewrite(arith::TruncIOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    Type type = getTypeConverter()->convertType(op.getType());
    if (!type || op.getType().isInteger(1))
      return rewriter.notifyMatchFailure(op, "needs i8 or i32");
    rewriter.replaceOpWithNewOp<emitc::CastOp>(op, type, adaptor.getIn());
    return success();
  }
};

/// A call of libm's function of this name, with 'f' behind it for floats.
template <typename OpT> struct ConvertMath : OpConversionPattern<OpT> {
  ConvertMath(TypeConverter &types, MLIRContext *ctx, StringRef name)
      : OpConversionPattern<OpT>(types, ctx), name(name) {}
  LogicalResult
  matchAndRewrite(OpT op, typename OpT::Adaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    Type type = op.getType();
    if (!type.isF32() && !type.isF64())
      return failure();
    rewriter.replaceOpWithNewOp<emitc::CallOpaqueOp>(
        op, type, type.isF32() ? (name + "f").str() : name.str(),
        adaptor.getOperands());
    return success();
  }
  StringRef name;
};

struct ConvertNeg : OpConversionPattern<arith::NegFOp> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult
  matchAndRewrite(arith::NegFOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    Type type = getTypeConverter()->convertType(op.getType());
    if (!type)
      return failure();
    rewriter.replaceOpWithNewOp<emitc::UnaryMinusOp>(op, type,
                                                     adaptor.getOperand());
    return success();
  }
};

struct ConvertSelect : OpConversionPattern<arith::SelectOp> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult
  matchAndRewrite(arith::SelectOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    Type type = getTypeConverter()->convertType(op.getType());
    if (!type || !adaptor.getCondition().getType().isInteger(1))
      return failure();
    rewriter.replaceOpWithNewOp<emitc::ConditionalOp>(
        op, type, adaptor.getCondition(), adaptor.getTrueValue(),
        adaptor.getFalseValue());
    return success();
  }
};

struct ConvertCmpI : OpConversionPattern<arith::CmpIOp> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult
  matchAndRewrite(arith::CmpIOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    using P = arith::CmpIPredicate;
    using C = emitc::CmpPredicate;
    // Indexes are never negative, so their unsigned comparisons are the same;
    // bytes and truth values are unsigned in C.
    Type type = op.getLhs().getType();
    bool isFit = !isa<VectorType>(type);
    C predicate = C::eq;
    auto choose = [&](C chosen, bool isSigned) {
      predicate = chosen;
      isFit &= type.isIndex() || isSignedNumber(type) == isSigned;
    };
    switch (op.getPredicate()) {
    case P::eq:
      break;
    case P::ne:
      predicate = C::ne;
      break;
    case P::slt:
      choose(C::lt, true);
      break;
    case P::sle:
      choose(C::le, true);
      break;
    case P::sgt:
      choose(C::gt, true);
      break;
    case P::sge:
      choose(C::ge, true);
      break;
    case P::ult:
      choose(C::lt, false);
      break;
    case P::ule:
      choose(C::le, false);
      break;
    case P::ugt:
      choose(C::gt, false);
      break;
    case P::uge:
      choose(C::ge, false);
      break;
    }
    if (!isFit)
      return rewriter.notifyMatchFailure(op, "C's types differ in sign");
    rewriter.replaceOpWithNewOp<emitc::CmpOp>(
        op, op.getType(), predicate, adaptor.getLhs(), adaptor.getRhs());
    return success();
  }
};

/// Ordered comparisons are C's own; an unordered one is the negation of the
/// opposite ordered one.
struct ConvertCmpF : OpConversionPattern<arith::CmpFOp> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult
  matchAndRewrite(arith::CmpFOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    using P = arith::CmpFPredicate;
    using C = emitc::CmpPredicate;
    Location loc = op.getLoc();
    Type i1 = op.getType();
    Value a = adaptor.getLhs(), b = adaptor.getRhs();
    auto cmp = [&](C predicate, Value x, Value y) -> Value {
      return emitc::CmpOp::create(rewriter, loc, i1, predicate, x, y);
    };
    auto negate = [&](Value x) -> Value {
      return emitc::LogicalNotOp::create(rewriter, loc, i1, x);
    };
    auto both = [&](Value x, Value y) -> Value {
      return emitc::LogicalAndOp::create(rewriter, loc, i1, x, y);
    };
    auto either = [&](Value x, Value y) -> Value {
      return emitc::LogicalOrOp::create(rewriter, loc, i1, x, y);
    };
    if (!i1.isInteger(1))
      return failure(); // a vector's
    if (auto predicate = getComparison(op.getPredicate())) {
      rewriter.replaceOp(op, cmp(*predicate, a, b));
      return success();
    }
    Value result;
    switch (op.getPredicate()) {
    case P::ONE:
      result = either(cmp(C::lt, a, b), cmp(C::gt, a, b));
      break;
    case P::ULT:
      result = negate(cmp(C::ge, a, b));
      break;
    case P::ULE:
      result = negate(cmp(C::gt, a, b));
      break;
    case P::UGT:
      result = negate(cmp(C::le, a, b));
      break;
    case P::UGE:
      result = negate(cmp(C::lt, a, b));
      break;
    case P::UEQ:
      result = negate(either(cmp(C::lt, a, b), cmp(C::gt, a, b)));
      break;
    case P::ORD:
      result = both(cmp(C::eq, a, a), cmp(C::eq, b, b));
      break;
    case P::UNO:
      result = either(cmp(C::ne, a, a), cmp(C::ne, b, b));
      break;
    default:
      return failure(); // always true or false
    }
    rewriter.replaceOp(op, result);
    return success();
  }
};

/// Maximum and minimum that pass NaN on. With a constant on one side a single
/// comparison does it: false for NaN, which selects the other operand.
template <typename OpT, emitc::CmpPredicate predicate>
struct ConvertExtremum : OpConversionPattern<OpT> {
  ConvertExtremum(TypeConverter &types, MLIRContext *ctx, StringRef helper)
      : OpConversionPattern<OpT>(types, ctx), helper(helper) {}
  LogicalResult
  matchAndRewrite(OpT op, typename OpT::Adaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    Type type = op.getType();
    if (!type.isF32())
      return failure();
    Value x = adaptor.getLhs(), bound = adaptor.getRhs();
    FloatAttr constant;
    if (matchPattern(op.getLhs(), m_Constant(&constant)))
      std::swap(x, bound);
    else if (!matchPattern(op.getRhs(), m_Constant(&constant)))
      constant = nullptr;
    if (!constant || constant.getValue().isNaN()) {
      rewriter.replaceOpWithNewOp<emitc::CallOpaqueOp>(op, type, helper,
                                                       adaptor.getOperands());
      return success();
    }
    Value beyond = emitc::CmpOp::create(
        rewriter, op.getLoc(), rewriter.getI1Type(), predicate, x, bound);
    rewriter.replaceOpWithNewOp<emitc::ConditionalOp>(op, type, beyond, bound,
                                                      x);
    return success();
  }
  StringRef helper;
};

struct ConvertFma : OpConversionPattern<math::FmaOp> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult
  matchAndRewrite(math::FmaOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    Value product = emitc::MulOp::create(rewriter, op.getLoc(), op.getType(),
                                         adaptor.getA(), adaptor.getB());
    rewriter.replaceOpWithNewOp<emitc::AddOp>(op, op.getType(), product,
                                              adaptor.getC());
    return success();
  }
};

struct ConvertRsqrt : OpConversionPattern<math::RsqrtOp> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult
  matchAndRewrite(math::RsqrtOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    if (!op.getType().isF32())
      return failure();
    Value root =
        emitc::CallOpaqueOp::create(rewriter, op.getLoc(), op.getType(),
                                    "sqrtf", adaptor.getOperands())
            .getResult(0);
    Value one =
        emitc::LiteralOp::create(rewriter, op.getLoc(), op.getType(), "1.0f");
    rewriter.replaceOpWithNewOp<emitc::DivOp>(op, op.getType(), one, root);
    return success();
  }
};

} // namespace

void ddnn::populateScalarToEmitCPatterns(TypeConverter &types,
                                         RewritePatternSet &patterns) {
  MLIRContext *ctx = patterns.getContext();
  patterns.add<
      ConvertConstant, ConvertNeg, ConvertSelect, ConvertCmpI, ConvertCmpF,
      ConvertFma, ConvertRsqrt, ConvertTruncI,
      ConvertBinary<arith::AddFOp, emitc::AddOp>,
      ConvertBinary<arith::SubFOp, emitc::SubOp>,
      ConvertBinary<arith::MulFOp, emitc::MulOp>,
      ConvertBinary<arith::DivFOp, emitc::DivOp>,
      ConvertInteger<arith::AddIOp, emitc::AddOp, true>,
      ConvertInteger<arith::SubIOp, emitc::SubOp, true>,
      ConvertInteger<arith::MulIOp, emitc::MulOp, true>,
      ConvertInteger<arith::DivSIOp, emitc::DivOp>,
      ConvertInteger<arith::RemSIOp, emitc::RemOp>,
      ConvertInteger<arith::ShLIOp, emitc::BitwiseLeftShiftOp, true>,
      ConvertInteger<arith::ShRUIOp, emitc::BitwiseRightShiftOp, true>,
      ConvertBinary<arith::AndIOp, emitc::BitwiseAndOp>,
      ConvertBinary<arith::OrIOp, emitc::BitwiseOrOp>,
      ConvertBinary<arith::XOrIOp, emitc::BitwiseXorOp>,
      ConvertCast<arith::IndexCastOp, true>,
      ConvertCast<arith::IndexCastUIOp, false>,
      ConvertCast<arith::SIToFPOp, true>, ConvertCast<arith::UIToFPOp, false>,
      ConvertCast<arith::FPToSIOp, true>, ConvertCast<arith::FPToUIOp, false>,
      ConvertCast<arith::ExtFOp, true>, ConvertCast<arith::TruncFOp, true>,
      ConvertCast<arith::ExtSIOp, true>, ConvertCast<arith::ExtUIOp, false>>(
      types, ctx);
  patterns.add<ConvertExtremum<arith::MaximumFOp, emitc::CmpPredicate::lt>>(
      types, ctx, "ddnn_max");
  patterns.add<ConvertExtremum<arith::MinimumFOp, emitc::CmpPredicate::gt>>(
      types, ctx, "ddnn_min");
  patterns.add<ConvertMath<arith::MaxNumFOp>>(types, ctx, "fmax");
  patterns.add<ConvertMath<arith::MinNumFOp>>(types, ctx, "fmin");
  patterns.add<ConvertMath<arith::RemFOp>>(types, ctx, "fmod");
  patterns.add<ConvertMath<math::AbsFOp>>(types, ctx, "fabs");
  patterns.add<ConvertMath<math::CeilOp>>(types, ctx, "ceil");
  patterns.add<ConvertMath<math::CopySignOp>>(types, ctx, "copysign");
  patterns.add<ConvertMath<math::CosOp>>(types, ctx, "cos");
  patterns.add<ConvertMath<math::ErfOp>>(types, ctx, "erf");
  patterns.add<ConvertMath<math::ExpOp>>(types, ctx, "exp");
  patterns.add<ConvertMath<math::ExpM1Op>>(types, ctx, "expm1");
  patterns.add<ConvertMath<math::FloorOp>>(types, ctx, "floor");
  patterns.add<ConvertMath<math::LogOp>>(types, ctx, "log");
  patterns.add<ConvertMath<math::Log1pOp>>(types, ctx, "log1p");
  patterns.add<ConvertMath<math::PowFOp>>(types, ctx, "pow");
  patterns.add<ConvertMath<math::RoundEvenOp>>(types, ctx, "rint");
  patterns.add<ConvertMath<math::SinOp>>(types, ctx, "sin");
  patterns.add<ConvertMath<math::SqrtOp>>(types, ctx, "sqrt");
  patterns.add<ConvertMath<math::TanhOp>>(types, ctx, "tanh");
}
