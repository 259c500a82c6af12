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

/// What the tools take from manifest.json: where each tier's library lies.
struct Manifest {
  std::string hash;
  std::vector<std::pair<std::string, std::string>>
      libraries; // tier, path; empty where there is none to load
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
      manifest.libraries.emplace_back(tier.at("name").get<std::string>(),
                                      library);
      if (tier.contains("layers"))
        manifest.tables.push_back(readTable(tier));
    }
  } catch (const json::exception &error) {
    throw Error(path.string() + ": malformed manifest: " + error.what());
  }
  if (manifest.libraries.empty())
    throw Error(path.string() + ": no tiers");
  return manifest;
}

Plugin loadListed(const Manifest &manifest, const std::string &folder,
                  size_t index) {
  const auto &[tier, library] = manifest.libraries[index];
  if (library.empty())
    throw Error("tier '" + tier + "' in '" + folder +
                    "' has no compiled library that this machine can load",
                {"it was made with --emit=source, or for another machine: "
                 "compile it for this one, or use another tier's"});
  Plugin plugin(library);
  if (hashText(plugin.model().hash) != manifest.hash)
    throw Error("'" + plugin.path() + "' (hash " +
                hashText(plugin.model().hash) + ") does not belong to '" +
                folder + "' (hash " + manifest.hash + "): compile again");
  if (plugin.model().tier != index ||
      plugin.model().tier_count != manifest.libraries.size() ||
      plugin.tierName() != manifest.libraries[index].first)
    throw Error("'" + plugin.path() + "' is tier '" + plugin.tierName() +
                "', but the manifest lists it as '" +
                manifest.libraries[index].first + "'");
  return plugin;
}

} // namespace

void ddnn::tools::checkChain(const Deployment &deployment) {
  const std::vector<Plugin> &tiers = deployment.tiers;
  for (size_t i = 0; i < tiers.size(); ++i) {
    const ddnn_model &model = tiers[i].model();
    if (model.tier != i || model.tier_count != tiers.size() ||
        model.hash != deployment.first().hash ||
        model.exit_count != deployment.first().exit_count)
      throw Error("'" + tiers[i].path() +
                  "' does not belong to the same deployment as '" +
                  tiers[0].path() + "'");
    if (i == 0)
      continue;
    const ddnn_model &from = tiers[i - 1].model();
    bool same = from.link_count == model.input_count;
    for (unsigned t = 0; same && t < model.input_count; ++t) {
      const ddnn_tensor &a =
          from.outputs[from.output_count - from.link_count + t];
      const ddnn_tensor &b = model.inputs[t];
      same = a.encoding == b.encoding && a.count == b.count &&
             a.rank == b.rank && a.wire_bytes == b.wire_bytes &&
             memcmp(a.dims, b.dims, a.rank * sizeof *a.dims) == 0;
    }
    if (!same)
      throw Error("what '" + tiers[i - 1].path() + "' sends is not what '" +
                  tiers[i].path() + "' expects");
  }
}

Deployment ddnn::tools::loadDeployment(const std::string &folder) {
  if (!fs::is_directory(folder))
    throw Error("'" + folder + "' is not a folder",
                {"expected the output folder of ddnnc"});
  Manifest manifest = readManifest(folder);
  Deployment deployment;
  deployment.origin = folder;
  for (size_t i = 0; i < manifest.libraries.size(); ++i)
    deployment.tiers.push_back(loadListed(manifest, folder, i));
  deployment.tables = std::move(manifest.tables);
  checkChain(deployment);
  return deployment;
}

Plugin ddnn::tools::loadTier(const std::string &path, const std::string &tier) {
  if (fs::is_directory(path)) {
    Manifest manifest = readManifest(path);
    std::vector<std::string> names;
    for (size_t i = 0; i < manifest.libraries.size(); ++i) {
      if (manifest.libraries[i].first == tier)
        return loadListed(manifest, path, i);
      names.push_back(manifest.libraries[i].first);
    }
    throw Error("'" + path + "' has no tier '" + tier + "'",
                {"its tiers are " + quotedList(names)});
  }
  Plugin plugin(path);
  if (plugin.tierName() != tier)
    throw Error(
        "'" + path + "' is tier '" + plugin.tierName() + "' of model '" +
            plugin.model().name + "', not '" + tier + "'",
        {"the model's tiers are " + quotedList(tierNames(plugin.model()))});
  return plugin;
}

Plugin ddnn::tools::loadAny(const std::string &path) {
  if (!fs::is_directory(path))
    return Plugin(path);
  return loadListed(readManifest(path), path, 0);
}
