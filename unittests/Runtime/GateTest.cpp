// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "ddnn/gate.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>
#include <vector>

namespace {
const float NaN = std::numeric_limits<float>::quiet_NaN();
const float Inf = std::numeric_limits<float>::infinity();

// The formula in double, as the papers write it.
double reference(const std::vector<float> &X) {
  double Max = *std::max_element(X.begin(), X.end()), Sum = 0, H = 0;
  for (float V : X)
    Sum += std::exp(V - Max);
  for (float V : X)
    if (double P = std::exp(V - Max) / Sum; P > 0)
      H -= P * std::log(P);
  return H / std::log(double(X.size()));
}

TEST(Gate, MatchesTheFormula) {
  std::mt19937 Random(1);
  for (int I = 0; I < 20000; ++I) {
    std::vector<float> X(2 + Random() % 200);
    float Scale =
        std::exp(std::uniform_real_distribution<float>(-5, 6)(Random));
    for (float &V : X)
      V = std::normal_distribution<float>(0, Scale)(Random);
    // Rounding of a sum of up to 200 floats of magnitude ln 200.
    EXPECT_NEAR(ddnn_entropy(X.data(), X.size(), DDNN_LOGITS), reference(X),
                3e-6);
  }
}

TEST(Gate, ProbabilitiesAreNotSoftmaxedAgain) {
  std::mt19937 Random(2);
  for (int I = 0; I < 2000; ++I) {
    std::vector<float> X(2 + Random() % 20), P, L;
    double Sum = 0;
    for (float &V : X)
      Sum += std::exp(V = std::normal_distribution<float>(0, 3)(Random));
    for (float V : X) {
      P.push_back(float(std::exp(V) / Sum));
      L.push_back(float(V - std::log(Sum)));
    }
    float E = ddnn_entropy(X.data(), X.size(), DDNN_LOGITS);
    EXPECT_NEAR(ddnn_entropy(P.data(), P.size(), DDNN_PROBABILITIES), E, 3e-6);
    EXPECT_NEAR(ddnn_entropy(L.data(), L.size(), DDNN_LOG_PROBABILITIES), E,
                3e-6);
    ddnn_gate_result R;
    ASSERT_EQ(ddnn_gate(P.data(), P.size(), DDNN_PROBABILITIES, DDNN_ENTROPY,
                        0.5f, false, &R),
              DDNN_OK);
    EXPECT_NEAR(R.confidence, *std::max_element(P.begin(), P.end()), 1e-6);
  }
}

TEST(Gate, ExtremesOfEntropy) {
  float Uniform[] = {3, 3, 3, 3}, Sure[] = {1e30f, 0, -1e30f},
        Half[] = {0.5f, 0.5f}, OneHot[] = {0, 1, 0}, Denormal[] = {1, 1e-42f},
        Masked[] = {-Inf, 2, 2, -Inf};
  EXPECT_NEAR(ddnn_entropy(Uniform, 4, DDNN_LOGITS), 1, 1e-6);
  EXPECT_EQ(ddnn_entropy(Sure, 3, DDNN_LOGITS), 0);
  EXPECT_NEAR(ddnn_entropy(Half, 2, DDNN_PROBABILITIES), 1, 1e-6);
  EXPECT_EQ(ddnn_entropy(OneHot, 3, DDNN_PROBABILITIES), 0); // 0 ln 0 = 0
  EXPECT_NEAR(ddnn_entropy(Denormal, 2, DDNN_PROBABILITIES), 0, 1e-6);
  EXPECT_NEAR(ddnn_entropy(Masked, 4, DDNN_LOGITS), 0.5, 1e-6);
  float LogMasked[] = {-Inf, 0};
  EXPECT_EQ(ddnn_entropy(LogMasked, 2, DDNN_LOG_PROBABILITIES), 0);
}

TEST(Gate, UndefinedEntropyIsNaN) {
  float WithNaN[] = {1, NaN, 2}, WithInf[] = {1, Inf, 2},
        AllMasked[] = {-Inf, -Inf};
  float Negative[] = {-0.1f, 1.1f}, Large[] = {Inf, 0}, Positive[] = {0.5f, -1};
  float One[] = {1};
  EXPECT_TRUE(std::isnan(ddnn_entropy(WithNaN, 3, DDNN_LOGITS)));
  EXPECT_TRUE(std::isnan(ddnn_entropy(WithNaN, 3, DDNN_PROBABILITIES)));
  EXPECT_TRUE(std::isnan(ddnn_entropy(WithNaN, 3, DDNN_LOG_PROBABILITIES)));
  EXPECT_TRUE(std::isnan(ddnn_entropy(WithInf, 3, DDNN_LOGITS)));
  EXPECT_TRUE(std::isnan(ddnn_entropy(AllMasked, 2, DDNN_LOGITS)));
  EXPECT_TRUE(std::isnan(ddnn_entropy(Negative, 2, DDNN_PROBABILITIES)));
  EXPECT_TRUE(std::isnan(ddnn_entropy(Large, 2, DDNN_PROBABILITIES)));
  EXPECT_TRUE(std::isnan(ddnn_entropy(Positive, 2, DDNN_LOG_PROBABILITIES)));
  EXPECT_TRUE(std::isnan(ddnn_entropy(One, 1, DDNN_LOGITS)));
  EXPECT_TRUE(std::isnan(ddnn_entropy(One, 0, DDNN_LOGITS)));
  EXPECT_TRUE(std::isnan(ddnn_entropy(Negative, 2, 7)));
}

TEST(Gate, Thresholds) {
  EXPECT_FALSE(ddnn_leaves(0, 0)); // T = 0: never
  EXPECT_FALSE(ddnn_leaves(-1e-7f, 0));
  EXPECT_FALSE(ddnn_leaves(0, -1));
  EXPECT_TRUE(ddnn_leaves(1.0000002f, 1)); // T = 1: always
  EXPECT_TRUE(ddnn_leaves(0.4f, 0.4f));    // eta <= T
  EXPECT_FALSE(ddnn_leaves(0.40001f, 0.4f));
  EXPECT_FALSE(ddnn_leaves(NaN, 1)); // NaN: never
  EXPECT_FALSE(ddnn_leaves(0, NaN));
}

TEST(Gate, LastExitAlwaysAnswers) {
  float Bad[] = {NaN, 1, 3};
  ddnn_gate_result R;
  ASSERT_EQ(ddnn_gate(Bad, 3, DDNN_LOGITS, DDNN_ENTROPY, 1, false, &R),
            DDNN_OK);
  EXPECT_FALSE(R.leaves);
  ASSERT_EQ(ddnn_gate(Bad, 3, DDNN_LOGITS, DDNN_ENTROPY, 0, true, &R), DDNN_OK);
  EXPECT_TRUE(R.leaves);
  EXPECT_EQ(R.label, 2u);
  EXPECT_TRUE(std::isnan(R.entropy));
}

// Largest and second largest probability, in double.
std::pair<double, double> topTwo(std::vector<float> X) {
  std::sort(X.rbegin(), X.rend());
  double Sum = 0;
  for (float V : X)
    Sum += std::exp(double(V) - X[0]);
  return {1 / Sum, std::exp(double(X[1]) - X[0]) / Sum};
}

TEST(Gate, ConfidenceAndMargin) {
  std::mt19937 Random(3);
  for (int I = 0; I < 5000; ++I) {
    std::vector<float> X(2 + Random() % 30), P, L;
    double Sum = 0;
    for (float &V : X)
      Sum += std::exp(V = std::normal_distribution<float>(0, 3)(Random));
    for (float V : X) {
      P.push_back(float(std::exp(V) / Sum));
      L.push_back(float(V - std::log(Sum)));
    }
    auto [Top, Second] = topTwo(X);
    const std::vector<float> *Kinds[] = {&X, &P, &L};
    for (uint8_t Kind = 0; Kind < 3; ++Kind) {
      const std::vector<float> &S = *Kinds[Kind];
      ddnn_gate_result R;
      ASSERT_EQ(
          ddnn_gate(S.data(), S.size(), Kind, DDNN_MARGIN, 0.3f, false, &R),
          DDNN_OK);
      EXPECT_NEAR(R.confidence, Top, 3e-6);
      EXPECT_NEAR(R.margin, Top - Second, 3e-6);
      float Value = ddnn_gated_value(&R, DDNN_MARGIN);
      EXPECT_EQ(Value, 1 - R.margin);
      EXPECT_EQ(R.leaves, Value <= 0.3f);
      ddnn_gate(S.data(), S.size(), Kind, DDNN_CONFIDENCE, 0.3f, false, &R);
      EXPECT_EQ(ddnn_gated_value(&R, DDNN_CONFIDENCE), 1 - R.confidence);
      EXPECT_EQ(R.leaves, 1 - R.confidence <= 0.3f);
      EXPECT_EQ(ddnn_gated_value(&R, DDNN_ENTROPY), R.entropy);
    }
  }
}

TEST(Gate, NeverAndAlwaysByEachCriterion) {
  float Sure[] = {1000, 0, 0}, Even[] = {2, 2, 2}, Bad[] = {NaN, 1, 2};
  for (uint8_t Criterion : {DDNN_ENTROPY, DDNN_CONFIDENCE, DDNN_MARGIN}) {
    ddnn_gate_result R;
    ddnn_gate(Sure, 3, DDNN_LOGITS, Criterion, 0, false, &R);
    EXPECT_FALSE(R.leaves); // T = 0, although the value is 0
    EXPECT_EQ(ddnn_gated_value(&R, Criterion), 0);
    ddnn_gate(Sure, 3, DDNN_LOGITS, Criterion, 1e-6f, false, &R);
    EXPECT_TRUE(R.leaves);
    ddnn_gate(Even, 3, DDNN_LOGITS, Criterion, 1, false, &R);
    EXPECT_TRUE(R.leaves);
    ddnn_gate(Even, 3, DDNN_LOGITS, Criterion, 0.5f, false, &R);
    EXPECT_FALSE(R.leaves);
    ddnn_gate(Bad, 3, DDNN_LOGITS, Criterion, 1, false, &R);
    EXPECT_FALSE(R.leaves);
    EXPECT_TRUE(std::isnan(ddnn_gated_value(&R, Criterion)));
  }
  // Equal largest scores have no margin between them.
  float Tie[] = {1, 5, 5};
  ddnn_gate_result R;
  ddnn_gate(Tie, 3, DDNN_LOGITS, DDNN_MARGIN, 0.5f, false, &R);
  EXPECT_EQ(R.margin, 0);
  EXPECT_FALSE(R.leaves);
}

TEST(Gate, Argmax) {
  float Ties[] = {1, 5, 5, 2}, Nans[] = {NaN, NaN}, Mixed[] = {NaN, -Inf, NaN},
        Zeros[] = {-0.0f, 0.0f};
  EXPECT_EQ(ddnn_argmax(Ties, 4), 1u);
  EXPECT_EQ(ddnn_argmax(Nans, 2), 0u);
  EXPECT_EQ(ddnn_argmax(Mixed, 3), 1u);
  EXPECT_EQ(ddnn_argmax(Zeros, 2), 0u);
  EXPECT_EQ(ddnn_argmax(nullptr, 0), 0u);
}

TEST(Gate, RejectsNonsense) {
  float X[] = {1, 2};
  ddnn_gate_result R;
  EXPECT_EQ(ddnn_gate(nullptr, 2, DDNN_LOGITS, DDNN_ENTROPY, 1, false, &R),
            DDNN_ERR_INVALID);
  EXPECT_EQ(ddnn_gate(X, 0, DDNN_LOGITS, DDNN_ENTROPY, 1, false, &R),
            DDNN_ERR_INVALID);
  EXPECT_EQ(ddnn_gate(X, 2, 3, DDNN_ENTROPY, 1, false, &R), DDNN_ERR_INVALID);
  EXPECT_EQ(ddnn_gate(X, 2, DDNN_LOGITS, DDNN_ENTROPY, 1, false, nullptr),
            DDNN_ERR_INVALID);
  EXPECT_EQ(ddnn_gate(X, 2, DDNN_LOGITS, 3, 1, false, &R), DDNN_ERR_INVALID);
}

TEST(Gate, ThousandClasses) {
  std::vector<float> X(1000, 0.25f);
  EXPECT_NEAR(ddnn_entropy(X.data(), 1000, DDNN_LOGITS), 1, 2e-6);
}

TEST(Status, EveryCodeHasAText) {
  for (int S = DDNN_ERR_LAST; S <= DDNN_PENDING; ++S)
    EXPECT_STRNE(ddnn_status_text(S), "unknown status") << S;
  EXPECT_STREQ(ddnn_status_text(-1000), "unknown status");
}
} // namespace
