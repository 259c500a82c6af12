//===- networks.h - What scripts/bench measures -----------------*- C++ -*-===//
//
// Part of ddnnc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DDNN_BENCHMARKS_CPU_NETWORKS_NETWORKS_H
#define DDNN_BENCHMARKS_CPU_NETWORKS_NETWORKS_H

#include <onnx/onnx_pb.h>
#include <vector>

namespace ddnn::bench {

struct Network {
  const char *name;
  bool isLayer; ///< a single layer, not a network
  onnx::ModelProto (*build)(const char *name);
};

/// What `scripts/bench cpu` measures.
const std::vector<Network> &floatNetworks();
/// What `scripts/bench binary` measures. Where a network has nodes "in/sign"
/// or "out/sign", what is measured lies between them: images travel there as
/// bits, as from one tier to the next.
const std::vector<Network> &binaryNetworks();

} // namespace ddnn::bench

#endif
