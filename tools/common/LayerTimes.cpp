// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "LayerTimes.h"

#include <algorithm>

using namespace ddnn::tools;

static constexpr size_t kCapacity = 1 << 14;

void Sampling::add(double value) {
  if (seen++ % stride != 0)
    return;
  values.push_back(value);
  if (values.size() < kCapacity)
    return;
  for (size_t i = 0; 2 * i < values.size(); ++i)
    values[i] = values[2 * i];
  values.resize((values.size() + 1) / 2);
  stride *= 2;
}

std::optional<double> Sampling::median() const {
  if (values.empty())
    return std::nullopt;
  std::vector<double> copy = values;
  auto middle = copy.begin() + static_cast<ptrdiff_t>((copy.size() - 1) / 2);
  std::nth_element(copy.begin(), middle, copy.end());
  return *middle;
}

static double seconds(std::chrono::steady_clock::duration duration) {
  return std::chrono::duration<double>(duration).count();
}

LayerTimes::LayerTimes(ddnn_layer_hook *hook, size_t count)
    : hook(hook), layers(count) {
  hook->user = this;
  hook->call = [](void *self, uint32_t layer, int ends) {
    static_cast<LayerTimes *>(self)->tell(layer, ends != 0);
  };
}

LayerTimes::~LayerTimes() { *hook = {}; }

void LayerTimes::tell(uint32_t layer, bool ends) {
  Clock::time_point now = Clock::now();
  if (layer >= layers.size()) {
    unknown = true;
    return;
  }
  if (!ends) {
    if (layer == 0) {
      whole += seconds(runEnded - runBegan);
      runBegan = now;
      ++count;
    }
    // Last: what is done here is no part of the layer.
    began = Clock::now();
    return;
  }
  double time = seconds(now - began);
  layers[layer].add(time);
  inside += time;
  runEnded = now;
}

double LayerTimes::outside() const {
  double all = whole + seconds(runEnded - runBegan);
  return all > 0 ? std::max(0.0, 1 - inside / all) : 0;
}
