// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Chain.h"
#include "Error.h"

#include "ddnn/frame.h"
#include "ddnn/wire.h"

#include <algorithm>
#include <cstdio>

using namespace ddnn::tools;

Chain::Chain(const Deployment &deployment) : deployment(deployment) {
  size_t tiers = deployment.tiers.size();
  memory.resize(tiers);
  workspaces.resize(tiers);
  for (size_t i = 0; i < tiers; ++i) {
    const ddnn_model &model = deployment.tiers[i].model();
    memory[i].resize(ddnn_workspace_size(&model));
    int status = ddnn_workspace_init(&workspaces[i], &model, memory[i].data(),
                                     memory[i].size());
    if (status != DDNN_OK)
      throw Error("'" + deployment.tiers[i].path() +
                  "': " + ddnn_status_text(status));
    for (unsigned t = 0; t < model.output_count; ++t)
      wire.resize(std::max<size_t>(wire.size(), model.outputs[t].wire_bytes));
  }
}

void Chain::run(const void *const *inputs,
                const std::function<void(const ddnn_exit_event &)> &onExit,
                const std::function<void(size_t tier, bool ends)> &onTier) {
  static const float never[DDNN_MAX_EXITS] = {};
  auto forward = [](void *user, const ddnn_exit_event *event) {
    (*static_cast<const std::function<void(const ddnn_exit_event &)> *>(user))(
        *event);
    return true;
  };
  for (size_t i = 0; i < workspaces.size(); ++i) {
    ddnn_workspace &workspace = workspaces[i];
    ddnn_exit_event taken;
    if (onTier)
      onTier(i, false);
    int status = ddnn_workspace_run(
        &workspace, i == 0 ? inputs : workspace.inputs, never, forward,
        const_cast<std::function<void(const ddnn_exit_event &)> *>(&onExit),
        &taken);
    if (onTier)
      onTier(i, true);
    if (status != DDNN_OK)
      throw Error("tier '" + deployment.tiers[i].tierName() +
                  "': " + ddnn_status_text(status));
    if (i + 1 == workspaces.size())
      break;
    const ddnn_model &model = *workspace.model;
    const ddnn_model &next = *workspaces[i + 1].model;
    unsigned first = model.output_count - model.link_count;
    for (unsigned t = 0; t < model.link_count; ++t) {
      const ddnn_tensor &out = model.outputs[first + t];
      status = ddnn_wire_encode(&out, workspace.outputs[first + t], wire.data(),
                                wire.size());
      if (status == DDNN_OK)
        status = ddnn_wire_decode(&next.inputs[t], wire.data(), out.wire_bytes,
                                  workspaces[i + 1].inputs[t]);
      if (status != DDNN_OK)
        throw Error("'" + std::string(out.name) + "' on the way from '" +
                    deployment.tiers[i].tierName() + "' to '" +
                    deployment.tiers[i + 1].tierName() +
                    "': " + ddnn_status_text(status));
    }
  }
}

static void setSource(ddnn_frame &frame, const std::string &node) {
  snprintf(frame.source, sizeof frame.source, "%s", node.c_str());
}

std::vector<HopBytes> ddnn::tools::hopBytes(const Deployment &deployment,
                                            const std::string &node) {
  std::vector<HopBytes> hops;
  for (size_t i = 0; i + 1 < deployment.tiers.size(); ++i) {
    const ddnn_model &model = deployment.tiers[i].model();
    ddnn_frame frame;
    ddnn_frame_init(&frame, DDNN_FRAME_REQUEST);
    frame.stage = static_cast<uint8_t>(i + 1);
    frame.model = model.hash;
    setSource(frame, node);
    frame.tensor_count = static_cast<uint8_t>(model.link_count);
    HopBytes hop;
    for (unsigned t = 0; t < model.link_count; ++t) {
      const ddnn_tensor &out =
          model.outputs[model.output_count - model.link_count + t];
      ddnn_frame_tensor_init(&frame.tensors[t], &out);
      hop.payload += out.wire_bytes;
    }
    hop.framed = static_cast<uint32_t>(ddnn_frame_size(&frame, nullptr));
    if (hop.framed == 0)
      throw Error("what '" + deployment.tiers[i].tierName() +
                  "' sends does not fit a frame");
    hops.push_back(hop);
  }
  return hops;
}

uint32_t ddnn::tools::replyBytes(const ddnn_model &model, unsigned exit,
                                 const std::string &node) {
  if (model.exits[exit].tier == 0)
    return 0;
  ddnn_frame frame;
  ddnn_frame_init(&frame, DDNN_FRAME_REPLY);
  frame.flags = DDNN_FLAG_FINAL;
  setSource(frame, node);
  frame.tensor_count = 1;
  frame.tensors[0].rank = 1;
  frame.tensors[0].scale = 1.0f;
  frame.tensors[0].dims[0] = model.exits[exit].classes;
  frame.tensors[0].bytes =
      ddnn_wire_bytes(DDNN_WIRE_F32, model.exits[exit].classes);
  return static_cast<uint32_t>(ddnn_frame_size(&frame, nullptr));
}
