// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Evaluation.h"
#include "Error.h"
#include "Report.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

using namespace ddnn::tools;

namespace {

/// Three exits on three tiers.
struct ThreeTiers {
  ddnn_exit exits[3] = {{"local", 0, 0, 0, 0, 3, 0.3f},
                        {"edge", 1, 0, 0, 0, 3, 0.6f},
                        {"cloud", 2, 0, 0, 1, 3, 0.0f}};
  const char *tiers[3] = {"device", "edge", "cloud"};
  ddnn_model model = {};
  std::vector<HopBytes> hops = {{100, 150}, {10, 20}};
  std::vector<uint32_t> replies = {0, 7, 8};

  ThreeTiers() {
    model.name = "m";
    model.exits = exits;
    model.exit_count = 3;
    model.tier_names = tiers;
    model.tier_count = 3;
  }

  SettingResult run(const Verdicts &verdicts, std::vector<uint32_t> labels,
                    std::vector<std::string> options) {
    return replay(verdicts, model, {0, 1, 2},
                  thresholdCombinations(model, options).front(), labels, hops,
                  replies);
  }
};

/// Four samples; labels are all 0, so a 0 is right.
Verdicts fourSamples() {
  Verdicts v(4, 3);
  v.at(0, 0) = {0.1f, 0}, v.at(0, 1) = {0.1f, 1}, v.at(0, 2) = {0.1f, 1};
  v.at(1, 0) = {0.5f, 1}, v.at(1, 1) = {0.6f, 0}, v.at(1, 2) = {0.0f, 1};
  v.at(2, 0) = {0.9f, 1}, v.at(2, 1) = {0.7f, 1}, v.at(2, 2) = {0.9f, 0};
  v.at(3, 0) = {1.0f, 0}, v.at(3, 1) = {1.0f, 1}, v.at(3, 2) = {1.0f, 1};
  return v;
}

TEST(Replay, ByHand) {
  ThreeTiers t;
  // Compiled thresholds: sample 0 local, 1 edge (0.6 <= 0.6), 2 and 3 cloud.
  SettingResult r = t.run(fourSamples(), {0, 0, 0, 0}, {});
  EXPECT_EQ(r.exitRate, std::vector<double>({0.25, 0.25, 0.5}));
  EXPECT_DOUBLE_EQ(r.accuracy, 0.75);
  EXPECT_DOUBLE_EQ(*r.serverAccuracy, 2.0 / 3);
  // Right at local or cloud: 0, 2, 3; what the edge says does not count.
  EXPECT_DOUBLE_EQ(r.idealAccuracy, 0.75);
  EXPECT_DOUBLE_EQ(r.payloadBytes, (0 + 100 + 110 + 110) / 4.0);
  EXPECT_DOUBLE_EQ(r.framedBytes, (0 + 150 + 170 + 170) / 4.0);
  EXPECT_DOUBLE_EQ(r.replyBytes, (0 + 7 + 8 + 8) / 4.0);
}

TEST(Replay, NeverAndAlways) {
  ThreeTiers t;
  SettingResult never =
      t.run(fourSamples(), {0, 0, 0, 0}, {"local=0", "edge=0"});
  EXPECT_EQ(never.exitRate, std::vector<double>({0, 0, 1}));
  EXPECT_DOUBLE_EQ(never.accuracy, 0.25);
  EXPECT_DOUBLE_EQ(*never.serverAccuracy, 0.25);
  SettingResult always = t.run(fourSamples(), {0, 0, 0, 0}, {"local=1"});
  EXPECT_EQ(always.exitRate, std::vector<double>({1, 0, 0}));
  EXPECT_FALSE(always.serverAccuracy);
  EXPECT_DOUBLE_EQ(always.payloadBytes, 0);
}

TEST(Replay, NanNeverLeavesEarly) {
  ThreeTiers t;
  Verdicts v = fourSamples();
  v.at(0, 0).entropy = std::numeric_limits<float>::quiet_NaN();
  EXPECT_DOUBLE_EQ(t.run(v, {0, 0, 0, 0}, {"local=1"}).exitRate[0], 0.75);
}

TEST(Thresholds, Combinations) {
  ThreeTiers t;
  auto all = thresholdCombinations(t.model, {"edge=0.1,0.2", "local=0.4,0.8"});
  ASSERT_EQ(all.size(), 4u);
  EXPECT_EQ(all[0][1].text, "0.1");
  EXPECT_EQ(all[0][0].text, "0.4");
  EXPECT_EQ(all[1][0].text, "0.8"); // the last option varies fastest
  EXPECT_EQ(all[2][1].value, 0.2f);
  EXPECT_EQ(all[0][2].value, 0.0f);
  // Two options for one exit are one list.
  EXPECT_EQ(thresholdCombinations(t.model, {"local=0", "local=1"}).size(), 2u);
  // Compiled ones read as they were written.
  EXPECT_EQ(compiledThresholds(t.model)[0].text, "0.3");
}

TEST(Thresholds, Rejects) {
  ThreeTiers t;
  for (const char *option :
       {"local", "local=", "=0.5", "local=x", "local=1.1", "local=-0.1",
        "local=nan", "other=0.5", "cloud=0.5", "local=0.1,", "local=0.1 0.2"})
    EXPECT_THROW(thresholdCombinations(t.model, {option}), Error) << option;
  EXPECT_THROW(singleThresholds(t.model, {"local=0.1,0.2"}), Error);
}

TEST(Report, Numbers) {
  EXPECT_EQ(number(0.4f).dump(), "0.4");
  EXPECT_EQ(number(1.0f).dump(), "1.0");
  EXPECT_EQ(number(NAN).dump(), "null");
  std::vector<uint32_t> values = {5, 1, 4, 2, 3};
  EXPECT_EQ(quantile(values, 0.5), 3u);
  EXPECT_EQ(quantile(values, 0.99), 5u);
  EXPECT_EQ(quantile(values, 0.2), 1u);
  std::vector<uint32_t> none;
  EXPECT_EQ(quantile(none, 0.5), 0u);
}

} // namespace
