// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Profile.h"
#include "Error.h"
#include "peak.h"

#include <thread>

using namespace ddnn::tools;

static std::string join(const std::vector<std::string> &words,
                        const char *between) {
  std::string text;
  for (const std::string &word : words)
    text += (text.empty() ? "" : between) + word;
  return text;
}

/// Of as many threads as share the tier's kernels, all at once.
static double measurePeak(const char *isa, unsigned threads) {
  std::vector<double> rates(threads);
  std::vector<std::thread> others;
  for (unsigned i = 1; i < threads; ++i)
    others.emplace_back([&, i] { rates[i] = ddnn_peak_gflops(isa, 0.2); });
  rates[0] = ddnn_peak_gflops(isa, 0.2);
  for (std::thread &other : others)
    other.join();
  double sum = 0;
  for (double rate : rates)
    sum += rate;
  return sum;
}

Profile::Profile(const Deployment &deployment) : deployment(deployment) {
  for (const Plugin &plugin : deployment.tiers) {
    size_t index = tiers.size();
    if (index >= deployment.tables.size() || !plugin.layerHook())
      throw Error("cannot profile '" + plugin.path() + "'",
                  {index < deployment.tables.size()
                       ? "the library has no layer hook: build it with ddnnc, "
                         "or with -DDDNN_LAYER_HOOK"
                       : "its manifest.json lists no layers: compile again"});
    const TierTable &table = deployment.tables[index];
    tiers.push_back(
        {table,
         std::make_unique<LayerTimes>(plugin.layerHook(), table.layers.size()),
         "", 0});
  }
}

void Profile::finish() {
  for (size_t i = 0; i < tiers.size(); ++i) {
    Tier &tier = tiers[i];
    if (tier.times->hasUnknown())
      throw Error("the library of tier '" + tier.table.name +
                      "' has more layers than its manifest.json lists",
                  {"they are of different compilations: compile again"});
    // Kernels without vectors are compared with what one could do here.
    const char *isa = ddnn_peak_isa(tier.table.isa.c_str());
    tier.isa = isa ? isa : ddnn_peak_isa(nullptr);
    for (size_t k = 0; k < i && tier.peak == 0; ++k)
      if (tiers[k].isa == tier.isa &&
          tiers[k].table.threads == tier.table.threads)
        tier.peak = tiers[k].peak;
    if (tier.peak == 0)
      tier.peak = measurePeak(tier.isa.c_str(), tier.table.threads);
  }
}

void Profile::printTier(const Tier &tier) const {
  printf("\ntier %s: cpu %s (%s), %u thread%s, %zu runs; peak %.1f GFLOP/s "
         "with %s\n",
         tier.table.name.c_str(),
         tier.table.cpu.empty() ? "native" : tier.table.cpu.c_str(),
         tier.table.isa.c_str(), tier.table.threads,
         tier.table.threads == 1 ? "" : "s", tier.times->runs(), tier.peak,
         tier.isa.c_str());
  Table table({{"us", 9}, {"GFLOP/s", 8}, {"of peak"}, {"layer", 0, true}});
  table.heading();
  double seconds = 0, flops = 0;
  auto row = [&](const std::string &name, std::optional<double> time,
                 double operations) {
    bool hasRate = time && *time > 0 && operations > 0;
    double rate = hasRate ? operations / *time * 1e-9 : 0;
    table.row({time ? format("%.2f", *time * 1e6) : "-",
               hasRate ? format("%.1f", rate) : "-",
               hasRate ? format("%.1f %%", 100 * rate / tier.peak) : "-",
               name});
  };
  for (size_t i = 0; i < tier.table.layers.size(); ++i) {
    const LayerTable &layer = tier.table.layers[i];
    std::optional<double> time = tier.times->median(i);
    row(join(layer.nodes, " + "), time, static_cast<double>(layer.flops));
    if (time) {
      seconds += *time;
      flops += static_cast<double>(layer.flops);
    }
  }
  row("total", seconds, flops);
  printf("%.1f %% of the time from the first layer to the last one's end is "
         "outside of layers\n",
         100 * tier.times->outside());
}

void Profile::print() const {
  for (const Tier &tier : tiers)
    printTier(tier);
}

Json Profile::json() const {
  Json root;
  root["format"] = 1;
  root["model"] = deployment.name();
  root["hash"] = hashText(deployment.first().hash);
  root["tiers"] = Json::array();
  for (const Tier &tier : tiers) {
    Json entry;
    entry["name"] = tier.table.name;
    entry["cpu"] = tier.table.cpu;
    entry["isa"] = tier.table.isa;
    entry["threads"] = tier.table.threads;
    entry["peak_isa"] = tier.isa;
    entry["peak_gflops"] = tier.peak;
    entry["runs"] = tier.times->runs();
    entry["outside"] = tier.times->outside();
    entry["layers"] = Json::array();
    for (size_t i = 0; i < tier.table.layers.size(); ++i) {
      Json layer;
      layer["nodes"] = tier.table.layers[i].nodes;
      layer["flops"] = tier.table.layers[i].flops;
      std::optional<double> time = tier.times->median(i);
      layer["seconds"] = time ? Json(*time) : Json(nullptr);
      entry["layers"].push_back(std::move(layer));
    }
    root["tiers"].push_back(std::move(entry));
  }
  return root;
}
