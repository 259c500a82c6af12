//===- main.cpp - ddnn-bench-networks -------------------------------------===//
//
// Part of ddnnc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
//   ddnn-bench-networks NAME -o FILE.onnx
//   ddnn-bench-networks --list [cpu|binary]
//
// Writes one of the networks of `scripts/bench` (ONNX, opset 13, random weights
// from a fixed seed), or lists them: `network NAME` and `layer NAME`.
//
//===----------------------------------------------------------------------===//

#include "networks.h"

#include <cstring>
#include <fstream>
#include <iostream>

namespace {

const char *usage = "usage: ddnn-bench-networks NAME -o FILE.onnx\n"
                    "       ddnn-bench-networks --list [cpu|binary]\n";

struct Benchmark {
  const char *name;
  const std::vector<ddnn::bench::Network> &networks;
};

const Benchmark benchmarks[] = {{"cpu", ddnn::bench::floatNetworks()},
                                {"binary", ddnn::bench::binaryNetworks()}};

int fail(const std::string &message) {
  std::cerr << "ddnn-bench-networks: error: " << message << "\n";
  return 1;
}

} // namespace

int main(int argc, char **argv) {
  if (argc == 2 && !std::strcmp(argv[1], "--help")) {
    std::cout << usage;
    return 0;
  }
  if ((argc == 2 || argc == 3) && !std::strcmp(argv[1], "--list")) {
    bool found = false;
    for (const Benchmark &benchmark : benchmarks) {
      if (argc == 3 && std::strcmp(argv[2], benchmark.name))
        continue;
      found = true;
      for (const auto &network : benchmark.networks)
        std::cout << (network.isLayer ? "layer " : "network ") << network.name
                  << "\n";
    }
    return found ? 0 : fail(std::string("no benchmark '") + argv[2] + "'");
  }
  if (argc != 4 || std::strcmp(argv[2], "-o")) {
    std::cerr << usage;
    return 1;
  }
  for (const Benchmark &benchmark : benchmarks)
    for (const auto &network : benchmark.networks) {
      if (std::strcmp(argv[1], network.name))
        continue;
      std::ofstream file(argv[3], std::ios::binary);
      onnx::ModelProto model = network.build(network.name);
      if (!model.SerializeToOstream(&file) || !file.flush())
        return fail(std::string("cannot write ") + argv[3]);
      return 0;
    }
  return fail(std::string("no network '") + argv[1] + "'; see --list");
}
