//===- Preprocess.cpp - From camera bytes to the network's input ----------===//
//
// Part of ddnnc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Preprocess.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"

using namespace mlir;
using namespace ddnn;

namespace {

/// Builds the operations, all of node "preprocess/INPUT".
class Preprocessor {
public:
  Preprocessor(const InputSpec &input, RankedTensorType type,
               ImplicitLocOpBuilder &builder)
      : input(input), type(type), builder(builder),
        node(builder.getStringAttr("preprocess/" + input.name)) {}

  Value run(Value raw);

private:
  using Body = llvm::function_ref<Value(OpBuilder &, Location, ValueRange)>;

  Value createElementwise(ValueRange operands, ArrayRef<AffineMap> maps,
                          ArrayRef<int64_t> shape, Body body);
  /// Applies an operation with a constant per channel; nothing to do where all
  /// are `neutral`.
  template <typename OpT>
  Value applyPerChannel(Value value, ArrayRef<double> constants,
                        double neutral);

  const InputSpec &input;
  RankedTensorType type; ///< what the network takes, 1xCxHxW
  ImplicitLocOpBuilder &builder;
  StringAttr node;
};

} // namespace

Value Preprocessor::createElementwise(ValueRange operands,
                                      ArrayRef<AffineMap> maps,
                                      ArrayRef<int64_t> shape, Body body) {
  Value empty = tensor::EmptyOp::create(builder, shape, type.getElementType());
  SmallVector<AffineMap> allMaps(maps);
  allMaps.push_back(builder.getMultiDimIdentityMap(shape.size()));
  SmallVector<utils::IteratorType> kinds(shape.size(),
                                         utils::IteratorType::parallel);
  auto op = linalg::GenericOp::create(
      builder, empty.getType(), operands, empty, allMaps, kinds,
      [&](OpBuilder &nested, Location loc, ValueRange args) {
        linalg::YieldOp::create(nested, loc, body(nested, loc, args));
      });
  op->setDiscardableAttr(kNodeAttr, node);
  return op.getResult(0);
}

template <typename OpT>
Value Preprocessor::applyPerChannel(Value value, ArrayRef<double> constants,
                                    double neutral) {
  if (llvm::all_of(constants, [&](double c) { return c == neutral; }))
    return value;
  auto element = cast<FloatType>(type.getElementType());
  SmallVector<APFloat> rounded;
  for (double constant : constants) {
    bool losesInfo;
    rounded.emplace_back(constant);
    rounded.back().convert(element.getFloatSemantics(),
                           APFloat::rmNearestTiesToEven, &losesInfo);
  }
  auto shape = cast<RankedTensorType>(value.getType()).getShape();
  unsigned channelAxis = input.layout == InputSpec::Layout::hwc ? 3 : 1;
  AffineMap identity = builder.getMultiDimIdentityMap(shape.size());
  if (constants.size() == 1) {
    Value constant = arith::ConstantOp::create(
        builder, builder.getFloatAttr(element, rounded.front()));
    return createElementwise(
        value, identity, shape,
        [&](OpBuilder &b, Location loc, ValueRange args) {
          return OpT::create(b, loc, args[0], constant).getResult();
        });
  }
  auto tensorType = RankedTensorType::get(int64_t(rounded.size()), element);
  Value table = arith::ConstantOp::create(
      builder, DenseElementsAttr::get(tensorType, rounded));
  AffineMap channel =
      AffineMap::get(shape.size(), 0, builder.getAffineDimExpr(channelAxis));
  return createElementwise(
      {value, table}, {identity, channel}, shape,
      [](OpBuilder &b, Location loc, ValueRange args) {
        return OpT::create(b, loc, args[0], args[1]).getResult();
      });
}

Value Preprocessor::run(Value raw) {
  auto shape = cast<RankedTensorType>(raw.getType()).getShape();
  Value value = createElementwise(
      raw, builder.getMultiDimIdentityMap(shape.size()), shape,
      [&](OpBuilder &b, Location loc, ValueRange args) {
        return arith::UIToFPOp::create(b, loc, type.getElementType(), args[0])
            .getResult();
      });
  value = applyPerChannel<arith::MulFOp>(value, input.scale, 1.0);
  value = applyPerChannel<arith::SubFOp>(value, input.mean, 0.0);
  value = applyPerChannel<arith::DivFOp>(value, input.std, 1.0);
  if (input.layout == InputSpec::Layout::chw)
    return value;
  Value empty =
      tensor::EmptyOp::create(builder, type.getShape(), type.getElementType());
  auto transpose = linalg::TransposeOp::create(builder, value, empty,
                                               ArrayRef<int64_t>{0, 3, 1, 2});
  transpose->setDiscardableAttr(kNodeAttr, node);
  return transpose->getResult(0);
}

void ddnn::insertPreprocessing(const InputSpec &input, func::FuncOp main,
                               unsigned index) {
  MLIRContext *context = main.getContext();
  BlockArgument argument = main.getArgument(index);
  auto type = cast<RankedTensorType>(argument.getType());
  SmallVector<int64_t> shape(type.getShape());
  if (input.layout == InputSpec::Layout::hwc)
    shape = {shape[0], shape[2], shape[3], shape[1]};

  auto text = [&](const Twine &name) { return StringAttr::get(context, name); };
  Location loc = NameLoc::get(text("preprocess/" + input.name),
                              NameLoc::get(text("Preprocess")));
  auto builder =
      ImplicitLocOpBuilder::atBlockBegin(loc, &main.getBody().front());
  argument.setType(RankedTensorType::get(shape, IntegerType::get(context, 8)));
  SmallVector<OpOperand *> uses;
  for (OpOperand &use : argument.getUses())
    uses.push_back(&use);
  Value value = Preprocessor(input, type, builder).run(argument);
  for (OpOperand *use : uses)
    use->set(value);
  main.setArgAttr(index, kRawAttr, UnitAttr::get(context));
  main.setFunctionType(FunctionType::get(
      context, main.getBody().getArgumentTypes(), main.getResultTypes()));
}
