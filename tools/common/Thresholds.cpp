// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Thresholds.h"
#include "Deployment.h"
#include "Error.h"

#include <algorithm>
#include <charconv>

using namespace ddnn::tools;

/// More settings than anybody reads.
static constexpr size_t maxSettings = 100000;

static Threshold parseThreshold(const std::string &text,
                                const std::string &what) {
  float value = parseFloat(text, what);
  if (!(value >= 0.0f && value <= 1.0f))
    throw Error(what + ": threshold " + text + " is outside [0, 1]");
  return {value, text};
}

namespace {
struct Option {
  unsigned exit;
  std::vector<Threshold> values;
};
} // namespace

static std::vector<Option>
parseOptions(const ddnn_model &model, const std::vector<std::string> &options) {
  std::vector<Option> parsed;
  for (const std::string &option : options) {
    std::string what = "--threshold " + option;
    auto [name, values] = splitAssignment(option, "--threshold");
    unsigned exit = findExit(model, name);
    if (model.exits[exit].is_final)
      throw Error(what + ": '" + name +
                  "' is the last exit, which always answers");
    auto at = std::find_if(parsed.begin(), parsed.end(),
                           [&](const Option &o) { return o.exit == exit; });
    if (at == parsed.end())
      at = parsed.insert(parsed.end(), Option{exit, {}});
    for (size_t begin = 0; begin <= values.size();) {
      size_t end = std::min(values.find(',', begin), values.size());
      at->values.push_back(
          parseThreshold(values.substr(begin, end - begin), what));
      begin = end + 1;
    }
  }
  return parsed;
}

ThresholdSetting ddnn::tools::compiledThresholds(const ddnn_model &model) {
  ThresholdSetting setting;
  for (unsigned i = 0; i < model.exit_count; ++i) {
    char text[32];
    float value = model.exits[i].threshold;
    auto end = std::to_chars(text, text + sizeof text, value).ptr;
    setting.push_back({value, std::string(text, end)});
  }
  return setting;
}

std::vector<unsigned> ddnn::tools::earlyExits(const ddnn_model &model) {
  std::vector<unsigned> exits;
  for (unsigned i = 0; i < model.exit_count; ++i)
    if (!model.exits[i].is_final)
      exits.push_back(i);
  return exits;
}

std::vector<ThresholdSetting>
ddnn::tools::thresholdCombinations(const ddnn_model &model,
                                   const std::vector<std::string> &options) {
  std::vector<ThresholdSetting> settings = {compiledThresholds(model)};
  for (const Option &option : parseOptions(model, options)) {
    if (settings.size() * option.values.size() > maxSettings)
      throw Error("--threshold: more than " + std::to_string(maxSettings) +
                  " combinations");
    std::vector<ThresholdSetting> product;
    for (const ThresholdSetting &setting : settings)
      for (const Threshold &value : option.values) {
        product.push_back(setting);
        product.back()[option.exit] = value;
      }
    settings = std::move(product);
  }
  return settings;
}

ThresholdSetting
ddnn::tools::singleThresholds(const ddnn_model &model,
                              const std::vector<std::string> &options) {
  std::vector<ThresholdSetting> settings =
      thresholdCombinations(model, options);
  if (settings.size() != 1)
    throw Error("--threshold: give one value for each exit");
  return settings.front();
}

std::vector<unsigned>
ddnn::tools::namedExits(const ddnn_model &model,
                        const std::vector<std::string> &options) {
  std::vector<unsigned> exits;
  for (const Option &option : parseOptions(model, options))
    exits.push_back(option.exit);
  return exits;
}
