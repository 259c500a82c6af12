//===- Decompose.cpp - Rewrite ddnn operations into linalg ----------------===//
//
// Part of ddnnc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "DecomposePacking.h"
#include "WindowFormer.h"
#include "ddnn/Analysis/VectorTarget.h"
#include "ddnn/Dialect/DDNN/Transforms/Passes.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Utils/ReshapeOpsUtils.h"
#include "mlir/IR/Matchers.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

namespace ddnn {
#define GEN_PASS_DEF_DECOMPOSE
#include "ddnn/Dialect/DDNN/Transforms/Passes.h.inc"
} // namespace ddnn

using namespace mlir;
using namespace ddnn;

using Body = function_ref<Value(OpBuilder &, Location, ValueRange)>;

/// An element-wise linalg.generic of `inputs`, read through `maps`, into a new
/// tensor of `type`; `body` computes one element.
static Value buildElementwise(PatternRewriter &rewriter, Operation *op,
                              RankedTensorType type, ValueRange inputs,
                              ArrayRef<AffineMap> maps, Body body) {
  Value init = tensor::EmptyOp::create(rewriter, op->getLoc(), type.getShape(),
                                       type.getElementType());
  SmallVector<AffineMap> allMaps(maps);
  allMaps.push_back(rewriter.getMultiDimIdentityMap(type.getRank()));
  SmallVector<utils::IteratorType> loops(type.getRank(),
                                         utils::IteratorType::parallel);
  auto generic = linalg::GenericOp::create(
      rewriter, op->getLoc(), type, inputs, init, allMaps, loops,
      [&](OpBuilder &b, Location loc, ValueRange args) {
        linalg::YieldOp::create(b, loc, body(b, loc, args.drop_back()));
      });
  return generic.getResult(0);
}

static Value buildFloat(OpBuilder &b, Location loc, Type type, double value) {
  return arith::ConstantOp::create(b, loc, b.getFloatAttr(type, value));
}

namespace {

struct DropExit : OpRewritePattern<ExitOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(ExitOp op,
                                PatternRewriter &rewriter) const override {
    rewriter.replaceOp(op, op.getScores());
    return success();
  }
};

struct DecomposeSign : OpRewritePattern<SignOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(SignOp op,
                                PatternRewriter &rewriter) const override {
    auto type = cast<RankedTensorType>(op.getType());
    AffineMap id = rewriter.getMultiDimIdentityMap(type.getRank());
    rewriter.replaceOp(
        op, buildElementwise(
                rewriter, op, type, op.getInput(), id,
                [](OpBuilder &b, Location loc, ValueRange args) -> Value {
                  return arith::CmpFOp::create(
                      b, loc, arith::CmpFPredicate::OGE, args[0],
                      buildFloat(b, loc, args[0].getType(), 0.0));
                }));
    return success();
  }
};

struct DecomposeSignWithZero : OpRewritePattern<SignWithZeroOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(SignWithZeroOp op,
                                PatternRewriter &rewriter) const override {
    bool isKept = op.getAtZero().isZero();
    AffineMap id = rewriter.getMultiDimIdentityMap(op.getType().getRank());
    rewriter.replaceOp(
        op, buildElementwise(
                rewriter, op, op.getType(), op.getInput(), id,
                [&](OpBuilder &b, Location loc, ValueRange args) -> Value {
                  Type t = args[0].getType();
                  Value zero = buildFloat(b, loc, t, 0.0);
                  Value minus = buildFloat(b, loc, t, -1.0);
                  Value above = arith::CmpFOp::create(
                      b, loc, arith::CmpFPredicate::OGT, args[0], zero);
                  Value rest = minus;
                  if (isKept) {
                    Value below = arith::CmpFOp::create(
                        b, loc, arith::CmpFPredicate::OLT, args[0], zero);
                    rest =
                        arith::SelectOp::create(b, loc, below, minus, args[0]);
                  }
                  return arith::SelectOp::create(
                      b, loc, above, buildFloat(b, loc, t, 1.0), rest);
                }));
    return success();
  }
};

/// Of a sign, one comparison that selects: no bits in between.
struct DecomposePlusMinusOne : OpRewritePattern<PlusMinusOneOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(PlusMinusOneOp op,
                                PatternRewriter &rewriter) const override {
    auto type = cast<RankedTensorType>(op.getType());
    AffineMap id = rewriter.getMultiDimIdentityMap(type.getRank());
    auto sign = op.getInput().getDefiningOp<SignOp>();
    Value input = sign ? sign.getInput() : op.getInput();
    rewriter.replaceOp(
        op, buildElementwise(
                rewriter, op, type, input, id,
                [&](OpBuilder &b, Location loc, ValueRange args) -> Value {
                  Type t = type.getElementType();
                  Value bit = args[0];
                  if (sign)
                    bit = arith::CmpFOp::create(
                        b, loc, arith::CmpFPredicate::OGE, bit,
                        buildFloat(b, loc, bit.getType(), 0.0));
                  return arith::SelectOp::create(b, loc, bit,
                                                 buildFloat(b, loc, t, 1.0),
                                                 buildFloat(b, loc, t, -1.0));
                }));
    return success();
  }
};

struct DecomposeBatchNorm : OpRewritePattern<BatchNormOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(BatchNormOp op,
                                PatternRewriter &rewriter) const override {
    auto type = cast<RankedTensorType>(op.getType());
    AffineMap id = rewriter.getMultiDimIdentityMap(type.getRank());
    AffineMap channel =
        AffineMap::get(type.getRank(), 0, rewriter.getAffineDimExpr(1));
    rewriter.replaceOp(
        op,
        buildElementwise(
            rewriter, op, type, {op.getInput(), op.getScale(), op.getShift()},
            {id, channel, channel},
            [&](OpBuilder &b, Location loc, ValueRange args) -> Value {
              Value scaled = arith::MulFOp::create(b, loc, args[0], args[1]);
              return arith::AddFOp::create(b, loc, scaled, args[2]);
            }));
    return success();
  }
};

/// The members of an aggregate as loops read them: the element of each, with
/// what `missing` says instead where the member is absent.
class PresentMembers {
public:
  PresentMembers(PatternRewriter &rewriter, AggregateOp op)
      : op(op), isJudged(op.getPresent() && op.getMissing() != Missing::fail) {
    if (!isJudged)
      return;
    auto byte = RankedTensorType::get({}, rewriter.getI8Type());
    ArrayRef<int64_t> indices = *op.getIndices();
    for (int64_t index : indices) {
      Value &there = bytes[index];
      if (!there)
        there = tensor::ExtractSliceOp::create(
            rewriter, op.getLoc(), byte, op.getPresent(),
            SmallVector<OpFoldResult>{rewriter.getIndexAttr(index)},
            SmallVector<OpFoldResult>{rewriter.getIndexAttr(1)},
            SmallVector<OpFoldResult>{rewriter.getIndexAttr(1)});
    }
  }

  /// Whether loops have to ask who is there.
  bool areJudged() const { return isJudged; }

  /// What loops over `chosen` members read, and how.
  void addOperands(ArrayRef<unsigned> chosen, SmallVectorImpl<Value> &inputs,
                   SmallVectorImpl<AffineMap> &maps) {
    MLIRContext *ctx = op.getContext();
    unsigned rank = cast<RankedTensorType>(op.getType()).getRank();
    auto add = [&](Value value, bool isByte) {
      places[value] = inputs.size();
      inputs.push_back(value);
      maps.push_back(isByte ? AffineMap::get(rank, 0, ctx)
                            : AffineMap::getMultiDimIdentityMap(rank, ctx));
    };
    places.clear();
    for (unsigned i : chosen)
      add(op.getMembers()[i], false);
    if (!isJudged)
      return;
    for (unsigned i : chosen) {
      if (!op.getBlanks().empty())
        add(op.getBlanks()[i], false);
      if (Value byte = getByte(i); !places.count(byte))
        add(byte, true);
    }
  }

  /// Member `i` within the loops, or `otherwise` (the blank's part where there
  /// is one) if it is absent. `args` are the loops' elements.
  Value read(OpBuilder &b, Location loc, ValueRange args, unsigned i,
             double otherwise) {
    Value element = args[places.lookup(op.getMembers()[i])];
    if (!isJudged)
      return element;
    Value other = op.getBlanks().empty()
                      ? buildFloat(b, loc, element.getType(), otherwise)
                      : args[places.lookup(op.getBlanks()[i])];
    return arith::SelectOp::create(b, loc, isPresent(b, loc, args, i), element,
                                   other);
  }

  /// Whether member `i` is there, within the loops.
  Value isPresent(OpBuilder &b, Location loc, ValueRange args, unsigned i) {
    Value zero = arith::ConstantOp::create(b, loc, b.getI8IntegerAttr(0));
    return arith::CmpIOp::create(b, loc, arith::CmpIPredicate::ne,
                                 args[places.lookup(getByte(i))], zero);
  }

private:
  Value getByte(unsigned i) { return bytes.lookup((*op.getIndices())[i]); }

  AggregateOp op;
  bool isJudged;
  DenseMap<int64_t, Value> bytes;   // of presence, by index
  DenseMap<Value, unsigned> places; // among the loops' operands
};

struct DecomposeAggregate : OpRewritePattern<AggregateOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(AggregateOp op,
                                PatternRewriter &rewriter) const override {
    PresentMembers members(rewriter, op);
    if (op.getKind() == AggregateKind::concat)
      joinChannels(op, members, rewriter);
    else
      joinElements(op, members, rewriter);
    return success();
  }

private:
  static void joinChannels(AggregateOp op, PresentMembers &members,
                           PatternRewriter &rewriter) {
    SmallVector<Value> parts(op.getMembers());
    for (unsigned i = 0; members.areJudged() && i < parts.size(); ++i) {
      SmallVector<Value> inputs;
      SmallVector<AffineMap> maps;
      members.addOperands(i, inputs, maps);
      parts[i] = buildElementwise(
          rewriter, op, cast<RankedTensorType>(parts[i].getType()), inputs,
          maps, [&](OpBuilder &b, Location loc, ValueRange args) {
            return members.read(b, loc, args, i, 0.0);
          });
    }
    rewriter.replaceOpWithNewOp<tensor::ConcatOp>(op, op.getType(), /*dim=*/1,
                                                  parts);
  }

  /// Maximum or mean. Those that are skipped leave the others' result as it is
  /// to the last bit: -infinity is no maximum, and adding -0 changes nothing.
  static void joinElements(AggregateOp op, PresentMembers &members,
                           PatternRewriter &rewriter) {
    bool isMax = op.getKind() == AggregateKind::max;
    bool skips = members.areJudged() && op.getMissing() == Missing::skip;
    double neutral = isMax ? -std::numeric_limits<double>::infinity() : -0.0;
    auto all = llvm::to_vector(llvm::seq<unsigned>(op.getMembers().size()));
    SmallVector<Value> inputs;
    SmallVector<AffineMap> maps;
    members.addOperands(all, inputs, maps);
    auto body = [&](OpBuilder &b, Location loc, ValueRange args) -> Value {
      Value sum, count, any;
      for (unsigned i : all) {
        Value element = members.read(b, loc, args, i, skips ? neutral : 0.0);
        sum = !sum ? element
              : isMax
                  ? arith::MaximumFOp::create(b, loc, sum, element).getResult()
                  : arith::AddFOp::create(b, loc, sum, element).getResult();
        if (!skips)
          continue;
        Value there = members.isPresent(b, loc, args, i);
        any =
            any ? arith::OrIOp::create(b, loc, any, there).getResult() : there;
        Value one = arith::ExtUIOp::create(b, loc, b.getI32Type(), there);
        count =
            count ? arith::AddIOp::create(b, loc, count, one).getResult() : one;
      }
      Type type = sum.getType();
      if (!isMax)
        sum = arith::DivFOp::create(
            b, loc, sum,
            skips ? arith::SIToFPOp::create(b, loc, type, count).getResult()
                  : buildFloat(b, loc, type, all.size()));
      if (skips)
        sum = arith::SelectOp::create(b, loc, any, sum,
                                      buildFloat(b, loc, type, 0.0));
      return sum;
    };
    rewriter.replaceOp(
        op, buildElementwise(rewriter, op, cast<RankedTensorType>(op.getType()),
                             inputs, maps, body));
  }
};

struct DecomposeSoftmax : OpRewritePattern<linalg::SoftmaxOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(linalg::SoftmaxOp op,
                                PatternRewriter &rewriter) const override {
    FailureOr<SmallVector<Value>> results = op.decomposeOperation(rewriter);
    if (failed(results))
      return failure();
    rewriter.replaceOp(op, *results);
    return success();
  }
};

//===----------------------------------------------------------------------===//
// Operations on +-1, as floats
//===----------------------------------------------------------------------===//

/// +-1 as floats of `shape`, which has as many elements. Constants stay so.
Value buildFloats(PatternRewriter &rewriter, Location loc, Value bits,
                  ArrayRef<int64_t> shape) {
  auto type = RankedTensorType::get(shape, rewriter.getF32Type());
  DenseElementsAttr constant;
  if (!matchPattern(bits, m_Constant(&constant))) {
    Value floats = PlusMinusOneOp::create(
        rewriter, loc,
        RankedTensorType::get(cast<ShapedType>(bits.getType()).getShape(),
                              rewriter.getF32Type()),
        bits);
    if (floats.getType() == type)
      return floats;
    auto groups = getReassociationIndicesForReshape(
        cast<ShapedType>(floats.getType()), type);
    return tensor::ExpandShapeOp::create(rewriter, loc, type, floats, *groups);
  }
  SmallVector<float> values;
  values.reserve(constant.getNumElements());
  for (bool bit : constant.getValues<bool>())
    values.push_back(bit ? 1.0f : -1.0f);
  return arith::ConstantOp::create(
      rewriter, loc, DenseElementsAttr::get(type, ArrayRef<float>(values)));
}

Value buildFilled(PatternRewriter &rewriter, Location loc,
                  RankedTensorType type, double value) {
  Value scalar = buildFloat(rewriter, loc, type.getElementType(), value);
  Value empty = tensor::EmptyOp::create(rewriter, loc, type.getShape(),
                                        type.getElementType());
  return linalg::FillOp::create(rewriter, loc, scalar, empty).getResult(0);
}

/// `image` with `pads`, [top, left, bottom, right], of `value`.
Value buildPad(PatternRewriter &rewriter, Location loc, Value image,
               ArrayRef<int64_t> pads, double value) {
  if (llvm::all_of(pads, [](int64_t pad) { return pad == 0; }))
    return image;
  auto type = cast<RankedTensorType>(image.getType());
  SmallVector<int64_t> shape(type.getShape());
  SmallVector<OpFoldResult> low(4, rewriter.getIndexAttr(0)), high = low;
  for (unsigned d : {0, 1}) {
    shape[2 + d] += pads[d] + pads[2 + d];
    low[2 + d] = rewriter.getIndexAttr(pads[d]);
    high[2 + d] = rewriter.getIndexAttr(pads[2 + d]);
  }
  return tensor::PadOp::create(
      rewriter, loc, RankedTensorType::get(shape, type.getElementType()), image,
      low, high, buildFloat(rewriter, loc, type.getElementType(), value));
}

Value buildFloatInput(PatternRewriter &rewriter, Location loc, Value input) {
  auto type = cast<RankedTensorType>(input.getType());
  if (!type.getElementType().isInteger(1))
    return input;
  return buildFloats(rewriter, loc, input, type.getShape());
}

struct DecomposeBinaryConv : OpRewritePattern<BinaryConv2DOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(BinaryConv2DOp op,
                                PatternRewriter &rewriter) const override {
    Location loc = op.getLoc();
    auto type = cast<RankedTensorType>(op.getType());
    Value image =
        buildPad(rewriter, loc, buildFloatInput(rewriter, loc, op.getInput()),
                 op.getPads(), 0.0);
    SmallVector<int64_t> shape(
        cast<ShapedType>(op.getWeights().getType()).getShape());
    Attribute strides = rewriter.getI64TensorAttr(op.getStrides());
    Attribute dilations = rewriter.getI64TensorAttr(op.getDilations());
    int64_t groups = op.getGroups();
    if (groups == 1) {
      Value weights = buildFloats(rewriter, loc, op.getWeights(), shape);
      Value init = buildFilled(rewriter, loc, type, 0.0);
      rewriter.replaceOpWithNewOp<linalg::Conv2DNchwFchwOp>(
          op, type, mlir::ValueRange{image, weights}, init, strides, dilations);
      return success();
    }
    auto split = [&](ArrayRef<int64_t> extents, size_t axis) {
      SmallVector<int64_t> result(extents);
      result[axis] /= groups;
      result.insert(result.begin() + axis, groups);
      return result;
    };
    Value weights =
        buildFloats(rewriter, loc, op.getWeights(), split(shape, 0));
    SmallVector<ReassociationIndices> channels = {{0}, {1, 2}, {3}, {4}};
    auto from = cast<RankedTensorType>(image.getType());
    image = tensor::ExpandShapeOp::create(
        rewriter, loc,
        RankedTensorType::get(split(from.getShape(), 1), from.getElementType()),
        image, channels);
    auto grouped =
        RankedTensorType::get(split(type.getShape(), 1), type.getElementType());
    Value init = buildFilled(rewriter, loc, grouped, 0.0);
    Value sums =
        linalg::Conv2DNgchwGfchwOp::create(
            rewriter, loc, TypeRange{grouped}, mlir::ValueRange{image, weights},
            mlir::ValueRange{init}, strides, dilations)
            .getResult(0);
    rewriter.replaceOpWithNewOp<tensor::CollapseShapeOp>(op, type, sums,
                                                         channels);
    return success();
  }
};

struct DecomposeBinaryMatmul : OpRewritePattern<BinaryMatmulOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(BinaryMatmulOp op,
                                PatternRewriter &rewriter) const override {
    Location loc = op.getLoc();
    ArrayRef<int64_t> shape =
        cast<ShapedType>(op.getWeights().getType()).getShape();
    auto type =
        RankedTensorType::get({shape[1], shape[0]}, rewriter.getF32Type());
    Value weights;
    DenseElementsAttr constant;
    if (matchPattern(op.getWeights(), m_Constant(&constant))) {
      SmallVector<float> values(constant.getNumElements());
      for (auto [i, bit] : llvm::enumerate(constant.getValues<bool>()))
        values[i % shape[1] * shape[0] + i / shape[1]] = bit ? 1.0f : -1.0f;
      weights = arith::ConstantOp::create(
          rewriter, loc, DenseElementsAttr::get(type, ArrayRef<float>(values)));
    } else {
      Value rows = buildFloats(rewriter, loc, op.getWeights(), shape);
      Value empty = tensor::EmptyOp::create(rewriter, loc, type.getShape(),
                                            type.getElementType());
      weights = linalg::TransposeOp::create(rewriter, loc, rows, empty,
                                            ArrayRef<int64_t>{1, 0})
                    ->getResult(0);
    }
    Value input = buildFloatInput(rewriter, loc, op.getInput());
    Value init =
        buildFilled(rewriter, loc, cast<RankedTensorType>(op.getType()), 0.0);
    rewriter.replaceOpWithNewOp<linalg::MatmulOp>(
        op, op.getType(), mlir::ValueRange{input, weights}, init);
    return success();
  }
};

/// Where all bits have to be true, none of their opposites may be.
Value buildOpposite(PatternRewriter &rewriter, Operation *op, Value floats,
                    ArrayRef<bool> channels) {
  auto type = cast<RankedTensorType>(floats.getType());
  SmallVector<float> factors;
  for (bool isOpposite : channels)
    factors.push_back(isOpposite ? -1.0f : 1.0f);
  Value constant = arith::ConstantOp::create(
      rewriter, op->getLoc(),
      DenseElementsAttr::get(
          RankedTensorType::get({type.getDimSize(1)}, type.getElementType()),
          ArrayRef<float>(factors)));
  return buildElementwise(
      rewriter, op, type, {floats, constant},
      {rewriter.getMultiDimIdentityMap(4),
       AffineMap::get(4, 0, rewriter.getAffineDimExpr(1))},
      [](OpBuilder &b, Location loc, ValueRange args) -> Value {
        return arith::MulFOp::create(b, loc, args[0], args[1]);
      });
}

struct DecomposeBinaryPool : OpRewritePattern<BinaryPoolOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(BinaryPoolOp op,
                                PatternRewriter &rewriter) const override {
    Location loc = op.getLoc();
    double lowest = -std::numeric_limits<double>::infinity();
    Value image = buildFloatInput(rewriter, loc, op.getInput());
    ArrayRef<bool> all = op.getAll().value_or(ArrayRef<bool>());
    if (!all.empty())
      image = buildOpposite(rewriter, op, image, all);
    image = buildPad(rewriter, loc, image, op.getPads(), lowest);
    auto type = RankedTensorType::get(cast<ShapedType>(op.getType()).getShape(),
                                      rewriter.getF32Type());
    Value window = tensor::EmptyOp::create(rewriter, loc, op.getKernel(),
                                           type.getElementType());
    Value init = buildFilled(rewriter, loc, type, lowest);
    Value most =
        linalg::PoolingNchwMaxOp::create(
            rewriter, loc, TypeRange{type}, mlir::ValueRange{image, window},
            mlir::ValueRange{init}, rewriter.getI64TensorAttr(op.getStrides()),
            rewriter.getI64TensorAttr(op.getDilations()))
            .getResult(0);
    if (!all.empty())
      most = buildOpposite(rewriter, op, most, all);
    rewriter.replaceOpWithNewOp<SignOp>(op, op.getType(), most);
    return success();
  }
};

/// Until no operation is left that the patterns of a kind match.
template <typename... Patterns> LogicalResult decompose(Operation *root) {
  RewritePatternSet patterns(root->getContext());
  patterns.add<Patterns...>(root->getContext());
  return applyPatternsGreedily(root, std::move(patterns));
}

struct DecomposePass : ddnn::impl::DecomposeBase<DecomposePass> {
  using DecomposeBase::DecomposeBase;

  void runOnOperation() override {
    Operation *root = getOperation();
    if (keepBinary) {
      if (failed(decomposeUnpacked()) ||
          failed(decompose<DropExit, DecomposeSignWithZero, DecomposeBatchNorm,
                           DecomposeAggregate, DecomposeSoftmax>(root)))
        signalPassFailure();
      return;
    }
    // A plus_minus_one wants to see the sign that it reads.
    if (failed(decompose<DecomposeBinaryConv, DecomposeBinaryMatmul,
                         DecomposeBinaryPool>(root)) ||
        failed(decompose<DecomposePlusMinusOne>(root)) ||
        failed(
            decompose<DropExit, DecomposeSign, DecomposeSignWithZero,
                      DecomposeBatchNorm, DecomposeAggregate, DecomposeSoftmax>(
                root)))
      return signalPassFailure();
    RewritePatternSet patterns(&getContext());
    populateDecomposePackingPatterns(patterns);
    if (failed(applyPatternsGreedily(root, std::move(patterns))))
      signalPassFailure();
  }

private:
  /// Binarized blocks that ddnn-form-windows would leave as they are.
  LogicalResult decomposeUnpacked() {
    auto tier = getOperation()->getParentOfType<TierOp>();
    bool hasVectors =
        tier && getVectorTarget(tier.getSpec().getCpu()).hasVectors();
    SmallVector<Operation *> worklist;
    getOperation()->walk([&](Operation *op) {
      if (isa<BinaryConv2DOp, BinaryMatmulOp, BinaryPoolOp>(op) &&
          !(tier && hasWindow(op, hasVectors)))
        worklist.push_back(op);
    });
    RewritePatternSet patterns(&getContext());
    patterns
        .add<DecomposeBinaryConv, DecomposeBinaryMatmul, DecomposeBinaryPool>(
            &getContext());
    GreedyRewriteConfig config;
    config.setStrictness(GreedyRewriteStrictness::ExistingOps);
    return applyOpPatternsGreedily(worklist, std::move(patterns), config);
  }
};

} // namespace
