// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "GroupReport.h"
#include "CallCompiler.h"
#include "Error.h"

#include <algorithm>
#include <filesystem>
#include <numeric>
#include <unistd.h>

using namespace ddnn::tools;
namespace fs = std::filesystem;

namespace {

/// A folder that goes with its object.
struct Scratch {
  fs::path path;
  Scratch() {
    std::string text =
        (fs::temp_directory_path() / "ddnn-eval-XXXXXX").string();
    if (!mkdtemp(text.data()))
      throw Error("cannot make a folder in '" +
                  fs::temp_directory_path().string() + "'");
    path = text;
  }
  ~Scratch() {
    std::error_code ignored;
    fs::remove_all(path, ignored);
  }
};

std::string join(const std::vector<std::string> &names) {
  std::string text;
  for (const std::string &name : names)
    text += (text.empty() ? "" : ", ") + name;
  return text;
}

} // namespace

GroupReport::GroupReport(const Deployment &deployment, const std::string &node)
    : deployment(deployment), model(deployment.first()),
      order(exitOrder(deployment)), devices(deviceNames(deployment)),
      bytes(deviceBytes(deployment, node)) {}

void GroupReport::addBytes(const std::vector<ThresholdSetting> &settings,
                           const std::vector<SettingResult> &results) {
  for (size_t i = 0; i < settings.size(); ++i) {
    std::string text;
    for (unsigned exit : order)
      if (!model.exits[exit].is_final)
        text += (text.empty() ? "" : ", ") +
                std::string(model.exits[exit].name) + "=" +
                settings[i][exit].text;
    sent.push_back({text, answeredLocally(model, results[i].exitRate)});
  }
}

//===----------------------------------------------------------------------===//
// Individual accuracy
//===----------------------------------------------------------------------===//

void GroupReport::addIndividual(const std::vector<std::string> &arguments,
                                const std::vector<std::string> &images,
                                const std::string &scale,
                                const std::vector<uint32_t> &labels,
                                unsigned threads) {
  for (const std::string &argument : arguments) {
    auto [device, path] = splitAssignment(argument, "--individual");
    if (std::find(devices.begin(), devices.end(), device) == devices.end())
      throw Error("--individual: there is no device '" + device + "'",
                  {"devices are " + join(devices)});
    alone[device] = individual(device, path, images, scale, labels, threads);
  }
}

double GroupReport::individual(const std::string &device,
                               const std::string &path,
                               const std::vector<std::string> &images,
                               const std::string &scale,
                               const std::vector<uint32_t> &labels,
                               unsigned threads) const {
  Scratch scratch;
  std::string folder = path;
  if (!fs::is_directory(path)) {
    folder = (scratch.path / "out").string();
    std::string compiler = compilerBesideThisTool();
    int status = callCompiler(
        {compiler, fs::absolute(path).string(), "--tiers=device", "-o", folder},
        fs::current_path().string());
    if (status == kNotRunnable)
      throw Error("--individual: cannot run '" + compiler + "'",
                  {"give the folder of a compiled network"});
    if (status != 0)
      throw Error("--individual: '" + path + "' does not compile");
  }
  Deployment network = loadDeployment(folder);
  const ddnn_model &own = network.first();
  if (own.tier_count != 1 || own.input_count != 1)
    throw Error("--individual: '" + path +
                    "' is not one network for one device",
                {"it has " + std::to_string(own.tier_count) + " tiers and " +
                 std::to_string(own.input_count) + " inputs"});
  // What the device sees: the data of its input, whose name may be another one.
  size_t input = 0;
  std::string name;
  for (const Plugin &plugin : deployment.tiers) {
    if (plugin.model().tier == 0 && plugin.placeName() == device) {
      if (plugin.model().input_count != 1)
        throw Error("--individual: '" + device + "' has " +
                    std::to_string(plugin.model().input_count) + " inputs");
      name = plugin.model().inputs[0].name;
      break;
    }
    input += plugin.model().input_count;
  }
  std::string data;
  for (size_t i = 0; i < images.size(); ++i) {
    if (images[i].compare(0, name.size() + 1, name + "=") == 0)
      data = images[i].substr(name.size() + 1);
    else if (data.empty() && images.size() == devices.size() && i == input &&
             images[i].find('=') == std::string::npos)
      data = images[i];
  }
  if (data.empty())
    throw Error("--individual: no --images names input '" + name + "' of '" +
                device + "'");
  Samples samples = readSamples(network.tiers, {data}, scale);
  if (samples.count() < labels.size())
    throw Error("--individual: '" + device + "' has only " +
                std::to_string(samples.count()) + " samples");
  Verdicts verdicts = computeAll(network, samples, labels.size(), threads);
  return exitAccuracy(verdicts, exitOrder(network).back(), labels);
}

//===----------------------------------------------------------------------===//
// Missing devices
//===----------------------------------------------------------------------===//

GroupReport::Loss GroupReport::measure(const std::vector<bool> &present,
                                       const Samples &samples,
                                       const std::vector<uint32_t> &labels,
                                       const ThresholdSetting &setting,
                                       unsigned threads) const {
  std::vector<std::string> gone;
  for (size_t i = 0; i < devices.size(); ++i)
    if (!present[i])
      gone.push_back(devices[i]);
  Verdicts verdicts = computeAll(deployment, samples, labels.size(), threads,
                                 missingPlaces(deployment, gone));
  Loss loss;
  loss.exitAccuracy.resize(model.exit_count);
  for (unsigned exit : order)
    loss.exitAccuracy[exit] = exitAccuracy(verdicts, exit, labels);
  std::vector<HopBytes> hops(model.tier_count);
  std::vector<uint32_t> replies(model.exit_count);
  loss.result = replay(verdicts, model, order, setting, labels, hops, replies);
  return loss;
}

void GroupReport::addLosses(const Samples &samples,
                            const std::vector<uint32_t> &labels,
                            const ThresholdSetting &setting, unsigned threads) {
  size_t n = devices.size();
  std::vector<double> quality(n);
  for (size_t i = 0; i < n; ++i) {
    std::vector<bool> present(n, true);
    present[i] = false;
    without.push_back(measure(present, samples, labels, setting, threads));
    without.back().devices = {devices[i]};
    if (alone.size() == n) {
      quality[i] = alone.at(devices[i]);
      continue;
    }
    present.flip();
    quality[i] = measure(present, samples, labels, setting, threads)
                     .exitAccuracy[order.front()];
  }
  std::vector<size_t> rank(n);
  std::iota(rank.begin(), rank.end(), 0);
  std::stable_sort(rank.begin(), rank.end(),
                   [&](size_t a, size_t b) { return quality[a] < quality[b]; });
  std::vector<bool> present(n, false);
  std::vector<std::string> names;
  for (size_t i : rank) {
    present[i] = true;
    names.push_back(devices[i]);
    added.push_back(measure(present, samples, labels, setting, threads));
    added.back().devices = names;
  }
}

//===----------------------------------------------------------------------===//
// Output
//===----------------------------------------------------------------------===//

void GroupReport::printLosses(const char *heading,
                              const std::vector<Loss> &losses) const {
  int width = static_cast<int>(std::string(heading).size());
  for (const Loss &loss : losses)
    width = std::max(width, static_cast<int>(join(loss.devices).size()));
  std::vector<Table::Column> columns = {{heading, width, true}};
  for (unsigned exit : order)
    columns.push_back({std::string(model.exits[exit].name) + " %", 7});
  columns.push_back({"overall %", 9});
  Table table(columns);
  puts("");
  table.heading();
  for (const Loss &loss : losses) {
    std::vector<std::string> cells = {join(loss.devices)};
    for (unsigned exit : order)
      cells.push_back(percent(loss.exitAccuracy[exit]));
    cells.push_back(percent(loss.result.accuracy));
    table.row(cells);
  }
}

void GroupReport::print() const {
  puts("\nbytes a sample and device");
  int width = 10;
  for (const Sent &s : sent)
    width = std::max(width, static_cast<int>(s.thresholds.size()));
  Table table({{"thresholds", width, true},
               {"device", 8, true},
               {"equation (1)", 12},
               {"payload", 8},
               {"framed", 8},
               {"short", 8},
               {"raw", 6}});
  table.heading();
  for (const Sent &s : sent) {
    for (size_t i = 0; i < devices.size();) {
      // Devices that send the same share a row.
      size_t end = i + 1;
      while (end < devices.size() &&
             bytes[end].framed(s.answered) == bytes[i].framed(s.answered) &&
             bytes[end].equation(s.answered) == bytes[i].equation(s.answered) &&
             bytes[end].raw == bytes[i].raw)
        ++end;
      const DeviceBytes &b = bytes[i];
      table.row(
          {s.thresholds,
           end == i + 1 ? devices[i] : devices[i] + " to " + devices[end - 1],
           format("%.1f", b.equation(s.answered)),
           format("%.1f", b.payload(s.answered)),
           format("%.1f", b.framed(s.answered)),
           b.shortFramed ? format("%.1f", b.framedShort(s.answered))
                         : std::string("-"),
           std::to_string(b.raw)});
      i = end;
    }
  }
  if (!alone.empty()) {
    puts("");
    Table individual({{"device", 8, true}, {"individual %", 12}});
    individual.heading();
    for (const auto &[device, accuracy] : alone)
      individual.row({device, percent(accuracy)});
  }
  if (!without.empty())
    printLosses("without", without);
  if (!added.empty())
    printLosses("devices there, from worst to best", added);
}

Json GroupReport::toJson(const char *key,
                         const std::vector<Loss> &losses) const {
  Json list = Json::array();
  for (const Loss &loss : losses) {
    Json entry;
    entry[key] = loss.devices;
    entry["exits"] = Json::object();
    entry["exit_rate"] = Json::object();
    for (unsigned exit : order) {
      entry["exits"][model.exits[exit].name] = loss.exitAccuracy[exit];
      entry["exit_rate"][model.exits[exit].name] = loss.result.exitRate[exit];
    }
    entry["accuracy"] = loss.result.accuracy;
    list.push_back(entry);
  }
  return list;
}

void GroupReport::addTo(Json &root) const {
  for (size_t i = 0; i < sent.size(); ++i) {
    Json list = Json::array();
    for (size_t d = 0; d < devices.size(); ++d) {
      const DeviceBytes &b = bytes[d];
      double answered = sent[i].answered;
      list.push_back(
          Json({{"name", devices[d]},
                {"equation_bytes", b.equation(answered)},
                {"payload_bytes", b.payload(answered)},
                {"framed_bytes", b.framed(answered)},
                {"short_framed_bytes",
                 b.shortFramed ? Json(b.framedShort(answered)) : Json()},
                {"raw_bytes", b.raw}}));
    }
    root["settings"][i]["devices"] = list;
  }
  if (!alone.empty()) {
    root["individual"] = Json::object();
    for (const auto &[device, accuracy] : alone)
      root["individual"][device] = accuracy;
  }
  if (!without.empty())
    root["without"] = toJson("missing", without);
  if (!added.empty())
    root["added"] = toJson("devices", added);
}
