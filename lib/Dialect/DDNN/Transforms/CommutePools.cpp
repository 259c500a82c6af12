//===- CommutePools.cpp - Pool bits instead of floats ---------------------===//
//
// Part of ddnnc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ddnn/Dialect/DDNN/Transforms/Passes.h"

namespace ddnn {
#define GEN_PASS_DEF_COMMUTEPOOLS
#include "ddnn/Dialect/DDNN/Transforms/Passes.h.inc"
} // namespace ddnn

namespace {
struct CommutePoolsPass : ddnn::impl::CommutePoolsBase<CommutePoolsPass> {
  void runOnOperation() override {}
};
} // namespace
