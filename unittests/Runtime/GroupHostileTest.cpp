// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Messages and configurations that members and aggregators must not take.
#include "GroupSimulation.h"

using namespace ddnn_test;

namespace {
TEST(GroupHostile, ShortScores) {
  GroupSimulation S(toyE());
  for (auto &M : S.Members)
    M.Config.short_scores = true;
  S.start();
  for (uint32_t I = 0; I < 30; ++I) {
    S.submitAll(0xfffffff0u + I, int(I % 3));
    S.run(20000);
  }
  checkHistory(S);
  EXPECT_EQ(S.stats().answered, 30u);
  unsigned Short = 0;
  auto Old = S.Log;
  for (const auto &M : Old)
    if (M.Channel == DDNN_CHANNEL_AGGREGATE) {
      EXPECT_EQ(M.Data.size(), 24u + 12u);
      ++Short;
      S.arrive(M.Channel, M.Node, M.Data); // and again
    }
  EXPECT_EQ(Short, 90u);
  S.run(100000);
  EXPECT_EQ(S.stats().samples, 30u);
  EXPECT_EQ(S.stats().duplicates, 90u);
}

// Scores of dev-1 as anybody can write them.
ddnn_frame forged(uint64_t Request, uint32_t Frame, const ddnn_tensor &T,
                  const void *Data) {
  ddnn_frame F;
  ddnn_frame_init(&F, DDNN_FRAME_SCORES);
  F.stage = 1;
  F.model = TOY_E_HASH;
  F.request = Request;
  F.boot = 101;
  F.frame_number = Frame;
  F.group = 7;
  F.member = 1;
  std::strcpy(F.source, "dev-1");
  F.tensor_count = 1;
  ddnn_frame_tensor_init(&F.tensors[0], &T);
  F.tensors[0].data = static_cast<const uint8_t *>(Data);
  return F;
}
Bytes forgedShort(uint32_t Frame) {
  ddnn_short_frame F = {};
  F.kind = DDNN_FRAME_SCORES;
  F.stage = 1;
  F.model = uint32_t(TOY_E_HASH);
  F.request = Frame;
  F.frame_number = uint16_t(Frame);
  F.remaining_ms = 0xffff;
  F.group = 7;
  F.member = 1;
  F.exit = 0xff;
  F.encoding = DDNN_WIRE_F32;
  F.classes = 3;
  const float Values[3] = {1, 2, 3};
  Bytes B(64);
  size_t Size = 0;
  EXPECT_EQ(ddnn_frame_encode_short(&F, Values, B.data(), B.size(), &Size),
            DDNN_OK);
  B.resize(Size);
  return B;
}

TEST(GroupHostile, ForgedScores) {
  GroupSimulation S(toyE());
  S.start();
  float Values[3] = {1, 2, 3};
  uint64_t Request = 1;
  auto Try = [&](const std::function<void(ddnn_frame &)> &Change) {
    ddnn_frame F = forged(Request++, 9, toy_e_local.inputs[1], Values);
    Change(F);
    uint64_t Before = S.stats().rejected;
    S.arrive(DDNN_CHANNEL_AGGREGATE, "agg", GroupSimulation::encode(F));
    S.run(1000);
    return S.stats().rejected == Before + 1;
  };
  EXPECT_TRUE(Try([](ddnn_frame &F) { F.model = TOY_F_HASH; }));
  EXPECT_TRUE(Try([](ddnn_frame &F) { F.stage = 2; }));
  EXPECT_TRUE(Try([](ddnn_frame &F) { F.stage = 3; }));
  EXPECT_TRUE(Try([](ddnn_frame &F) { F.group = 8; }));
  EXPECT_TRUE(Try([](ddnn_frame &F) { F.member = 2; })); // not dev-1's
  EXPECT_TRUE(Try([](ddnn_frame &F) { F.member = 3; }));
  EXPECT_TRUE(Try([](ddnn_frame &F) { F.boot = 1; }));
  EXPECT_TRUE(Try([](ddnn_frame &F) { std::strcpy(F.source, "dev-9"); }));
  EXPECT_TRUE(Try([](ddnn_frame &F) { std::strcpy(F.source, "edge-0"); }));
  EXPECT_TRUE(Try([](ddnn_frame &F) { F.attempt = 1; }));
  EXPECT_TRUE(Try([](ddnn_frame &F) { F.label = 1; }));
  EXPECT_TRUE(Try(
      [](ddnn_frame &F) { F.tensors[0].rank = 1, F.tensors[0].dims[0] = 3; }));
  EXPECT_EQ(S.stats().samples, 0u);
  EXPECT_FALSE(Try([](ddnn_frame &) {}));
  EXPECT_EQ(S.stats().samples, 1u);
}

// They do not make duplicates of what the member sends.
TEST(GroupHostile, ForgedNumbers) {
  GroupSimulation S(toyE());
  S.start();
  float Values[3] = {1, 2, 3};
  for (uint32_t I = 1; I <= 5; ++I) {
    S.submitAll(I, 0);
    S.run(20000);
  }
  auto Old = S.Log;
  for (uint64_t Ahead : {uint64_t(65537), uint64_t(1) << 31, uint64_t(1) << 32,
                         uint64_t(1) << 62})
    S.arrive(DDNN_CHANNEL_AGGREGATE, "agg",
             GroupSimulation::encode(
                 forged(5 + Ahead, 9, toy_e_local.inputs[1], Values)));
  S.run(1000);
  EXPECT_EQ(S.stats().rejected, 4u);
  EXPECT_EQ(S.stats().samples, 5u);
  // The short form has numbers of its own: the first one counts, and changes
  // nothing for the long form.
  S.arrive(DDNN_CHANNEL_AGGREGATE, "agg", forgedShort(1u << 31));
  S.arrive(DDNN_CHANNEL_AGGREGATE, "agg", forgedShort((1u << 31) + 65537));
  S.run(1000);
  EXPECT_EQ(S.stats().rejected, 5u);
  EXPECT_EQ(S.stats().samples, 6u);
  S.submitAll(6, 0);
  S.run(30000);
  ASSERT_TRUE(S.result(6));
  EXPECT_EQ(S.result(6)->missing[1][0], 0);
  EXPECT_EQ(S.stats().duplicates, 0u);
  S.run(1000000); // what has ended is forgotten
  uint64_t Samples = S.stats().samples;
  unsigned Again = 0;
  for (const auto &M : Old)
    if (M.Channel == DDNN_CHANNEL_AGGREGATE) {
      S.arrive(M.Channel, M.Node, M.Data);
      ++Again;
    }
  S.run(1000);
  EXPECT_EQ(Again, 15u);
  EXPECT_EQ(S.stats().duplicates, 15u);
  EXPECT_EQ(S.stats().samples, Samples);
}

// A clock goes on while the camera is off: after three heartbeats of silence
// numbers may be anywhere ahead.
TEST(GroupHostile, NumbersThatJump) {
  GroupSimulation S(toyE());
  for (auto &M : S.Members)
    M.Config.short_scores = true;
  S.start();
  auto Answered = [&](uint32_t Frame) {
    S.submitAll(Frame, 0);
    S.run(30000);
    return S.result(Frame) && S.result(Frame)->missing[1][0] == 0;
  };
  uint32_t Frame = 0xfffff000u;
  EXPECT_TRUE(Answered(Frame));
  EXPECT_TRUE(Answered(Frame += 65536)); // as far as it goes
  EXPECT_FALSE(Answered(Frame + 65537));
  EXPECT_EQ(S.stats().rejected, 3u);
  EXPECT_TRUE(Answered(Frame += 2));
  S.run(2900000);
  EXPECT_FALSE(Answered(Frame + 100000)); // what is refused is no sign of life
  EXPECT_EQ(S.stats().rejected, 6u);
  S.run(100000);
  EXPECT_TRUE(Answered(Frame += 100000));
  EXPECT_FALSE(Answered(Frame - 99990)); // never back
  EXPECT_EQ(S.stats().rejected, 6u);
  EXPECT_EQ(S.stats().duplicates, 3u);
  // Another life begins anywhere.
  for (unsigned I = 0; I < 3; ++I) {
    S.killMember(I, true);
    S.restartMember(I);
  }
  S.run(5000);
  EXPECT_TRUE(Answered(7));
}

TEST(GroupHostile, WhatCannotBeReadHasNoNumber) {
  static ddnn_tensor Inputs[4];
  std::copy_n(toy_e_local.inputs, 4, Inputs);
  Inputs[1].dtype = DDNN_BITS;
  Inputs[1].encoding = DDNN_WIRE_BITS;
  Inputs[1].wire_bytes = 1;
  static ddnn_model Local;
  Local = toy_e_local;
  Local.inputs = Inputs;
  Toy T = toyE();
  T.Aggregators = {&Local};
  GroupSimulation S(T);
  S.start();
  auto Try = [&](uint64_t Request, uint8_t Bits) {
    S.arrive(DDNN_CHANNEL_AGGREGATE, "agg",
             GroupSimulation::encode(
                 forged(Request, uint32_t(Request), Inputs[1], &Bits)));
    S.run(500);
  };
  Try(1, 0xff); // three bits have no bit 7
  Try(60000, 0xff);
  EXPECT_EQ(S.stats().rejected, 2u);
  EXPECT_EQ(S.stats().samples, 0u);
  Try(1, 5);
  EXPECT_EQ(S.stats().samples, 1u);
  Try(60000, 0xff);
  Try(1, 5);
  EXPECT_EQ(S.stats().rejected, 3u);
  EXPECT_EQ(S.stats().duplicates, 1u);
}

// Nothing but a worker that was asked, about what it was asked.
TEST(GroupHostile, ForgedReplies) {
  GroupSimulation S(toyE());
  S.start();
  S.Workers["edge-0"].Mute = true;
  S.submitAll(1, 2);
  S.run(10000);
  float Values[3] = {1, 2, 3};
  auto Try = [&](const std::function<void(ddnn_frame &)> &Change) {
    ddnn_frame F;
    ddnn_frame_init(&F, DDNN_FRAME_REPLY);
    F.stage = 2;
    F.flags = DDNN_FLAG_FINAL;
    F.model = TOY_E_HASH;
    F.request = 1;
    F.boot = 42;
    F.group = 7;
    F.exit = 1;
    F.label = 2;
    std::strcpy(F.source, "agg");
    F.tensor_count = 1;
    F.tensors[0].rank = 1;
    F.tensors[0].scale = 1;
    F.tensors[0].dims[0] = 3;
    F.tensors[0].bytes = 12;
    F.tensors[0].data = reinterpret_cast<const uint8_t *>(Values);
    Change(F);
    S.arrive(DDNN_CHANNEL_REPLY, "agg", GroupSimulation::encode(F));
    S.run(1000);
    return S.Results.empty();
  };
  EXPECT_TRUE(Try([](ddnn_frame &F) { F.model = TOY_F_HASH; }));
  EXPECT_TRUE(Try([](ddnn_frame &F) { F.boot = 41; }));
  EXPECT_TRUE(Try([](ddnn_frame &F) { F.request = 2; }));
  EXPECT_TRUE(Try([](ddnn_frame &F) { F.request = 0; }));
  EXPECT_TRUE(Try([](ddnn_frame &F) { F.group = 8; }));
  EXPECT_TRUE(Try([](ddnn_frame &F) { F.attempt = 1; }));
  EXPECT_TRUE(Try([](ddnn_frame &F) {
    F.exit = 0;
    F.stage = 1;
  }));
  EXPECT_TRUE(Try([](ddnn_frame &F) { F.exit = 2; })); // of another tier
  EXPECT_TRUE(Try([](ddnn_frame &F) { F.exit = 3; }));
  EXPECT_TRUE(Try([](ddnn_frame &F) { F.label = 3; }));
  EXPECT_TRUE(Try([](ddnn_frame &F) { F.member = 8; }));
  EXPECT_TRUE(Try([](ddnn_frame &F) { F.flags = 0; }));
  EXPECT_TRUE(Try([](ddnn_frame &F) { std::strcpy(F.source, "cam"); }));
  EXPECT_EQ(S.stats().rejected, 13u);
  EXPECT_FALSE(Try([](ddnn_frame &) {}));
  EXPECT_EQ(S.Results[0].label, 2u);
  EXPECT_EQ(S.Results[0].exit, 1);
}

TEST(GroupHostile, TwoGroupsDoNotMix) {
  GroupSimulation S(toyE());
  const uint16_t Groups[] = {7, 9};
  S.Config.groups = Groups;
  S.Config.group_count = 2;
  S.Members[2].Config.group = 9;
  S.Members[1].Config.group = 9;
  S.start();
  S.submitAll(1, 0);
  S.run(30000);
  ASSERT_EQ(S.Results.size(), 2u);
  for (const auto &R : S.Results)
    EXPECT_EQ(R.missing[1][0], R.group == 7 ? 6 : 1);
  uint16_t Bits;
  EXPECT_EQ(ddnn_aggregator_members(S.Aggregator, 9, 0, &Bits), DDNN_OK);
  EXPECT_EQ(Bits, 6);
  EXPECT_EQ(ddnn_aggregator_members(S.Aggregator, 8, 0, &Bits),
            DDNN_ERR_NOT_FOUND);
  EXPECT_EQ(ddnn_aggregator_members(S.Aggregator, 9, 1, &Bits),
            DDNN_ERR_NOT_FOUND);
}

TEST(GroupHostile, Member) {
  GroupSimulation S(toyE());
  S.Members[0].Config.keep = 2;
  S.openMember(0);
  ddnn_member *M = S.Members[0].Handle;
  for (uint32_t F = 1; F <= 3; ++F)
    EXPECT_EQ(S.submit(0, F, 2), DDNN_OK);
  S.Log.clear();
  auto Fetch = [&](uint32_t Number, uint8_t Attempt, uint32_t Boot = 1,
                   const char *Source = "agg", const char *To = "edge-1",
                   uint16_t Group = 7) {
    ddnn_frame F;
    ddnn_frame_init(&F, DDNN_FRAME_FETCH);
    F.stage = 2;
    F.attempt = Attempt;
    F.model = TOY_E_HASH;
    F.request = 70 + Number;
    F.boot = Boot;
    F.frame_number = Number;
    F.group = Group;
    std::strcpy(F.source, Source);
    F.tensor_count = 1;
    F.tensors[0].dtype = DDNN_U8;
    F.tensors[0].encoding = DDNN_WIRE_U8;
    F.tensors[0].rank = 1;
    F.tensors[0].scale = 1;
    F.tensors[0].dims[0] = F.tensors[0].bytes = uint32_t(std::strlen(To));
    F.tensors[0].data = reinterpret_cast<const uint8_t *>(To);
    size_t Before = S.Log.size();
    S.arrive(DDNN_CHANNEL_REQUEST, "dev-0", GroupSimulation::encode(F));
    EXPECT_EQ(S.Log.size(), Before) << "sends from the callback";
    while (ddnn_member_poll(M, 0) == DDNN_OK)
      ;
    return S.Log.size() - Before;
  };
  EXPECT_EQ(Fetch(3, 0), 1u);
  ddnn_frame Part;
  ASSERT_EQ(
      ddnn_frame_decode(&Part, S.Log[0].Data.data(), S.Log[0].Data.size()),
      DDNN_OK);
  EXPECT_EQ(S.Log[0].Node, "edge-1");
  unsigned Source;
  EXPECT_EQ(ddnn_frame_check_part(&Part, &toy_e_edge, &Source), DDNN_OK);
  EXPECT_STREQ(Part.source, "agg");
  EXPECT_EQ(Part.request, 73u);
  auto X = S.view(3, 0, 2);
  EXPECT_EQ(std::memcmp(Part.tensors[0].data, X.data(), 16), 0);
  EXPECT_EQ(Fetch(3, 0), 0u); // again
  EXPECT_EQ(Fetch(3, 2), 1u);
  EXPECT_EQ(Fetch(3, 1), 0u);    // overtaken
  EXPECT_EQ(Fetch(3, 0, 2), 1u); // another life of the aggregator's
  EXPECT_EQ(Fetch(3, 0, 1), 0u);
  EXPECT_EQ(Fetch(1, 0), 0u); // gave way
  EXPECT_EQ(Fetch(2, 0, 1, "mallory"), 0u);
  EXPECT_EQ(Fetch(2, 0, 1, "agg", "a/b"), 0u);
  EXPECT_EQ(Fetch(2, 0, 1, "agg", "edge-1", 8), 0u);
  EXPECT_EQ(Fetch(2, 0), 1u);
  S.runUntil(S.Now + 1100000);
  EXPECT_EQ(Fetch(2, 1), 0u); // too old
  ddnn_member_stats T;
  ddnn_member_get_stats(M, &T);
  EXPECT_EQ(T.submitted, 3u);
  EXPECT_EQ(T.fetched, 4u);
  EXPECT_EQ(T.late, 2u);
  EXPECT_EQ(T.rejected, 6u);
}

TEST(GroupHostile, ConfigurationsThatMakeNoSense) {
  GroupSimulation S(toyF());
  auto Bad = [&](void (*Change)(ddnn_aggregator_config &)) {
    ddnn_aggregator_config C = S.Config;
    Change(C);
    return ddnn_aggregator_size(&C) == 0;
  };
  EXPECT_FALSE(Bad([](ddnn_aggregator_config &) {}));
  EXPECT_TRUE(Bad([](ddnn_aggregator_config &C) { C.model_count = 1; }));
  EXPECT_TRUE(Bad([](ddnn_aggregator_config &C) { C.models = nullptr; }));
  EXPECT_TRUE(Bad([](ddnn_aggregator_config &C) {
    static const ddnn_model *Twisted[] = {&toy_f_area, &toy_f_local};
    C.models = Twisted;
  }));
  EXPECT_TRUE(Bad([](ddnn_aggregator_config &C) {
    static const ddnn_model *Cloud[] = {&toy_f_cloud};
    C.models = Cloud;
    C.model_count = 1;
  }));
  EXPECT_TRUE(Bad([](ddnn_aggregator_config &C) { C.groups = nullptr; }));
  EXPECT_TRUE(Bad([](ddnn_aggregator_config &C) {
    static const uint16_t Twice[] = {7, 7};
    C.groups = Twice;
    C.group_count = 2;
  }));
  EXPECT_TRUE(Bad([](ddnn_aggregator_config &C) {
    static const uint16_t None[] = {0};
    C.groups = None;
  }));
  EXPECT_TRUE(Bad([](ddnn_aggregator_config &C) { C.node = "a/b"; }));
  EXPECT_TRUE(Bad([](ddnn_aggregator_config &C) { C.link = nullptr; }));
  EXPECT_TRUE(Bad([](ddnn_aggregator_config &C) { C.now_us = nullptr; }));
  auto BadMember = [&](void (*Change)(ddnn_member_config &)) {
    ddnn_member_config C = S.Members[0].Config;
    Change(C);
    return ddnn_member_size(&C) == 0;
  };
  EXPECT_FALSE(BadMember([](ddnn_member_config &) {}));
  EXPECT_TRUE(BadMember([](ddnn_member_config &C) { C.model = &toy_f_local; }));
  EXPECT_TRUE(BadMember([](ddnn_member_config &C) { C.model = &toy_device; }));
  EXPECT_TRUE(BadMember([](ddnn_member_config &C) { C.group = 0; }));
  EXPECT_TRUE(BadMember([](ddnn_member_config &C) { C.aggregator = nullptr; }));
  EXPECT_TRUE(BadMember([](ddnn_member_config &C) {
    C.group = 256;
    C.short_scores = true;
  }));
}
} // namespace
