//===- ScheduleTest.cpp - Candidates, misfits and the cache ---------------===//
//
// Part of ddnnc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ddnn/Analysis/ScheduleCache.h"
#include "ddnn/Analysis/VectorTarget.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Parser/Parser.h"
#include "gtest/gtest.h"

using namespace mlir;
using namespace ddnn;

namespace {

class ScheduleTest : public ::testing::Test {
protected:
  ScheduleTest() {
    context
        .loadDialect<DDNNDialect, func::FuncDialect, tensor::TensorDialect>();
  }

  /// A 3x3 convolution with pads of 1 of blocked 8x8 images.
  WindowOp parse(int64_t stride) {
    std::string size = std::to_string(8 / stride);
    std::string out = "tensor<1x4x" + size + "x" + size + "x8xf32>";
    std::string text =
        "func.func @main(%x: tensor<1x2x8x8x8xf32>, %w: "
        "tensor<32x16x3x3xf32>, %e: " +
        out + ") -> " + out +
        " {\n%y = ddnn.window conv(%x, %w) into %e {kernel = array<i64: 3, 3>, "
        "strides = array<i64: " +
        std::to_string(stride) + ", " + std::to_string(stride) +
        ">, dilations = array<i64: 1, 1>, pads = array<i64: 1, 1, 1, 1>} : "
        "(tensor<1x2x8x8x8xf32>, tensor<32x16x3x3xf32>, " +
        out + ") -> " + out +
        " {\n^bb0(%v: f32):\nddnn.yield %v : f32\n}\nreturn %y : " + out +
        "\n}";
    module = parseSourceString<ModuleOp>(text, &context);
    WindowOp window;
    if (module)
      module->walk([&](WindowOp op) { window = op; });
    return window;
  }

  MLIRContext context;
  OwningOpRef<ModuleOp> module;
  VectorTarget target = getVectorTarget("x86-64-v3");
};

} // namespace

TEST_F(ScheduleTest, CandidatesFitAndBeginWithTheTables) {
  WindowOp op = parse(1);
  ASSERT_TRUE(op);
  for (WinogradChoice choice :
       {WinogradChoice::automatic, WinogradChoice::off}) {
    std::vector<WindowSchedule> list = listSchedules(op, target, choice, 12);
    ASSERT_GT(list.size(), 3u);
    EXPECT_LE(list.size(), 12u);
    EXPECT_TRUE(list[0].isSame(chooseSchedule(op, target, choice)));
    bool hasWinograd = false;
    for (size_t i = 0; i < list.size(); ++i) {
      EXPECT_EQ(findMisfit(op, target, choice, list[i]), "");
      hasWinograd |= list[i].winograd != 0;
      for (size_t k = 0; k < i; ++k)
        EXPECT_FALSE(list[i].isSame(list[k]));
    }
    EXPECT_EQ(hasWinograd, choice == WinogradChoice::automatic);
  }
  EXPECT_EQ(listSchedules(op, target, WinogradChoice::automatic, 2).size(), 2u);
}

TEST_F(ScheduleTest, StridesAreNoWinograd) {
  WindowOp op = parse(2);
  ASSERT_TRUE(op);
  auto choice = WinogradChoice::automatic;
  for (const WindowSchedule &schedule : listSchedules(op, target, choice, 12))
    EXPECT_EQ(schedule.winograd, 0);
  EXPECT_EQ(findMisfit(op, target, choice, {1, 1, 0, 0.0}), "");
  EXPECT_NE(findMisfit(op, target, choice, {1, 1, 2, 0.0}), "");
}

TEST_F(ScheduleTest, KeyNamesWhatMatters) {
  WindowOp op = parse(1);
  ASSERT_TRUE(op);
  auto automatic = WinogradChoice::automatic;
  std::string key = describeWindow(op, "x86-64-v3", 1, automatic);
  EXPECT_EQ(key, "conv 1x2x8x8x8 > 1x4x8x8x8, kernel 3x3, strides 1x1, pads "
                 "1x1x1x1, dilations 1x1, avx2 of x86-64-v3, 1 threads, any");
  EXPECT_NE(key, describeWindow(op, "haswell", 1, automatic));
  EXPECT_NE(key, describeWindow(op, "x86-64-v3", 2, automatic));
  EXPECT_NE(key, describeWindow(op, "x86-64-v3", 1, WinogradChoice::off));
  // The machine by its name, so that its file says nothing of another one.
  EXPECT_EQ(describeWindow(op, "", 1, automatic),
            describeWindow(op, "native", 1, automatic));
  EXPECT_EQ(describeWindow(op, "", 1, automatic).find(" of ,"),
            std::string::npos);
}

TEST_F(ScheduleTest, CacheReadsWhatItWrites) {
  ScheduleCache cache;
  cache.set("conv \"a\"", {7, 2, 0, 1.0});
  cache.set("conv b", {1, 4, 2, 1.0});
  llvm::Expected<ScheduleCache> again = ScheduleCache::parse(cache.print());
  ASSERT_TRUE(bool(again));
  EXPECT_TRUE(again->contains("conv \"a\""));
  EXPECT_FALSE(again->contains("conv"));
  EXPECT_EQ(again->getAttr(&context), cache.getAttr(&context));
  auto entry = cache.getAttr(&context).getAs<DenseI64ArrayAttr>("conv b");
  ASSERT_TRUE(entry);
  EXPECT_EQ(entry.asArrayRef(), (ArrayRef<int64_t>{1, 4, 2}));
}

TEST(VectorTargetTest, IsWhatACpuHas) {
  EXPECT_EQ(getVectorTarget("skylake-avx512").isa, "avx512");
  EXPECT_EQ(getVectorTarget("x86-64-v4").isa, "avx512");
  // AVX-512 without vectors of bytes.
  EXPECT_EQ(getVectorTarget("knl").isa, "avx2");
  EXPECT_EQ(getVectorTarget("haswell").isa, "avx2");
  EXPECT_EQ(getVectorTarget("x86-64").isa, "sse2");
  EXPECT_EQ(getVectorTarget("cortex-a72").isa, "neon");
  EXPECT_FALSE(getVectorTarget("cortex-m3").hasFloats);
  EXPECT_TRUE(getVectorTarget("cortex-m4").hasFloats);
}

TEST(RunsOnHost, WhatItIsAndWhatItIsNot) {
  EXPECT_TRUE(runsOnHost(""));
  EXPECT_TRUE(runsOnHost("native"));
  EXPECT_FALSE(runsOnHost("cortex-m3"));
  EXPECT_FALSE(runsOnHost("no-such-cpu"));
#if defined(__x86_64__)
  EXPECT_TRUE(runsOnHost("x86-64"));
  EXPECT_FALSE(runsOnHost("aarch64"));
#endif
}
