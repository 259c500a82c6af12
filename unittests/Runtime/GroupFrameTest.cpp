// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Frames and descriptors of groups.
#include "ddnn/frame.h"
#include "ddnn/run.h"
#include "toy_group.h"

#include <gtest/gtest.h>

#include <cstring>
#include <string>
#include <vector>

namespace {
using Bytes = std::vector<uint8_t>;
const float Values[4] = {1, 2, 3, 4};

ddnn_frame frame(uint8_t Kind, uint8_t Stage, uint16_t Member) {
  ddnn_frame F;
  ddnn_frame_init(&F, Kind);
  F.stage = Stage;
  F.member = Member;
  F.group = 7;
  F.model = TOY_E_HASH;
  F.request = 5;
  F.boot = 6;
  std::strcpy(F.source, "node");
  return F;
}
void add(ddnn_frame &F, const ddnn_tensor &T) {
  ddnn_frame_tensor &To = F.tensors[F.tensor_count++];
  ddnn_frame_tensor_init(&To, &T);
  To.data = reinterpret_cast<const uint8_t *>(Values);
}
void addBytes(ddnn_frame &F, const std::string &B) {
  ddnn_frame_tensor &To = F.tensors[F.tensor_count++];
  To = {};
  To.dtype = DDNN_U8;
  To.encoding = DDNN_WIRE_U8;
  To.rank = 1;
  To.scale = 1;
  To.dims[0] = To.bytes = uint32_t(B.size());
  To.data = reinterpret_cast<const uint8_t *>(B.data());
}
ddnn_frame scores(uint16_t Member = 1) {
  ddnn_frame F = frame(DDNN_FRAME_SCORES, 1, Member);
  add(F, toy_e_local.inputs[Member]);
  return F;
}
ddnn_frame part(uint16_t Member = 1) {
  ddnn_frame F = frame(DDNN_FRAME_PART, 2, Member);
  add(F, toy_e_edge.inputs[Member]);
  return F;
}
ddnn_frame fetch(const std::string &Node) {
  ddnn_frame F = frame(DDNN_FRAME_FETCH, 2, 1);
  addBytes(F, Node);
  return F;
}
ddnn_frame expectation(const std::string &Who) {
  ddnn_frame F = frame(DDNN_FRAME_EXPECT, 2, 0);
  F.label = 100;
  addBytes(F, Who);
  return F;
}
const std::string Edge = "edge-1", Who("\1\0\1", 3);

TEST(GroupFrame, RoundTrip) {
  for (const ddnn_frame &In :
       {scores(), part(), fetch(Edge), expectation(Who)}) {
    Bytes B(1024);
    size_t Size = 0;
    ASSERT_EQ(ddnn_frame_encode(&In, B.data(), B.size(), &Size), DDNN_OK);
    EXPECT_EQ(B[5], In.kind);
    ddnn_frame Out;
    ASSERT_EQ(ddnn_frame_peek(&Out, B.data(), Size), DDNN_OK);
    ASSERT_EQ(ddnn_frame_decode(&Out, B.data(), Size), DDNN_OK);
    EXPECT_EQ(Out.kind, In.kind);
    EXPECT_EQ(Out.stage, In.stage);
    EXPECT_EQ(Out.member, In.member);
    EXPECT_EQ(Out.group, 7);
    EXPECT_EQ(Out.label, In.label);
    ASSERT_EQ(Out.tensor_count, 1);
    EXPECT_EQ(std::memcmp(Out.tensors[0].data, In.tensors[0].data,
                          In.tensors[0].bytes),
              0);
    for (size_t N = 0; N < Size; ++N)
      EXPECT_LT(ddnn_frame_decode(&Out, B.data(), N), 0);
  }
}

// What no frame of these kinds can have, neither going nor coming.
TEST(GroupFrame, FieldsOfEachKind) {
  struct Case {
    size_t At;
    uint64_t Value;
    size_t Width;
  } All[] = {{5, 0, 1},  {5, 7, 1},   {40, 15, 2}, {42, 0, 2},
             {44, 0, 1}, {44, 8, 1},  {45, 1, 1},  {45, 4, 1},
             {46, 1, 1}, {46, 24, 1}, {48, 0, 2},  {50, 0, 1}};
  for (const ddnn_frame &In :
       {scores(), part(), fetch(Edge), expectation(Who)}) {
    Bytes Good(1024);
    size_t Size = 0;
    ASSERT_EQ(ddnn_frame_encode(&In, Good.data(), Good.size(), &Size), DDNN_OK);
    for (const Case &C : All) {
      Bytes B = Good;
      for (size_t I = 0; I < C.Width; ++I)
        B[C.At + I] = uint8_t(C.Value >> 8 * I);
      ddnn_frame_seal(B.data(), Size);
      ddnn_frame F;
      EXPECT_EQ(ddnn_frame_decode(&F, B.data(), Size), DDNN_ERR_FORMAT)
          << int(In.kind) << ": " << C.At << " = " << C.Value;
    }
  }
  ddnn_frame F = part();
  F.label = 1;
  EXPECT_EQ(ddnn_frame_size(&F, nullptr), 0u);
  F = fetch(Edge);
  F.label = 1;
  EXPECT_EQ(ddnn_frame_size(&F, nullptr), 0u);
  F = fetch(Edge);
  add(F, toy_e_edge.inputs[0]);
  EXPECT_EQ(ddnn_frame_size(&F, nullptr), 0u);
}

TEST(GroupFrame, CheckScores) {
  unsigned Source = 9;
  ddnn_frame F = scores(2);
  EXPECT_EQ(ddnn_frame_check_scores(&F, &toy_e_local, &Source), DDNN_OK);
  EXPECT_EQ(Source, 2u);
  EXPECT_EQ(ddnn_frame_check_scores(&F, &toy_e_edge, nullptr), DDNN_ERR_STAGE);
  EXPECT_EQ(ddnn_frame_check_scores(&F, &toy_f_local, nullptr), DDNN_ERR_MODEL);
  F.stage = 3;
  EXPECT_EQ(ddnn_frame_check_scores(&F, &toy_e_local, nullptr), DDNN_ERR_STAGE);
  F = scores(2);
  F.member = 3;
  EXPECT_EQ(ddnn_frame_check_scores(&F, &toy_e_local, nullptr),
            DDNN_ERR_NOT_FOUND);
  F = scores();
  F.attempt = 1; // devices have none
  EXPECT_EQ(ddnn_frame_check_scores(&F, &toy_e_local, nullptr),
            DDNN_ERR_FORMAT);
  F = scores();
  F.label = 1; // nor has anybody to miss
  EXPECT_EQ(ddnn_frame_check_scores(&F, &toy_e_local, nullptr),
            DDNN_ERR_FORMAT);
  F = scores();
  add(F, toy_e_local.inputs[1]);
  EXPECT_EQ(ddnn_frame_check_scores(&F, &toy_e_local, nullptr),
            DDNN_ERR_TENSOR);
  F = scores();
  F.tensors[0].dims[0] = 3, F.tensors[0].dims[1] = 1;
  EXPECT_EQ(ddnn_frame_check_scores(&F, &toy_e_local, nullptr),
            DDNN_ERR_TENSOR);
  F = part();
  EXPECT_EQ(ddnn_frame_check_scores(&F, &toy_e_local, nullptr),
            DDNN_ERR_FORMAT);
  F = scores();
  F.model = TOY_F_HASH;
  F.stage = 3;
  F.attempt = 4;
  F.label = 3;
  EXPECT_EQ(ddnn_frame_check_scores(&F, &toy_f_area, &Source), DDNN_OK);
  EXPECT_EQ(Source, 1u);
  F.label = 4; // an edge joins two
  EXPECT_EQ(ddnn_frame_check_scores(&F, &toy_f_area, nullptr), DDNN_ERR_FORMAT);
}

TEST(GroupFrame, CheckPart) {
  unsigned Source = 9;
  ddnn_frame F = part(1);
  EXPECT_EQ(ddnn_frame_check_part(&F, &toy_e_edge, &Source), DDNN_OK);
  EXPECT_EQ(Source, 1u);
  EXPECT_EQ(ddnn_frame_check_part(&F, &toy_e_cloud, nullptr), DDNN_ERR_STAGE);
  EXPECT_EQ(ddnn_frame_check_part(&F, &toy_e_local, nullptr), DDNN_ERR_STAGE);
  F.member = 0; // whose floats are whole
  EXPECT_EQ(ddnn_frame_check_part(&F, &toy_e_edge, nullptr), DDNN_ERR_TENSOR);
  F = frame(DDNN_FRAME_PART, 2, 3);
  F.model = TOY_F_HASH;
  add(F, toy_f_edges[1].inputs[1]);
  EXPECT_EQ(ddnn_frame_check_part(&F, &toy_f_edges[1], &Source), DDNN_OK);
  EXPECT_EQ(Source, 1u);
  EXPECT_EQ(ddnn_frame_check_part(&F, &toy_f_edges[0], nullptr),
            DDNN_ERR_NOT_FOUND);
}

TEST(GroupFrame, CheckExpect) {
  uint16_t Present = 0;
  ddnn_frame F = expectation(Who);
  EXPECT_EQ(ddnn_frame_check_expect(&F, &toy_e_edge, &Present), DDNN_OK);
  EXPECT_EQ(Present, 5);
  EXPECT_EQ(ddnn_frame_check_expect(&F, &toy_e_cloud, nullptr), DDNN_ERR_STAGE);
  F.member = 1;
  EXPECT_EQ(ddnn_frame_check_expect(&F, &toy_e_edge, nullptr),
            DDNN_ERR_NOT_FOUND);
  for (const std::string &Bad :
       {std::string("\1\0", 2), std::string("\1\0\1\1", 4)}) {
    F = expectation(Bad);
    EXPECT_EQ(ddnn_frame_check_expect(&F, &toy_e_edge, nullptr),
              DDNN_ERR_TENSOR);
  }
  for (const std::string &Bad :
       {std::string("\0\0\0", 3), std::string("\1\2\1", 3)}) {
    F = expectation(Bad);
    EXPECT_EQ(ddnn_frame_check_expect(&F, &toy_e_edge, nullptr),
              DDNN_ERR_FORMAT);
  }
}

TEST(GroupFrame, CheckFetch) {
  char Node[DDNN_NODE_MAX + 1];
  ddnn_frame F = fetch(Edge);
  EXPECT_EQ(ddnn_frame_check_fetch(&F, &toy_e_devices[1], Node), DDNN_OK);
  EXPECT_STREQ(Node, "edge-1");
  EXPECT_EQ(ddnn_frame_check_fetch(&F, &toy_e_devices[0], nullptr),
            DDNN_ERR_NOT_FOUND);
  for (uint8_t Stage : {1, 3}) { // the aggregator gets its own unasked
    F.stage = Stage;
    EXPECT_EQ(ddnn_frame_check_fetch(&F, &toy_e_devices[1], nullptr),
              DDNN_ERR_STAGE);
  }
  for (const std::string &Bad :
       {std::string("a/b"), std::string("+"), std::string("@2"),
        std::string("ed\0ge", 5), std::string("edge\0", 5)}) {
    F = fetch(Bad);
    EXPECT_EQ(ddnn_frame_check_fetch(&F, &toy_e_devices[1], nullptr),
              DDNN_ERR_FORMAT);
  }
  std::string Long(48, 'x');
  F = fetch(Long);
  EXPECT_EQ(ddnn_frame_check_fetch(&F, &toy_e_devices[1], nullptr),
            DDNN_ERR_TENSOR);
}

TEST(GroupFrame, ShortScores) {
  ddnn_short_frame In = {}, Out;
  In.kind = DDNN_FRAME_SCORES;
  In.stage = 1;
  In.model = uint32_t(TOY_E_HASH);
  In.request = 0xfedcba98;
  In.frame_number = 0xba98;
  In.remaining_ms = 0xffff;
  In.group = 7;
  In.member = 2;
  In.exit = 0xff;
  In.classes = 3;
  uint8_t B[64];
  size_t Size;
  ASSERT_EQ(ddnn_frame_encode_short(&In, Values, B, sizeof B, &Size), DDNN_OK);
  EXPECT_EQ(Size, 24u + 12u);
  ASSERT_EQ(ddnn_frame_decode_short(&Out, B, Size), DDNN_OK);
  EXPECT_EQ(Out.kind, DDNN_FRAME_SCORES);
  EXPECT_EQ(Out.request, 0xfedcba98);
  auto Refused = [&](void (*Change)(ddnn_short_frame &)) {
    ddnn_short_frame F = In;
    Change(F);
    return ddnn_frame_encode_short(&F, Values, B, sizeof B, &Size) ==
           DDNN_ERR_INVALID;
  };
  EXPECT_TRUE(Refused([](ddnn_short_frame &F) { F.group = 0; }));
  EXPECT_TRUE(Refused([](ddnn_short_frame &F) { F.member = 15; }));
  EXPECT_TRUE(Refused([](ddnn_short_frame &F) { F.stage = 0; }));
  EXPECT_TRUE(Refused([](ddnn_short_frame &F) { F.flags = 1; }));
  EXPECT_TRUE(Refused([](ddnn_short_frame &F) { F.status = -24; }));
  EXPECT_TRUE(Refused([](ddnn_short_frame &F) { F.exit = 0; }));
  EXPECT_TRUE(Refused([](ddnn_short_frame &F) { F.classes = 0; }));
  EXPECT_TRUE(Refused([](ddnn_short_frame &F) { F.frame_number = 1; }));
  EXPECT_TRUE(Refused([](ddnn_short_frame &F) { F.kind = DDNN_FRAME_FETCH; }));
}

TEST(GroupModel, ToysAreGood) {
  for (const ddnn_model &M : toy_e_devices)
    EXPECT_EQ(ddnn_model_check(&M), DDNN_OK);
  for (const ddnn_model &M : toy_f_devices)
    EXPECT_EQ(ddnn_model_check(&M), DDNN_OK);
  for (const ddnn_model *M :
       {&toy_e_local, &toy_e_edge, &toy_e_cloud, &toy_f_local, &toy_f_edges[0],
        &toy_f_edges[1], &toy_f_area, &toy_f_cloud})
    EXPECT_EQ(ddnn_model_check(M), DDNN_OK) << M->name << " " << int(M->tier);
  for (unsigned T = 0; T < 6; ++T) {
    EXPECT_EQ(ddnn_model_aggregates(&toy_e_edge, T), T == 1);
    EXPECT_EQ(ddnn_model_aggregates(&toy_f_local, T), T == 1 || T == 3);
  }
}

TEST(GroupModel, NonsenseIsRefused) {
  auto Refused = [](const ddnn_model &From, void (*Change)(ddnn_model &)) {
    ddnn_model M = From;
    Change(M);
    return ddnn_model_check(&M) == DDNN_ERR_INVALID;
  };
  EXPECT_TRUE(Refused(toy_e_local, [](ddnn_model &M) { M.member = 1; }));
  EXPECT_TRUE(Refused(toy_e_local, [](ddnn_model &M) {
    static const uint8_t Counts[] = {16, 1, 1, 1};
    M.member_counts = Counts;
  }));
  EXPECT_TRUE(Refused(toy_e_local, [](ddnn_model &M) {
    static const uint8_t Counts[] = {2, 1, 1, 1};
    M.member_counts = Counts;
  }));
  EXPECT_TRUE(
      Refused(toy_e_local, [](ddnn_model &M) { M.member_counts = nullptr; }));
  EXPECT_TRUE(
      Refused(toy_e_local, [](ddnn_model &M) { M.input_sources = nullptr; }));
  EXPECT_TRUE(Refused(toy_e_local, [](ddnn_model &M) {
    static const uint8_t From[] = {0, 1, 3, DDNN_FROM_RUNTIME};
    M.input_sources = From;
  }));
  EXPECT_TRUE(Refused(toy_e_local, [](ddnn_model &M) {
    static const uint8_t From[] = {0, 1, 1, DDNN_FROM_RUNTIME};
    M.input_sources = From; // nothing of source 2
  }));
  EXPECT_TRUE(Refused(toy_e_local, [](ddnn_model &M) {
    static const uint8_t From[] = {0, 1, 2, DDNN_FROM_SENSOR};
    M.input_sources = From;
  }));
  EXPECT_TRUE(Refused(toy_e_local, [](ddnn_model &M) {
    static const uint8_t From[] = {0, 1, DDNN_FROM_RUNTIME, DDNN_FROM_RUNTIME};
    M.input_sources = From;
  }));
  EXPECT_TRUE(Refused(toy_e_local, [](ddnn_model &M) {
    static ddnn_tensor In[4];
    std::memcpy(In, M.inputs, sizeof In);
    In[3].dims[0] = In[3].count = In[3].wire_bytes = 4;
    M.inputs = In; // a byte too many
  }));
  EXPECT_TRUE(Refused(toy_e_local, [](ddnn_model &M) {
    static ddnn_source From[3];
    std::memcpy(From, M.sources, sizeof From);
    std::swap(From[0], From[1]);
    M.sources = From;
  }));
  EXPECT_TRUE(Refused(toy_e_local, [](ddnn_model &M) {
    static ddnn_source From[3];
    std::memcpy(From, M.sources, sizeof From);
    From[1].missing = 4;
    M.sources = From;
  }));
  EXPECT_TRUE(Refused(toy_e_local, [](ddnn_model &M) {
    static ddnn_source From[3];
    std::memcpy(From, M.sources, sizeof From);
    From[2].place = {0, 3};
    M.sources = From;
  }));
  EXPECT_TRUE(Refused(toy_e_local, [](ddnn_model &M) { M.source_count = 0; }));
  EXPECT_TRUE(
      Refused(toy_e_local, [](ddnn_model &M) { M.connection_count = 2; }));
  EXPECT_TRUE(Refused(toy_e_local, [](ddnn_model &M) {
    M.connection_count = DDNN_MAX_CONNECTIONS + 1;
  }));
  EXPECT_TRUE(Refused(toy_e_cloud, [](ddnn_model &M) {
    static ddnn_connection C[7];
    std::memcpy(C, M.connections, sizeof C);
    C[1] = C[0];
    M.connections = C;
  }));
  EXPECT_TRUE(Refused(toy_e_cloud, [](ddnn_model &M) {
    static ddnn_connection C[7];
    std::memcpy(C, M.connections, sizeof C);
    C[0] = {{2, 0}, {1, 0}}; // backwards
    M.connections = C;
  }));
  EXPECT_TRUE(Refused(toy_f_cloud, [](ddnn_model &M) {
    static ddnn_connection C[12];
    std::memcpy(C, M.connections, sizeof C);
    C[5] = {{0, 0}, {2, 1}}; // one device, two edges
    M.connections = C;
  }));
  // An aggregator and the last tier send nothing on.
  static const ddnn_place Cloud[] = {{3, 0}};
  EXPECT_TRUE(Refused(toy_e_local, [](ddnn_model &M) {
    M.outputs = toy_e_edge.outputs;
    M.output_count = 2;
    M.link_count = 1;
    M.link_targets = Cloud;
  }));
  EXPECT_TRUE(Refused(toy_e_edge, [](ddnn_model &M) {
    static const ddnn_place Nowhere[] = {{4, 0}};
    M.link_targets = Nowhere;
  }));
  EXPECT_TRUE(
      Refused(toy_e_edge, [](ddnn_model &M) { M.link_targets = nullptr; }));
  EXPECT_TRUE(Refused(toy_e_devices[0], [](ddnn_model &M) {
    M.sources = toy_e_local.sources;
    M.source_count = 1;
  }));
}
} // namespace
