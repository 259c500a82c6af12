// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "LayerTimes.h"

#include <gtest/gtest.h>

#include <chrono>
#include <thread>

using namespace ddnn::tools;

TEST(Sampling, MedianOfFewAndOfNone) {
  Sampling sampling;
  EXPECT_FALSE(sampling.median());
  sampling.add(3);
  EXPECT_EQ(sampling.median(), 3.0);
  sampling.add(1);
  sampling.add(2);
  EXPECT_EQ(sampling.median(), 2.0);
  sampling.add(9);
  EXPECT_EQ(sampling.median(), 2.0); // the lower one of two
}

// What comes late counts as much as what comes early.
TEST(Sampling, MedianOfMany) {
  Sampling sampling;
  for (int i = 0; i < 1000000; ++i)
    sampling.add(i);
  EXPECT_NEAR(*sampling.median(), 500000, 1000);
}

TEST(LayerTimes, ListensUntilItIsGone) {
  ddnn_layer_hook hook = {};
  {
    LayerTimes times(&hook, 3);
    ASSERT_NE(hook.call, nullptr);
    auto layer = [&](uint32_t index, int milliseconds) {
      hook.call(hook.user, index, 0);
      std::this_thread::sleep_for(std::chrono::milliseconds(milliseconds));
      hook.call(hook.user, index, 1);
    };
    // Two runs, the second one up to an early exit only.
    layer(0, 2);
    std::this_thread::sleep_for(std::chrono::milliseconds(8));
    layer(1, 4);
    layer(0, 2);
    layer(7, 0); // none of this tier's
    EXPECT_EQ(times.runs(), 2u);
    EXPECT_GE(*times.median(0), 0.002);
    EXPECT_GE(*times.median(1), 0.004);
    EXPECT_FALSE(times.median(2));
    EXPECT_GT(times.outside(), 0.1);
    EXPECT_LT(times.outside(), 1.0);
  }
  EXPECT_EQ(hook.call, nullptr);
  EXPECT_EQ(hook.user, nullptr);
}
