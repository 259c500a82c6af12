//===- Autotune.cpp - Schedules chosen by measuring -----------------------===//
//
// Part of ddnnc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Candidate k of a network gives each window the k-th schedule of its own list,
// so a dozen compilations measure a dozen schedules of every window, each one
// where it will run: after the layer before it, with its weights in whatever
// cache they would be in. All candidates take turns, several times; a layer's
// time is the least of its medians, which the rest of the machine disturbs
// least.
//
//===----------------------------------------------------------------------===//

#include "Autotune.h"
#include "Deployment.h"
#include "Error.h"
#include "LayerTimes.h"
#include "ddnn/Analysis/VectorTarget.h"
#include "ddnn/Support/Json.h"
#include "ddnn/run.h"
#include "ddnn/wire.h"
#include "llvm/ADT/ScopeExit.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/raw_ostream.h"
#include <algorithm>
#include <chrono>
#include <random>

using namespace ddnn;
namespace fs = llvm::sys::fs;
using Clock = std::chrono::steady_clock;

/// A schedule replaces the table's where it is faster by more than noise.
static constexpr double kWorthwhile = 0.98;
static constexpr unsigned kRounds = 5;
/// Of one tier in one round.
static constexpr double kSeconds = 0.05;
static constexpr unsigned kLeastRuns = 5;

static bool fail(const llvm::Twine &message) {
  llvm::errs() << "ddnnc: error: " << message << "\n";
  return false;
}

//===----------------------------------------------------------------------===//
// The file
//===----------------------------------------------------------------------===//

static std::string getCachePath(const CompilationOptions &options) {
  if (!options.scheduleCache.empty())
    return options.scheduleCache;
  llvm::SmallString<128> path;
  if (!llvm::sys::path::cache_directory(path))
    return "";
  llvm::sys::path::append(path, "ddnnc", "schedules.json");
  return path.str().str();
}

static bool readCache(llvm::StringRef path, bool mayBeAbsent,
                      ScheduleCache &cache) {
  if (mayBeAbsent && !fs::exists(path))
    return true;
  llvm::Expected<std::string> text = readTextFile(path);
  if (!text)
    return fail("schedule cache '" + path +
                "': " + llvm::toString(text.takeError()));
  llvm::Expected<ScheduleCache> parsed = ScheduleCache::parse(*text);
  if (!parsed)
    return fail("schedule cache '" + path +
                "': " + llvm::toString(parsed.takeError()) +
                "; delete the file, or name another with --schedule-cache");
  cache = *parsed;
  return true;
}

static bool writeCache(llvm::StringRef path, const ScheduleCache &cache) {
  // Whoever reads it meanwhile finds the old one or the new one.
  if (llvm::Error error = llvm::writeToOutput(path, [&](llvm::raw_ostream &os) {
        os << cache.print();
        return llvm::Error::success();
      }))
    return fail("cannot write the schedule cache '" + path +
                "': " + llvm::toString(std::move(error)));
  return true;
}

/// Makes the folder and says at once if the file cannot be written.
static bool checkWritable(llvm::StringRef path) {
  llvm::StringRef folder = llvm::sys::path::parent_path(path);
  if (std::error_code code =
          folder.empty() ? std::error_code() : fs::create_directories(folder))
    return fail("cannot create '" + folder + "': " + code.message());
  llvm::StringRef target = fs::exists(path) ? path
                           : folder.empty() ? llvm::StringRef(".")
                                            : folder;
  if (fs::is_directory(path) || fs::access(target, fs::AccessMode::Write))
    return fail("cannot write the schedule cache '" + path + "'");
  return true;
}

//===----------------------------------------------------------------------===//
// Measuring
//===----------------------------------------------------------------------===//

namespace {

/// Least median seconds of each layer of a tier.
using LayerSeconds = std::vector<double>;

/// One tier with an input of random numbers.
class TierRun {
public:
  explicit TierRun(const tools::Plugin &plugin)
      : model(plugin.model()), memory(ddnn_workspace_size(&model)) {
    int status =
        ddnn_workspace_init(&workspace, &model, memory.data(), memory.size());
    if (status != DDNN_OK)
      throw tools::Error("'" + plugin.path() +
                         "': " + ddnn_status_text(status));
    std::mt19937 random(1); // the same numbers for all
    std::uniform_real_distribution<float> floats(-1.0f, 1.0f);
    for (unsigned i = 0; i < model.input_count; ++i) {
      const ddnn_tensor &tensor = model.inputs[i];
      auto *bytes = static_cast<uint8_t *>(workspace.inputs[i]);
      if (tensor.dtype == DDNN_F32)
        for (unsigned k = 0; k < tensor.count; ++k)
          static_cast<float *>(workspace.inputs[i])[k] = floats(random);
      else
        std::generate_n(bytes, ddnn_memory_bytes(tensor.dtype, tensor.count),
                        [&] { return uint8_t(random()); });
    }
  }

  /// All steps, whatever the exits say.
  void run() {
    static const float never[DDNN_MAX_EXITS] = {};
    ddnn_exit_event taken;
    int status = ddnn_workspace_run(&workspace, workspace.inputs, never,
                                    nullptr, nullptr, &taken);
    if (status != DDNN_OK)
      throw tools::Error(ddnn_status_text(status));
  }

private:
  const ddnn_model &model;
  std::vector<uint8_t> memory;
  ddnn_workspace workspace;
};

/// A compiled candidate.
struct Candidate {
  std::string folder;
  std::vector<tools::TierTable> tables;
  std::vector<LayerSeconds> seconds; // by tier; empty before the first round
};

} // namespace

/// Lowers `best` to the medians of one more round.
static void measureTier(const tools::Plugin &plugin, size_t layers,
                        LayerSeconds &best) {
  if (!plugin.layerHook())
    throw tools::Error("'" + plugin.path() + "' has no layer hook");
  best.resize(layers, std::numeric_limits<double>::infinity());
  TierRun tier(plugin);
  tier.run(); // brings code and weights in
  tools::LayerTimes times(plugin.layerHook(), layers);
  auto end = Clock::now() + std::chrono::duration<double>(kSeconds);
  for (unsigned i = 0; i < kLeastRuns || Clock::now() < end; ++i)
    tier.run();
  for (size_t i = 0; i < layers; ++i)
    best[i] = std::min(best[i], times.median(i).value_or(best[i]));
}

/// One more round of a candidate. Loaded each time, so that memory holds one.
static void measureRound(Candidate &candidate) {
  tools::Deployment deployment = tools::loadDeployment(candidate.folder);
  candidate.tables = deployment.tables;
  candidate.seconds.resize(deployment.tiers.size());
  for (size_t t = 0; t < deployment.tiers.size(); ++t)
    measureTier(deployment.tiers[t], deployment.tables.at(t).layers.size(),
                candidate.seconds[t]);
}

/// Layer of each of the windows, which stand in the order of their layers.
static std::vector<size_t>
findLayers(const std::vector<ProbedWindow> &windows,
           const std::vector<tools::TierTable> &tables) {
  std::vector<size_t> layers, next(tables.size(), 0);
  for (const ProbedWindow &window : windows) {
    const auto &table = tables.at(window.tier).layers;
    size_t &layer = next[window.tier];
    while (layer < table.size() && (table[layer].nodes != window.nodes ||
                                    table[layer].flops != window.flops))
      ++layer;
    if (layer == table.size())
      throw tools::Error("no layer computes " +
                         tools::quotedList(window.nodes));
    layers.push_back(layer++);
  }
  return layers;
}

//===----------------------------------------------------------------------===//
// Autotune
//===----------------------------------------------------------------------===//

static bool checkTiers(const std::vector<TierSpec> &tiers) {
  for (const TierSpec &tier : tiers)
    if (!tier.tier.empty())
      return fail("--autotune: tier '" + tier.tier +
                  "' has several members, and what is measured runs one tier "
                  "after the other; tune a chain of the same network, and take "
                  "its schedules with --schedule-cache");
    else if (!getVectorTarget(tier.cpu).hasVectors())
      return fail("--autotune: tier '" + tier.name + "' is for " + tier.cpu +
                  ", which has no choice of schedules; tune with another CPU "
                  "for it, then compile for this one with --schedule-cache");
    else if (tier.target != "none" && !runsOnHost(tier.cpu))
      return fail("--autotune: tier '" + tier.name + "' is for " + tier.cpu +
                  ", which this machine cannot run; tune on such a machine and "
                  "name the file with --schedule-cache");
  return true;
}

/// Builds and measures candidates of `windows`, those that `cache` has not, and
/// adds the best to it.
static bool measure(const CompilationOptions &options,
                    const std::vector<ProbedWindow> &windows,
                    ScheduleCache &cache) {
  size_t count = 0;
  for (const ProbedWindow &window : windows)
    if (!cache.contains(window.key))
      count = std::max(count, window.candidates.size());
  llvm::SmallString<128> work;
  if (std::error_code code = fs::createUniqueDirectory("ddnnc-autotune", work))
    return fail("cannot create a temporary folder: " + code.message());
  auto remove = llvm::make_scope_exit([&] { fs::remove_directories(work); });

  auto start = Clock::now();
  auto show = [&](const llvm::Twine &what) {
    std::chrono::duration<double> elapsed = Clock::now() - start;
    llvm::errs() << "autotune: " << what << ", "
                 << llvm::format("%.0f", elapsed.count()) << " s\n";
  };
  std::vector<Candidate> candidates;
  for (size_t k = 0; k < count; ++k) {
    ScheduleCache trial = cache;
    for (const ProbedWindow &window : windows)
      if (!cache.contains(window.key))
        trial.set(window.key,
                  window.candidates[k < window.candidates.size() ? k : 0]);
    CompilationOptions own = options;
    own.autotune = false;
    own.schedules = &trial;
    own.isTrial = true;
    own.mayFail = k > 0; // one may need more memory than there is
    Candidate candidate;
    candidate.folder = own.output = (work + "/" + llvm::Twine(k)).str();
    if (compile(own))
      candidates.push_back(candidate);
    else if (k == 0)
      return false;
    else
      candidates.emplace_back();
    show(llvm::Twine(k + 1) + " of " + llvm::Twine(count));
  }
  for (unsigned round = 0; round < kRounds; ++round)
    for (Candidate &candidate : candidates)
      if (!candidate.folder.empty())
        measureRound(candidate);

  // Windows of one shape share a schedule: what counts is their sum.
  std::map<std::string, std::vector<double>> sums;
  for (size_t k = 0; k < count; ++k) {
    const Candidate &candidate = candidates[k];
    std::vector<size_t> layers;
    if (!candidate.folder.empty())
      layers = findLayers(windows, candidate.tables);
    for (auto [i, window] : llvm::enumerate(windows)) {
      if (cache.contains(window.key) || k >= window.candidates.size())
        continue;
      std::vector<double> &sum = sums[window.key];
      sum.resize(window.candidates.size(), 0.0);
      sum[k] += layers.empty() ? std::numeric_limits<double>::infinity()
                               : candidate.seconds[window.tier][layers[i]];
    }
  }
  size_t changed = 0;
  for (const ProbedWindow &window : windows) {
    if (cache.contains(window.key))
      continue;
    const std::vector<double> &sum = sums[window.key];
    size_t best = llvm::min_element(sum) - sum.begin();
    if (!(sum[best] < kWorthwhile * sum[0]))
      best = 0;
    changed += best != 0;
    cache.set(window.key, window.candidates[best]);
  }
  show("measured; " + llvm::Twine(changed) + " of " + llvm::Twine(sums.size()) +
       " schedules are not the table's");
  return true;
}

static bool autotune(const CompilationOptions &options, llvm::StringRef path,
                     ScheduleCache &cache) {
  // What there is to measure, without building anything.
  ScheduleProbe probe;
  CompilationOptions own = options;
  own.autotune = false;
  own.schedules = &cache;
  own.probe = &probe;
  own.isTrial = true;
  own.stage = Stage::schedule;
  if (!compile(own) || !checkTiers(probe.tiers))
    return false;
  size_t known = llvm::count_if(probe.windows, [&](const ProbedWindow &window) {
    return cache.contains(window.key);
  });
  if (!checkWritable(path))
    return false;
  if (known == probe.windows.size()) {
    llvm::errs() << "autotune: nothing to measure, " << known
                 << " convolutions are in '" << path << "'\n";
    return true;
  }
  try {
    if (!measure(options, probe.windows, cache))
      return false;
  } catch (const tools::Error &error) {
    return fail(llvm::Twine("--autotune: ") + error.what());
  }
  return writeCache(path, cache);
}

bool ddnn::prepareSchedules(const CompilationOptions &options,
                            ScheduleCache &cache) {
  const char *option = options.autotune ? "--autotune" : "--schedule-cache";
  if (options.winograd == "f2" || options.winograd == "f4" ||
      !options.tile.empty())
    return fail(llvm::Twine(option) +
                " decides tiles and Winograd by itself: leave out --tile, and "
                "--winograd but for auto:ERROR and off");
  if (options.autotune && options.stage != Stage::lib)
    return fail("--autotune measures what it builds: leave out --emit");
  // Before minutes are spent on it.
  if (options.autotune && options.output.empty())
    return fail("name the folder for the artifacts with -o");
  if (options.autotune && options.listCuts)
    return fail("--autotune and --list-cuts do not go together");
  std::string path = getCachePath(options);
  if (path.empty())
    return fail("--autotune finds no cache folder: name a file with "
                "--schedule-cache");
  if (!readCache(path, options.autotune, cache))
    return false;
  return !options.autotune || autotune(options, path, cache);
}
