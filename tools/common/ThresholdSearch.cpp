// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Every setting takes a sample at the first exit whose threshold is not below
// the sample's value, so only the order of the values counts. For a setting of
// all exits but the last early one, sweeping that one's threshold upwards moves
// each sample at most once: with k distinct values an exit, all settings of two
// exits take k times k steps. Costs are whole numbers, so nothing is rounded.
#include "ThresholdSearch.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <random>

using namespace ddnn::tools;

std::vector<float>
ddnn::tools::thresholdCandidates(const std::vector<float> &values,
                                 std::vector<size_t> &ranks) {
  std::vector<float> distinct;
  // The gate takes nothing at 0 and everything at 1, whatever rounding made.
  auto clamped = [](float value) { return std::clamp(value, 0.0f, 1.0f); };
  for (float value : values)
    if (!std::isnan(value))
      distinct.push_back(clamped(value));
  std::sort(distinct.begin(), distinct.end());
  distinct.erase(std::unique(distinct.begin(), distinct.end()), distinct.end());

  std::vector<float> candidates = {0.0f};
  std::vector<float> largest; // that each candidate takes, but for the first
  for (size_t i = 0; i + 1 < distinct.size(); ++i) {
    float low = distinct[i], high = distinct[i + 1];
    auto middle = static_cast<float>((static_cast<double>(low) + high) / 2);
    if (!(middle < high))
      middle = low;
    if (middle > 0.0f) { // else 0 and the next float: they leave together
      candidates.push_back(middle);
      largest.push_back(low);
    }
  }
  if (!distinct.empty()) {
    candidates.push_back(1.0f);
    largest.push_back(distinct.back());
  }
  ranks.clear();
  for (float value : values)
    ranks.push_back(
        std::isnan(value)
            ? SIZE_MAX
            : 1 + static_cast<size_t>(std::lower_bound(largest.begin(),
                                                       largest.end(),
                                                       clamped(value)) -
                                      largest.begin()));
  return candidates;
}

namespace {

constexpr size_t maxEarly = 16;
using Setting = std::array<uint32_t, maxEarly>; // index of each candidate

/// Sums over samples.
struct Sums {
  int64_t right = 0, cost = 0, bytes = 0, far = 0;
};

/// The cheapest setting for each number of right answers.
class Best {
public:
  Best(const SearchProblem &problem)
      : mostFar(
            static_cast<int64_t>(std::min(problem.mostFar, problem.samples))),
        entries(problem.samples + 1) {}

  bool allows(const Sums &sums) const { return sums.far <= mostFar; }

  void offer(const Sums &sums, const Setting &setting) {
    if (!allows(sums))
      return;
    Entry &entry = entries[static_cast<size_t>(sums.right)];
    if (sums.cost > entry.sums.cost)
      return;
    if (sums.cost == entry.sums.cost) {
      if (sums.bytes > entry.sums.bytes)
        return;
      if (sums.bytes == entry.sums.bytes && !(setting < entry.setting))
        return;
    }
    entry = {sums, setting};
  }

  SearchResult result(const std::vector<std::vector<float>> &candidates,
                      bool exact) const {
    SearchResult result;
    result.exact = exact;
    int64_t least = none;
    for (size_t right = entries.size(); right-- > 0;) {
      const Entry &entry = entries[right];
      if (entry.sums.cost >= least)
        continue;
      least = entry.sums.cost;
      SearchPoint point;
      for (size_t k = 0; k < candidates.size(); ++k)
        point.thresholds.push_back(candidates[k][entry.setting[k]]);
      point.right = right;
      point.far = static_cast<size_t>(entry.sums.far);
      point.cost = entry.sums.cost;
      point.bytes = entry.sums.bytes;
      result.front.push_back(std::move(point));
    }
    std::reverse(result.front.begin(), result.front.end());
    return result;
  }

private:
  static constexpr int64_t none = std::numeric_limits<int64_t>::max();
  struct Entry {
    Sums sums = {0, none, none, 0};
    Setting setting = {};
  };
  int64_t mostFar;
  std::vector<Entry> entries;
};

/// Moves a sample from one exit to another.
void move(Sums &sums, const SearchProblem &problem, size_t sample, size_t from,
          size_t to) {
  const uint8_t *right = &problem.right[sample * problem.exits];
  sums.right += right[to] - right[from];
  sums.cost += problem.cost[to] - problem.cost[from];
  sums.bytes += problem.bytes[to] - problem.bytes[from];
  sums.far += problem.far[to] - problem.far[from];
}

Sums allAtLast(const SearchProblem &problem) {
  size_t last = problem.exits - 1;
  auto n = static_cast<int64_t>(problem.samples);
  Sums sums;
  for (size_t s = 0; s < problem.samples; ++s)
    sums.right += problem.right[s * problem.exits + last];
  sums.cost = n * problem.cost[last];
  sums.bytes = n * problem.bytes[last];
  sums.far = n * problem.far[last];
  return sums;
}

class Search {
public:
  explicit Search(const SearchProblem &problem)
      : problem(problem), last(problem.exits - 1), best(problem),
        alive(problem.samples, 1) {
    for (size_t k = 0; k < problem.early(); ++k) {
      std::vector<float> values;
      for (size_t s = 0; s < problem.samples; ++s)
        values.push_back(problem.values[s * problem.early() + k]);
      ranks.emplace_back();
      candidates.push_back(thresholdCandidates(values, ranks.back()));
      // Samples by the candidate that takes them; NaNs are in no group.
      groups.emplace_back(candidates.back().size());
      for (size_t s = 0; s < problem.samples; ++s)
        if (ranks[k][s] != SIZE_MAX)
          groups[k][ranks[k][s]].push_back(static_cast<uint32_t>(s));
    }
  }

  SearchResult run(double exactLimit) {
    double steps = static_cast<double>(problem.samples);
    for (size_t k = 0; k + 1 < problem.early(); ++k)
      steps *= static_cast<double>(candidates[k].size());
    bool exact = steps <= exactLimit;
    if (exact)
      sweep(0, allAtLast(problem));
    else
      descend();
    return best.result(candidates, exact);
  }

private:
  /// All settings of exit k and those behind it, lowest thresholds first, for
  /// samples that are alive; what a step does not change need not be tried.
  void sweep(size_t k, Sums sums) {
    std::vector<uint32_t> taken;
    for (size_t c = 0; c < candidates[k].size(); ++c) {
      bool changed = c == 0;
      for (uint32_t s : groups[k][c])
        if (alive[s]) {
          move(sums, problem, s, last, k);
          changed = true;
          if (k + 1 < problem.early()) {
            alive[s] = 0;
            taken.push_back(s);
          }
        }
      if (!changed)
        continue;
      setting[k] = static_cast<uint32_t>(c);
      if (k + 1 < problem.early())
        sweep(k + 1, sums);
      else
        best.offer(sums, setting);
    }
    setting[k] = 0;
    for (uint32_t s : taken)
      alive[s] = 1;
  }

  size_t exitOf(size_t sample, const Setting &at, size_t from) const {
    for (size_t k = from; k < problem.early(); ++k)
      if (ranks[k][sample] <= at[k])
        return k;
    return last;
  }

  /// The best threshold of exit k while the others stay; all on the way are
  /// offered, too. Right answers count 1, a unit of cost `price`.
  bool improve(size_t k, double price, Setting &at, double &score) {
    // Where each sample that gets to k leaves if not there.
    std::vector<size_t> otherwise(problem.samples);
    Sums sums = allAtLast(problem);
    for (size_t s = 0; s < problem.samples; ++s) {
      size_t before = exitOf(s, at, 0);
      otherwise[s] = before < k ? SIZE_MAX : exitOf(s, at, k + 1);
      move(sums, problem, s, last, before < k ? before : otherwise[s]);
    }
    Setting trial = at;
    bool better = false;
    for (size_t c = 0; c < candidates[k].size(); ++c) {
      for (uint32_t s : groups[k][c])
        if (otherwise[s] != SIZE_MAX)
          move(sums, problem, s, otherwise[s], k);
      trial[k] = static_cast<uint32_t>(c);
      best.offer(sums, trial);
      double excess = best.allows(sums) ? 0 : 1e12 + double(sums.far);
      double value = double(sums.right) - price * double(sums.cost) - excess;
      if (value > score) {
        score = value;
        at = trial;
        better = true;
      }
    }
    return better;
  }

  /// For prices from nothing to where only cost counts, from the ends and from
  /// random settings.
  void descend() {
    std::mt19937_64 random(1);
    double dearest = 0;
    for (int64_t cost : problem.cost)
      dearest = std::max(dearest, std::fabs(double(cost)));
    std::vector<double> prices = {0.0};
    for (double p = 1e-3; dearest > 0 && p < 20; p *= 1.6)
      prices.push_back(p / dearest);
    constexpr unsigned starts = 8;
    for (double price : prices)
      for (unsigned i = 0; i < starts; ++i) {
        Setting at = {};
        for (size_t k = 0; k < problem.early(); ++k) {
          size_t most = candidates[k].size() - 1;
          at[k] = static_cast<uint32_t>(i == 0   ? 0
                                        : i == 1 ? most
                                                 : random() % (most + 1));
        }
        double score = -std::numeric_limits<double>::infinity();
        for (bool changed = true; changed;) {
          changed = false;
          for (size_t k = 0; k < problem.early(); ++k)
            changed |= improve(k, price, at, score);
        }
      }
  }

  const SearchProblem &problem;
  size_t last;
  Best best;
  std::vector<uint8_t> alive; // has not left before the exit that is swept
  Setting setting = {};
  std::vector<std::vector<float>> candidates;
  std::vector<std::vector<size_t>> ranks;
  std::vector<std::vector<std::vector<uint32_t>>> groups;
};

} // namespace

SearchResult ddnn::tools::searchThresholds(const SearchProblem &problem,
                                           double exactLimit) {
  return Search(problem).run(exactLimit);
}

SearchResult ddnn::tools::searchOneThreshold(const SearchProblem &problem) {
  size_t early = problem.early(), last = early;
  std::vector<size_t> ranks;
  std::vector<float> candidates = thresholdCandidates(problem.values, ranks);
  std::vector<std::vector<size_t>> groups(candidates.size());
  for (size_t i = 0; i < ranks.size(); ++i)
    if (ranks[i] != SIZE_MAX)
      groups[ranks[i]].push_back(i);
  std::vector<size_t> at(problem.samples, last); // exit of each sample
  Sums sums = allAtLast(problem);
  Best best(problem);
  for (size_t c = 0; c < candidates.size(); ++c) {
    for (size_t i : groups[c])
      if (size_t s = i / early, k = i % early; k < at[s]) {
        move(sums, problem, s, at[s], k);
        at[s] = k;
      }
    Setting setting = {};
    std::fill_n(setting.begin(), early, static_cast<uint32_t>(c));
    best.offer(sums, setting);
  }
  return best.result(
      std::vector<std::vector<float>>(early, std::move(candidates)), true);
}

const SearchPoint *ddnn::tools::cheapest(const SearchResult &result,
                                         size_t right) {
  for (const SearchPoint &point : result.front)
    if (point.right >= right)
      return &point;
  return nullptr;
}
