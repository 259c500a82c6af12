// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Chain.h"
#include "Error.h"

#include "ddnn/frame.h"
#include "ddnn/wire.h"

#include <algorithm>
#include <cstdio>
#include <cstring>

using namespace ddnn::tools;

Chain::Chain(const Deployment &deployment) : deployment(deployment) {
  size_t tiers = deployment.tiers.size();
  memory.resize(tiers);
  workspaces.resize(tiers);
  computed.resize(tiers);
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

/// Index of a place in the deployment.
static size_t indexOf(const Deployment &deployment, ddnn_place place) {
  for (size_t i = 0; i < deployment.tiers.size(); ++i)
    if (deployment.tiers[i].model().tier == place.tier &&
        deployment.tiers[i].model().member == place.member)
      return i;
  throw Error("'" + deployment.origin + "' lacks '" +
              placeName(deployment.first(), place) + "'");
}

void Chain::send(size_t from, size_t to, unsigned source) {
  const ddnn_model &sender = *workspaces[from].model;
  const ddnn_model &taker = *workspaces[to].model;
  std::vector<unsigned> outputs =
      linkOutputs(sender, {taker.tier, taker.member});
  std::vector<unsigned> inputs = linkInputs(taker, source);
  for (size_t t = 0; t < outputs.size(); ++t) {
    const ddnn_tensor &out = sender.outputs[outputs[t]];
    int status = ddnn_wire_encode(&out, workspaces[from].outputs[outputs[t]],
                                  wire.data(), wire.size());
    if (status == DDNN_OK)
      status =
          ddnn_wire_decode(&taker.inputs[inputs[t]], wire.data(),
                           out.wire_bytes, workspaces[to].inputs[inputs[t]]);
    if (status != DDNN_OK)
      throw Error("'" + std::string(out.name) + "' on the way from '" +
                  deployment.tiers[from].placeName() + "' to '" +
                  deployment.tiers[to].placeName() +
                  "': " + ddnn_status_text(status));
  }
}

/// Brings a place's inputs. False if it cannot compute.
bool Chain::gather(size_t place, uint16_t missing) {
  ddnn_workspace &workspace = workspaces[place];
  const ddnn_model &model = *workspace.model;
  std::vector<ddnn_source> sources = sourcesOf(model);
  uint16_t present = 0;
  for (unsigned s = 0; s < sources.size(); ++s) {
    size_t from = indexOf(deployment, sources[s].place);
    if (!(missing >> s & 1) && computed[from]) {
      send(from, place, s);
      present |= static_cast<uint16_t>(1u << s);
    } else if (sources[s].missing == DDNN_MISSING_FAIL) {
      return false;
    } else {
      for (unsigned i : linkInputs(model, s))
        memset(workspace.inputs[i], 0,
               ddnn_memory_bytes(model.inputs[i].dtype, model.inputs[i].count));
    }
  }
  for (unsigned i : linkInputs(model, DDNN_FROM_RUNTIME))
    for (unsigned s = 0; model.member_counts && s < sources.size(); ++s)
      static_cast<uint8_t *>(workspace.inputs[i])[s] = present >> s & 1;
  return present != 0;
}

void Chain::run(const void *const *inputs, const Missing &missing,
                const std::function<void(const ddnn_exit_event &)> &onExit,
                const std::function<void(size_t place, bool ends)> &onPlace) {
  static const float never[DDNN_MAX_EXITS] = {};
  auto forward = [](void *user, const ddnn_exit_event *event) {
    (*static_cast<const std::function<void(const ddnn_exit_event &)> *>(user))(
        *event);
    return true;
  };
  for (size_t i = 0; i < workspaces.size(); ++i) {
    ddnn_workspace &workspace = workspaces[i];
    const ddnn_model &model = *workspace.model;
    computed[i] =
        model.tier == 0 || gather(i, missing.at[model.tier][model.member]);
    if (!computed[i])
      continue;
    ddnn_exit_event taken;
    if (onPlace)
      onPlace(i, false);
    int status = ddnn_workspace_run(
        &workspace, model.tier == 0 ? inputs : workspace.inputs, never, forward,
        const_cast<std::function<void(const ddnn_exit_event &)> *>(&onExit),
        &taken);
    if (onPlace)
      onPlace(i, true);
    if (status != DDNN_OK)
      throw Error("tier '" + deployment.tiers[i].placeName() +
                  "': " + ddnn_status_text(status));
    if (model.tier == 0)
      inputs += model.input_count;
  }
}

std::vector<std::string> ddnn::tools::splitNames(const std::string &text) {
  std::vector<std::string> names;
  for (size_t at = 0; at < text.size();) {
    size_t end = std::min(text.find(',', at), text.size());
    names.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return names;
}

Missing ddnn::tools::missingPlaces(const Deployment &deployment,
                                   const std::vector<std::string> &names) {
  Missing missing;
  for (const std::string &text : names) {
    std::string name = text.substr(0, text.find('@'));
    std::string join = text.substr(std::min(name.size() + 1, text.size()));
    bool found = false;
    std::vector<std::string> members;
    for (const Plugin &plugin : deployment.tiers) {
      const ddnn_model &model = plugin.model();
      if (model.member_counts && model.member_counts[model.tier] > 1)
        members.push_back(plugin.placeName());
      for (unsigned s = 0; s < model.source_count; ++s) {
        ddnn_place place = model.sources[s].place;
        if (model.member_counts[place.tier] < 2 ||
            placeName(model, place) != name ||
            (!join.empty() && plugin.placeName() != join))
          continue;
        missing.at[model.tier][model.member] |= static_cast<uint16_t>(1u << s);
        found = true;
      }
    }
    if (!found)
      throw Error("--missing: '" + text +
                      (join.empty() ? "' is no member of a group"
                                    : "': nothing is sent from there to there"),
                  {"members are " + quotedList(members)});
  }
  return missing;
}

static void setSource(ddnn_frame &frame, const std::string &node) {
  snprintf(frame.source, sizeof frame.source, "%s", node.c_str());
}

std::vector<HopBytes> ddnn::tools::hopBytes(const Deployment &deployment,
                                            const std::string &node) {
  std::vector<HopBytes> hops(deployment.first().tier_count - 1u);
  for (const Plugin &plugin : deployment.tiers) {
    const ddnn_model &model = plugin.model();
    for (const ddnn_source &source : sourcesOf(model)) {
      const Plugin &from = deployment.tiers[indexOf(deployment, source.place)];
      ddnn_frame frame;
      ddnn_frame_init(&frame, DDNN_FRAME_REQUEST);
      frame.stage = model.tier;
      frame.model = model.hash;
      setSource(frame, node);
      HopBytes &hop = hops[model.tier - 1u];
      for (unsigned t : linkOutputs(from.model(), {model.tier, model.member})) {
        const ddnn_tensor &out = from.model().outputs[t];
        ddnn_frame_tensor_init(&frame.tensors[frame.tensor_count++], &out);
        hop.payload += out.wire_bytes;
      }
      size_t framed = ddnn_frame_size(&frame, nullptr);
      if (framed == 0)
        throw Error("what '" + from.placeName() +
                    "' sends does not fit a frame");
      hop.framed += static_cast<uint32_t>(framed);
    }
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
