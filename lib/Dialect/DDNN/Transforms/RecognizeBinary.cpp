//===- RecognizeBinary.cpp - Binarized blocks -----------------------------===//
//
// Part of ddnnc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// One walk in program order. For each float tensor of +-1 it knows the i1
// tensor that says the same, and builds on that; what still takes floats at the
// end gets a ddnn.plus_minus_one of its own, with the taker's name, so that a
// cut in front of it leaves bits on the link.
//
//===----------------------------------------------------------------------===//

#include "MatchWindow.h"
#include "ddnn/Analysis/Channels.h"
#include "ddnn/Analysis/Graph.h"
#include "ddnn/Analysis/Nodes.h"
#include "ddnn/Analysis/Values.h"
#include "ddnn/Dialect/DDNN/Transforms/Passes.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Matchers.h"
#include "llvm/ADT/DenseSet.h"
#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/TypeSwitch.h"
#include "llvm/Support/FormatVariadic.h"
#include <cmath>
#include <set>

namespace ddnn {
#define GEN_PASS_DEF_RECOGNIZEBINARY
#include "ddnn/Dialect/DDNN/Transforms/Passes.h.inc"
} // namespace ddnn

using namespace mlir;
using namespace ddnn;

namespace {

class Recognizer {
public:
  Recognizer(func::FuncOp main, bool zeroIsPlus)
      : main(main), zeroIsPlus(zeroIsPlus), b(main.getContext()) {}

  void run();

  SmallVector<Attribute> notes; ///< #ddnn.binary_block
  unsigned numRecognized = 0;

private:
  void visit(Operation *op);
  void visitSignWithZero(SignWithZeroOp op);
  bool visitWindow(Operation *op);
  bool visitProduct(Operation *op, const WindowMatch &match);
  bool visitPool(Operation *op, const WindowMatch &match);
  void explainProduct(linalg::LinalgOp op);
  Value sink(Operation *op);
  Value sinkConcat(tensor::InsertSliceOp last);
  void visitAggregate(AggregateOp op);
  void makeFloats();

  Value lookup(Value floats) const { return bitsOf.lookup(floats); }
  /// Says that `floats`, of `op`, are the +-1 of `bits`.
  void setBits(Operation *op, Value floats, Value bits) {
    bitsOf[floats] = bits;
    replaced.insert(op);
  }
  static RankedTensorType getBitType(Type floats) {
    return RankedTensorType::get(cast<RankedTensorType>(floats).getShape(),
                                 IntegerType::get(floats.getContext(), 1));
  }
  /// Creates an operation in the place, and for the node, of another.
  template <typename OpT, typename... Args>
  OpT create(Operation *from, Args &&...args) {
    auto op = OpT::create(b, from->getLoc(), std::forward<Args>(args)...);
    if (Attribute node = from->getDiscardableAttr(kNodeAttr))
      op->setDiscardableAttr(kNodeAttr, node);
    return op;
  }
  void note(Operation *op, bool isBinary, const Twine &what) {
    std::string node = describeNodes(op->getLoc());
    if (node.empty())
      node = getNodeName(op).str();
    if (!node.empty())
      notes.push_back(
          BinaryBlockAttr::get(b.getContext(), node, isBinary, what.str()));
  }

  func::FuncOp main;
  bool zeroIsPlus;
  OpBuilder b;
  llvm::MapVector<Value, Value> bitsOf;
  llvm::DenseSet<Operation *> replaced;
};

} // namespace

//===----------------------------------------------------------------------===//
// Weights
//===----------------------------------------------------------------------===//

/// The factor of each output where all weights of an output are +-1 times one;
/// nothing for others.
static std::optional<SmallVector<float>> getFactors(DenseElementsAttr weights) {
  if (weights.getNumElements() == 0)
    return std::nullopt;
  int64_t outputs = weights.getType().getDimSize(0);
  int64_t terms = weights.getNumElements() / outputs;
  SmallVector<float> factors;
  for (auto [i, weight] : llvm::enumerate(weights.getValues<float>())) {
    float factor = std::abs(weight);
    if (!std::isnormal(factor))
      return std::nullopt;
    if (int64_t(i) % terms == 0)
      factors.push_back(factor);
    else if (factor != factors.back())
      return std::nullopt;
  }
  return factors;
}

static bool areOnes(ArrayRef<float> factors) {
  return llvm::all_of(factors, [](float factor) { return factor == 1.0f; });
}

/// The constant that a convolution or product has as weights.
static Operation *getWeights(Operation *product) {
  for (Value operand : cast<linalg::LinalgOp>(product).getDpsInputs())
    if (matchPattern(operand, m_Constant()))
      return operand.getDefiningOp();
  return nullptr;
}

/// Why weights are no +-1, where they look as if they were meant so; else
/// empty.
static std::string explainWeights(ArrayRef<double> weights, bool isScaled) {
  std::set<double> values;
  std::set<double> magnitudes;
  for (double weight : weights) {
    values.insert(weight);
    magnitudes.insert(std::abs(weight));
    if (values.size() > 3 && magnitudes.size() > 1 && !isScaled)
      return "";
  }
  if (magnitudes == std::set<double>{1.0})
    return "weights of +-1, but not in a form that has one for bits";
  if (isScaled)
    return "the factors of its weights differ within an output";
  if (values == std::set<double>{-1.0, 0.0, 1.0})
    return "weights are -1, 0 and +1, and 0 is no bit";
  if (magnitudes.size() == 1 && values.size() == 2)
    return llvm::formatv("weights are +-{0}, which is not +-1; a factor of its "
                         "own (Mul, BipolarQuant) would be taken out",
                         *magnitudes.begin());
  if (values.size() == 2)
    return llvm::formatv("weights are {0} and {1}, not +-1", *values.begin(),
                         *values.rbegin());
  return "";
}

void Recognizer::explainProduct(linalg::LinalgOp op) {
  auto [lhs, rhs] = matchMultiplyAdd(op);
  if (!lhs || op.getNumReductionLoops() == 0)
    return;
  Value data, weights;
  for (BlockArgument argument : {lhs, rhs}) {
    Value operand = op.getMatchingOpOperand(argument)->get();
    (matchPattern(operand, m_Constant()) ? weights : data) = operand;
  }
  auto isBinary = [&](Value value) {
    // Through the padding and the split into groups.
    while (Operation *def = value.getDefiningOp()) {
      if (lookup(value) || !isa<tensor::PadOp, tensor::ExpandShapeOp>(def))
        break;
      value = def->getOperand(0);
    }
    return bool(lookup(value));
  };
  if (!weights) {
    if (isBinary(op.getMatchingOpOperand(lhs)->get()) &&
        isBinary(op.getMatchingOpOperand(rhs)->get()))
      note(op, false, "a product of two tensors, neither of them constant");
    return;
  }
  std::optional<std::vector<double>> values = getConstantElements(weights);
  if (!values || values->empty())
    return;
  bool isScaled = weights.getDefiningOp()->hasAttr(kScaledSignsAttr);
  std::string why = explainWeights(*values, isScaled);
  if (!why.empty())
    note(op, false, why);
  else if (data && isBinary(data))
    note(op, false, "reads +-1, but its weights are floats");
}

//===----------------------------------------------------------------------===//
// Convolutions, products and pools
//===----------------------------------------------------------------------===//

bool Recognizer::visitProduct(Operation *op, const WindowMatch &match) {
  std::optional<SmallVector<float>> factors = getFactors(match.weights);
  Operation *constant = getWeights(match.op);
  bool isScaled = constant && constant->hasAttr(kScaledSignsAttr);
  if (!factors || (!areOnes(*factors) && !isScaled))
    return false;
  SmallVector<bool> signs;
  for (float weight : match.weights.getValues<float>())
    signs.push_back(weight > 0.0f);
  ArrayRef<int64_t> shape = match.weights.getType().getShape();
  bool isRow = match.type.getRank() == 2;
  auto signsType =
      RankedTensorType::get(isRow ? shape.take_front(2) : shape, b.getI1Type());
  Value weights =
      arith::ConstantOp::create(b, constant ? constant->getLoc() : op->getLoc(),
                                DenseElementsAttr::get(signsType, signs));
  Value bits = lookup(match.input);
  Value input = bits ? bits : match.input;
  int64_t groups = match.kind == WindowKind::depthwise
                       ? match.type.getDimSize(1)
                       : match.groups;
  Value result;
  if (isRow)
    result = create<BinaryMatmulOp>(match.op, match.type, input, weights);
  else
    result = create<BinaryConv2DOp>(
        match.op, match.type, input, weights, match.geometry.strides,
        match.geometry.dilations, match.geometry.pads, groups);
  std::string what = spellShape(signsType) + " weights of +-1 over ";
  what += bits ? "+-1" : "floats";
  if (groups > 1)
    what += " in " + std::to_string(groups) + " groups";
  if (!areOnes(*factors)) {
    what += ", times a factor by channel";
    // a * sum rounds once, where the sum of a * x rounds with each addition.
    Value scale = arith::ConstantOp::create(
        b, op->getLoc(),
        DenseElementsAttr::get(
            RankedTensorType::get(int64_t(factors->size()), b.getF32Type()),
            ArrayRef<float>(*factors)));
    Value empty = tensor::EmptyOp::create(
        b, op->getLoc(), match.type.getShape(), b.getF32Type());
    int64_t rank = match.type.getRank();
    AffineMap identity = b.getMultiDimIdentityMap(rank);
    SmallVector<AffineMap> maps = {
        identity, AffineMap::get(rank, 0, b.getAffineDimExpr(1)), identity};
    SmallVector<utils::IteratorType> loops(rank, utils::IteratorType::parallel);
    result = create<linalg::GenericOp>(
                 match.op, match.type, mlir::ValueRange{result, scale}, empty,
                 maps, loops,
                 [](OpBuilder &nested, Location loc, mlir::ValueRange args) {
                   Value scaled =
                       arith::MulFOp::create(nested, loc, args[0], args[1]);
                   linalg::YieldOp::create(nested, loc, scaled);
                 })
                 .getResult(0);
  }
  note(match.op, true, what);
  op->getResult(0).replaceAllUsesWith(result);
  return true;
}

bool Recognizer::visitPool(Operation *op, const WindowMatch &match) {
  Value bits = lookup(match.input);
  if (!bits)
    return false;
  auto pool = cast<linalg::LinalgOp>(op);
  if (getPooledSource(pool) != match.input) {
    note(op, false, "a window of it lies on padding alone");
    return false;
  }
  // A reduction over the whole image has no height and width left.
  SmallVector<int64_t> shape(match.type.getShape());
  shape.resize(4, 1);
  Value result = create<BinaryPoolOp>(
      op, RankedTensorType::get(shape, b.getI1Type()), bits,
      match.geometry.kernel, match.geometry.strides, match.geometry.dilations,
      match.geometry.pads, DenseBoolArrayAttr());
  if (match.type.getRank() == 2)
    result = create<tensor::CollapseShapeOp>(
        op, getBitType(match.type), result,
        SmallVector<ReassociationIndices>{{0}, {1, 2, 3}});
  note(op, true, "maximum of +-1");
  setBits(op, op->getResult(0), result);
  return true;
}

bool Recognizer::visitWindow(Operation *op) {
  std::optional<WindowMatch> match = matchWindow(op);
  if (!match)
    return false;
  bool isRecognized = match->kind == WindowKind::max ? visitPool(op, *match)
                      : match->weights               ? visitProduct(op, *match)
                                                     : false;
  numRecognized += isRecognized;
  return isRecognized;
}

//===----------------------------------------------------------------------===//
// Signs that are not +1 at zero
//===----------------------------------------------------------------------===//

/// The sums that a binarized operator of +-1 gives are integers from -most to
/// most, each `step` from the next.
struct Sums {
  int64_t most, step;
};

static std::optional<Sums> getSums(Operation *op) {
  if (auto matmul = dyn_cast_if_present<BinaryMatmulOp>(op)) {
    auto type = cast<RankedTensorType>(matmul.getInput().getType());
    if (type.getElementType().isInteger(1))
      return Sums{type.getDimSize(1), 2};
  }
  auto conv = dyn_cast_if_present<BinaryConv2DOp>(op);
  if (!conv || !getElementTypeOrSelf(conv.getInput().getType()).isInteger(1))
    return std::nullopt;
  auto weights = cast<RankedTensorType>(conv.getWeights().getType());
  int64_t terms = weights.getNumElements() / weights.getDimSize(0);
  // Padding leaves out all channels of a pixel.
  bool isPadded = llvm::any_of(conv.getPads(), [](int64_t p) { return p > 0; });
  return Sums{terms, isPadded && weights.getDimSize(1) % 2 != 0 ? 1 : 2};
}

/// True if no element of `value` can be zero.
static bool isNeverZero(Value value) {
  NumericRange range = getNumericRange(value);
  if (!range.mayBeNaN && (range.lo > 0.0 || range.hi < 0.0))
    return true;
  MonotoneChain chain = getMonotoneChain(value);
  std::optional<Sums> sums = getSums(chain.source.getDefiningOp());
  if (!sums)
    return false;
  // Along the integers the chain rises, or falls, so that only the first
  // beyond zero has to be looked at.
  int64_t channels = cast<RankedTensorType>(value.getType()).getDimSize(1);
  for (int64_t c = 0; c < channels; ++c) {
    float sign = chain.falls(c) ? -1.0f : 1.0f;
    auto evaluate = [&](int64_t i) {
      return sign * chain.evaluate(float(-sums->most + i * sums->step), c);
    };
    int64_t low = 0, high = 2 * sums->most / sums->step + 1;
    while (low < high) {
      int64_t middle = low + (high - low) / 2;
      if (std::isnan(evaluate(middle)))
        return false;
      if (evaluate(middle) >= 0.0f)
        high = middle;
      else
        low = middle + 1;
    }
    if (low <= 2 * sums->most / sums->step && evaluate(low) == 0.0f)
      return false;
  }
  return true;
}

void Recognizer::visitSignWithZero(SignWithZeroOp op) {
  std::string other = op.getAtZero().isZero() ? "0" : "-1";
  if (isNeverZero(op.getInput())) {
    note(op, true, "sign; its operand is never 0");
  } else if (zeroIsPlus) {
    note(op, true,
         "sign; +1 at 0 instead of " + other + ", as --sign-of-zero=plus says");
  } else {
    note(op, false,
         "a sign that is " + other +
             " at 0, which may occur; --sign-of-zero=plus takes it for +1");
    return;
  }
  Value bits =
      create<SignOp>(op, getBitType(op.getType()), op.getInput()).getResult();
  setBits(op, op.getResult(), bits);
}

//===----------------------------------------------------------------------===//
// What only moves
//===----------------------------------------------------------------------===//

/// A chain of insertions that leaves nothing out.
Value Recognizer::sinkConcat(tensor::InsertSliceOp last) {
  SmallVector<Value> parts = getConcatenatedParts(last.getResult());
  if (parts.empty() ||
      !llvm::all_of(parts, [&](Value part) { return bool(lookup(part)); }))
    return nullptr;
  SmallVector<tensor::InsertSliceOp> chain;
  for (auto insert = last; insert;
       insert = insert.getDest().getDefiningOp<tensor::InsertSliceOp>())
    chain.push_back(insert);
  Value result = tensor::EmptyOp::create(
      b, last.getLoc(), last.getType().getShape(), b.getI1Type());
  for (tensor::InsertSliceOp insert : llvm::reverse(chain)) {
    result = create<tensor::InsertSliceOp>(
        insert, lookup(insert.getSource()), result, insert.getMixedOffsets(),
        insert.getMixedSizes(), insert.getMixedStrides());
    replaced.insert(insert);
  }
  return result;
}

static bool onlyMoves(linalg::GenericOp op) {
  return op.getNumReductionLoops() == 0 && op.getNumDpsInputs() == 1 &&
         op->getNumResults() == 1 &&
         op.getBody()->getTerminator()->getOperand(0) ==
             op.getBody()->getArgument(0) &&
         op.getMatchingIndexingMap(op.getDpsInitOperand(0)).isIdentity();
}

/// The same operation on bits; null where it does more than move +-1.
Value Recognizer::sink(Operation *op) {
  if (op->getNumResults() != 1 || op->getNumOperands() == 0)
    return nullptr;
  auto type = dyn_cast<RankedTensorType>(op->getResult(0).getType());
  Value bits = lookup(op->getOperand(0));
  if (!type || !type.hasStaticShape() || !bits)
    return nullptr;
  RankedTensorType bitType = getBitType(type);
  auto buildEmpty = [&]() -> Value {
    return tensor::EmptyOp::create(b, op->getLoc(), type.getShape(),
                                   b.getI1Type());
  };
  return TypeSwitch<Operation *, Value>(op)
      .Case([&](SignOp) { return bits; })
      .Case<tensor::ExpandShapeOp, tensor::CollapseShapeOp>(
          [&](auto reshape) -> Value {
            return create<decltype(reshape)>(op, bitType, bits,
                                             reshape.getReassociationIndices());
          })
      .Case([&](tensor::ExtractSliceOp slice) -> Value {
        return create<tensor::ExtractSliceOp>(
            op, bitType, bits, slice.getMixedOffsets(), slice.getMixedSizes(),
            slice.getMixedStrides());
      })
      .Case([&](tensor::InsertSliceOp insert) { return sinkConcat(insert); })
      .Case([&](tensor::ConcatOp concat) -> Value {
        SmallVector<Value> parts;
        for (Value part : concat.getInputs())
          parts.push_back(lookup(part));
        if (!llvm::all_of(parts, [](Value part) { return bool(part); }))
          return nullptr;
        return create<tensor::ConcatOp>(op, bitType, concat.getDim(), parts);
      })
      .Case([&](tensor::PadOp pad) -> Value {
        Value padding = pad.getConstantPaddingValue();
        std::optional<double> value =
            padding ? getConstantSplat(padding) : std::nullopt;
        if (!value || std::abs(*value) != 1.0)
          return nullptr;
        Value bit = arith::ConstantOp::create(b, op->getLoc(),
                                              b.getBoolAttr(*value > 0.0));
        return create<tensor::PadOp>(op, bitType, bits, pad.getMixedLowPad(),
                                     pad.getMixedHighPad(), bit);
      })
      .Case([&](linalg::TransposeOp transpose) -> Value {
        return create<linalg::TransposeOp>(op, bits, buildEmpty(),
                                           transpose.getPermutation())
            ->getResult(0);
      })
      .Case([&](linalg::GenericOp generic) -> Value {
        if (!onlyMoves(generic))
          return nullptr;
        return create<linalg::GenericOp>(
                   op, bitType, bits, buildEmpty(),
                   generic.getIndexingMapsArray(),
                   generic.getIteratorTypesArray(),
                   [](OpBuilder &nested, Location loc, mlir::ValueRange args) {
                     linalg::YieldOp::create(nested, loc, args[0]);
                   })
            .getResult(0);
      })
      .Default([](Operation *) { return Value(); });
}

/// Members of +-1, blank views' as well, joined by maximum or concatenation are
/// +-1. They are joined as floats, so that they may be missing; what is behind
/// works on the signs. Zeros for a member that is missing would be no +-1.
void Recognizer::visitAggregate(AggregateOp op) {
  if (op.getKind() == AggregateKind::mean ||
      (op.getMissing() != Missing::fail && op.getMissing() != Missing::blank) ||
      !llvm::all_of(op.getMembers(),
                    [&](Value member) { return bool(lookup(member)); }))
    return;
  b.setInsertionPointAfter(op);
  auto sign = create<SignOp>(op, getBitType(op.getType()), op.getResult());
  replaced.insert(sign);
  bitsOf[op.getResult()] = sign.getResult();
}

//===----------------------------------------------------------------------===//
// The walk
//===----------------------------------------------------------------------===//

void Recognizer::visit(Operation *op) {
  b.setInsertionPoint(op);
  if (auto floats = dyn_cast<PlusMinusOneOp>(op))
    return setBits(op, floats.getResult(), floats.getInput());
  if (auto sign = dyn_cast<SignWithZeroOp>(op))
    return visitSignWithZero(sign);
  if (auto aggregate = dyn_cast<AggregateOp>(op))
    return visitAggregate(aggregate);
  if (visitWindow(op))
    return;
  if (Value bits = sink(op)) {
    if (!isa<SignOp>(op))
      return setBits(op, op->getResult(0), bits);
    op->getResult(0).replaceAllUsesWith(bits); // the sign of +-1
    return;
  }
  if (auto linalgOp = dyn_cast<linalg::LinalgOp>(op);
      linalgOp && op->getNumResults() == 1) {
    // A grouped convolution is matched at what comes behind.
    bool isGrouped = isa<linalg::Conv2DNgchwGfchwOp>(op) && op->hasOneUse() &&
                     matchWindow(*op->user_begin());
    if (!isGrouped)
      explainProduct(linalgOp);
  }
  if (isa<tensor::CollapseShapeOp>(op))
    if (std::optional<WindowMatch> match = matchWindow(op))
      explainProduct(cast<linalg::LinalgOp>(match->op));
}

/// What takes floats gets its own, where it stands and under its name.
void Recognizer::makeFloats() {
  for (auto [floats, bits] : bitsOf) {
    llvm::SetVector<Operation *> users;
    for (Operation *user : floats.getUsers())
      users.insert(main.getBody().front().findAncestorOpInBlock(*user));
    for (Operation *user : users) {
      if (replaced.contains(user))
        continue;
      b.setInsertionPoint(user);
      Operation *namesake = user->hasTrait<OpTrait::IsTerminator>()
                                ? floats.getDefiningOp()
                                : user;
      Value own = create<PlusMinusOneOp>(namesake, floats.getType(), bits);
      floats.replaceUsesWithIf(own, [&](OpOperand &use) {
        return user->isAncestor(use.getOwner());
      });
    }
  }
}

void Recognizer::run() {
  Block &block = main.getBody().front();
  for (Operation &op : llvm::make_early_inc_range(block.without_terminator()))
    visit(&op);
  makeFloats();
  for (Operation &op : llvm::make_early_inc_range(llvm::reverse(block)))
    if (isOpTriviallyDead(&op))
      op.erase();
}

namespace {

struct RecognizeBinaryPass
    : ddnn::impl::RecognizeBinaryBase<RecognizeBinaryPass> {
  void runOnOperation() override {
    ModuleOp module = getOperation();
    auto zero = module->getAttrOfType<StringAttr>(kSignOfZeroAttr);
    if (zero && zero.getValue() != "exact" && zero.getValue() != "plus") {
      module.emitError() << kSignOfZeroAttr << " is exact or plus, not '"
                         << zero.getValue() << "'";
      return signalPassFailure();
    }
    func::FuncOp main = getGraph(module);
    if (!main)
      return;
    Recognizer recognizer(main, zero && zero.getValue() == "plus");
    recognizer.run();
    numRecognized += recognizer.numRecognized;
    if (recognizer.notes.empty())
      module->removeAttr(kBinaryBlocksAttr);
    else
      module->setAttr(kBinaryBlocksAttr,
                      ArrayAttr::get(&getContext(), recognizer.notes));
  }
};

} // namespace
