// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What ddnnc made, loaded: one tier's shared library, or all of a deployment.
#ifndef DDNN_TOOLS_DEPLOYMENT_H
#define DDNN_TOOLS_DEPLOYMENT_H

#include "ddnn/model.h"

#include <memory>
#include <string>
#include <vector>

namespace ddnn::tools {

/// Name of a place: its tier's, with its number where the tier has several.
std::string placeName(const ddnn_model &model, ddnn_place place);

/// A tier's shared library; its descriptor lives as long as the plugin.
class Plugin {
public:
  /// Loads a library and checks its descriptor. Throws Error.
  explicit Plugin(const std::string &path);

  const ddnn_model &model() const { return *descriptor; }
  const std::string &path() const { return file; }
  /// Name of this tier, and of this place: "device3" in a tier of several.
  std::string tierName() const {
    return descriptor->tier_names[descriptor->tier];
  }
  std::string placeName() const {
    return tools::placeName(*descriptor,
                            {descriptor->tier, descriptor->member});
  }
  /// What its code calls around each layer; null where it was built without.
  ddnn_layer_hook *layerHook() const { return hook; }

private:
  std::string file;
  std::shared_ptr<void> handle;
  const ddnn_model *descriptor = nullptr;
  ddnn_layer_hook *hook = nullptr;
};

/// A call of a kernel, as manifest.json describes it.
struct LayerTable {
  std::vector<std::string> nodes; ///< "Conv device/conv"
  int64_t flops = 0;
};

/// What a tier was compiled for, and its layers in the order of their numbers.
struct TierTable {
  std::string name, cpu, isa;
  unsigned threads = 1;
  std::vector<LayerTable> layers;
};

/// All tiers of one compile, in order; of a tier of several members, each.
struct Deployment {
  std::string origin; ///< the folder
  std::vector<Plugin> tiers;
  std::vector<TierTable> tables; ///< none where the manifest lists no layers

  const ddnn_model &first() const { return tiers.front().model(); }
  std::string name() const { return first().name; }
  bool isGroup() const { return first().member_counts != nullptr; }
};

/// Who sends to a place; in a chain it is the tier before. Empty for the first.
std::vector<ddnn_source> sourcesOf(const ddnn_model &model);

/// The same for any place of a group's deployment.
std::vector<ddnn_place> sourcesOf(const ddnn_model &model, ddnn_place place);

/// Outputs of a place that travel to another, and inputs of a place that come
/// from source `index`; in the order of the frame's tensors.
std::vector<unsigned> linkOutputs(const ddnn_model &model, ddnn_place to);
std::vector<unsigned> linkInputs(const ddnn_model &model, unsigned index);

/// Does that tier join its members' scores and send nothing on?
bool isAggregator(const ddnn_model &model);

/// Names of all tiers and of all exits of a model.
std::vector<std::string> tierNames(const ddnn_model &model);
std::vector<std::string> exitNames(const ddnn_model &model);

/// Index of an exit; an Error that lists all exits if there is none.
unsigned findExit(const ddnn_model &model, const std::string &name);

/// The text of a class: its label, or its number where the model has none.
std::string className(const ddnn_model &model, uint32_t index);

/// 16 hexadecimal digits.
std::string hashText(uint64_t hash);

/// Loads all tiers of the folder that `ddnnc -o` wrote and checks that they
/// belong together and that each tier's links are what the next one expects.
Deployment loadDeployment(const std::string &folder);

/// Checks that these tiers, in order, make a whole. Throws Error.
void checkChain(const Deployment &deployment);

/// The libraries of a tier's members, or of one place alone: `path` is a .so
/// file of it, or the folder of a deployment that has it; `name` a tier's or a
/// place's.
std::vector<Plugin> loadPlaces(const std::string &path,
                               const std::string &name);

/// The same for a tier of one, or one place.
Plugin loadTier(const std::string &path, const std::string &tier);

/// All aggregators of a deployment, in order; of a .so file, itself.
std::vector<Plugin> loadAggregators(const std::string &path);

/// Any tier's library of a deployment, for its tables of tiers and exits.
Plugin loadAny(const std::string &path);

} // namespace ddnn::tools

#endif
