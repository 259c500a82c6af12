// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Deployment.h"
#include "Error.h"

#include "ddnn/run.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cinttypes>
#include <cstring>
#include <dlfcn.h>
#include <filesystem>
#include <fstream>
#include <tuple>

using namespace ddnn::tools;
namespace fs = std::filesystem;
using nlohmann::json;

Plugin::Plugin(const std::string &path) : file(path) {
  std::error_code code;
  if (!fs::is_regular_file(path, code))
    throw Error("cannot open '" + path + "': no such file");
  // An absolute path, because dlopen searches elsewhere without a slash.
  void *library = dlopen(fs::absolute(path).c_str(), RTLD_NOW | RTLD_LOCAL);
  if (!library)
    throw Error("cannot load '" + path + "': " + dlerror());
  handle.reset(library, dlclose);
  auto *symbol = static_cast<const ddnn_model *const *>(
      dlsym(library, DDNN_PLUGIN_SYMBOL));
  if (!symbol || !*symbol)
    throw Error("'" + path + "' is not a compiled tier: it has no symbol " +
                DDNN_PLUGIN_SYMBOL);
  descriptor = *symbol;
  if (descriptor->abi_version != DDNN_ABI_VERSION)
    throw Error("'" + path + "' was generated for ABI version " +
                std::to_string(descriptor->abi_version) +
                ", this tool speaks version " +
                std::to_string(DDNN_ABI_VERSION) + ": compile it again");
  if (ddnn_model_check(descriptor) != DDNN_OK || !descriptor->name ||
      !descriptor->tier_names)
    throw Error("'" + path + "' has a malformed descriptor");
  if (auto *symbol = static_cast<ddnn_layer_hook *const *>(
          dlsym(library, DDNN_LAYER_HOOK_SYMBOL)))
    hook = *symbol;
}

std::string ddnn::tools::placeName(const ddnn_model &model, ddnn_place place) {
  std::string name = model.tier_names[place.tier];
  if (model.member_counts && model.member_counts[place.tier] > 1)
    name += std::to_string(place.member);
  return name;
}

bool ddnn::tools::isAggregator(const ddnn_model &model) {
  return ddnn_model_aggregates(&model, model.tier);
}

std::vector<ddnn_source> ddnn::tools::sourcesOf(const ddnn_model &model) {
  if (model.member_counts)
    return {model.sources, model.sources + model.source_count};
  if (model.tier == 0)
    return {};
  return {{{static_cast<uint8_t>(model.tier - 1), 0}, DDNN_MISSING_FAIL}};
}

std::vector<ddnn_place> ddnn::tools::sourcesOf(const ddnn_model &model,
                                               ddnn_place place) {
  std::vector<ddnn_place> sources;
  for (unsigned i = 0; i < model.connection_count; ++i)
    if (model.connections[i].to.tier == place.tier &&
        model.connections[i].to.member == place.member)
      sources.push_back(model.connections[i].from);
  std::sort(sources.begin(), sources.end(),
            [](const ddnn_place &a, const ddnn_place &b) {
              return std::tie(a.tier, a.member) < std::tie(b.tier, b.member);
            });
  return sources;
}

std::vector<unsigned> ddnn::tools::linkOutputs(const ddnn_model &model,
                                               ddnn_place to) {
  std::vector<unsigned> outputs;
  unsigned first = model.output_count - model.link_count;
  for (unsigned i = 0; i < model.link_count; ++i) {
    bool same = model.member_counts
                    ? model.link_targets[i].tier == to.tier &&
                          model.link_targets[i].member == to.member
                    : to.tier == model.tier + 1;
    if (same)
      outputs.push_back(first + i);
  }
  return outputs;
}

std::vector<unsigned> ddnn::tools::linkInputs(const ddnn_model &model,
                                              unsigned index) {
  std::vector<unsigned> inputs;
  for (unsigned i = 0; i < model.input_count; ++i)
    if (!model.member_counts || model.input_sources[i] == index)
      inputs.push_back(i);
  return inputs;
}

std::vector<std::string> ddnn::tools::tierNames(const ddnn_model &model) {
  return {model.tier_names, model.tier_names + model.tier_count};
}

std::vector<std::string> ddnn::tools::exitNames(const ddnn_model &model) {
  std::vector<std::string> names;
  for (unsigned i = 0; i < model.exit_count; ++i)
    names.push_back(model.exits[i].name);
  return names;
}

unsigned ddnn::tools::findExit(const ddnn_model &model,
                               const std::string &name) {
  for (unsigned i = 0; i < model.exit_count; ++i)
    if (name == model.exits[i].name)
      return i;
  throw Error("model '" + std::string(model.name) + "' has no exit '" + name +
                  "'",
              {"its exits are " + quotedList(exitNames(model))});
}

std::string ddnn::tools::className(const ddnn_model &model, uint32_t index) {
  if (index < model.label_count)
    return model.labels[index];
  return std::to_string(index);
}

std::string ddnn::tools::hashText(uint64_t hash) {
  char text[17];
  snprintf(text, sizeof text, "%016" PRIx64, hash);
  return text;
}

namespace {

/// What the tools take from manifest.json: where each place's library lies.
struct Manifest {
  struct Place {
    std::string name;
    size_t tier; // index into tierNames
    unsigned member;
    std::string library; // empty where there is none to load
  };
  std::string hash;
  std::vector<std::string> tierNames;
  std::vector<Place> places;
  std::vector<TierTable> tables;
};

TierTable readTable(const json &tier) {
  TierTable table;
  table.name = tier.at("name").get<std::string>();
  table.cpu = tier.at("cpu").get<std::string>();
  table.isa = tier.at("isa").get<std::string>();
  table.threads = std::clamp(tier.at("threads").get<unsigned>(), 1u, 1024u);
  for (const json &layer : tier.at("layers"))
    table.layers.push_back({layer.at("nodes").get<std::vector<std::string>>(),
                            layer.at("flops").get<int64_t>()});
  return table;
}

Manifest readManifest(const std::string &folder) {
  fs::path path = fs::path(folder) / "manifest.json";
  std::ifstream stream(path);
  if (!stream)
    throw Error("cannot open '" + path.string() + "': " + strerror(errno),
                {"expected the output folder of ddnnc"});
  Manifest manifest;
  try {
    json document = json::parse(stream);
    int format = document.at("format").get<int>();
    if (format != 1)
      throw Error(path.string() + ": format " + std::to_string(format) +
                  " is not known to this tool");
    manifest.hash = document.at("hash").get<std::string>();
    for (const json &tier : document.at("tiers")) {
      std::string library = tier.value("library", "");
      if (!library.empty())
        library = (fs::path(folder) / library).string();
      // Only groups say which tier and member it is; a tier's stand together.
      std::string name = tier.at("name").get<std::string>();
      std::string of = tier.value("tier", name);
      if (manifest.tierNames.empty() || manifest.tierNames.back() != of)
        manifest.tierNames.push_back(of);
      manifest.places.push_back({name, manifest.tierNames.size() - 1,
                                 tier.value("member", 0u), library});
      if (tier.contains("layers"))
        manifest.tables.push_back(readTable(tier));
    }
  } catch (const json::exception &error) {
    throw Error(path.string() + ": malformed manifest: " + error.what());
  }
  if (manifest.places.empty())
    throw Error(path.string() + ": no tiers");
  return manifest;
}

Plugin loadListed(const Manifest &manifest, const std::string &folder,
                  size_t index) {
  const Manifest::Place &place = manifest.places[index];
  if (place.library.empty())
    throw Error("tier '" + place.name + "' in '" + folder +
                    "' has no compiled library that this machine can load",
                {"it was made with --emit=source, or for another machine: "
                 "compile it for this one, or use another tier's"});
  Plugin plugin(place.library);
  if (hashText(plugin.model().hash) != manifest.hash)
    throw Error("'" + plugin.path() + "' (hash " +
                hashText(plugin.model().hash) + ") does not belong to '" +
                folder + "' (hash " + manifest.hash + "): compile again");
  if (plugin.model().tier != place.tier ||
      plugin.model().member != place.member ||
      plugin.model().tier_count != manifest.tierNames.size() ||
      plugin.placeName() != place.name)
    throw Error("'" + plugin.path() + "' is tier '" + plugin.placeName() +
                "', but the manifest lists it as '" + place.name + "'");
  return plugin;
}

/// True if one place's tensors are what the other takes.
bool fits(const ddnn_model &from, const std::vector<unsigned> &outputs,
          const ddnn_model &to, const std::vector<unsigned> &inputs) {
  bool same = outputs.size() == inputs.size();
  for (size_t t = 0; same && t < inputs.size(); ++t) {
    const ddnn_tensor &a = from.outputs[outputs[t]];
    const ddnn_tensor &b = to.inputs[inputs[t]];
    same = a.encoding == b.encoding && a.count == b.count && a.rank == b.rank &&
           a.wire_bytes == b.wire_bytes &&
           memcmp(a.dims, b.dims, a.rank * sizeof *a.dims) == 0;
  }
  return same;
}

} // namespace

void ddnn::tools::checkChain(const Deployment &deployment) {
  const std::vector<Plugin> &tiers = deployment.tiers;
  const ddnn_model &first = deployment.first();
  std::vector<ddnn_place> places; // all that there must be, in order
  for (unsigned t = 0; t < first.tier_count; ++t)
    for (unsigned m = 0; m < (first.member_counts ? first.member_counts[t] : 1);
         ++m)
      places.push_back({static_cast<uint8_t>(t), static_cast<uint8_t>(m)});
  for (size_t i = 0; i < tiers.size(); ++i) {
    const ddnn_model &model = tiers[i].model();
    if (i >= places.size() || model.tier != places[i].tier ||
        model.member != places[i].member ||
        model.tier_count != first.tier_count || model.hash != first.hash ||
        model.exit_count != first.exit_count)
      throw Error("'" + tiers[i].path() +
                  "' does not belong to the same deployment as '" +
                  tiers[0].path() + "'");
    std::vector<ddnn_source> sources = sourcesOf(model);
    for (unsigned s = 0; s < sources.size(); ++s) {
      auto from = std::find_if(
          tiers.begin(), tiers.begin() + static_cast<ptrdiff_t>(i),
          [&](const Plugin &plugin) {
            return plugin.model().tier == sources[s].place.tier &&
                   plugin.model().member == sources[s].place.member;
          });
      if (from == tiers.begin() + static_cast<ptrdiff_t>(i) ||
          !fits(from->model(),
                linkOutputs(from->model(), {model.tier, model.member}), model,
                linkInputs(model, s)))
        throw Error("what '" +
                    (from == tiers.begin() + static_cast<ptrdiff_t>(i)
                         ? placeName(model, sources[s].place)
                         : from->path()) +
                    "' sends is not what '" + tiers[i].path() + "' expects");
    }
  }
  if (tiers.size() != places.size())
    throw Error("'" + deployment.origin + "' lacks '" +
                placeName(first, places[tiers.size()]) + "'");
}

Deployment ddnn::tools::loadDeployment(const std::string &folder) {
  if (!fs::is_directory(folder))
    throw Error("'" + folder + "' is not a folder",
                {"expected the output folder of ddnnc"});
  Manifest manifest = readManifest(folder);
  Deployment deployment;
  deployment.origin = folder;
  for (size_t i = 0; i < manifest.places.size(); ++i)
    deployment.tiers.push_back(loadListed(manifest, folder, i));
  deployment.tables = std::move(manifest.tables);
  checkChain(deployment);
  return deployment;
}

std::vector<Plugin> ddnn::tools::loadPlaces(const std::string &path,
                                            const std::string &name) {
  std::vector<Plugin> plugins;
  if (fs::is_directory(path)) {
    Manifest manifest = readManifest(path);
    std::vector<std::string> names;
    for (size_t i = 0; i < manifest.places.size(); ++i) {
      const Manifest::Place &place = manifest.places[i];
      if (place.name == name || manifest.tierNames[place.tier] == name)
        plugins.push_back(loadListed(manifest, path, i));
      names.push_back(place.name);
    }
    if (plugins.empty())
      throw Error("'" + path + "' has no tier '" + name + "'",
                  {"its tiers are " + quotedList(names)});
    return plugins;
  }
  Plugin plugin(path);
  if (plugin.tierName() != name && plugin.placeName() != name)
    throw Error(
        "'" + path + "' is tier '" + plugin.placeName() + "' of model '" +
            plugin.model().name + "', not '" + name + "'",
        {"the model's tiers are " + quotedList(tierNames(plugin.model()))});
  plugins.push_back(std::move(plugin));
  return plugins;
}

Plugin ddnn::tools::loadTier(const std::string &path, const std::string &tier) {
  std::vector<Plugin> plugins = loadPlaces(path, tier);
  if (plugins.size() == 1)
    return std::move(plugins.front());
  std::vector<std::string> names;
  for (const Plugin &plugin : plugins)
    names.push_back(plugin.placeName());
  throw Error("tier '" + tier + "' in '" + path + "' has " +
                  std::to_string(plugins.size()) + " members",
              {"they are " + quotedList(names)});
}

std::vector<Plugin> ddnn::tools::loadAggregators(const std::string &path) {
  std::vector<Plugin> plugins;
  if (!fs::is_directory(path)) {
    plugins.emplace_back(path);
    return plugins;
  }
  Manifest manifest = readManifest(path);
  // The others' libraries need not be here.
  std::vector<unsigned> members(manifest.tierNames.size());
  for (const Manifest::Place &place : manifest.places)
    ++members[place.tier];
  for (size_t i = 0; i < manifest.places.size(); ++i) {
    size_t tier = manifest.places[i].tier;
    if (tier && members[tier] == 1 && members[tier - 1] > 1)
      plugins.push_back(loadListed(manifest, path, i));
  }
  return plugins;
}

Plugin ddnn::tools::loadAny(const std::string &path) {
  if (!fs::is_directory(path))
    return Plugin(path);
  return loadListed(readManifest(path), path, 0);
}
