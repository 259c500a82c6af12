//===- BinaryOps.cpp - Verifiers of operations on +-1 values --------------===//
//
// Part of ddnnc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ddnn/Dialect/DDNN/IR/DDNN.h"

using namespace mlir;
using namespace ddnn;

LogicalResult SignWithZeroOp::verify() {
  double value = getAtZero().convertToDouble();
  if (value != 0.0 && value != -1.0)
    return emitOpError("is 0 or -1 at zero, not ")
           << value << "; ddnn.sign is +1 there";
  return success();
}

/// Checks a window's extents against the images N x C x H x W that it maps.
static LogicalResult
verifyGeometry(Operation *op, RankedTensorType in, RankedTensorType out,
               ArrayRef<int64_t> kernel, ArrayRef<int64_t> strides,
               ArrayRef<int64_t> dilations, ArrayRef<int64_t> pads) {
  for (RankedTensorType type : {in, out})
    if (type.getRank() != 4 || !type.hasStaticShape())
      return op->emitOpError("images are NxCxHxW of static shape, got ")
             << type;
  if (kernel.size() != 2 || strides.size() != 2 || dilations.size() != 2 ||
      pads.size() != 4)
    return op->emitOpError("takes two extents of the kernel, two strides, two "
                           "dilations and four pads");
  auto isPositive = [](int64_t value) { return value > 0; };
  if (!llvm::all_of(kernel, isPositive) || !llvm::all_of(strides, isPositive) ||
      !llvm::all_of(dilations, isPositive) ||
      llvm::any_of(pads, [](int64_t value) { return value < 0; }))
    return op->emitOpError("kernel, strides and dilations are positive, pads "
                           "not negative");
  if (in.getDimSize(0) != out.getDimSize(0))
    return op->emitOpError("images differ in number");
  for (unsigned d : {0, 1}) {
    int64_t span = (kernel[d] - 1) * dilations[d] + 1;
    int64_t padded = in.getDimSize(2 + d) + pads[d] + pads[2 + d];
    if (padded < span ||
        (padded - span) / strides[d] + 1 != out.getDimSize(2 + d))
      return op->emitOpError("a kernel of ")
             << kernel[d] << " over " << in.getDimSize(2 + d)
             << " elements does not give " << out.getDimSize(2 + d);
  }
  return success();
}

LogicalResult BinaryConv2DOp::verify() {
  auto in = cast<RankedTensorType>(getInput().getType());
  auto weights = cast<RankedTensorType>(getWeights().getType());
  auto out = cast<RankedTensorType>(getResult().getType());
  if (weights.getRank() != 4 || !weights.hasStaticShape())
    return emitOpError("weights are OIHW of static shape, got ") << weights;
  if (failed(verifyGeometry(*this, in, out, weights.getShape().drop_front(2),
                            getStrides(), getDilations(), getPads())))
    return failure();
  int64_t groups = getGroups();
  if (groups < 1 || in.getDimSize(1) % groups != 0 ||
      out.getDimSize(1) % groups != 0)
    return emitOpError("groups divide the channels of input and result");
  if (weights.getDimSize(0) != out.getDimSize(1) ||
      weights.getDimSize(1) * groups != in.getDimSize(1))
    return emitOpError("weights ")
           << weights << " are not for " << in.getDimSize(1) << " channels in "
           << groups << " groups to " << out.getDimSize(1);
  return success();
}

LogicalResult BinaryMatmulOp::verify() {
  auto in = cast<RankedTensorType>(getInput().getType());
  auto weights = cast<RankedTensorType>(getWeights().getType());
  auto out = cast<RankedTensorType>(getResult().getType());
  for (RankedTensorType type : {in, weights, out})
    if (type.getRank() != 2 || !type.hasStaticShape())
      return emitOpError("takes rows of static shape, got ") << type;
  if (in.getDimSize(0) != out.getDimSize(0) ||
      in.getDimSize(1) != weights.getDimSize(1) ||
      weights.getDimSize(0) != out.getDimSize(1))
    return emitOpError("weights ")
           << weights << " do not make " << out << " of " << in;
  return success();
}

LogicalResult BinaryPoolOp::verify() {
  auto in = cast<RankedTensorType>(getInput().getType());
  auto out = cast<RankedTensorType>(getResult().getType());
  if (failed(verifyGeometry(*this, in, out, getKernel(), getStrides(),
                            getDilations(), getPads())))
    return failure();
  if (in.getDimSize(1) != out.getDimSize(1))
    return emitOpError("channels of input and result differ");
  if (getAll() && int64_t(getAll()->size()) != in.getDimSize(1))
    return emitOpError("'all' has ") << getAll()->size() << " entries for "
                                     << in.getDimSize(1) << " channels";
  return success();
}

//===----------------------------------------------------------------------===//
// Layout
//===----------------------------------------------------------------------===//

int64_t PackOp::getPixelBytes(int64_t channels) {
  int64_t bytes = llvm::divideCeil(channels, 8);
  return bytes <= 2 ? bytes : llvm::alignTo(bytes, 4);
}

RankedTensorType PackOp::getPixelType(RankedTensorType signs) {
  ArrayRef<int64_t> shape = signs.getShape();
  bool isRow = shape.size() == 2;
  return RankedTensorType::get({shape[0], 1, isRow ? 1 : shape[2],
                                isRow ? 1 : shape[3], getPixelBytes(shape[1])},
                               IntegerType::get(signs.getContext(), 8));
}

RankedTensorType PackOp::getDenseType(RankedTensorType signs) {
  return RankedTensorType::get(
      int64_t(llvm::divideCeil(signs.getNumElements(), 8)),
      IntegerType::get(signs.getContext(), 8));
}

bool PackOp::isDense(RankedTensorType signs) {
  return (signs.getRank() == 2 || signs.getRank() == 4) &&
         getPixelBytes(signs.getDimSize(1)) * 8 == signs.getDimSize(1);
}

static LogicalResult verifyPacking(Operation *op, Type signsType,
                                   Type bytesType) {
  auto signs = cast<RankedTensorType>(signsType);
  auto bytes = cast<RankedTensorType>(bytesType);
  if (!signs.hasStaticShape())
    return op->emitOpError("needs a static shape, got ") << signs;
  if (bytes == PackOp::getDenseType(signs))
    return success();
  bool isImage = signs.getRank() == 4 || signs.getRank() == 2;
  if (isImage && bytes == PackOp::getPixelType(signs))
    return success();
  InFlightDiagnostic error = op->emitOpError()
                             << bytes << " does not hold the bits of " << signs
                             << "; " << PackOp::getDenseType(signs) << " does";
  if (isImage)
    error << ", and " << PackOp::getPixelType(signs) << " by pixels";
  return error;
}

LogicalResult PackOp::verify() {
  return verifyPacking(*this, getInput().getType(), getResult().getType());
}

LogicalResult UnpackOp::verify() {
  return verifyPacking(*this, getResult().getType(), getInput().getType());
}

//===----------------------------------------------------------------------===//
// Packed bits in memory
//===----------------------------------------------------------------------===//

using Effects =
    SmallVectorImpl<SideEffects::EffectInstance<MemoryEffects::Effect>>;

void LoadWordOp::getEffects(Effects &effects) {
  effects.emplace_back(MemoryEffects::Read::get(), &getMemrefMutable());
}

void StoreWordOp::getEffects(Effects &effects) {
  effects.emplace_back(MemoryEffects::Write::get(), &getMemrefMutable());
}

/// A lane is a bit of the result.
static LogicalResult verifyLanes(Operation *op, Type vector) {
  auto type = cast<VectorType>(vector);
  if (type.isScalable() || type.getNumElements() > 32)
    return op->emitOpError("a word has bits for 32 lanes at most, got ")
           << type;
  return success();
}

LogicalResult MaskBitsOp::verify() {
  return verifyLanes(*this, getInput().getType());
}

LogicalResult CompareBitsOp::verify() {
  return verifyLanes(*this, getLhs().getType());
}
