// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// All places of a deployment one after the other on one thread, with what
// travels encoded and decoded in between, but without frames and transport:
// what `ddnn eval` measures accuracy with, and what the answers of a running
// group are compared with.
#ifndef DDNN_TOOLS_CHAIN_H
#define DDNN_TOOLS_CHAIN_H

#include "Deployment.h"
#include "ddnn/run.h"

#include <functional>
#include <memory>
#include <vector>

namespace ddnn::tools {

/// Who does not come where members are joined: bit i of at[tier][member] is
/// that place's source i, as in ddnn_group_result.
struct Missing {
  uint16_t at[DDNN_MAX_TIERS][DDNN_MAX_MEMBERS] = {};
};

/// The places of these names are missing: "device3" everywhere, "device3@edge0"
/// only where edge0 joins. Throws Error for a name that no place has or that is
/// not one of several members.
Missing missingPlaces(const Deployment &deployment,
                      const std::vector<std::string> &names);

/// The text that --missing takes, "device3,device5", as names.
std::vector<std::string> splitNames(const std::string &text);

/// Working memory of one thread.
class Chain {
public:
  explicit Chain(const Deployment &deployment);

  /// Computes every exit of every place, in the order in which they are reached
  /// (no gate lets a sample out early). `inputs` are those of the first tier's
  /// members one after the other. What does not come is zeros to who joins; a
  /// place that nothing comes to, or not what it cannot do without, computes
  /// nothing, and its exits are not reported. Throws Error where a value does
  /// not fit its wire encoding. `onPlace`, where given, is called before and
  /// after each place.
  void run(const void *const *inputs, const Missing &missing,
           const std::function<void(const ddnn_exit_event &)> &onExit,
           const std::function<void(size_t place, bool ends)> &onPlace = {});
  void run(const void *const *inputs,
           const std::function<void(const ddnn_exit_event &)> &onExit) {
    run(inputs, Missing(), onExit);
  }

private:
  bool gather(size_t place, uint16_t missing);
  void send(size_t from, size_t to, unsigned source);

  const Deployment &deployment;
  std::vector<std::vector<uint8_t>> memory; // of the workspaces
  std::vector<ddnn_workspace> workspaces;
  std::vector<bool> computed; // by place, of this sample
  std::vector<uint8_t> wire;
};

/// Bytes of one sample on the links to a tier: a request, or the scores or
/// parts of all members.
struct HopBytes {
  uint32_t payload = 0; ///< its tensors
  uint32_t framed = 0;  ///< the same with the frame's header
};

/// For each tier but the first, what is sent to it. `node` is the asking node's
/// name, which stands in each header.
std::vector<HopBytes> hopBytes(const Deployment &deployment,
                               const std::string &node);

/// Bytes of the frame that carries the answer of an exit back, straight to the
/// first tier; 0 where that tier answers itself.
uint32_t replyBytes(const ddnn_model &model, unsigned exit,
                    const std::string &node);

} // namespace ddnn::tools

#endif
