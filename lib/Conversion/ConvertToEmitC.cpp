//===- ConvertToEmitC.cpp - A tier in flat form to EmitC ------------------===//
//
// Part of ddnnc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The full conversion of a tier whose buffers are all arguments or constant
// offsets into the arena and the weights. Scalar arithmetic has its patterns in
// ScalarToEmitC.cpp; here are functions, memory and the driver.
//
//===----------------------------------------------------------------------===//

#include "EmitCPatterns.h"
#include "ddnn/Conversion/Passes.h"
#include "mlir/Conversion/SCFToEmitC/SCFToEmitC.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/EmitC/IR/EmitC.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/Interfaces/ViewLikeInterface.h"
#include "mlir/Transforms/DialectConversion.h"

namespace ddnn {
#define GEN_PASS_DEF_CONVERTTOEMITC
#include "ddnn/Conversion/Passes.h.inc"
} // namespace ddnn

using namespace mlir;
using namespace ddnn;

//===----------------------------------------------------------------------===//
// Types
//===----------------------------------------------------------------------===//

/// C spelling of a buffer's element, or empty where it has none. Truth values
/// are bytes in memory, so that they travel and are stored like raw input.
static StringRef getElementSpelling(Type type) {
  if (type.isF32())
    return "float";
  if (type.isF64())
    return "double";
  if (type.isInteger(1) || type.isInteger(8))
    return "uint8_t";
  if (type.isInteger(16))
    return "uint16_t";
  if (type.isInteger(32))
    return "int32_t";
  if (type.isInteger(64))
    return "int64_t";
  return "";
}

/// A restrict pointer to the elements of a buffer; null where they have no C
/// type or the layout is not known at compile time.
static Type getPointerType(MemRefType type, bool readOnly) {
  StringRef element = getElementSpelling(type.getElementType());
  SmallVector<int64_t> strides;
  int64_t offset;
  if (element.empty() || failed(type.getStridesAndOffset(strides, offset)) ||
      ShapedType::isDynamic(offset) ||
      llvm::any_of(strides, ShapedType::isDynamic))
    return Type();
  return emitc::OpaqueType::get(
      type.getContext(),
      ((readOnly ? "const " : "") + element + " *restrict").str());
}

/// Bytes are raw input or packed data: unsigned.
static Type convertElement(Type type) {
  return type.isInteger(8) || type.isInteger(16)
             ? IntegerType::get(type.getContext(), type.getIntOrFloatBitWidth(),
                                IntegerType::Unsigned)
             : type;
}

ddnn::CTypeConverter::CTypeConverter() {
  addConversion([](Type type) -> std::optional<Type> {
    if (isa<emitc::EmitCDialect>(type.getDialect()) ||
        type.isUnsignedInteger() || !getElementSpelling(type).empty())
      return convertElement(type);
    return std::nullopt;
  });
  addConversion([](VectorType type) -> std::optional<Type> {
    if (Type converted = convertVectorType(type))
      return converted;
    return std::nullopt;
  });
  addConversion([](IndexType type) -> Type {
    return emitc::PtrDiffTType::get(type.getContext());
  });
}

//===----------------------------------------------------------------------===//
// Places in memory
//===----------------------------------------------------------------------===//

Value ddnn::linearize(OpBuilder &b, Location loc, MemRefType type,
                      mlir::ValueRange original, mlir::ValueRange indices) {
  auto [strides, offset] = type.getStridesAndOffset();
  Type ptrdiff = emitc::PtrDiffTType::get(b.getContext());
  auto literal = [&](int64_t value) -> Value {
    return emitc::LiteralOp::create(b, loc, ptrdiff, std::to_string(value));
  };
  Value sum;
  int64_t constant = offset;
  for (auto [i, index] : llvm::enumerate(indices)) {
    if (auto value = getConstantIntValue(original[i])) {
      constant += *value * strides[i];
      continue;
    }
    Value term = index;
    if (strides[i] != 1)
      term = emitc::MulOp::create(b, loc, ptrdiff, index, literal(strides[i]));
    sum = sum ? emitc::AddOp::create(b, loc, ptrdiff, sum, term).getResult()
              : term;
  }
  if (!sum)
    return literal(constant);
  if (constant)
    sum = emitc::AddOp::create(b, loc, ptrdiff, sum, literal(constant));
  return sum;
}

//===----------------------------------------------------------------------===//
// Functions
//===----------------------------------------------------------------------===//

/// The function argument that a buffer is a view of.
static BlockArgument getBase(Value value) {
  while (auto view = value.getDefiningOp<ViewLikeOpInterface>())
    value = view.getViewSource();
  return dyn_cast<BlockArgument>(value);
}

/// Arguments that `func` stores to, itself or through the kernels it calls.
static llvm::BitVector findWrittenArguments(func::FuncOp func) {
  llvm::BitVector written(func.getNumArguments());
  auto write = [&](Value buffer) {
    if (BlockArgument base = getBase(buffer))
      if (base.getOwner() == &func.getBody().front())
        written.set(base.getArgNumber());
  };
  func.walk([&](memref::StoreOp store) { write(store.getMemRef()); });
  func.walk([&](vector::StoreOp store) { write(store.getBase()); });
  func.walk([&](StoreWordOp store) { write(store.getMemref()); });
  func.walk([&](func::CallOp call) {
    auto callee = SymbolTable::lookupNearestSymbolFrom<func::FuncOp>(
        call, call.getCalleeAttr());
    if (!callee)
      return;
    llvm::BitVector inner = findWrittenArguments(callee);
    for (auto [i, operand] : llvm::enumerate(call.getOperands()))
      if (BlockArgument base = getBase(operand); base && inner.test(i))
        written.set(base.getArgNumber());
  });
  return written;
}

/// "Conv device/conv: 1x3x34x34, 16x3x3x3 -> 1x16x32x32, 884736 FLOP"
static std::string describeKernel(func::FuncOp func,
                                  const llvm::BitVector &written) {
  auto shapes = [&](bool out) {
    std::string text;
    for (auto [i, type] : llvm::enumerate(func.getArgumentTypes())) {
      auto memref = dyn_cast<MemRefType>(type);
      if (!memref || written.test(i) != out)
        continue;
      text += (text.empty() ? "" : ", ") + spellShape(memref);
    }
    return text;
  };
  std::string text;
  auto node = func->getAttrOfType<StringAttr>(kNodeAttr);
  if (node && !node.empty())
    text = node.str() + ": ";
  text += shapes(false) + " -> " + shapes(true);
  if (auto flops = func->getAttrOfType<IntegerAttr>(kFlopsAttr))
    text += ", " + std::to_string(flops.getInt()) + " FLOP";
  return "/* " + sanitizeComment(text) + " */";
}

namespace {

struct ConvertFunc : OpConversionPattern<func::FuncOp> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult
  matchAndRewrite(func::FuncOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    if (op.isExternal() || op.getNumResults() != 0)
      return rewriter.notifyMatchFailure(op, "needs a body and no results");
    // The analysis must see the whole tier unconverted: it ran before.
    auto writtenAttr = op->getAttrOfType<DenseBoolArrayAttr>("written");
    llvm::BitVector written(op.getNumArguments());
    for (auto [i, isWritten] : llvm::enumerate(writtenAttr.asArrayRef()))
      if (isWritten)
        written.set(i);

    TypeConverter::SignatureConversion signature(op.getNumArguments());
    for (auto [i, type] : llvm::enumerate(op.getArgumentTypes())) {
      auto memref = dyn_cast<MemRefType>(type);
      Type converted = memref ? getPointerType(memref, !written.test(i))
                              : getTypeConverter()->convertType(type);
      if (!converted)
        return op.emitError("argument #")
               << i << " of type " << type << " has no C type";
      signature.addInputs(i, converted);
    }
    bool isKernel = op->hasAttr(kNodeAttr);
    if (isKernel)
      emitc::VerbatimOp::create(rewriter, op.getLoc(),
                                describeKernel(op, written));
    auto func = emitc::FuncOp::create(
        rewriter, op.getLoc(), op.getName(),
        rewriter.getFunctionType(signature.getConvertedTypes(), {}));
    SmallVector<StringRef> specifiers = {"static"};
    if (isKernel)
      specifiers.push_back("DDNN_NOINLINE");
    func.setSpecifiersAttr(rewriter.getStrArrayAttr(specifiers));
    // What a step's arguments are, in order, for whoever calls it.
    SmallVector<Attribute> memory;
    for (unsigned i = 0; i < op.getNumArguments(); ++i)
      if (Attribute attr = op.getArgAttr(i, kMemoryAttr))
        memory.push_back(attr);
    if (!isKernel)
      func->setAttr(kMemoryAttr, rewriter.getArrayAttr(memory));
    llvm::BitVector unused(op.getNumArguments());
    for (BlockArgument arg : op.getArguments())
      if (arg.use_empty())
        unused.set(arg.getArgNumber());
    rewriter.inlineRegionBefore(op.getBody(), func.getBody(), func.end());
    if (failed(rewriter.convertRegionTypes(&func.getBody(), *getTypeConverter(),
                                           &signature)))
      return failure();
    rewriter.setInsertionPointToStart(&func.getBody().front());
    for (unsigned i : unused.set_bits())
      emitc::VerbatimOp::create(rewriter, op.getLoc(), "(void){};",
                                mlir::ValueRange{func.getArgument(i)});
    rewriter.eraseOp(op);
    return success();
  }
};

struct ConvertReturn : OpConversionPattern<func::ReturnOp> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult
  matchAndRewrite(func::ReturnOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    rewriter.replaceOpWithNewOp<emitc::ReturnOp>(op, Value());
    return success();
  }
};

/// A loop whose iterations threads share, for compilers that know OpenMP.
struct ConvertSharedLoop : OpConversionPattern<scf::ForOp> {
  ConvertSharedLoop(TypeConverter &types, MLIRContext *ctx)
      : OpConversionPattern(types, ctx, /*benefit=*/2) {}
  LogicalResult
  matchAndRewrite(scf::ForOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    auto threads = op->getAttrOfType<IntegerAttr>(kThreadsAttr);
    if (!threads || op.getNumResults() != 0)
      return failure();
    emitc::VerbatimOp::create(
        rewriter, op.getLoc(),
        "#if defined(_OPENMP)\n#pragma omp parallel for schedule(static) "
        "num_threads(" +
            std::to_string(threads.getInt()) + ")\n#endif");
    auto loop =
        emitc::ForOp::create(rewriter, op.getLoc(), adaptor.getLowerBound(),
                             adaptor.getUpperBound(), adaptor.getStep());
    rewriter.eraseBlock(loop.getBody());
    rewriter.inlineRegionBefore(op.getRegion(), loop.getRegion(),
                                loop.getRegion().end());
    if (failed(rewriter.convertRegionTypes(&loop.getRegion(),
                                           *getTypeConverter())))
      return failure();
    Operation *yield = loop.getRegion().front().getTerminator();
    OpBuilder::InsertionGuard guard(rewriter);
    rewriter.setInsertionPoint(yield);
    rewriter.replaceOpWithNewOp<emitc::YieldOp>(yield);
    rewriter.eraseOp(op);
    return success();
  }
};

/// Kernels take const pointers where they only read; the check of emitc.call
/// would ask for the caller's pointer to be const too. Around a layer stands
/// what tells a profiler of it.
struct ConvertCall : OpConversionPattern<func::CallOp> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult
  matchAndRewrite(func::CallOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    auto layer = op->getAttrOfType<LayerAttr>(kLayerAttr);
    auto tell = [&](StringRef macro) {
      emitc::CallOpaqueOp::create(
          rewriter, op.getLoc(), TypeRange(), macro, mlir::ValueRange(),
          rewriter.getArrayAttr(
              rewriter.getI32IntegerAttr(int32_t(layer.getIndex()))));
    };
    if (layer)
      tell("DDNN_LAYER_BEGIN");
    emitc::CallOpaqueOp::create(rewriter, op.getLoc(), TypeRange(),
                                op.getCallee(), adaptor.getOperands());
    if (layer)
      tell("DDNN_LAYER_END");
    rewriter.eraseOp(op);
    return success();
  }
};

//===----------------------------------------------------------------------===//
// Memory
//
// Whether a pointer is const or restrict depends on the argument it comes from,
// not on the buffer's type. So these patterns take no type converter: their
// operands come as they are.
//===----------------------------------------------------------------------===//

template <typename OpT>
static Value buildElement(OpT op, typename OpT::Adaptor adaptor, Type element,
                          OpBuilder &b) {
  Value index = linearize(b, op.getLoc(), op.getMemRefType(), op.getIndices(),
                          adaptor.getIndices());
  return emitc::SubscriptOp::create(b, op.getLoc(),
                                    emitc::LValueType::get(element),
                                    adaptor.getMemref(), index);
}

struct ConvertLoad : OpConversionPattern<memref::LoadOp> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult
  matchAndRewrite(memref::LoadOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    Type type = convertElement(op.getType());
    rewriter.replaceOpWithNewOp<emitc::LoadOp>(
        op, type, buildElement(op, adaptor, type, rewriter));
    return success();
  }
};

struct ConvertStore : OpConversionPattern<memref::StoreOp> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult
  matchAndRewrite(memref::StoreOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    Type type = adaptor.getValue().getType();
    rewriter.replaceOpWithNewOp<emitc::AssignOp>(
        op, buildElement(op, adaptor, type, rewriter), adaptor.getValue());
    return success();
  }
};

struct ConvertPrefetch : OpConversionPattern<memref::PrefetchOp> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult
  matchAndRewrite(memref::PrefetchOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    Value index = linearize(rewriter, op.getLoc(), op.getMemRefType(),
                            op.getIndices(), adaptor.getIndices());
    rewriter.replaceOpWithNewOp<emitc::CallOpaqueOp>(
        op, TypeRange(),
        op.getIsWrite() ? "DDNN_PREFETCH_WRITE" : "DDNN_PREFETCH",
        mlir::ValueRange{adaptor.getMemref(), index});
    return success();
  }
};

/// A typed pointer at a constant offset into the arena or the weights, for a
/// kernel's call: steps themselves do not index it.
struct ConvertView : OpConversionPattern<memref::ViewOp> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult
  matchAndRewrite(memref::ViewOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    auto offset = getConstantIntValue(op.getByteShift());
    auto source = dyn_cast<emitc::OpaqueType>(adaptor.getSource().getType());
    if (!offset || !source || !op.getType().hasStaticShape())
      return rewriter.notifyMatchFailure(op, "needs a constant place and size");
    bool readOnly = source.getValue().starts_with("const ");
    MLIRContext *ctx = getContext();
    auto pointer = [&](StringRef element) {
      return emitc::PointerType::get(emitc::OpaqueType::get(
          ctx, ((readOnly ? "const " : "") + element).str()));
    };
    Value place = adaptor.getSource();
    if (*offset)
      place = emitc::AddOp::create(
          rewriter, op.getLoc(), pointer("uint8_t"), place,
          emitc::LiteralOp::create(rewriter, op.getLoc(),
                                   emitc::PtrDiffTType::get(ctx),
                                   std::to_string(*offset)));
    StringRef element = getElementSpelling(op.getType().getElementType());
    if (element.empty())
      return rewriter.notifyMatchFailure(op, "element has no C type");
    // A cast of bytes to bytes would fold into an expression of nothing.
    if (place.getType() == pointer(element))
      rewriter.replaceOp(op, place);
    else
      rewriter.replaceOpWithNewOp<emitc::CastOp>(op, pointer(element), place);
    return success();
  }
};

/// Views with constant strides and offset are the same pointer: their type
/// carries the rest into `linearize`.
template <typename OpT> struct ForwardPointer : OpConversionPattern<OpT> {
  using OpConversionPattern<OpT>::OpConversionPattern;
  LogicalResult
  matchAndRewrite(OpT op, typename OpT::Adaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    if (!getPointerType(cast<MemRefType>(op.getType()), false))
      return rewriter.notifyMatchFailure(op, "layout is not constant");
    rewriter.replaceOp(op, adaptor.getOperands().front());
    return success();
  }
};

//===----------------------------------------------------------------------===//
// The pass
//===----------------------------------------------------------------------===//

struct ConvertToEmitCPass : ddnn::impl::ConvertToEmitCBase<ConvertToEmitCPass> {
  void runOnOperation() override {
    MLIRContext *ctx = &getContext();
    for (auto func : getOperation().getBody().getOps<func::FuncOp>()) {
      llvm::BitVector written = findWrittenArguments(func);
      SmallVector<bool> flags(func.getNumArguments());
      for (auto [i, flag] : llvm::enumerate(flags)) {
        auto memory = func.getArgAttrOfType<MemoryAttr>(i, kMemoryAttr);
        flag = memory ? memory.getKind() == MemoryKind::output ||
                            memory.getKind() == MemoryKind::arena
                      : written.test(i);
      }
      func->setAttr("written", DenseBoolArrayAttr::get(ctx, flags));
    }

    CTypeConverter types;
    RewritePatternSet patterns(ctx);
    patterns.add<ConvertFunc, ConvertSharedLoop>(types, ctx);
    patterns
        .add<ConvertReturn, ConvertCall, ConvertLoad, ConvertStore, ConvertView,
             ConvertPrefetch, ForwardPointer<memref::SubViewOp>,
             ForwardPointer<memref::ExpandShapeOp>,
             ForwardPointer<memref::CollapseShapeOp>,
             ForwardPointer<memref::ReinterpretCastOp>,
             ForwardPointer<memref::CastOp>>(ctx);
    populateScalarToEmitCPatterns(types, patterns);
    populateVectorToEmitCPatterns(types, patterns);
    populateBitsToEmitCPatterns(types, patterns);
    populateSCFToEmitCConversionPatterns(patterns, types);

    ConversionTarget target(*ctx);
    target.addLegalDialect<emitc::EmitCDialect>();
    // The weights stay beside the code until they are written to their file.
    target.addLegalOp<TierOp, memref::GlobalOp>();
    target.markUnknownOpDynamicallyLegal([](Operation *) { return false; });
    if (failed(
            applyFullConversion(getOperation(), target, std::move(patterns))))
      signalPassFailure();
  }
};

} // namespace
