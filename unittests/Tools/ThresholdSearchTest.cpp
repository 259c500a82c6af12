// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "ThresholdSearch.h"

#include "ddnn/gate.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>
#include <map>
#include <random>
#include <tuple>

using namespace ddnn::tools;

namespace {

const float NaN = std::numeric_limits<float>::quiet_NaN();

/// Follows each sample through the gates.
SearchPoint follow(const SearchProblem &problem,
                   const std::vector<float> &thresholds) {
  SearchPoint point;
  point.thresholds = thresholds;
  for (size_t s = 0; s < problem.samples; ++s) {
    size_t exit = problem.early();
    for (size_t k = problem.early(); k-- > 0;)
      if (ddnn_leaves(problem.values[s * problem.early() + k], thresholds[k]))
        exit = k;
    point.right += problem.right[s * problem.exits + exit];
    point.far += problem.far[exit];
    point.cost += problem.cost[exit];
    point.bytes += problem.bytes[exit];
  }
  return point;
}

using Key = std::tuple<int64_t, int64_t, std::vector<float>>;
Key key(const SearchPoint &p) { return {p.cost, p.bytes, p.thresholds}; }

/// The front, from all combinations of the given thresholds by exit.
std::vector<SearchPoint>
bruteForce(const SearchProblem &problem,
           const std::vector<std::vector<float>> &thresholds) {
  std::map<size_t, SearchPoint> best; // by right answers
  std::vector<size_t> at(problem.early());
  for (bool more = true; more;) {
    std::vector<float> setting;
    for (size_t k = 0; k < at.size(); ++k)
      setting.push_back(thresholds[k][at[k]]);
    SearchPoint point = follow(problem, setting);
    if (point.far <= problem.mostFar) {
      auto found = best.find(point.right);
      if (found == best.end() || key(point) < key(found->second))
        best[point.right] = point;
    }
    more = false;
    for (size_t k = at.size(); k-- > 0 && !more;) {
      more = ++at[k] < thresholds[k].size();
      if (!more)
        at[k] = 0;
    }
  }
  std::vector<SearchPoint> front;
  for (auto it = best.rbegin(); it != best.rend(); ++it)
    if (front.empty() || it->second.cost < front.back().cost)
      front.push_back(it->second);
  std::reverse(front.begin(), front.end());
  return front;
}

std::vector<std::vector<float>> candidatesOf(const SearchProblem &problem) {
  std::vector<std::vector<float>> all;
  for (size_t k = 0; k < problem.early(); ++k) {
    std::vector<float> values;
    for (size_t s = 0; s < problem.samples; ++s)
      values.push_back(problem.values[s * problem.early() + k]);
    std::vector<size_t> ranks;
    all.push_back(thresholdCandidates(values, ranks));
  }
  return all;
}

void expectSame(const std::vector<SearchPoint> &got,
                const std::vector<SearchPoint> &want, bool thresholds = true) {
  ASSERT_EQ(got.size(), want.size());
  for (size_t i = 0; i < got.size(); ++i) {
    EXPECT_EQ(got[i].right, want[i].right);
    EXPECT_EQ(got[i].cost, want[i].cost);
    EXPECT_EQ(got[i].bytes, want[i].bytes);
    if (thresholds) {
      EXPECT_EQ(got[i].far, want[i].far);
      EXPECT_EQ(got[i].thresholds, want[i].thresholds);
    }
  }
}

/// Few distinct values, so that there are ties; some NaNs, 0s and 1s. Later
/// exits are right more often.
SearchProblem randomProblem(unsigned seed, size_t samples, size_t exits,
                            unsigned distinct) {
  std::mt19937 random(seed);
  SearchProblem p;
  p.samples = samples;
  p.exits = exits;
  for (size_t s = 0; s < samples; ++s) {
    for (size_t k = 0; k + 1 < exits; ++k) {
      unsigned n = random() % (distinct + 1);
      p.values.push_back(n == distinct ? NaN : float(n) / float(distinct - 1));
    }
    for (size_t k = 0; k < exits; ++k)
      p.right.push_back(random() % 10 < 4 + k);
  }
  for (size_t k = 0; k < exits; ++k) {
    p.cost.push_back(int64_t(random() % 3 + 5 * k));
    p.bytes.push_back(int64_t(7 * k));
    p.far.push_back(k > 0);
  }
  return p;
}

TEST(ThresholdSearch, TwoEarlyExitsAsByBruteForce) {
  for (unsigned seed = 0; seed < 60; ++seed) {
    SearchProblem p = randomProblem(seed, 5 + seed % 40, 3, 3 + seed % 20);
    if (seed % 3 == 1)
      p.mostFar = p.samples / 3;
    SearchResult result = searchThresholds(p);
    EXPECT_TRUE(result.exact);
    expectSame(result.front, bruteForce(p, candidatesOf(p)));
    // The values themselves as thresholds give the same outcomes; for values
    // of 0, which the threshold 0 does not take, it is the smallest above.
    std::vector<std::vector<float>> values(
        2, {0.0f, std::nextafter(0.0f, 1.0f), 1.0f});
    for (size_t i = 0; i < p.values.size(); ++i)
      if (!std::isnan(p.values[i]))
        values[i % 2].push_back(p.values[i]);
    expectSame(result.front, bruteForce(p, values), false);
  }
}

TEST(ThresholdSearch, OneAndThreeEarlyExitsAsByBruteForce) {
  for (unsigned seed = 0; seed < 12; ++seed)
    for (size_t exits : {2, 4}) {
      SearchProblem p = randomProblem(100 + seed, 25, exits, 8);
      if (seed % 2)
        p.mostFar = 12;
      SearchResult result = searchThresholds(p);
      EXPECT_TRUE(result.exact);
      expectSame(result.front, bruteForce(p, candidatesOf(p)));
    }
}

TEST(ThresholdSearch, OneThresholdForAll) {
  for (unsigned seed = 0; seed < 20; ++seed) {
    SearchProblem p = randomProblem(200 + seed, 30, 3, 9);
    std::vector<size_t> ranks;
    std::vector<float> all = thresholdCandidates(p.values, ranks);
    std::map<size_t, SearchPoint> best;
    for (float t : all) {
      SearchPoint point = follow(p, {t, t});
      auto found = best.find(point.right);
      if (found == best.end() || key(point) < key(found->second))
        best[point.right] = point;
    }
    SearchResult result = searchOneThreshold(p);
    ASSERT_FALSE(result.front.empty());
    EXPECT_EQ(result.front.back().right, best.rbegin()->first);
    EXPECT_EQ(key(result.front.back()), key(best.rbegin()->second));
  }
  // With one early exit there is no difference.
  SearchProblem p = randomProblem(7, 200, 2, 50);
  expectSame(searchOneThreshold(p).front, searchThresholds(p).front);
}

TEST(ThresholdSearch, DescentFindsWhatThereIs) {
  for (unsigned seed = 0; seed < 10; ++seed) {
    SearchProblem p = randomProblem(300 + seed, 40, 4, 12);
    SearchResult exact = searchThresholds(p), other = searchThresholds(p, 0);
    EXPECT_TRUE(exact.exact);
    EXPECT_FALSE(other.exact);
    // Never better than what is best, and of these all but as good.
    ASSERT_FALSE(other.front.empty());
    for (const SearchPoint &point : other.front) {
      SearchPoint again = follow(p, point.thresholds);
      EXPECT_EQ(again.right, point.right);
      EXPECT_EQ(again.cost, point.cost);
      const SearchPoint *best = cheapest(exact, point.right);
      ASSERT_TRUE(best);
      EXPECT_LE(best->cost, point.cost);
    }
    EXPECT_GE(other.front.back().right + 1, exact.front.back().right);
  }
}

TEST(ThresholdSearch, TiesPreferFewerBytesThenLowerThresholds) {
  SearchProblem p;
  p.samples = 2;
  p.exits = 3;
  p.values = {0.2f, 0.4f, 0.6f, 0.8f};
  p.right = {1, 1, 1, 1, 1, 1}; // all are right everywhere
  p.cost = {3, 3, 3};
  p.bytes = {0, 5, 9};
  p.far = {0, 1, 1};
  const SearchResult bytes = searchThresholds(p);
  ASSERT_EQ(bytes.front.size(), 1u);
  EXPECT_EQ(bytes.front[0].bytes, 0);
  EXPECT_EQ(bytes.front[0].thresholds, std::vector<float>({1, 0}));
  p.bytes = {1, 1, 1};
  EXPECT_EQ(searchThresholds(p).front[0].thresholds,
            std::vector<float>({0, 0}));
}

TEST(ThresholdSearch, Candidates) {
  std::vector<size_t> ranks;
  std::vector<float> values = {0.5f, NaN, 0, 0.25f, 0.5f, -0.001f, 1.0002f, 1};
  std::vector<float> candidates = thresholdCandidates(values, ranks);
  EXPECT_EQ(candidates, std::vector<float>({0, 0.125f, 0.375f, 0.75f, 1}));
  EXPECT_EQ(ranks, std::vector<size_t>({3, SIZE_MAX, 1, 2, 3, 1, 4, 4}));
  for (size_t c = 0; c < candidates.size(); ++c)
    for (size_t i = 0; i < values.size(); ++i)
      EXPECT_EQ(ddnn_leaves(values[i], candidates[c]), ranks[i] <= c)
          << values[i] << " at " << candidates[c];
  // No numbers, no choice.
  EXPECT_EQ(thresholdCandidates({NaN}, ranks), std::vector<float>({0}));
  // Neighbours among the floats: the lower one itself. 0 takes nothing, so 0
  // and the smallest float above it leave together.
  float next = std::nextafter(0.5f, 1.0f), tiny = std::nextafter(0.0f, 1.0f);
  EXPECT_EQ(thresholdCandidates({0.5f, next}, ranks),
            std::vector<float>({0, 0.5f, 1}));
  EXPECT_EQ(thresholdCandidates({0, tiny}, ranks), std::vector<float>({0, 1}));
  EXPECT_EQ(ranks, std::vector<size_t>({1, 1}));
}

TEST(ThresholdSearch, NothingAllowed) {
  SearchProblem p = randomProblem(1, 10, 3, 5);
  p.values.assign(p.values.size(), NaN); // nothing leaves early
  p.mostFar = 9;
  EXPECT_TRUE(searchThresholds(p).front.empty());
  EXPECT_EQ(cheapest(searchThresholds(p), 0), nullptr);
  p.mostFar = 10;
  EXPECT_EQ(searchThresholds(p).front.size(), 1u);
}

TEST(ThresholdSearch, FiveThousandSamplesAndThreeExits) {
  SearchProblem p = randomProblem(5, 5000, 3, 1u << 20);
  auto start = std::chrono::steady_clock::now();
  SearchResult result = searchThresholds(p);
  std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  EXPECT_TRUE(result.exact);
  EXPECT_LT(took.count(), 5);
  for (const SearchPoint &point : result.front) {
    SearchPoint again = follow(p, point.thresholds);
    EXPECT_EQ(again.right, point.right);
    EXPECT_EQ(again.cost, point.cost);
  }
}

} // namespace
