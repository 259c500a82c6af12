// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// All tiers of a deployment one after the other on one thread, with what
// travels encoded and decoded in between, but without frames and transport:
// what `ddnn eval` measures accuracy with.
#ifndef DDNN_TOOLS_CHAIN_H
#define DDNN_TOOLS_CHAIN_H

#include "Deployment.h"
#include "ddnn/run.h"

#include <functional>
#include <memory>
#include <vector>

namespace ddnn::tools {

/// Working memory of one thread.
class Chain {
public:
  explicit Chain(const Deployment &deployment);

  /// Computes every exit of every tier, in the order in which they are reached
  /// (no gate lets a sample out early). Throws Error where a value does not fit
  /// its wire encoding.
  /// `onTier`, where given, is called before and after each tier.
  void run(const void *const *inputs,
           const std::function<void(const ddnn_exit_event &)> &onExit,
           const std::function<void(size_t tier, bool ends)> &onTier = {});

private:
  const Deployment &deployment;
  std::vector<std::vector<uint8_t>> memory; // of the workspaces
  std::vector<ddnn_workspace> workspaces;
  std::vector<uint8_t> wire;
};

/// Bytes of one request on the link between two tiers.
struct HopBytes {
  uint32_t payload = 0; ///< its tensors
  uint32_t framed = 0;  ///< the same with the frame's header
};

/// For each link of the deployment, tier 0 to 1 first. `node` is the asking
/// node's name, which stands in each header.
std::vector<HopBytes> hopBytes(const Deployment &deployment,
                               const std::string &node);

/// Bytes of the frame that carries the answer of an exit back, straight to the
/// first tier; 0 where that tier answers itself.
uint32_t replyBytes(const ddnn_model &model, unsigned exit,
                    const std::string &node);

} // namespace ddnn::tools

#endif
