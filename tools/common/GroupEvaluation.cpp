// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "GroupEvaluation.h"
#include "Error.h"

#include "ddnn/frame.h"

#include <cstdio>

using namespace ddnn::tools;

double DeviceBytes::equation(double answered) const {
  return 4.0 * classes + (1.0 - answered) * outputs / 8.0;
}

double DeviceBytes::payload(double answered) const {
  return scores.payload + (1.0 - answered) * features.payload;
}

double DeviceBytes::framed(double answered) const {
  return scores.framed + (1.0 - answered) * features.framed;
}

double DeviceBytes::framedShort(double answered) const {
  return shortFramed + (1.0 - answered) * features.framed;
}

/// The frame that carries what `model` sends to one place.
static HopBytes frameBytes(const ddnn_model &model, ddnn_place to, uint8_t kind,
                           const std::string &node) {
  ddnn_frame frame;
  ddnn_frame_init(&frame, kind);
  frame.stage = to.tier;
  frame.model = model.hash;
  frame.group = 1;
  frame.member = model.member;
  frame.request = 1;
  snprintf(frame.source, sizeof frame.source, "%s", node.c_str());
  HopBytes bytes;
  for (unsigned output : linkOutputs(model, to)) {
    ddnn_frame_tensor_init(&frame.tensors[frame.tensor_count++],
                           &model.outputs[output]);
    bytes.payload += model.outputs[output].wire_bytes;
  }
  bytes.framed = static_cast<uint32_t>(ddnn_frame_size(&frame, nullptr));
  if (bytes.framed == 0)
    throw Error("what '" + placeName(model, {model.tier, model.member}) +
                "' sends does not fit a frame");
  return bytes;
}

std::vector<DeviceBytes> ddnn::tools::deviceBytes(const Deployment &deployment,
                                                  const std::string &node) {
  std::vector<DeviceBytes> all;
  for (const Plugin &plugin : deployment.tiers) {
    const ddnn_model &model = plugin.model();
    if (model.tier != 0)
      continue;
    DeviceBytes device;
    for (unsigned i = 0; i < model.input_count; ++i)
      device.raw += model.inputs[i].count;
    for (unsigned i = 0; i < model.exit_count; ++i)
      if (model.exits[i].tier == 1)
        device.classes = model.exits[i].classes;
    for (unsigned i = 0; i < model.connection_count; ++i) {
      const ddnn_connection &link = model.connections[i];
      if (link.from.tier != 0 || link.from.member != model.member)
        continue;
      bool isScores = link.to.tier == 1;
      HopBytes bytes = frameBytes(
          model, link.to, isScores ? DDNN_FRAME_SCORES : DDNN_FRAME_PART, node);
      HopBytes &sum = isScores ? device.scores : device.features;
      sum.payload += bytes.payload;
      sum.framed += bytes.framed;
      std::vector<unsigned> outputs = linkOutputs(model, link.to);
      if (isScores && outputs.size() == 1 &&
          model.outputs[outputs[0]].encoding <= DDNN_WIRE_F16)
        device.shortFramed = DDNN_SHORT_BYTES + bytes.payload;
      if (!isScores)
        for (unsigned output : outputs)
          device.outputs += model.outputs[output].count;
    }
    all.push_back(device);
  }
  return all;
}

double ddnn::tools::answeredLocally(const ddnn_model &model,
                                    const std::vector<double> &exitRate) {
  double answered = 0;
  for (unsigned i = 0; i < model.exit_count; ++i)
    if (model.exits[i].tier <= 1)
      answered += exitRate[i];
  return answered;
}

std::vector<std::string>
ddnn::tools::deviceNames(const Deployment &deployment) {
  std::vector<std::string> names;
  for (const Plugin &plugin : deployment.tiers)
    if (plugin.model().tier == 0)
      names.push_back(plugin.placeName());
  return names;
}
