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

const std::vector<Network> &networks();

} // namespace ddnn::bench

#endif
