//===- AnalysisTest.cpp - Costs, +-1 values and ranges --------------------===//
//
// Part of ddnnc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ddnn/Analysis/Accesses.h"
#include "ddnn/Analysis/Channels.h"
#include "ddnn/Analysis/Cost.h"
#include "ddnn/Analysis/Graph.h"
#include "ddnn/Analysis/Values.h"
#include "ddnn/Dialect/DDNN/IR/DDNN.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/Parser/Parser.h"
#include "gtest/gtest.h"

using namespace mlir;
using namespace ddnn;

namespace {

/// Parses the body of a function and returns the values that it returns.
class AnalysisTest : public ::testing::Test {
protected:
  AnalysisTest() {
    context.loadDialect<DDNNDialect, arith::ArithDialect, func::FuncDialect,
                        linalg::LinalgDialect, math::MathDialect,
                        memref::MemRefDialect, scf::SCFDialect,
                        tensor::TensorDialect, vector::VectorDialect>();
  }

  /// `results` are the types of what `body` returns.
  OperandRange parse(StringRef arguments, StringRef results, StringRef body) {
    std::string text = ("func.func @main(" + arguments + ") -> (" + results +
                        ") {\n" + body + "\n}")
                           .str();
    module = parseSourceString<ModuleOp>(text, &context);
    EXPECT_TRUE(module);
    return getGraph(*module).getBody().front().getTerminator()->getOperands();
  }

  MLIRContext context;
  OwningOpRef<ModuleOp> module;
};

} // namespace

//===----------------------------------------------------------------------===//
// Cost
//===----------------------------------------------------------------------===//

TEST_F(AnalysisTest, CostOfAConvolution) {
  Value result = parse("%x: tensor<1x3x8x8xf32>, %w: tensor<4x3x3x3xf32>",
                       "tensor<1x4x6x6xf32>", R"(
    %zero = arith.constant 0.0 : f32
    %e = tensor.empty() : tensor<1x4x6x6xf32>
    %z = linalg.fill ins(%zero : f32) outs(%e : tensor<1x4x6x6xf32>) -> tensor<1x4x6x6xf32>
    %0 = linalg.conv_2d_nchw_fchw ins(%x, %w : tensor<1x3x8x8xf32>, tensor<4x3x3x3xf32>) outs(%z : tensor<1x4x6x6xf32>) -> tensor<1x4x6x6xf32>
    return %0 : tensor<1x4x6x6xf32>)")[0];
  Cost cost = getCost(result.getDefiningOp());
  EXPECT_EQ(cost.flops, 4 * 6 * 6 * 3 * 3 * 3 * 2);
  EXPECT_EQ(cost.bytesRead, 4 * (3 * 8 * 8 + 4 * 3 * 3 * 3));
  EXPECT_EQ(cost.bytesWritten, 4 * 4 * 6 * 6);
  EXPECT_EQ(getFlops(result.getDefiningOp()->getOperand(2).getDefiningOp()), 0);
}

TEST_F(AnalysisTest, CostOfPoolingAndElementwise) {
  OperandRange results = parse("%x: tensor<1x2x4x4xf32>, %s: tensor<2xf32>",
                               "tensor<1x2x2x2xf32>, tensor<1x2x4x4xf32>", R"(
    %low = arith.constant 0xFF800000 : f32
    %e = tensor.empty() : tensor<1x2x2x2xf32>
    %window = tensor.empty() : tensor<2x2xf32>
    %l = linalg.fill ins(%low : f32) outs(%e : tensor<1x2x2x2xf32>) -> tensor<1x2x2x2xf32>
    %0 = linalg.pooling_nchw_max {strides = dense<2> : tensor<2xi64>} ins(%x, %window : tensor<1x2x4x4xf32>, tensor<2x2xf32>) outs(%l : tensor<1x2x2x2xf32>) -> tensor<1x2x2x2xf32>
    %1 = ddnn.batch_norm %x, %s, %s : tensor<1x2x4x4xf32>, tensor<2xf32>
    return %0, %1 : tensor<1x2x2x2xf32>, tensor<1x2x4x4xf32>)");
  Cost pooling = getCost(results[0].getDefiningOp());
  EXPECT_EQ(pooling.flops, 2 * 2 * 2 * 2 * 2);
  EXPECT_EQ(pooling.bytesRead, 4 * 2 * 4 * 4); // the window is no data
  EXPECT_EQ(getFlops(results[1].getDefiningOp()), 2 * 2 * 4 * 4);
}

TEST_F(AnalysisTest, CostAndRangeOfAggregates) {
  OperandRange results =
      parse("%x: tensor<1x4xf32>, %p: tensor<2xi8>",
            "tensor<1x4xf32>, tensor<1x4xf32>, tensor<1x4xf32>, "
            "tensor<1x4xf32>",
            R"(
    %a = arith.constant dense<2.0> : tensor<1x4xf32>
    %b = arith.constant dense<3.0> : tensor<1x4xf32>
    %c = arith.constant dense<-7.0> : tensor<1x4xf32>
    %0 = ddnn.aggregate max %a, %b from ["a", "b"] missing fail
        : (tensor<1x4xf32>, tensor<1x4xf32>) -> tensor<1x4xf32>
    %1 = ddnn.aggregate max %a, %b from ["a", "b"] missing skip
        : (tensor<1x4xf32>, tensor<1x4xf32>) -> tensor<1x4xf32>
    %2 = ddnn.aggregate max %a, %b from ["a", "b"] missing blank
        blank(%c, %c : tensor<1x4xf32>, tensor<1x4xf32>)
        present(%p : tensor<2xi8>) [0, 1]
        : (tensor<1x4xf32>, tensor<1x4xf32>) -> tensor<1x4xf32>
    %3 = ddnn.aggregate mean %a, %x from ["a", "x"] missing zero
        : (tensor<1x4xf32>, tensor<1x4xf32>) -> tensor<1x4xf32>
    return %0, %1, %2, %3 : tensor<1x4xf32>, tensor<1x4xf32>, tensor<1x4xf32>, tensor<1x4xf32>)");
  EXPECT_GT(getNumericRange(results[0]).lo, 1.9);
  EXPECT_LT(getNumericRange(results[0]).hi, 3.1);
  // Where all are missing, it is zero.
  EXPECT_LE(getNumericRange(results[1]).lo, 0.0);
  EXPECT_LE(getNumericRange(results[2]).lo, -7.0);
  EXPECT_FALSE(getMagnitudeBound(results[3]));
  EXPECT_EQ(getFlops(results[0].getDefiningOp()), 4);
  // A blank view's part is read instead of a member's.
  EXPECT_EQ(getCost(results[2].getDefiningOp()).bytesRead, 2 * 16 + 2);
  EXPECT_EQ(getFlops(results[3].getDefiningOp()), 8);
}

TEST_F(AnalysisTest, CostPerNode) {
  parse("%x: tensor<4xf32>", "tensor<4xf32>", R"(
    %0 = arith.negf %x {ddnn.node = "b"} : tensor<4xf32>
    %1 = arith.negf %0 {ddnn.node = "a"} : tensor<4xf32>
    %2 = arith.negf %1 {ddnn.node = "b"} : tensor<4xf32>
    return %2 : tensor<4xf32>)");
  SmallVector<NodeCost> nodes = getNodeCosts(getGraph(*module));
  ASSERT_EQ(nodes.size(), 2u);
  EXPECT_EQ(nodes[0].name, "b");
  EXPECT_EQ(nodes[0].cost.flops, 8);
  EXPECT_EQ(nodes[1].cost.flops, 4);
}

TEST_F(AnalysisTest, CostOfBinaryOperators) {
  OperandRange results = parse(
      "%x: tensor<1x4x6x6xi1>, %w: tensor<8x2x3x3xi1>, %r: tensor<1x16xf32>, "
      "%m: tensor<3x16xi1>",
      "tensor<1x8x4x4xf32>, tensor<1x3xf32>, tensor<1x4x3x3xi1>, "
      "tensor<1x4x6x6xf32>",
      R"(
    %0 = ddnn.binary_conv_2d %x, %w {strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, groups = 2 : i64} : tensor<1x4x6x6xi1>, tensor<8x2x3x3xi1> -> tensor<1x8x4x4xf32>
    %1 = ddnn.binary_matmul %r, %m : tensor<1x16xf32>, tensor<3x16xi1> -> tensor<1x3xf32>
    %2 = ddnn.binary_pool %x {kernel = array<i64: 2, 2>, strides = array<i64: 2, 2>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>} : tensor<1x4x6x6xi1> -> tensor<1x4x3x3xi1>
    %3 = ddnn.plus_minus_one %x : tensor<1x4x6x6xi1> -> tensor<1x4x6x6xf32>
    return %0, %1, %2, %3 : tensor<1x8x4x4xf32>, tensor<1x3xf32>, tensor<1x4x3x3xi1>, tensor<1x4x6x6xf32>)");
  auto cost = [&](unsigned i) { return getCost(results[i].getDefiningOp()); };
  // FLOPs are ONNX's, bytes those of bits.
  EXPECT_EQ(cost(0).flops, 8 * 4 * 4 * 2 * 3 * 3 * 2);
  EXPECT_EQ(cost(0).bytesRead, 4 * 6 * 6 / 8 + 8 * 2 * 3 * 3 / 8);
  EXPECT_EQ(cost(0).bytesWritten, 4 * 8 * 4 * 4);
  EXPECT_EQ(cost(1).flops, 3 * 16 * 2);
  EXPECT_EQ(cost(2).flops, 4 * 3 * 3 * 2 * 2);
  EXPECT_EQ(cost(2).bytesWritten, 5); // of 36 bits
  EXPECT_EQ(cost(3).flops, 0);
  EXPECT_EQ(cost(3).bytesRead + cost(3).bytesWritten, 0);
}

//===----------------------------------------------------------------------===//
// +-1
//===----------------------------------------------------------------------===//

/// Max pooling 3x3 with stride 1 and padding 1, with this padding and start.
static std::string pool(StringRef source, StringRef padding) {
  return (R"(
    %padding = arith.constant )" +
          padding + R"( : f32
    %low = arith.constant 0xFF800000 : f32
    %padded = tensor.pad )" +
          source + R"( low[0, 0, 1, 1] high[0, 0, 1, 1] {
    ^bb0(%a: index, %b: index, %c: index, %d: index):
      tensor.yield %padding : f32
    } : tensor<1x1x4x4xf32> to tensor<1x1x6x6xf32>
    %window = tensor.empty() : tensor<3x3xf32>
    %e = tensor.empty() : tensor<1x1x4x4xf32>
    %l = linalg.fill ins(%low : f32) outs(%e : tensor<1x1x4x4xf32>) -> tensor<1x1x4x4xf32>
    %pooled = linalg.pooling_nchw_max ins(%padded, %window : tensor<1x1x6x6xf32>, tensor<3x3xf32>) outs(%l : tensor<1x1x4x4xf32>) -> tensor<1x1x4x4xf32>
)")
      .str();
}

/// %s is the sign of %x.
static const std::string sign = R"(
    %bits = ddnn.sign %x : tensor<1x1x4x4xf32> -> tensor<1x1x4x4xi1>
    %s = ddnn.plus_minus_one %bits : tensor<1x1x4x4xi1> -> tensor<1x1x4x4xf32>)";

TEST_F(AnalysisTest, WhatIsConcatenated) {
  OperandRange results =
      parse("%x: tensor<1x1x4x4xf32>",
            "tensor<1x1x4x4xf32>, tensor<1x16xf32>, tensor<1x32xf32>, "
            "tensor<1x1x4x4xf32>",
            sign + pool("%s", "0xFF800000") +
                R"(
    %flat = tensor.collapse_shape %pooled [[0], [1, 2, 3]] : tensor<1x1x4x4xf32> into tensor<1x16xf32>
    %both = tensor.empty() : tensor<1x32xf32>
    %first = tensor.insert_slice %flat into %both[0, 0] [1, 16] [1, 1] : tensor<1x16xf32> into tensor<1x32xf32>
    %second = tensor.insert_slice %flat into %first[0, 16] [1, 16] [1, 1] : tensor<1x16xf32> into tensor<1x32xf32>
    %product = arith.mulf %s, %pooled : tensor<1x1x4x4xf32>
    return %pooled, %flat, %second, %product : tensor<1x1x4x4xf32>, tensor<1x16xf32>, tensor<1x32xf32>, tensor<1x1x4x4xf32>)");
  for (Value result : results)
    EXPECT_EQ(getConcatenatedParts(result).size(),
              result == results[2] ? 2u : 0u);
}

TEST_F(AnalysisTest, ChoiceBetweenConstants) {
  OperandRange results =
      parse("%x: tensor<4xf32>", "tensor<4xf32>, tensor<4xf32>", R"(
    %zero = arith.constant 0.0 : f32
    %one = arith.constant 1.0 : f32
    %minus = arith.constant -1.0 : f32
    %e = tensor.empty() : tensor<4xf32>
    %0 = linalg.generic {indexing_maps = [affine_map<(d) -> (d)>, affine_map<(d) -> (d)>], iterator_types = ["parallel"]} ins(%x : tensor<4xf32>) outs(%e : tensor<4xf32>) {
    ^bb0(%i: f32, %o: f32):
      %c = arith.cmpf oge, %i, %zero : f32
      %s = arith.select %c, %one, %minus : f32
      linalg.yield %s : f32
    } -> tensor<4xf32>
    %1 = linalg.generic {indexing_maps = [affine_map<(d) -> (d)>, affine_map<(d) -> (d)>], iterator_types = ["parallel"]} ins(%x : tensor<4xf32>) outs(%e : tensor<4xf32>) {
    ^bb0(%i: f32, %o: f32):
      %c = arith.cmpf oge, %i, %zero : f32
      %s = arith.select %c, %one, %zero : f32
      linalg.yield %s : f32
    } -> tensor<4xf32>
    return %0, %1 : tensor<4xf32>, tensor<4xf32>)");
  EXPECT_EQ(getMagnitudeBound(results[1]), 1.0);
}

//===----------------------------------------------------------------------===//
// Ranges
//===----------------------------------------------------------------------===//

TEST_F(AnalysisTest, NothingIsKnownOfAnInput) {
  Value result = parse("%x: tensor<4xf32>", "tensor<4xf32>", R"(
    %0 = arith.negf %x : tensor<4xf32>
    return %0 : tensor<4xf32>)")[0];
  EXPECT_FALSE(getMagnitudeBound(result));
  EXPECT_FALSE(getMagnitudeBound(getGraph(*module).getArgument(0)));
}

TEST_F(AnalysisTest, CameraThroughConvolution) {
  // Bytes over 255, then weights whose positive sum is 3 and negative sum -6.
  OperandRange results = parse("%x: tensor<1x2x3x3xi8>",
                               "tensor<1x2x3x3xf32>, tensor<1x2x3x3xf32>", R"(
    %zero = arith.constant 0.0 : f32
    %scale = arith.constant dense<0.00392156886> : tensor<1x2x3x3xf32>
    %w = arith.constant dense<[[[[1.0]], [[2.0]]], [[[-6.0]], [[0.5]]]]> : tensor<2x2x1x1xf32>
    %f = arith.uitofp %x : tensor<1x2x3x3xi8> to tensor<1x2x3x3xf32>
    %n = arith.mulf %f, %scale : tensor<1x2x3x3xf32>
    %e = tensor.empty() : tensor<1x2x3x3xf32>
    %z = linalg.fill ins(%zero : f32) outs(%e : tensor<1x2x3x3xf32>) -> tensor<1x2x3x3xf32>
    %0 = linalg.conv_2d_nchw_fchw ins(%n, %w : tensor<1x2x3x3xf32>, tensor<2x2x1x1xf32>) outs(%z : tensor<1x2x3x3xf32>) -> tensor<1x2x3x3xf32>
    %1 = arith.maximumf %0, %z : tensor<1x2x3x3xf32>
    return %0, %1 : tensor<1x2x3x3xf32>, tensor<1x2x3x3xf32>)");
  std::optional<double> sum = getMagnitudeBound(results[0]);
  ASSERT_TRUE(sum);
  EXPECT_GE(*sum, 6.0); // sound
  EXPECT_LT(*sum, 6.001);
  std::optional<double> relu = getMagnitudeBound(results[1]);
  ASSERT_TRUE(relu);
  EXPECT_GE(*relu, 3.0);
  EXPECT_LT(*relu, 3.001);
}

TEST_F(AnalysisTest, BoundedFunctions) {
  OperandRange results = parse(
      "%x: tensor<1x4xf32>",
      "tensor<1x4xf32>, tensor<1x4xf32>, tensor<1x4xf32>, tensor<1x4xf32>", R"(
    %six = arith.constant dense<6.0> : tensor<1x4xf32>
    %zero = arith.constant dense<0.0> : tensor<1x4xf32>
    %e = tensor.empty() : tensor<1x4xf32>
    %0 = linalg.softmax dimension(1) ins(%x : tensor<1x4xf32>) outs(%e : tensor<1x4xf32>) -> tensor<1x4xf32>
    %1 = math.tanh %x : tensor<1x4xf32>
    %2 = arith.maximumf %x, %zero : tensor<1x4xf32>
    %3 = arith.minimumf %2, %six : tensor<1x4xf32>
    %4 = arith.divf %3, %six : tensor<1x4xf32>
    return %0, %1, %3, %4 : tensor<1x4xf32>, tensor<1x4xf32>, tensor<1x4xf32>, tensor<1x4xf32>)");
  double limits[] = {1.0, 1.0, 6.0, 1.0};
  for (auto [result, limit] : llvm::zip(results, limits)) {
    std::optional<double> bound = getMagnitudeBound(result);
    ASSERT_TRUE(bound);
    EXPECT_GE(*bound, limit);
    EXPECT_LT(*bound, limit * 1.0001);
  }
}

TEST_F(AnalysisTest, OverflowIsUnbounded) {
  Value result = parse("%x: tensor<4xf32>", "tensor<4xf32>", R"(
    %big = arith.constant dense<3.0e+38> : tensor<4xf32>
    %bs = ddnn.sign %x : tensor<4xf32> -> tensor<4xi1>
    %s = ddnn.plus_minus_one %bs : tensor<4xi1> -> tensor<4xf32>
    %0 = arith.mulf %s, %big : tensor<4xf32>
    %1 = arith.addf %0, %0 : tensor<4xf32>
    return %1 : tensor<4xf32>)")[0];
  EXPECT_FALSE(getMagnitudeBound(result));
}

TEST_F(AnalysisTest, SumsOfSigns) {
  OperandRange results =
      parse("%x: tensor<1x4xi1>, %w: tensor<3x4xi1>, %f: tensor<1x4xf32>",
            "tensor<1x3xf32>, tensor<1x3xf32>, tensor<1x4xf32>", R"(
    %0 = ddnn.binary_matmul %x, %w : tensor<1x4xi1>, tensor<3x4xi1> -> tensor<1x3xf32>
    %t = linalg.softmax dimension(1) ins(%f : tensor<1x4xf32>) outs(%f : tensor<1x4xf32>) -> tensor<1x4xf32>
    %1 = ddnn.binary_matmul %t, %w : tensor<1x4xf32>, tensor<3x4xi1> -> tensor<1x3xf32>
    %2 = ddnn.sign_with_zero %f at_zero 0.0 : tensor<1x4xf32>
    return %0, %1, %2 : tensor<1x3xf32>, tensor<1x3xf32>, tensor<1x4xf32>)");
  NumericRange bits = getNumericRange(results[0]);
  EXPECT_EQ(bits.lo, -4.0);
  EXPECT_EQ(bits.hi, 4.0);
  EXPECT_FALSE(bits.mayBeNaN);
  NumericRange floats = getNumericRange(results[1]);
  EXPECT_LT(floats.lo, -4.0); // rounding
  EXPECT_NEAR(floats.lo, -4.0, 1e-4);
  EXPECT_NEAR(floats.hi, 4.0, 1e-4);
  EXPECT_EQ(*getMagnitudeBound(results[2]), 1.0);
}

TEST_F(AnalysisTest, ChannelFunctions) {
  Value result = parse("%x: tensor<1x2x4xf32>", "tensor<1x2x4xf32>", R"(
    %scale = arith.constant dense<[2.0, -0.5]> : tensor<2xf32>
    %shift = arith.constant dense<[1.0, 3.0]> : tensor<2xf32>
    %half = arith.constant 0.5 : f32
    %top = arith.constant 6.0 : f32
    %e = tensor.empty() : tensor<1x2x4xf32>
    %norm = ddnn.batch_norm %x, %scale, %shift : tensor<1x2x4xf32>, tensor<2xf32>
    %0 = linalg.generic {indexing_maps = [affine_map<(n, c, w) -> (n, c, w)>, affine_map<(n, c, w) -> (c)>, affine_map<(n, c, w) -> (n, c, w)>],
        iterator_types = ["parallel", "parallel", "parallel"]}
        ins(%norm, %shift : tensor<1x2x4xf32>, tensor<2xf32>) outs(%e : tensor<1x2x4xf32>) {
    ^bb0(%a: f32, %s: f32, %o: f32):
      %d = arith.subf %s, %a : f32
      %q = arith.divf %d, %half : f32
      %m = arith.minimumf %q, %top : f32
      %r = arith.negf %m : f32
      linalg.yield %r : f32
    } -> tensor<1x2x4xf32>
    return %0 : tensor<1x2x4xf32>)")[0];
  MonotoneChain chain = getMonotoneChain(result);
  EXPECT_EQ(chain.source, getGraph(*module).getArgument(0));
  ASSERT_EQ(chain.functions.size(), 2u);
  EXPECT_FALSE(chain.falls(0));
  EXPECT_TRUE(chain.falls(1));
  // -min((1 - (2 x + 1)) / 0.5, 6) = -min(-4 x, 6)
  EXPECT_EQ(chain.evaluate(3.0f, 0), 12.0f);
  EXPECT_EQ(chain.evaluate(-3.0f, 0), -6.0f);
  // -min((3 - (3 - 0.5 x)) / 0.5, 6) = -min(x, 6)
  EXPECT_EQ(chain.evaluate(3.0f, 1), -3.0f);
  EXPECT_EQ(chain.evaluate(8.0f, 1), -6.0f);
}

TEST_F(AnalysisTest, NoChannelFunctions) {
  OperandRange results =
      parse("%x: tensor<1x2xf32>, %y: tensor<1x2xf32>",
            "tensor<1x2xf32>, tensor<1x2xf32>, tensor<1x2xf32>", R"(
    %one = arith.constant 1.0 : f32
    %e = tensor.empty() : tensor<1x2xf32>
    %0 = linalg.generic {indexing_maps = [affine_map<(n, c) -> (n, c)>, affine_map<(n, c) -> (n, c)>, affine_map<(n, c) -> (n, c)>],
        iterator_types = ["parallel", "parallel"]} ins(%x, %y : tensor<1x2xf32>, tensor<1x2xf32>) outs(%e : tensor<1x2xf32>) {
    ^bb0(%a: f32, %b: f32, %o: f32):
      %s = arith.addf %a, %b : f32
      linalg.yield %s : f32
    } -> tensor<1x2xf32>
    %1 = linalg.generic {indexing_maps = [affine_map<(n, c) -> (n, c)>, affine_map<(n, c) -> (n, c)>],
        iterator_types = ["parallel", "parallel"]} ins(%x : tensor<1x2xf32>) outs(%e : tensor<1x2xf32>) {
    ^bb0(%a: f32, %o: f32):
      %q = arith.divf %one, %a : f32
      linalg.yield %q : f32
    } -> tensor<1x2xf32>
    %2 = linalg.generic {indexing_maps = [affine_map<(n, c) -> (n, 1 - c)>, affine_map<(n, c) -> (n, c)>],
        iterator_types = ["parallel", "parallel"]} ins(%x : tensor<1x2xf32>) outs(%e : tensor<1x2xf32>) {
    ^bb0(%a: f32, %o: f32):
      %n = arith.negf %a : f32
      linalg.yield %n : f32
    } -> tensor<1x2xf32>
    return %0, %1, %2 : tensor<1x2xf32>, tensor<1x2xf32>, tensor<1x2xf32>)");
  for (Value result : results)
    EXPECT_FALSE(matchMonotone(result.getDefiningOp()));
}

TEST_F(AnalysisTest, BatchNormAndAveragePooling) {
  // Signs times 3 plus 1, summed over 4 and divided by 4: at most 4.
  Value result = parse("%x: tensor<1x1x4x4xf32>", "tensor<1x1x2x2xf32>", R"(
    %zero = arith.constant 0.0 : f32
    %count = arith.constant dense<4.0> : tensor<1x1x2x2xf32>
    %scale = arith.constant dense<3.0> : tensor<1xf32>
    %shift = arith.constant dense<1.0> : tensor<1xf32>
    %window = tensor.empty() : tensor<2x2xf32>
    %e = tensor.empty() : tensor<1x1x2x2xf32>
    %z = linalg.fill ins(%zero : f32) outs(%e : tensor<1x1x2x2xf32>) -> tensor<1x1x2x2xf32>
    %bs = ddnn.sign %x : tensor<1x1x4x4xf32> -> tensor<1x1x4x4xi1>
    %s = ddnn.plus_minus_one %bs : tensor<1x1x4x4xi1> -> tensor<1x1x4x4xf32>
    %n = ddnn.batch_norm %s, %scale, %shift : tensor<1x1x4x4xf32>, tensor<1xf32>
    %p = linalg.pooling_nchw_sum {strides = dense<2> : tensor<2xi64>} ins(%n, %window : tensor<1x1x4x4xf32>, tensor<2x2xf32>) outs(%z : tensor<1x1x2x2xf32>) -> tensor<1x1x2x2xf32>
    %0 = arith.divf %p, %count : tensor<1x1x2x2xf32>
    return %0 : tensor<1x1x2x2xf32>)")[0];
  std::optional<double> bound = getMagnitudeBound(result);
  ASSERT_TRUE(bound);
  EXPECT_GE(*bound, 4.0);
  EXPECT_LT(*bound, 4.001);
}

//===----------------------------------------------------------------------===//
// Constants
//===----------------------------------------------------------------------===//

TEST_F(AnalysisTest, ConstantsThroughReshapes) {
  OperandRange results = parse("", "tensor<2x2xf32>, tensor<2xf32>", R"(
    %c = arith.constant dense<[1.0, 2.0, 3.0, 4.5]> : tensor<4xf32>
    %r = tensor.expand_shape %c [[0, 1]] output_shape [2, 2] : tensor<4xf32> into tensor<2x2xf32>
    %s = arith.constant dense<7.0> : tensor<2xf32>
    return %r, %s : tensor<2x2xf32>, tensor<2xf32>)");
  EXPECT_EQ(getConstantElements(results[0]),
            (std::vector<double>{1.0, 2.0, 3.0, 4.5}));
  EXPECT_FALSE(getConstantSplat(results[0]));
  EXPECT_EQ(getConstantSplat(results[1]), 7.0);
  EXPECT_EQ(getMagnitudeBound(results[0]), 4.5);
}

//===----------------------------------------------------------------------===//
// Accesses
//===----------------------------------------------------------------------===//

// Loads and stores through views and loops; a loop of unknown length counts as
// three, bytes of a truth value as one, and what is no buffer as nothing.
TEST_F(AnalysisTest, CountsAccesses) {
  auto module = parseSourceString<ModuleOp>(R"(
    func.func @kernel(%x: memref<4x8xf32>, %y: memref<32xf32>,
                      %b: memref<32xi1>, %n: index, %unused: memref<4xf32>) {
      %c0 = arith.constant 0 : index
      %c2 = arith.constant 2 : index
      %c7 = arith.constant 7 : index
      %flat = memref.collapse_shape %x [[0, 1]]
          : memref<4x8xf32> into memref<32xf32>
      scf.for %i = %c0 to %c7 step %c2 {
        %v = vector.load %flat[%i] : memref<32xf32>, vector<8xf32>
        scf.for %j = %c0 to %n step %c2 {
          vector.store %v, %y[%j] : memref<32xf32>, vector<8xf32>
        }
        %t = memref.load %b[%i] : memref<32xi1>
        scf.if %t {
          memref.store %t, %b[%i] : memref<32xi1>
        }
      }
      return
    }
    func.func private @unknown(memref<4x8xf32>, index))",
                                            &context);
  ASSERT_TRUE(module);
  auto accessed = [&](StringRef name) {
    return countAccessedBytes(module->lookupSymbol<func::FuncOp>(name));
  };
  // Four times: 32 bytes, three times 32 bytes, a byte there and back.
  EXPECT_EQ(accessed("kernel"),
            (SmallVector<double>{4 * 32, 4 * 3 * 32, 4 * 2, 0, 0}));
  EXPECT_EQ(accessed("unknown"), (SmallVector<double>{128, 0}));
}
