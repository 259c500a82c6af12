//===- WindowOp.cpp - The operation that schedules are made of ------------===//
//
// Part of ddnnc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ddnn/Dialect/DDNN/IR/DDNN.h"
#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/IR/PatternMatch.h"

using namespace mlir;
using namespace ddnn;

bool WindowOp::isDense() {
  auto isPoint = [](ArrayRef<int64_t> extents) {
    return llvm::all_of(extents, [](int64_t extent) { return extent == 1; });
  };
  return getKind() == WindowKind::conv && !isPlanar() &&
         getGroups().value_or(1) == 1 && isPoint(getKernel()) &&
         isPoint(getInputType().getShape().slice(2, 2)) &&
         isPoint(getInitType().getShape().slice(2, 2));
}

int64_t WindowOp::getBlocks(int64_t lanes) {
  ArrayRef<int64_t> out = getInitType().getShape();
  return isPacked() ? int64_t(llvm::divideCeil(out[4] * 8, lanes)) : out[1];
}

int64_t WindowOp::countFlops() {
  if (auto flops = getFlops())
    return *flops;
  int64_t outputs = getInitType().getNumElements();
  int64_t taps = getKernel()[0] * getKernel()[1];
  switch (getKind()) {
  case WindowKind::conv: {
    ArrayRef<int64_t> in = getInputType().getShape();
    int64_t channels = in[1] * (isPlanar() ? 1 : in[4]);
    return 2 * outputs * taps * channels / getGroups().value_or(1);
  }
  case WindowKind::depthwise:
    return 2 * outputs * taps;
  case WindowKind::max:
  case WindowKind::sum:
  case WindowKind::any:
    return outputs * taps;
  case WindowKind::binary:
    return 2 * outputs * taps * int64_t(getChannels().value_or(0)) /
           getGroups().value_or(1);
  }
  llvm_unreachable("all kinds are handled");
}

static LogicalResult verifyShapes(WindowOp op) {
  ShapedType in = op.getInputType(), out = op.getInitType();
  bool readsBits =
      op.getKind() == WindowKind::binary || op.getKind() == WindowKind::any;
  for (ShapedType type : {in, out}) {
    bool isBytes = type.getElementType().isInteger(8);
    bool isPackedImage = type.hasRank() && type.hasStaticShape() &&
                         type.getRank() == 5 && isBytes &&
                         type.getDimSize(1) == 1;
    bool isFloatImage = type.hasRank() && type.hasStaticShape() &&
                        (type.getRank() == 5 || type.getRank() == 4) &&
                        type.getElementType().isF32();
    if (!isPackedImage && !isFloatImage)
      return op.emitOpError("images are NxCxHxWxc or NxCxHxW of f32, or "
                            "Nx1xHxWxB of bits in bytes, got ")
             << type;
  }
  if (readsBits != in.getElementType().isInteger(8))
    return op.emitOpError(readsBits ? "reads packed bits" : "reads floats");
  if (op.getKind() == WindowKind::any && !op.isPacked())
    return op.emitOpError("its result is packed bits, too");
  if (op.isPacked() && (op.getKind() == WindowKind::depthwise ||
                        op.getKind() == WindowKind::sum))
    return op.emitOpError("its result is never packed");
  if (in.getRank() != out.getRank())
    return op.emitOpError("input and result are both blocked or both plain");
  if (op.getKernel().size() != 2 || op.getStrides().size() != 2 ||
      op.getDilations().size() != 2 || op.getPads().size() != 4)
    return op.emitOpError("takes two extents of the kernel, two strides, two "
                          "dilations and four pads");
  auto isPositive = [](int64_t value) { return value > 0; };
  if (!llvm::all_of(op.getKernel(), isPositive) ||
      !llvm::all_of(op.getStrides(), isPositive) ||
      !llvm::all_of(op.getDilations(), isPositive) ||
      llvm::any_of(op.getPads(), [](int64_t value) { return value < 0; }))
    return op.emitOpError("kernel, strides and dilations are positive, pads "
                          "not negative");
  for (unsigned d : {0, 1}) {
    int64_t span = (op.getKernel()[d] - 1) * op.getDilations()[d] + 1;
    int64_t padded =
        in.getDimSize(2 + d) + op.getPads()[d] + op.getPads()[2 + d];
    if (padded < span ||
        (padded - span) / op.getStrides()[d] + 1 != out.getDimSize(2 + d))
      return op.emitOpError("a kernel of ")
             << op.getKernel()[d] << " over " << in.getDimSize(2 + d)
             << " elements does not give " << out.getDimSize(2 + d);
    // What is padded by a whole kernel is an image of its own.
    if (op.getPads()[d] >= span || op.getPads()[2 + d] >= span)
      return op.emitOpError("pads by a whole kernel or more");
  }
  if (in.getDimSize(0) != out.getDimSize(0))
    return op.emitOpError("images differ in number");
  bool isConv = op.getKind() == WindowKind::conv;
  int64_t groups = op.getGroups().value_or(1);
  bool isBinary = op.getKind() == WindowKind::binary;
  if (isBinary != op.getChannels().has_value())
    return op.emitOpError(isBinary ? "needs the number of channels"
                                   : "knows its channels by its types");
  if (isBinary &&
      (*op.getChannels() < 1 ||
       PackOp::getPixelBytes(*op.getChannels()) != in.getDimSize(4)))
    return op.emitOpError("a pixel of ")
           << *op.getChannels() << " channels does not have "
           << in.getDimSize(4) << " bytes";
  if (auto flips = op.getFlips())
    if (op.getKind() != WindowKind::any ||
        int64_t(flips->size()) != in.getDimSize(4))
      return op.emitOpError("flips are one for each byte of a pixel of 'any'");
  if (groups < 1 || (groups > 1 && !isConv) || in.getDimSize(1) % groups != 0 ||
      (groups > 1 && op.isPacked()) || out.getDimSize(1) % groups != 0)
    return op.emitOpError("groups divide the blocks of a convolution's input "
                          "and result");
  if (!isConv && !isBinary && op.isPacked() == readsBits &&
      (in.getDimSize(1) != out.getDimSize(1) ||
       in.getShape().back() != out.getShape().back()) &&
      !(op.isPlanar() && in.getDimSize(1) == out.getDimSize(1)))
    return op.emitOpError("channels of input and result differ");
  if (op.isPlanar()) {
    auto isOne = [](int64_t value) { return value == 1; };
    bool isPoint = llvm::all_of(op.getKernel(), isOne) &&
                   llvm::all_of(op.getStrides(), isOne) &&
                   llvm::all_of(op.getPads(), [](int64_t p) { return p == 0; });
    if (isConv && (!isPoint || groups > 1))
      return op.emitOpError("a convolution of plain images is 1x1 with stride "
                            "1, no pads and no groups");
    if (op.getStrides()[1] > 2)
      return op.emitOpError("a window on plain images has a stride of at most "
                            "2 along rows");
    return success();
  }
  if (isConv && !op.isPacked() && in.getDimSize(4) != 1 &&
      in.getDimSize(4) != out.getDimSize(4))
    return op.emitOpError("the input is neither planar nor blocked as the "
                          "result is");
  return success();
}

LogicalResult WindowOp::verify() {
  if (failed(verifyShapes(*this)))
    return failure();
  bool hasWeights = isConvolution() || getKind() == WindowKind::depthwise;
  if (bool(getWeights()) != hasWeights)
    return emitOpError(hasWeights ? "needs weights" : "takes no weights");
  ArrayRef<int64_t> out = getInitType().getShape();
  for (Value extra : getExtras()) {
    auto type = cast<ShapedType>(extra.getType());
    bool isByChannel = type.hasRank() && isPerChannel(type);
    SmallVector<int64_t> channels = {out[1]};
    if (isPacked() && isByChannel && type.getRank() == 2)
      channels = {getBlocks(type.getShape().back()), type.getShape().back()};
    else if (!isPlanar())
      channels.push_back(out[4]);
    if (isByChannel ? type.getShape() != ArrayRef<int64_t>(channels)
                    : isPlanar() || type.getShape() != out)
      return emitOpError("operand of the region is neither by channel nor of "
                         "the result's shape: ")
             << type;
  }
  Block &body = getEpilogue().front();
  Builder b(getContext());
  SmallVector<Type> arguments = {getKind() == WindowKind::binary
                                     ? Type(b.getI32Type())
                                     : getInputType().getElementType()};
  for (Value extra : getExtras())
    arguments.push_back(getElementTypeOrSelf(extra.getType()));
  if (body.getArgumentTypes() != TypeRange(arguments))
    return emitOpError("its region takes ")
           << arguments.front()
           << " for the window and an element of each extra";
  if (getKind() == WindowKind::any &&
      (!getExtras().empty() || !llvm::hasSingleElement(body)))
    return emitOpError("has no region of its own");
  if (!isa<YieldOp>(body.back()))
    return emitOpError("its region ends in ddnn.yield");
  Type element = isPacked() && getKind() != WindowKind::any
                     ? Type(b.getI1Type())
                     : getInitType().getElementType();
  if (cast<YieldOp>(body.back()).getValue().getType() != element)
    return emitOpError("its region yields ") << element;
  if (auto tile = getTile())
    if (tile->size() != 2 || (*tile)[0] < 1 || (*tile)[1] < 1 ||
        (!isPlanar() && !isPacked() &&
         out[1] / getGroups().value_or(1) % (*tile)[1] != 0))
      return emitOpError(
                 "a tile is [pixels, vectors], with vectors that divide "
                 "the ")
             << out[1] / getGroups().value_or(1)
             << " blocks of channels of a group";
  if (getFlops() && *getFlops() < 0)
    return emitOpError("has fewer than no FLOPs");
  if (auto m = getWinograd()) {
    bool isThree =
        getKind() == WindowKind::conv &&
        llvm::all_equal({int64_t(3), getKernel()[0], getKernel()[1]});
    auto isOne = [](int64_t value) { return value == 1; };
    if ((*m != 2 && *m != 4) || !isThree ||
        !llvm::all_of(getStrides(), isOne) ||
        !llvm::all_of(getDilations(), isOne) || isPlanar() || isPacked() ||
        getGroups().value_or(1) != 1 ||
        getInputType().getShape().back() != getLanes())
      return emitOpError("Winograd F(2,3) and F(4,3) are for blocked 3x3 "
                         "convolutions with stride and dilation 1, one group");
  }
  bool onTensors = isa<TensorType>(getInit().getType());
  if (onTensors != bool(getResult()) ||
      (onTensors && getResult().getType() != getInit().getType()))
    return emitOpError("its result is a tensor of the destination's type, or "
                       "none where that is a buffer");
  return success();
}

void WindowOp::getEffects(
    SmallVectorImpl<SideEffects::EffectInstance<MemoryEffects::Effect>>
        &effects) {
  for (OpOperand &operand : getOperation()->getOpOperands()) {
    if (!isa<BaseMemRefType>(operand.get().getType()))
      continue;
    bool isScratch = operand.get() == getScratch();
    if (&operand == &getInitMutable() || isScratch)
      effects.emplace_back(MemoryEffects::Write::get(), &operand);
    if (&operand != &getInitMutable())
      effects.emplace_back(MemoryEffects::Read::get(), &operand);
  }
}

//===----------------------------------------------------------------------===//
// Bufferization
//===----------------------------------------------------------------------===//

bool WindowOp::bufferizesToMemoryRead(OpOperand &operand,
                                      const bufferization::AnalysisState &) {
  return &operand != &getInitMutable();
}

bool WindowOp::bufferizesToMemoryWrite(OpOperand &operand,
                                       const bufferization::AnalysisState &) {
  return &operand == &getInitMutable();
}

bufferization::AliasingValueList
WindowOp::getAliasingValues(OpOperand &operand,
                            const bufferization::AnalysisState &) {
  if (&operand == &getInitMutable())
    return {{getResult(), bufferization::BufferRelation::Equivalent}};
  return {};
}

/// An extra of the result's shape is read where the result is written.
bool WindowOp::bufferizesToElementwiseAccess(
    const bufferization::AnalysisState &, ArrayRef<OpOperand *> operands) {
  return llvm::all_of(operands, [&](OpOperand *operand) {
    return operand == &getInitMutable() ||
           (llvm::is_contained(getExtras(), operand->get()) &&
            operand->get() != getInput() &&
            !isPerChannel(operand->get().getType()));
  });
}

LogicalResult
WindowOp::bufferize(RewriterBase &rewriter,
                    const bufferization::BufferizationOptions &options,
                    bufferization::BufferizationState &state) {
  SmallVector<Value> buffers;
  for (Value operand : getOperands()) {
    FailureOr<Value> buffer =
        bufferization::getBuffer(rewriter, operand, options, state);
    if (failed(buffer))
      return failure();
    buffers.push_back(*buffer);
  }
  OperationState newOp(getLoc(), getOperationName());
  newOp.addOperands(buffers);
  newOp.addAttributes(
      getOperation()->getDiscardableAttrDictionary().getValue());
  newOp.propertiesAttr = getOperation()->getPropertiesAsAttribute();
  newOp.addRegion()->takeBody(getEpilogue());
  auto window = cast<WindowOp>(rewriter.create(newOp));
  bufferization::replaceOpWithBufferizedValues(rewriter, getOperation(),
                                               window.getInit());
  return success();
}
