// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "ddnn/run.h"
#include "toy_model.h"

#include <gtest/gtest.h>

#include <cstring>
#include <vector>

namespace {
const ddnn_pool Pools[] = {{"fast", 16}, {"slow", 4000}};
void *Seen[2];

/// Fills both pools, and answers label 1.
void fill(const void *, void *const *Arenas, const void *const *,
          void *const *Outputs) {
  for (int I = 0; I < 2; ++I)
    std::memset(Seen[I] = Arenas[I], 0x5a, Pools[I].size);
  const float Scores[] = {0, 9, 0};
  std::memcpy(Outputs[0], Scores, sizeof Scores);
}

/// The toy's device with two memories.
ddnn_model twoPools() {
  static const ddnn_step_fn Steps[] = {fill, fill};
  ddnn_model Model = toy_device;
  Model.pools = Pools;
  Model.pool_count = 2;
  Model.steps = Steps;
  return Model;
}

struct alignas(DDNN_ALIGN) Block {
  uint8_t Bytes[4096];
};

bool isIn(const void *At, const void *Begin, size_t Size) {
  return At >= Begin && At < static_cast<const uint8_t *>(Begin) + Size;
}

void run(ddnn_workspace &Workspace) {
  const float X[4] = {20, 1, 0, 0};
  const void *Inputs[] = {X};
  ddnn_exit_event Taken;
  ASSERT_EQ(
      ddnn_workspace_run(&Workspace, Inputs, nullptr, nullptr, nullptr, &Taken),
      DDNN_OK);
  EXPECT_EQ(Taken.exit, 0);
  EXPECT_EQ(Taken.gate.label, 1u);
}

TEST(Workspace, HoldsAllPools) {
  ddnn_model Model = twoPools();
  size_t Size = ddnn_workspace_size(&Model);
  ASSERT_GE(Size, 4016u);
  std::vector<uint8_t> Memory(Size);
  ddnn_workspace Workspace;
  ASSERT_EQ(ddnn_workspace_init(&Workspace, &Model, Memory.data(), Size),
            DDNN_OK);
  run(Workspace);
  for (void *Arena : Seen) {
    EXPECT_TRUE(isIn(Arena, Memory.data(), Size));
    EXPECT_EQ(reinterpret_cast<uintptr_t>(Arena) % DDNN_ALIGN, 0u);
  }
  EXPECT_GE(static_cast<uint8_t *>(Seen[1]) - static_cast<uint8_t *>(Seen[0]),
            16);
  EXPECT_EQ(ddnn_workspace_init(&Workspace, &Model, Memory.data(), Size - 1),
            DDNN_ERR_NO_MEMORY);
}

TEST(Workspace, TakesPoolsOfTheCaller) {
  ddnn_model Model = twoPools();
  Block Fast;
  void *Arenas[] = {&Fast, nullptr};
  size_t All = ddnn_workspace_size(&Model);
  size_t Size = ddnn_workspace_size_placed(&Model, Arenas);
  EXPECT_EQ(Size, All - DDNN_ALIGN); // 16 bytes, padded
  std::vector<uint8_t> Memory(Size);
  ddnn_workspace Workspace;
  ASSERT_EQ(ddnn_workspace_init_placed(&Workspace, &Model, Arenas,
                                       Memory.data(), Size),
            DDNN_OK);
  run(Workspace);
  EXPECT_EQ(Seen[0], &Fast);
  EXPECT_TRUE(isIn(Seen[1], Memory.data(), Size));

  Block Slow;
  Arenas[1] = &Slow;
  EXPECT_EQ(ddnn_workspace_size_placed(&Model, Arenas), Size - 4032);
  ASSERT_EQ(ddnn_workspace_init_placed(&Workspace, &Model, Arenas,
                                       Memory.data(), Size),
            DDNN_OK);
  run(Workspace);
  EXPECT_EQ(Seen[1], &Slow);
}

TEST(Model, KnowsItsCriteria) {
  ddnn_model Model = toy_device;
  std::vector<ddnn_exit> Exits(Model.exits, Model.exits + Model.exit_count);
  Model.exits = Exits.data();
  for (uint8_t Criterion : {DDNN_ENTROPY, DDNN_CONFIDENCE, DDNN_MARGIN}) {
    Exits[0].criterion = Criterion;
    EXPECT_EQ(ddnn_model_check(&Model), DDNN_OK);
  }
  Exits[0].criterion = DDNN_MARGIN + 1;
  EXPECT_EQ(ddnn_model_check(&Model), DDNN_ERR_INVALID);
}

TEST(Workspace, GatesByTheExitsCriterion) {
  ddnn_model Model = toy_device;
  std::vector<ddnn_exit> Exits(Model.exits, Model.exits + Model.exit_count);
  Model.exits = Exits.data();
  // Two classes share almost all: entropy ln 2 / ln 3, no margin.
  static const ddnn_step_fn Steps[] = {
      [](const void *, void *const *, const void *const *,
         void *const *Outputs) {
        const float Scores[] = {5, 5, -40};
        std::memcpy(Outputs[0], Scores, sizeof Scores);
      },
      [](const void *, void *const *, const void *const *, void *const *) {}};
  Model.steps = Steps;
  std::vector<uint8_t> Memory(ddnn_workspace_size(&Model));
  ddnn_workspace Workspace;
  const float X[4] = {};
  const void *Inputs[] = {X};
  const float Thresholds[] = {0.6f, 0, 0};
  for (uint8_t Criterion : {DDNN_ENTROPY, DDNN_CONFIDENCE, DDNN_MARGIN}) {
    Exits[0].criterion = Criterion;
    ASSERT_EQ(
        ddnn_workspace_init(&Workspace, &Model, Memory.data(), Memory.size()),
        DDNN_OK);
    ddnn_exit_event Taken;
    ASSERT_EQ(ddnn_workspace_run(&Workspace, Inputs, Thresholds, nullptr,
                                 nullptr, &Taken),
              DDNN_OK);
    // 0.63, 0.5 and 1.
    EXPECT_EQ(Taken.exit == 0, Criterion == DDNN_CONFIDENCE) << +Criterion;
  }
}

TEST(Workspace, RefusesBadPools) {
  ddnn_model Model = twoPools();
  Block Fast;
  std::vector<uint8_t> Memory(ddnn_workspace_size(&Model));
  ddnn_workspace Workspace;
  void *Skewed[] = {Fast.Bytes + 4, nullptr};
  EXPECT_EQ(ddnn_workspace_init_placed(&Workspace, &Model, Skewed,
                                       Memory.data(), Memory.size()),
            DDNN_ERR_INVALID);
  Model.pools = nullptr;
  EXPECT_EQ(ddnn_model_check(&Model), DDNN_ERR_INVALID);
  Model.pools = Pools;
  Model.pool_count = DDNN_MAX_POOLS + 1;
  EXPECT_EQ(ddnn_model_check(&Model), DDNN_ERR_INVALID);
  Model = twoPools();
  const ddnn_pool Huge[] = {{"a", SIZE_MAX / 2}, {"b", SIZE_MAX / 2 + 64}};
  Model.pools = Huge;
  EXPECT_EQ(ddnn_workspace_size(&Model), 0u);
}
} // namespace
