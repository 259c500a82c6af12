// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// ddnn eval: accuracy, exit rates and bytes over a data set. One pass computes
// every exit of every sample; the gates are then replayed for each combination
// of thresholds.
#include "Commands.h"
#include "Error.h"
#include "Evaluation.h"
#include "GroupReport.h"
#include "Report.h"
#include "Samples.h"

#include <CLI/CLI.hpp>

#include <cmath>
#include <memory>
#include <mutex>

using namespace ddnn::tools;

namespace {

struct Options {
  std::string folder, labels, scale, json, node, missing;
  std::vector<std::string> images, thresholds, expect, individual;
  unsigned threads = 0;
  size_t limit = 0;
  bool losses = false;
};

/// Reference scores of one exit and how far we are from them.
struct Expected {
  unsigned exit;
  std::string name;
  Array scores;
  size_t rows;
  double error = 0;      // largest so far; NaN if any differs in being one
  size_t otherLabel = 0; // samples whose largest score is another one
};

std::vector<Expected> readExpected(const ddnn_model &model,
                                   const std::vector<std::string> &arguments,
                                   size_t samples) {
  std::vector<Expected> all;
  for (const std::string &argument : arguments) {
    auto [name, data] = splitAssignment(argument, "--expect");
    Expected e;
    e.name = name;
    e.exit = findExit(model, name);
    e.scores = readArray(data);
    uint32_t classes = model.exits[e.exit].classes;
    if (e.scores.count() == 0 || e.scores.count() % classes != 0 ||
        (e.scores.shape.size() > 1 && e.scores.shape.back() != classes))
      throw Error(e.scores.origin + ": a shape of " +
                  shapeText(e.scores.shape) + " does not hold rows of " +
                  std::to_string(classes) + " scores");
    e.rows = std::min<size_t>(samples, e.scores.count() / classes);
    all.push_back(std::move(e));
  }
  return all;
}

void compare(Expected &expected, size_t row, const ddnn_exit_event &event) {
  double &worst = expected.error;
  std::vector<float> reference(event.classes);
  for (uint32_t c = 0; c < event.classes; ++c)
    reference[c] = expected.scores.floatAt(row * event.classes + c);
  expected.otherLabel +=
      ddnn_argmax(reference.data(), event.classes) != event.gate.label;
  for (uint32_t c = 0; c < event.classes; ++c) {
    float want = reference[c];
    float got = event.scores[c];
    if (std::isnan(want) && std::isnan(got))
      continue;
    double error =
        std::fabs(static_cast<double>(want) - static_cast<double>(got));
    if (want == got) // infinities too
      error = 0;
    if (!(error <= worst)) // a NaN stays
      worst = std::isnan(worst) ? worst : error;
  }
}

Json thresholdsJson(const ddnn_model &model, const ThresholdSetting &setting) {
  Json object = Json::object();
  for (unsigned i = 0; i < model.exit_count; ++i)
    if (!model.exits[i].is_final)
      object[model.exits[i].name] = strtod(setting[i].text.c_str(), nullptr);
  return object;
}

class Evaluator {
public:
  explicit Evaluator(const Options &options)
      : options(options), deployment(loadDeployment(options.folder)),
        model(deployment.first()), order(exitOrder(deployment)),
        json(options.json) {}

  int run() {
    // All that can be wrong with the command line comes before the long part.
    std::vector<ThresholdSetting> settings =
        thresholdCombinations(model, options.thresholds);
    Missing missing = missingPlaces(deployment, splitNames(options.missing));
    if (!deployment.isGroup() &&
        (options.losses || !options.individual.empty()))
      throw Error("--losses and --individual are for several devices; '" +
                  options.folder + "' has one");
    Samples samples =
        readSamples(deployment.tiers, options.images, options.scale);
    for (const std::string &warning : samples.warnings())
      fprintf(stderr, "ddnn: warning: %s\n", warning.c_str());
    size_t count = samples.count();
    if (options.limit)
      count = std::min(count, options.limit);
    uint32_t classes = 0;
    for (unsigned i = 0; i < model.exit_count; ++i)
      classes = std::max(classes, model.exits[i].classes);
    std::vector<uint32_t> labels = readLabels(options.labels, count, classes);
    std::vector<Expected> expected = readExpected(model, options.expect, count);
    std::string node =
        options.node.empty() ? deployment.tiers[0].tierName() : options.node;
    std::vector<HopBytes> hops = hopBytes(deployment, node);
    std::vector<uint32_t> replies;
    for (unsigned i = 0; i < model.exit_count; ++i)
      replies.push_back(replyBytes(model, i, node));

    std::mutex mutex;
    auto check = [&](size_t s, const ddnn_exit_event &event) {
      for (Expected &e : expected)
        if (e.exit == event.exit && s < e.rows) {
          std::lock_guard<std::mutex> lock(mutex);
          compare(e, s, event);
        }
    };
    Verdicts verdicts =
        computeAll(deployment, samples, count, options.threads, missing, check);
    for (size_t s = 0; s < count; ++s)
      if (verdicts.at(s, order.back()).label == UINT32_MAX)
        throw Error("the last exit cannot do without what is --missing",
                    {"it is for the network to say what a missing member "
                     "means: report.txt has what it says"});
    std::vector<SettingResult> results;
    for (const ThresholdSetting &setting : settings)
      results.push_back(
          replay(verdicts, model, order, setting, labels, hops, replies));
    std::optional<GroupReport> group;
    if (deployment.isGroup()) {
      group.emplace(deployment, node);
      group->addBytes(settings, results);
      if (!options.individual.empty())
        group->addIndividual(options.individual, options.images, options.scale,
                             labels, options.threads);
      if (options.losses)
        group->addLosses(samples, labels, settings.front(), options.threads);
    }
    if (!json.takesStdout()) {
      printTables(verdicts, labels, settings, results, expected);
      if (group)
        group->print();
    }
    if (json.on()) {
      Json root = toJson(verdicts, labels, settings, results, expected, hops);
      if (group)
        group->addTo(root);
      json.document(root);
    }
    return 0;
  }

private:
  Json toJson(const Verdicts &verdicts, const std::vector<uint32_t> &labels,
              const std::vector<ThresholdSetting> &settings,
              const std::vector<SettingResult> &results,
              const std::vector<Expected> &expected,
              const std::vector<HopBytes> &hops) const {
    Json root;
    root["model"] = model.name;
    root["hash"] = hashText(model.hash);
    root["samples"] = verdicts.samples();
    root["exits"] = Json::array();
    for (unsigned exit : order) {
      Json entry;
      entry["name"] = model.exits[exit].name;
      entry["tier"] = model.tier_names[model.exits[exit].tier];
      entry["accuracy"] = exitAccuracy(verdicts, exit, labels);
      root["exits"].push_back(entry);
    }
    root["links"] = Json::array();
    for (size_t i = 0; i < hops.size(); ++i)
      root["links"].push_back(Json({{"from", model.tier_names[i]},
                                    {"to", model.tier_names[i + 1]},
                                    {"payload_bytes", hops[i].payload},
                                    {"framed_bytes", hops[i].framed}}));
    root["settings"] = Json::array();
    for (size_t i = 0; i < settings.size(); ++i) {
      const SettingResult &r = results[i];
      Json entry;
      entry["thresholds"] = thresholdsJson(model, settings[i]);
      entry["exit_rate"] = Json::object();
      for (unsigned exit : order)
        entry["exit_rate"][model.exits[exit].name] = r.exitRate[exit];
      entry["accuracy"] = r.accuracy;
      entry["server_accuracy"] =
          r.serverAccuracy ? Json(*r.serverAccuracy) : Json();
      entry["ideal_accuracy"] = r.idealAccuracy;
      entry["payload_bytes_per_sample"] = r.payloadBytes;
      entry["framed_bytes_per_sample"] = r.framedBytes;
      entry["reply_bytes_per_sample"] = r.replyBytes;
      root["settings"].push_back(entry);
    }
    if (!expected.empty()) {
      root["max_abs_error"] = Json::object();
      for (const Expected &e : expected) {
        Json error = std::isfinite(e.error) ? Json(e.error) : Json();
        root["max_abs_error"][e.name] = error;
        for (Json &entry : root["exits"])
          if (entry["name"] == e.name) {
            entry["max_abs_error"] = error;
            entry["other_labels"] = e.otherLabel;
          }
      }
    }
    return root;
  }

  void printTables(const Verdicts &verdicts,
                   const std::vector<uint32_t> &labels,
                   const std::vector<ThresholdSetting> &settings,
                   const std::vector<SettingResult> &results,
                   const std::vector<Expected> &expected) const {
    printf("model %s (%s), %zu samples\n\n", model.name,
           hashText(model.hash).c_str(), verdicts.samples());
    int width = 4;
    for (const std::string &name : exitNames(model))
      width = std::max(width, static_cast<int>(name.size()));
    Table exits({{"exit", width, true},
                 {"tier", 8, true},
                 {"accuracy %", 10},
                 {"max abs error", 13},
                 {"other labels", 12}});
    exits.heading();
    for (unsigned exit : order) {
      std::string error, labelled;
      for (const Expected &e : expected)
        if (e.exit == exit) {
          error = format("%.2e", e.error);
          labelled = format("%zu of %zu", e.otherLabel, e.rows);
        }
      exits.row(
          {model.exits[exit].name, model.tier_names[model.exits[exit].tier],
           percent(exitAccuracy(verdicts, exit, labels)), error, labelled});
    }
    puts("");
    std::vector<Table::Column> columns;
    for (unsigned exit : order)
      if (!model.exits[exit].is_final)
        columns.push_back(
            {"T(" + std::string(model.exits[exit].name) + ")", 4});
    for (unsigned exit : order)
      columns.push_back({std::string(model.exits[exit].name) + " %", 6});
    for (const char *name : {"accuracy %", "server %", "ideal %", "payload B",
                             "framed B", "reply B"})
      columns.push_back({name, 6});
    Table table(columns);
    table.heading();
    for (size_t i = 0; i < settings.size(); ++i) {
      const SettingResult &r = results[i];
      std::vector<std::string> cells;
      for (unsigned exit : order)
        if (!model.exits[exit].is_final)
          cells.push_back(settings[i][exit].text);
      for (unsigned exit : order)
        cells.push_back(percent(r.exitRate[exit]));
      cells.push_back(percent(r.accuracy));
      cells.push_back(r.serverAccuracy ? percent(*r.serverAccuracy) : "-");
      cells.push_back(percent(r.idealAccuracy));
      for (double bytes : {r.payloadBytes, r.framedBytes, r.replyBytes})
        cells.push_back(format("%.1f", bytes));
      table.row(cells);
    }
  }

  const Options &options;
  Deployment deployment;
  const ddnn_model &model;
  std::vector<unsigned> order;
  JsonOutput json;
};

} // namespace

void ddnn::tools::addEvalCommand(CLI::App &app, std::function<int()> &chosen) {
  CLI::App *command = app.add_subcommand(
      "eval", "Accuracy, exit rates and bytes over a data set");
  auto options = std::make_shared<Options>();
  command->add_option("OUT", options->folder, "Folder that ddnnc wrote")
      ->required();
  addDataOptions(*command, options->images, options->labels, options->scale);
  command
      ->add_option("--threshold", options->thresholds,
                   "NAME=T[,T...]: thresholds of an exit to try; several "
                   "options: all combinations. Default: as compiled")
      ->allow_extra_args(false)
      ->type_name("NAME=T");
  command
      ->add_option("--missing", options->missing,
                   "Members of a group that do not come, such as "
                   "device3,device5; bytes are those of all")
      ->type_name("NAMES");
  command
      ->add_option("--individual", options->individual,
                   "DEVICE=FILE: a network trained for this device of a group "
                   "alone, an ONNX file or a folder that ddnnc wrote; reports "
                   "its accuracy")
      ->allow_extra_args(false)
      ->type_name("DEVICE=FILE");
  command->add_flag("--losses", options->losses,
                    "Accuracy of a group with each device missing, and as "
                    "devices are added from worst to best");
  command
      ->add_option("--expect", options->expect,
                   "NAME=DATA: reference scores of an exit for the first "
                   "samples; reports the largest difference")
      ->allow_extra_args(false)
      ->type_name("NAME=DATA");
  command->add_option("--limit", options->limit, "Only the first N samples")
      ->type_name("N");
  command->add_option("--threads", options->threads,
                      "Default: one for each processor");
  command->add_option("--node", options->node,
                      "Name of the asking node, which counts in the framed "
                      "bytes; default: the first tier's name");
  command
      ->add_option("--json", options->json,
                   "Write JSON to FILE, - is standard output")
      ->type_name("FILE");
  command->footer(
      "Accuracies are those of the adaptive-framework paper: server is over "
      "the "
      "samples that go\npast the first tier, ideal counts a sample that an "
      "exit "
      "of the first tier or the last exit\ngets right. Bytes are means over "
      "samples of the requests on all links. Of several devices,\nwhat each "
      "one sends stands beside equation (1) of the DDNN paper.\n\n"
      "Examples:\n"
      "  ddnn eval out --images test.u8,u8,10000x3x32x32 --labels "
      "labels.u8,u8,10000 \\\n"
      "      --scale 1/255 --threshold local=0.2,0.4,0.8 --json=-\n"
      "  ddnn eval out --images test.npy --labels labels.npy "
      "--expect cloud=reference.npy\n"
      "  ddnn eval cameras --images views.npy --labels labels.npy --losses \\\n"
      "      --individual device0=device0.onnx");
  command->callback([options, &chosen] {
    chosen = [options] { return Evaluator(*options).run(); };
  });
}
