// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// ddnn calibrate: chooses the thresholds of all exits at once. One pass
// computes every exit of every sample; the thresholds are searched on some
// samples, and what they come to is told for those and for the others, too.
#include "Commands.h"
#include "Error.h"
#include "Evaluation.h"
#include "ExitTimes.h"
#include "FrontPlot.h"
#include "Recompile.h"
#include "Report.h"
#include "Samples.h"
#include "ThresholdSearch.h"
#ifdef DDNN_WITH_MQTT
#include "Broadcast.h"
#endif

#include <CLI/CLI.hpp>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cmath>
#include <cstring>
#include <memory>
#include <numeric>
#include <optional>
#include <random>

using namespace ddnn::tools;

namespace {

constexpr std::array<const char *, 3> criterionNames = {"entropy", "confidence",
                                                        "margin"};
/// Rows of a front that are printed; --json has all.
constexpr size_t printedRows = 20;
/// Samples that --profile measures.
constexpr size_t profiledSamples = 200;

struct Options {
  std::string folder, labels, scale, json, svg, search, report;
  std::string objective = "accuracy", criterion, minAccuracy, maxOffload, ddnnc;
  std::vector<std::string> images;
  unsigned threads = 0;
  uint64_t seed = 1;
  bool profile = false, write = false, broadcast = false;
#ifdef DDNN_WITH_MQTT
  BrokerOptions broker;
  Delivery delivery;
#endif
};

/// Samples of one half, with what is known of them.
struct Half {
  Verdicts verdicts;
  std::vector<uint32_t> labels;

  Half(const Verdicts &all, const std::vector<uint32_t> &allLabels,
       const std::vector<size_t> &indices)
      : verdicts(indices.size(), all.exits) {
    for (size_t i = 0; i < indices.size(); ++i) {
      labels.push_back(allLabels[indices[i]]);
      for (size_t exit = 0; exit < all.exits; ++exit)
        verdicts.at(i, exit) = all.at(indices[i], exit);
    }
  }
};

/// "A-B", both included.
std::vector<size_t> parseRange(const std::string &text, const char *option,
                               size_t count) {
  size_t dash = text.find('-');
  std::string what = std::string(option) + " " + text;
  if (dash == std::string::npos)
    throw Error(what + ": expected FIRST-LAST, such as 0-4999");
  size_t first = parseInteger(text.substr(0, dash), what, 0, SIZE_MAX - 1);
  size_t last = parseInteger(text.substr(dash + 1), what, 0, SIZE_MAX - 1);
  if (first > last)
    throw Error(what + ": the first sample is behind the last");
  if (last >= count)
    throw Error(what + ": there are " + std::to_string(count) +
                " samples, 0 to " + std::to_string(count - 1));
  std::vector<size_t> indices(last - first + 1);
  std::iota(indices.begin(), indices.end(), first);
  return indices;
}

/// Those of `count` samples that are not among `indices`.
std::vector<size_t> otherSamples(const std::vector<size_t> &indices,
                                 size_t count) {
  std::vector<bool> taken(count);
  for (size_t i : indices)
    taken[i] = true;
  std::vector<size_t> others;
  for (size_t i = 0; i < count; ++i)
    if (!taken[i])
      others.push_back(i);
  return others;
}

/// The samples to search on and those that are held back.
std::pair<std::vector<size_t>, std::vector<size_t>>
splitSamples(const Options &options, size_t count) {
  std::vector<size_t> search, report;
  if (count < 2)
    throw Error("one sample is too few: some to search on, and some to see "
                "what comes out");
  if (!options.search.empty())
    search = parseRange(options.search, "--search", count);
  if (!options.report.empty())
    report = parseRange(options.report, "--report", count);
  if (search.empty() && report.empty()) {
    std::vector<size_t> all(count);
    std::iota(all.begin(), all.end(), size_t(0));
    // Spelled out: std::shuffle is another one in each library.
    std::mt19937_64 random(options.seed);
    for (size_t i = count - 1; i > 0; --i)
      std::swap(all[i], all[random() % (i + 1)]);
    auto middle = all.begin() + static_cast<std::ptrdiff_t>(count / 2);
    search.assign(all.begin(), middle);
    report.assign(middle, all.end());
  } else if (search.empty()) {
    search = otherSamples(report, count);
  } else if (report.empty()) {
    report = otherSamples(search, count);
  } else if (search.front() <= report.back() &&
             report.front() <= search.back()) {
    throw Error("--search " + options.search + " and --report " +
                    options.report + " overlap",
                {"thresholds look better on the samples that they were "
                 "searched on"});
  }
  if (search.empty() || report.empty())
    throw Error(std::string(search.empty() ? "--report" : "--search") +
                " takes all samples and leaves none for the other half");
  return {search, report};
}

double parseFraction(const std::string &text, const std::string &what) {
  float value = parseFloat(text, what);
  if (!(value >= 0 && value <= 1))
    throw Error(what + ": " + text + " is outside [0, 1]");
  return strtod(text.c_str(), nullptr);
}

/// --min-accuracy: "0.5", "50%", or "-0.5%", which is of the best.
struct LeastAccuracy {
  double value = 0;
  bool relative = false;

  explicit LeastAccuracy(const std::string &text) {
    if (text.empty())
      return;
    std::string what = "--min-accuracy";
    if (text.back() != '%') {
      value = parseFraction(text, what);
      return;
    }
    std::string number = text.substr(0, text.size() - 1);
    value = double(parseFloat(number, what)) / 100;
    relative = number[0] == '-';
    if (!(std::fabs(value) <= 1) || (!relative && value < 0))
      throw Error(what + ": " + text + " is outside -100% to 100%");
  }

  /// Right answers that are needed of n samples.
  size_t right(size_t best, size_t n) const {
    double need = relative ? double(best) * (1 + value) : value * double(n);
    return static_cast<size_t>(std::max(0.0, std::ceil(need - 1e-6)));
  }
};

/// A setting on both halves.
struct Row {
  ThresholdSetting setting;
  SettingResult search, report;
};

/// What one choice of criteria comes to.
struct Found {
  std::string criterion; // the name, or "as compiled"
  std::vector<uint8_t> criteria;
  bool exact = true;
  std::vector<Row> front;
  std::optional<Row> chosen, single;
};

class Calibration {
public:
  explicit Calibration(const Options &options)
      : options(options), deployment(loadDeployment(options.folder)),
        model(deployment.first()), order(exitOrder(deployment)),
        least(options.minAccuracy), json(options.json) {}

  int run() {
    checkOptions();
    Samples samples =
        readSamples(deployment.tiers, options.images, options.scale);
    for (const std::string &warning : samples.warnings())
      fprintf(stderr, "ddnn: warning: %s\n", warning.c_str());
    size_t count = samples.count();
    uint32_t classes = 0;
    for (unsigned i = 0; i < model.exit_count; ++i)
      classes = std::max(classes, model.exits[i].classes);
    std::vector<uint32_t> labels = readLabels(options.labels, count, classes);
    auto [searched, heldBack] = splitSamples(options, count);
    std::string node = deployment.tiers[0].tierName();
    hops = hopBytes(deployment, node);
    for (unsigned i = 0; i < model.exit_count; ++i)
      replies.push_back(replyBytes(model, i, node));
    times = options.profile ? measuredTimes(deployment, samples,
                                            std::min(count, profiledSamples))
                            : expectedTimes(deployment);
    if (options.objective == "latency" && times.empty())
      throw Error("'" + options.folder +
                      "' has no expected times in report.json",
                  {"compile with this version of ddnnc, or measure them here "
                   "with --profile"});

    Verdicts verdicts = computeAll(deployment, samples, count, options.threads);
    search.emplace(verdicts, labels, searched);
    report.emplace(verdicts, labels, heldBack);
    std::vector<uint8_t> own;
    for (unsigned i = 0; i < model.exit_count; ++i)
      own.push_back(model.exits[i].criterion);
    compiled = evaluate(compiledThresholds(model), own);
    std::vector<Found> all;
    if (options.criterion.empty() || options.criterion == "all")
      all.push_back(find(ownName(), own));
    for (uint8_t c = 0; c < criterionNames.size(); ++c)
      if (options.criterion == criterionNames[c] ||
          (options.criterion == "all" && ownName() != criterionNames[c]))
        all.push_back(
            find(criterionNames[c], std::vector<uint8_t>(model.exit_count, c)));
    const Found &found = all.front();
    if (!json.takesStdout())
      print(all);
    if (!options.svg.empty())
      draw(found);
    Json root = toJson(all);
    if (options.write)
      write(found);
#ifdef DDNN_WITH_MQTT
    if (options.broadcast) {
      root["broadcast"] =
          broadcastThresholds(model, found.chosen->setting, earlyExits(model),
                              false, options.broker, options.delivery);
      if (!json.takesStdout())
        printBroadcast(root["broadcast"]);
    }
#endif
    if (json.on())
      json.document(root);
    return 0;
  }

private:
  /// All that can be wrong with the command line, before the long part.
  void checkOptions() {
    if (earlyExits(model).empty())
      throw Error("model '" + std::string(model.name) +
                  "' has one exit, which always answers: there is no threshold "
                  "to choose");
    maxOffload = options.maxOffload.empty()
                     ? 1.0
                     : parseFraction(options.maxOffload, "--max-offload");
    if (options.objective != "accuracy" && options.minAccuracy.empty())
      throw Error("--objective=" + options.objective +
                      " needs --min-accuracy: least of all costs to answer "
                      "everything at the first exit",
                  {"--min-accuracy=-0.5% gives up so much of the best"});
    bool other = !options.criterion.empty() && options.criterion != "all" &&
                 options.criterion != ownName();
    if (options.broadcast && other)
      throw Error("--broadcast: the running nodes compare " + ownName() +
                      " with their thresholds, not " + options.criterion,
                  {"recompile with --write, and deploy what comes out"});
#ifdef DDNN_WITH_MQTT
    if (options.broadcast && options.broker.broker.empty())
      throw Error("--broadcast needs --broker=URL");
#endif
    newCriterion = other ? options.criterion : "";
    if (options.write)
      how = readRecompilation(options.folder);
  }

  /// The criterion of the artifact's early exits.
  std::string ownName() const {
    std::vector<unsigned> early = earlyExits(model);
    for (unsigned exit : early)
      if (model.exits[exit].criterion != model.exits[early[0]].criterion)
        return "as compiled";
    return criterionNames[model.exits[early[0]].criterion];
  }

  /// The model as if its exits had been compiled with other criteria.
  struct Recast {
    std::vector<ddnn_exit> exits;
    ddnn_model model;
    Recast(const ddnn_model &from, const std::vector<uint8_t> &criteria)
        : exits(from.exits, from.exits + from.exit_count), model(from) {
      for (size_t i = 0; i < exits.size(); ++i)
        exits[i].criterion = criteria[i];
      model.exits = exits.data();
    }
  };

  Row evaluate(const ThresholdSetting &setting,
               const std::vector<uint8_t> &criteria) const {
    Recast recast(model, criteria);
    Row row;
    row.setting = setting;
    row.search = replay(search->verdicts, recast.model, order, setting,
                        search->labels, hops, replies);
    row.report = replay(report->verdicts, recast.model, order, setting,
                        report->labels, hops, replies);
    return row;
  }

  SearchProblem problem(const std::vector<uint8_t> &criteria) const {
    SearchProblem p;
    p.samples = search->verdicts.samples();
    p.exits = order.size();
    for (size_t s = 0; s < p.samples; ++s)
      for (unsigned exit : order) {
        const Verdict &v = search->verdicts.at(s, exit);
        p.right.push_back(v.label == search->labels[s]);
        if (exit != order.back())
          p.values.push_back(v.value(criteria[exit]));
      }
    unsigned first = model.exits[order.front()].tier;
    for (unsigned exit : order) {
      unsigned tier = model.exits[exit].tier;
      int64_t bytes = 0;
      for (unsigned hop = 0; hop < tier; ++hop)
        bytes += hops[hop].payload;
      p.bytes.push_back(bytes);
      p.cost.push_back(options.objective == "latency"
                           ? std::llround(times[exit] * 1e9) // nanoseconds
                           : bytes);
      p.far.push_back(tier > first);
    }
    p.mostFar = static_cast<size_t>(maxOffload * double(p.samples) + 1e-6);
    return p;
  }

  ThresholdSetting settingOf(const SearchPoint &point) const {
    ThresholdSetting setting = compiledThresholds(model);
    for (size_t k = 0; k < point.thresholds.size(); ++k) {
      char text[32];
      float value = point.thresholds[k];
      auto end = std::to_chars(text, text + sizeof text, value).ptr;
      setting[order[k]] = {value, std::string(text, end)};
    }
    return setting;
  }

  const SearchPoint *choose(const SearchResult &result, size_t need) const {
    if (options.objective != "accuracy" || result.front.empty())
      return cheapest(result, need);
    const SearchPoint &best = result.front.back();
    return best.right >= need ? &best : nullptr;
  }

  Found find(const std::string &name, const std::vector<uint8_t> &criteria) {
    SearchProblem p = problem(criteria);
    SearchResult joint = searchThresholds(p), one = searchOneThreshold(p);
    if (joint.front.empty())
      throw Error("--max-offload=" + options.maxOffload +
                  ": no thresholds keep so many samples (" + name + ")");
    size_t best = joint.front.back().right;
    size_t need = least.right(best, p.samples);
    Found found;
    found.criterion = name;
    found.criteria = criteria;
    found.exact = joint.exact;
    const SearchPoint *chosen = choose(joint, need);
    if (!chosen)
      throw Error("--min-accuracy=" + options.minAccuracy +
                  ": no thresholds are so accurate; the best have " +
                  percent(double(best) / double(p.samples)) + " % by " + name);
    found.chosen = evaluate(settingOf(*chosen), criteria);
    if (const SearchPoint *single = choose(one, need))
      found.single = evaluate(settingOf(*single), criteria);
    for (const SearchPoint &point : joint.front)
      found.front.push_back(evaluate(settingOf(point), criteria));
    return found;
  }

  double seconds(const SettingResult &r) const {
    double sum = 0;
    for (unsigned i = 0; i < model.exit_count; ++i)
      sum += r.exitRate[i] * times[i];
    return sum;
  }

  double offloaded(const SettingResult &r) const {
    double sum = 0;
    for (unsigned exit : order)
      if (model.exits[exit].tier > model.exits[order.front()].tier)
        sum += r.exitRate[exit];
    return sum;
  }

  Json halfJson(const SettingResult &r) const {
    Json half;
    half["exit_rate"] = Json::object();
    for (unsigned exit : order)
      half["exit_rate"][model.exits[exit].name] = r.exitRate[exit];
    half["accuracy"] = r.accuracy;
    half["offload_rate"] = offloaded(r);
    half["payload_bytes_per_sample"] = r.payloadBytes;
    half["seconds_per_sample"] = times.empty() ? Json() : Json(seconds(r));
    return half;
  }

  /// Figures of the samples held back, and under `search` of the others.
  Json rowJson(const Row &row) const {
    Json entry;
    entry["thresholds"] = Json::object();
    for (unsigned exit : order)
      if (!model.exits[exit].is_final)
        entry["thresholds"][model.exits[exit].name] =
            number(row.setting[exit].value);
    entry.update(halfJson(row.report));
    entry["search"] = halfJson(row.search);
    return entry;
  }

  Json toJson(const std::vector<Found> &all) const {
    const Found &found = all.front();
    Json root;
    root["format"] = 1;
    root["model"] = model.name;
    root["hash"] = hashText(model.hash);
    root["objective"] = options.objective;
    root["method"] = found.exact ? "exact" : "descent";
    root["samples"] = {{"search", search->verdicts.samples()},
                       {"report", report->verdicts.samples()}};
    root["times"] = times.empty()     ? Json()
                    : options.profile ? Json("measured")
                                      : Json("expected");
    root["exits"] = Json::array();
    for (unsigned exit : order) {
      Json entry;
      entry["name"] = model.exits[exit].name;
      entry["tier"] = model.tier_names[model.exits[exit].tier];
      entry["criterion"] = criterionNames[found.criteria[exit]];
      entry["accuracy"] = exitAccuracy(report->verdicts, exit, report->labels);
      if (!times.empty())
        entry["seconds"] = times[exit];
      root["exits"].push_back(entry);
    }
    root["chosen"] = rowJson(*found.chosen);
    root["compiled"] = rowJson(compiled);
    root["single"] = found.single ? rowJson(*found.single) : Json();
    root["criteria"] = Json::array();
    for (const Found &each : all) {
      Json entry;
      entry["criterion"] = each.criterion;
      entry.update(rowJson(*each.chosen));
      root["criteria"].push_back(entry);
    }
    root["front"] = Json::array();
    for (const Row &row : found.front)
      root["front"].push_back(rowJson(row));
    return root;
  }

  Table table(const char *first, int width) const {
    std::vector<Table::Column> columns = {{first, width, true}};
    for (unsigned exit : order)
      if (!model.exits[exit].is_final)
        columns.push_back(
            {"T(" + std::string(model.exits[exit].name) + ")", 7});
    columns.push_back({"samples", 9, true});
    columns.push_back({"accuracy %", 6});
    for (unsigned exit : order)
      columns.push_back({std::string(model.exits[exit].name) + " %", 6});
    columns.push_back({"payload B", 6});
    if (!times.empty())
      columns.push_back({"ms", 7});
    return Table(columns);
  }

  std::vector<std::string> thresholdCells(const Row &row) const {
    std::vector<std::string> cells;
    for (unsigned exit : order)
      if (!model.exits[exit].is_final)
        cells.push_back(format("%.5g", double(row.setting[exit].value)));
    return cells;
  }

  /// Two lines: searched on, and held back.
  void printRow(const Table &table, const std::string &name,
                const Row &row) const {
    for (bool isSearch : {true, false}) {
      const SettingResult &r = isSearch ? row.search : row.report;
      std::vector<std::string> cells = {isSearch ? name : ""};
      for (const std::string &text : thresholdCells(row))
        cells.push_back(isSearch ? text : "");
      cells.push_back(isSearch ? "searched" : "held back");
      cells.push_back(percent(r.accuracy));
      for (unsigned exit : order)
        cells.push_back(percent(r.exitRate[exit]));
      cells.push_back(format("%.1f", r.payloadBytes));
      if (!times.empty())
        cells.push_back(format("%.4g", 1e3 * seconds(r)));
      table.row(cells);
    }
  }

  void print(const std::vector<Found> &all) const {
    const Found &found = all.front();
    printf("model %s (%s): searched on %zu samples, %zu held back; %s, %s\n",
           model.name, hashText(model.hash).c_str(), search->verdicts.samples(),
           report->verdicts.samples(), found.criterion.c_str(),
           found.exact ? "exact search"
                       : "coordinate descent: there may be better ones");
    if (!times.empty())
      printf("times: computing %s, links as stated\n",
             options.profile ? "measured here" : "as expected");
    puts("");
    Table rows = table("thresholds", 12);
    rows.heading();
    printRow(rows, "chosen", *found.chosen);
    printRow(rows, "as compiled", compiled);
    if (found.single)
      printRow(rows, "one for all", *found.single);
    if (all.size() > 1) {
      puts("");
      Table criteria = table("criterion", 12);
      criteria.heading();
      for (const Found &each : all)
        printRow(criteria, each.criterion, *each.chosen);
    }
    printFront(found);
  }

  void printFront(const Found &found) const {
    bool latency = options.objective == "latency";
    printf("\naccuracy against %s, %zu settings%s\n",
           latency ? "time" : "bytes", found.front.size(),
           found.front.size() > printedRows ? ", some of them" : "");
    std::vector<Table::Column> columns;
    for (unsigned exit : order)
      if (!model.exits[exit].is_final)
        columns.push_back(
            {"T(" + std::string(model.exits[exit].name) + ")", 7});
    for (const char *name : {"searched %", "held back %"})
      columns.push_back({name, 6});
    columns.push_back({latency ? "ms searched" : "B searched", 6});
    columns.push_back({latency ? "ms held back" : "B held back", 6});
    Table table(columns);
    table.heading();
    size_t count = found.front.size(), rows = std::min(count, printedRows);
    for (size_t i = 0; i < rows; ++i) {
      // The ends are always among them.
      const Row &row = found.front[rows < 2 ? 0 : i * (count - 1) / (rows - 1)];
      std::vector<std::string> cells = thresholdCells(row);
      cells.push_back(percent(row.search.accuracy));
      cells.push_back(percent(row.report.accuracy));
      for (const SettingResult *r : {&row.search, &row.report})
        cells.push_back(latency ? format("%.4g", 1e3 * seconds(*r))
                                : format("%.1f", r->payloadBytes));
      table.row(cells);
    }
  }

  void draw(const Found &found) const {
    bool latency = options.objective == "latency";
    auto point = [&](const SettingResult &r) {
      return PlotPoint{latency ? 1e3 * seconds(r) : r.payloadBytes,
                       100 * r.accuracy};
    };
    PlotSeries searched{"searched", "#1f5fa8", {}, true};
    PlotSeries heldBack{"held back", "#c4501b", {}, true};
    for (const Row &row : found.front) {
      searched.points.push_back(point(row.search));
      heldBack.points.push_back(point(row.report));
    }
    // Costs differ between the halves, so the order may, too.
    std::stable_sort(
        heldBack.points.begin(), heldBack.points.end(),
        [](const PlotPoint &a, const PlotPoint &b) { return a.x < b.x; });
    PlotSeries chosen{
        "chosen, held back", "#2c8a3c", {point(found.chosen->report)}, false};
    PlotSeries before{
        "as compiled, held back", "#777777", {point(compiled.report)}, false};
    std::string svg =
        drawPlot(std::string(model.name) + ": thresholds by " + found.criterion,
                 latency ? "expected time of a sample, ms"
                         : "payload of a sample, bytes",
                 "accuracy, %", {searched, heldBack, chosen, before});
    FILE *file = fopen(options.svg.c_str(), "w");
    bool good = file && fwrite(svg.data(), 1, svg.size(), file) == svg.size();
    int error = errno;
    if (file && fclose(file) != 0 && good) {
      good = false;
      error = errno;
    }
    if (!good)
      throw Error("cannot write '" + options.svg + "': " + strerror(error));
  }

  void write(const Found &found) {
    recompile(*how, model, found.chosen->setting, newCriterion, options.ddnnc);
    if (!json.takesStdout())
      printf("\n%s has these thresholds now%s\n", options.folder.c_str(),
             newCriterion.empty() ? ""
                                  : "; by another criterion it is another "
                                    "deployment, to be installed on all tiers");
  }

  const Options &options;
  Deployment deployment;
  const ddnn_model &model;
  std::vector<unsigned> order;
  LeastAccuracy least;
  double maxOffload = 1;
  std::string newCriterion; // with --write
  std::optional<Recompilation> how;
  JsonOutput json;
  std::vector<HopBytes> hops;
  std::vector<uint32_t> replies;
  ExitTimes times;
  std::optional<Half> search, report;
  Row compiled;
};

} // namespace

void ddnn::tools::addCalibrateCommand(CLI::App &app,
                                      std::function<int()> &chosen) {
  CLI::App *command = app.add_subcommand(
      "calibrate", "Chooses the thresholds of all exits at once");
  auto options = std::make_shared<Options>();
  command->add_option("OUT", options->folder, "Folder that ddnnc wrote")
      ->required();
  addDataOptions(*command, options->images, options->labels, options->scale);
  const char *group = "Samples";
  command
      ->add_option("--search", options->search,
                   "Samples to search on, the last one included. Default: "
                   "those that --report leaves, or a random half")
      ->type_name("A-B")
      ->group(group);
  command
      ->add_option("--report", options->report,
                   "Samples that are held back. Default: those that --search "
                   "leaves, or the other half")
      ->type_name("A-B")
      ->group(group);
  command->add_option("--seed", options->seed, "Of the random halves")
      ->capture_default_str()
      ->group(group);
  group = "What to choose";
  command
      ->add_option("--objective", options->objective,
                   "accuracy: the most right answers; bytes, latency: the "
                   "least of these that keeps --min-accuracy")
      ->check(CLI::IsMember({"accuracy", "bytes", "latency"}))
      ->capture_default_str()
      ->type_name("NAME")
      ->group(group);
  command
      ->add_option("--min-accuracy", options->minAccuracy,
                   "A fraction, 0.5 or 50%; or what may be given up of the "
                   "best accuracy, -0.5%. On the samples searched")
      ->type_name("A")
      ->group(group);
  command
      ->add_option("--max-offload", options->maxOffload,
                   "At most this fraction of the samples leaves the first tier "
                   "that has an exit")
      ->type_name("R")
      ->group(group);
  command
      ->add_option("--criterion", options->criterion,
                   "What thresholds are compared with, as if the artifact had "
                   "been compiled so; all: compare them. Default: its own")
      ->check(CLI::IsMember({"entropy", "confidence", "margin", "all"}))
      ->type_name("NAME")
      ->group(group);
  command
      ->add_flag("--profile", options->profile,
                 "Measure here how long the tiers compute, instead of taking "
                 "the report's expectation")
      ->group(group);
  group = "Results";
  command
      ->add_option("--json", options->json,
                   "Write JSON to FILE, - is standard output")
      ->type_name("FILE")
      ->group(group);
  command
      ->add_option("--svg", options->svg,
                   "Draw accuracy against bytes, or against time")
      ->type_name("FILE")
      ->group(group);
  command
      ->add_flag("--write", options->write,
                 "Compile OUT again with the chosen thresholds")
      ->group(group);
  command
      ->add_option("--ddnnc", options->ddnnc,
                   "Compiler for --write; default: the one beside this tool")
      ->type_name("PROGRAM")
      ->group(group);
  command->add_option("--threads", options->threads,
                      "Default: one for each processor");
#ifdef DDNN_WITH_MQTT
  command
      ->add_flag("--broadcast", options->broadcast,
                 "Tell the chosen thresholds to all nodes of a site, as ddnn "
                 "ctl threshold does")
      ->group(group);
  options->broker.add(*command, /*required=*/false);
#endif
  command->footer(
      "Thresholds are chosen on the samples searched; what they come to is "
      "told for the\nsamples held back, too. The front is what can be had: "
      "each setting is right more often\nthan all that cost less.\n\n"
      "Examples:\n"
      "  ddnn calibrate out --images test.u8,u8,10000x3x32x32 --labels "
      "labels.u8,u8,10000 \\\n"
      "      --scale 1/255 --search 0-4999 --report 5000-9999\n"
      "  ddnn calibrate out --images x.npy --labels y.npy --objective=bytes "
      "--min-accuracy=-0.5% \\\n"
      "      --svg=front.svg --json=front.json\n"
      "  ddnn calibrate out --images x.npy --labels y.npy --criterion=all\n"
      "  ddnn calibrate out --images x.npy --labels y.npy --max-offload=0.3 "
      "--write");
  command->callback([options, &chosen] {
    chosen = [options] { return Calibration(*options).run(); };
  });
}
