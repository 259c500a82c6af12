// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "ddnn/frame.h"
#include "ddnn/control.h"
#include "ddnn/wire.h"
#include "toy_model.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <memory>
#include <random>
#include <vector>

namespace {
using Bytes = std::vector<uint8_t>;

// A copy of exactly this size on the heap, so that ASan sees a read past it.
int decode(ddnn_frame &F, const Bytes &B) {
  std::unique_ptr<uint8_t[]> Copy(new uint8_t[B.size()]);
  if (!B.empty())
    std::memcpy(Copy.get(), B.data(), B.size());
  int Status = ddnn_frame_decode(&F, Copy.get(), B.size());
  for (unsigned I = 0; I < F.tensor_count; ++I)
    F.tensors[I].data = nullptr;
  return Status;
}

ddnn_frame request() {
  static const float X[4] = {1, 2, 3, 4};
  static const uint8_t Bits[3] = {1, 2, 3};
  ddnn_frame F;
  ddnn_frame_init(&F, DDNN_FRAME_REQUEST);
  F.stage = 1;
  F.flags = DDNN_FLAG_PROVISIONAL;
  F.attempt = 2;
  F.model = TOY_HASH;
  F.request = 0x1122334455667788ull;
  F.boot = 0xdeadbeef;
  F.frame_number = 77;
  F.remaining_ms = 250;
  F.group = 3;
  F.member = 4;
  F.queue_us = 5;
  for (int I = 0; I < DDNN_FRAME_TIERS; ++I)
    F.tier_us[I] = 100 + I;
  std::strcpy(F.source, "cam-1.left_x");
  F.tensor_count = 2;
  ddnn_frame_tensor_init(&F.tensors[0], &toy_edge.inputs[0]);
  ddnn_frame_tensor_init(&F.tensors[1], &toy_edge.inputs[1]);
  F.tensors[0].data = reinterpret_cast<const uint8_t *>(X);
  F.tensors[1].data = Bits;
  return F;
}

ddnn_frame reply() {
  static const float Scores[3] = {0.25f, 3, -1};
  ddnn_frame F;
  ddnn_frame_init(&F, DDNN_FRAME_REPLY);
  F.stage = 2;
  F.flags = DDNN_FLAG_FINAL;
  F.model = TOY_HASH;
  F.request = 9;
  F.exit = 2;
  F.label = 1;
  F.entropy = 0.125f;
  std::strcpy(F.source, "cam-1");
  F.tensor_count = 1;
  F.tensors[0] = {};
  F.tensors[0].scale = 1;
  F.tensors[0].rank = 2;
  F.tensors[0].dims[0] = 1;
  F.tensors[0].dims[1] = 3;
  F.tensors[0].bytes = 12;
  F.tensors[0].data = reinterpret_cast<const uint8_t *>(Scores);
  return F;
}

Bytes encode(const ddnn_frame &F) {
  Bytes B(4096);
  size_t Size = 0;
  EXPECT_EQ(ddnn_frame_encode(&F, B.data(), B.size(), &Size), DDNN_OK);
  B.resize(Size);
  return B;
}

// Overwrites bytes and makes the checksum right again, as a forger would.
void forge(Bytes &B, size_t At, uint64_t Value, size_t Width) {
  for (size_t I = 0; I < Width; ++I)
    B[At + I] = uint8_t(Value >> 8 * I);
  ddnn_frame_seal(B.data(), B.size());
}

TEST(Frame, RoundTrip) {
  ddnn_frame In = request(), Out;
  Bytes B = encode(In);
  EXPECT_EQ(B.size(), ddnn_frame_size(&In, nullptr));
  EXPECT_EQ(B.size() % 8, (16 + 3) % 8u); // the payload starts at a multiple
  ASSERT_EQ(ddnn_frame_decode(&Out, B.data(), B.size()), DDNN_OK);
  EXPECT_EQ(Out.kind, In.kind);
  EXPECT_EQ(Out.stage, In.stage);
  EXPECT_EQ(Out.flags, In.flags);
  EXPECT_EQ(Out.attempt, In.attempt);
  EXPECT_EQ(Out.status, In.status);
  EXPECT_EQ(Out.model, In.model);
  EXPECT_EQ(Out.request, In.request);
  EXPECT_EQ(Out.boot, In.boot);
  EXPECT_EQ(Out.frame_number, In.frame_number);
  EXPECT_EQ(Out.remaining_ms, In.remaining_ms);
  EXPECT_EQ(Out.group, In.group);
  EXPECT_EQ(Out.member, In.member);
  EXPECT_EQ(Out.exit, In.exit);
  EXPECT_EQ(Out.queue_us, In.queue_us);
  EXPECT_EQ(std::memcmp(Out.tier_us, In.tier_us, sizeof In.tier_us), 0);
  EXPECT_STREQ(Out.source, In.source);
  ASSERT_EQ(Out.tensor_count, 2);
  for (int I = 0; I < 2; ++I) {
    EXPECT_EQ(Out.tensors[I].dtype, In.tensors[I].dtype);
    EXPECT_EQ(Out.tensors[I].encoding, In.tensors[I].encoding);
    EXPECT_EQ(Out.tensors[I].rank, In.tensors[I].rank);
    EXPECT_EQ(Out.tensors[I].bytes, In.tensors[I].bytes);
    EXPECT_EQ(std::memcmp(Out.tensors[I].data, In.tensors[I].data,
                          In.tensors[I].bytes),
              0);
  }
  EXPECT_EQ(ddnn_frame_check_request(&Out, &toy_edge), DDNN_OK);
  Bytes R = encode(reply());
  ASSERT_EQ(ddnn_frame_decode(&Out, R.data(), R.size()), DDNN_OK);
  EXPECT_EQ(Out.exit, 2);
  EXPECT_EQ(Out.label, 1u);
  EXPECT_EQ(Out.entropy, 0.125f);
  EXPECT_EQ(ddnn_frame_check_reply(&Out, &toy_device), DDNN_OK);
}

// The numbers of docs/protocol.md.
TEST(Frame, LayoutIsFixed) {
  Bytes B = encode(request());
  EXPECT_EQ(std::memcmp(B.data(), "DDN1", 4), 0);
  EXPECT_EQ(B[4], 1);    // version
  EXPECT_EQ(B[5], 1);    // request
  EXPECT_EQ(B[8], 0xef); // model
  EXPECT_EQ(B[15], 0x01);
  EXPECT_EQ(B[16], 0x88); // request id
  EXPECT_EQ(B[24], 0xef); // boot
  EXPECT_EQ(B[28], 77);   // frame number
  EXPECT_EQ(B[32], 19);   // payload bytes
  EXPECT_EQ(B[36], 250);  // remaining ms
  EXPECT_EQ(B[40], 4);    // member
  EXPECT_EQ(B[42], 3);    // group
  EXPECT_EQ(B[44], 1);    // stage
  EXPECT_EQ(B[45], 4);    // flags
  EXPECT_EQ(B[46], 0);    // status
  EXPECT_EQ(B[47], 2);    // attempt
  EXPECT_EQ(B[48], 0xff); // exit
  EXPECT_EQ(B[50], 2);    // tensors
  EXPECT_EQ(B[51], 12);   // source
  EXPECT_EQ(B[60], 5);    // queue
  EXPECT_EQ(B[64], 100);  // tier 0
  EXPECT_EQ(B[92], 107);  // tier 7
  EXPECT_EQ(std::memcmp(&B[100], "cam-1.left_x", 12), 0);
  EXPECT_EQ(B[112], DDNN_F32); // first tensor
  EXPECT_EQ(B[114], 2);        // rank
  EXPECT_EQ(B[120], 16);       // bytes
  EXPECT_EQ(B[124], 1);        // dims
  EXPECT_EQ(B[128], 4);
}

TEST(Frame, TruncatedAnywhere) {
  for (const Bytes &Whole : {encode(request()), encode(reply())})
    for (size_t N = 0; N < Whole.size(); ++N) {
      ddnn_frame F;
      EXPECT_LT(decode(F, Bytes(Whole.begin(), Whole.begin() + N)), 0) << N;
      EXPECT_EQ(F.tensor_count, 0);
    }
}

TEST(Frame, EveryCorruptedByteIsFound) {
  Bytes Whole = encode(request());
  for (size_t I = 0; I < Whole.size(); ++I)
    for (int Bit = 0; Bit < 8; ++Bit) {
      Bytes B = Whole;
      B[I] ^= 1 << Bit;
      ddnn_frame F;
      EXPECT_LT(decode(F, B), 0) << I;
    }
  Whole.push_back(0);
  ddnn_frame F;
  EXPECT_EQ(decode(F, Whole), DDNN_ERR_FORMAT);
}

TEST(Frame, ForgedFields) {
  const Bytes Whole = encode(request());
  struct Case {
    size_t At;
    uint64_t Value;
    size_t Width;
    int Expected;
  } Cases[] = {
      {0, 0x12345678, 4, DDNN_ERR_MAGIC},
      {4, 2, 1, DDNN_ERR_VERSION},
      {5, 0, 1, DDNN_ERR_FORMAT}, // kind
      {5, 3, 1, DDNN_ERR_FORMAT},
      {6, 0, 2, DDNN_ERR_FORMAT},   // header bytes
      {6, 100, 2, DDNN_ERR_FORMAT}, // not a multiple of 8
      {6, 104, 2, DDNN_ERR_FORMAT}, // cuts the tensor table
      {6, 0xfff8, 2, DDNN_ERR_FORMAT},
      {32, 0, 4, DDNN_ERR_FORMAT}, // payload bytes
      {32, 20, 4, DDNN_ERR_TRUNCATED},
      {32, 0xffffffff, 4, DDNN_ERR_TRUNCATED},
      {45, 0x80, 1, DDNN_ERR_FORMAT}, // unknown flag
      {45, 1, 1, DDNN_ERR_FORMAT},    // a final request
      {46, 1, 1, DDNN_ERR_FORMAT},    // a request with a status
      {46, 200, 1, DDNN_ERR_FORMAT},
      {50, 0, 1, DDNN_ERR_FORMAT}, // tensors
      {50, 1, 1, DDNN_ERR_FORMAT},
      {50, 3, 1, DDNN_ERR_FORMAT},
      {50, 255, 1, DDNN_ERR_FORMAT},
      {51, 0, 1, DDNN_ERR_FORMAT}, // source
      {51, 48, 1, DDNN_ERR_FORMAT},
      {51, 255, 1, DDNN_ERR_FORMAT},
      {100, '/', 1, DDNN_ERR_FORMAT}, // would leave its topic
      {100, '+', 1, DDNN_ERR_FORMAT},
      {100, 0, 1, DDNN_ERR_FORMAT},
      {112, 9, 1, DDNN_ERR_FORMAT}, // dtype
      {113, 9, 1, DDNN_ERR_FORMAT}, // encoding
      {113, DDNN_WIRE_F16, 1, DDNN_ERR_FORMAT},
      {114, 7, 1, DDNN_ERR_FORMAT}, // rank
      {114, 255, 1, DDNN_ERR_FORMAT},
      {115, 1, 1, DDNN_ERR_FORMAT},
      {116, 0x7fc00000, 4, DDNN_ERR_FORMAT}, // scale
      {116, 0, 4, DDNN_ERR_FORMAT},
      {120, 0, 4, DDNN_ERR_FORMAT}, // bytes
      {120, 0xffffffff, 4, DDNN_ERR_FORMAT},
      {124, 0, 4, DDNN_ERR_FORMAT},          // dims
      {124, 0x40000001, 4, DDNN_ERR_FORMAT}, // 2^30 * 4: wraps 32 bits
      {124, 0xffffffff, 4, DDNN_ERR_FORMAT},
  };
  for (const Case &C : Cases) {
    Bytes B = Whole;
    forge(B, C.At, C.Value, C.Width);
    ddnn_frame F;
    EXPECT_EQ(decode(F, B), C.Expected) << C.At << " = " << C.Value;
    EXPECT_EQ(F.tensor_count, 0);
  }
}

TEST(Frame, RandomForgeriesNeverReadOutside) {
  std::mt19937 Random(5);
  const Bytes Good[] = {encode(request()), encode(reply())};
  for (int I = 0; I < 200000; ++I) {
    Bytes B = Good[I & 1];
    if (Random() % 4 == 0)
      B.resize(100 + Random() % (B.size() - 100));
    for (unsigned N = Random() % 6; N-- > 0;)
      B[Random() % B.size()] = uint8_t(Random());
    ddnn_frame_seal(B.data(), B.size());
    ddnn_frame F;
    if (decode(F, B) == DDNN_OK) {
      (void)ddnn_frame_check_request(&F, &toy_edge);
      (void)ddnn_frame_check_reply(&F, &toy_device);
    }
  }
}

TEST(Frame, WhatIsEncodedCanBeDecoded) {
  Bytes B(4096);
  size_t Size;
  auto Refused = [&](ddnn_frame F) {
    EXPECT_EQ(ddnn_frame_size(&F, nullptr), 0u);
    EXPECT_EQ(ddnn_frame_encode(&F, B.data(), B.size(), &Size),
              DDNN_ERR_INVALID);
  };
  ddnn_frame F = request();
  F.source[0] = 0;
  Refused(F);
  F = request();
  F.source[2] = '#';
  Refused(F);
  F = request();
  F.tensor_count = 0;
  Refused(F);
  F = request();
  F.tensor_count = 17;
  Refused(F);
  F = request();
  F.tensors[0].bytes = 17;
  Refused(F);
  F = request();
  F.kind = 9;
  Refused(F);
  F = reply();
  F.status = -99;
  Refused(F);
  F = reply();
  F.flags = DDNN_FLAG_FALLBACK; // a fallback is final
  Refused(F);
  F = request();
  EXPECT_EQ(ddnn_frame_encode(&F, B.data(), 50, &Size), DDNN_ERR_NO_MEMORY);
}

TEST(Frame, PatchAndSeal) {
  ddnn_frame In = request(), Out;
  const uint8_t *X = In.tensors[0].data;
  In.tensors[0].data = nullptr; // filled in afterwards
  Bytes B(4096);
  size_t Size, Payload;
  ASSERT_EQ(ddnn_frame_encode(&In, B.data(), B.size(), &Size), DDNN_OK);
  ASSERT_EQ(ddnn_frame_size(&In, &Payload), Size);
  std::memcpy(&B[Payload], X, 16);
  ddnn_frame_patch(B.data(), Size, 7, 99);
  ASSERT_EQ(ddnn_frame_decode(&Out, B.data(), Size), DDNN_OK);
  EXPECT_EQ(Out.attempt, 7);
  EXPECT_EQ(Out.remaining_ms, 99u);
  EXPECT_EQ(std::memcmp(Out.tensors[0].data, X, 16), 0);
}

TEST(Frame, CheckRequestAgainstModel) {
  ddnn_frame F = request();
  EXPECT_EQ(ddnn_frame_check_request(&F, &toy_edge), DDNN_OK);
  EXPECT_EQ(ddnn_frame_check_request(&F, &toy_cloud), DDNN_ERR_STAGE);
  EXPECT_EQ(ddnn_frame_check_request(&F, &toy_other_cloud), DDNN_ERR_MODEL);
  F.tensor_count = 1;
  EXPECT_EQ(ddnn_frame_check_request(&F, &toy_edge), DDNN_ERR_TENSOR);
  F = request();
  std::swap(F.tensors[0], F.tensors[1]);
  EXPECT_EQ(ddnn_frame_check_request(&F, &toy_edge), DDNN_ERR_TENSOR);
  F = request();
  F.tensors[0].dims[0] = 4;
  F.tensors[0].dims[1] = 1; // as many elements, another shape
  EXPECT_EQ(ddnn_frame_check_request(&F, &toy_edge), DDNN_ERR_TENSOR);
  F = reply();
  EXPECT_EQ(ddnn_frame_check_request(&F, &toy_edge), DDNN_ERR_FORMAT);
}

TEST(Frame, CheckReplyAgainstModel) {
  ddnn_frame F = reply();
  F.exit = 3;
  EXPECT_EQ(ddnn_frame_check_reply(&F, &toy_device), DDNN_ERR_TENSOR);
  F = reply();
  F.label = 3;
  EXPECT_EQ(ddnn_frame_check_reply(&F, &toy_device), DDNN_ERR_TENSOR);
  F = reply();
  F.tensors[0].bytes = 16;
  EXPECT_EQ(ddnn_frame_check_reply(&F, &toy_device), DDNN_ERR_TENSOR);
  F = reply();
  F.stage = 3;
  EXPECT_EQ(ddnn_frame_check_reply(&F, &toy_device), DDNN_ERR_STAGE);
  F = reply();
  F.status = DDNN_ERR_BUSY; // a status comes without scores
  EXPECT_EQ(ddnn_frame_check_reply(&F, &toy_device), DDNN_ERR_TENSOR);
  F.tensor_count = 0;
  EXPECT_EQ(ddnn_frame_check_reply(&F, &toy_device), DDNN_OK);
  F = reply();
  F.flags |= DDNN_FLAG_FALLBACK; // and a fallback with a reason
  EXPECT_EQ(ddnn_frame_check_reply(&F, &toy_device), DDNN_ERR_FORMAT);
  F.status = DDNN_ERR_NO_PEER;
  EXPECT_EQ(ddnn_frame_check_reply(&F, &toy_device), DDNN_OK);
}

TEST(Frame, PeekTellsWhomToAnswer) {
  Bytes B = encode(request());
  B.resize(B.size() - 5);
  B[130] ^= 1; // damage that the checksum would find
  ddnn_frame F;
  ASSERT_EQ(ddnn_frame_peek(&F, B.data(), B.size()), DDNN_OK);
  EXPECT_EQ(F.request, 0x1122334455667788ull);
  EXPECT_STREQ(F.source, "cam-1.left_x");
  EXPECT_EQ(F.tensor_count, 0);
}

TEST(Frame, NodeNames) {
  EXPECT_TRUE(ddnn_node_name_ok("a"));
  EXPECT_TRUE(ddnn_node_name_ok(std::string(47, 'x').c_str()));
  EXPECT_FALSE(ddnn_node_name_ok(std::string(48, 'x').c_str()));
  for (const char *Bad : {"", "a/b", "+", "#", "a b", "\xc3\xa4", "@1"})
    EXPECT_FALSE(ddnn_node_name_ok(Bad)) << Bad;
  EXPECT_FALSE(ddnn_node_name_ok(nullptr));
}

TEST(ShortFrame, RoundTripAndSize) {
  ddnn_short_frame In = {}, Out;
  In.kind = DDNN_FRAME_REQUEST;
  In.stage = 2;
  In.model = 0x89abcdef;
  In.request = 0xfedcba98;
  In.frame_number = 65535;
  In.remaining_ms = 1234;
  In.group = 200;
  In.member = 6;
  In.exit = 0;
  In.encoding = DDNN_WIRE_F16;
  In.classes = 3;
  const float Scores[] = {1, -2.5f, 0.125f};
  uint8_t B[64];
  size_t Size;
  ASSERT_EQ(ddnn_frame_encode_short(&In, Scores, B, sizeof B, &Size), DDNN_OK);
  EXPECT_EQ(Size, 24u + 6u);
  ASSERT_EQ(ddnn_frame_decode_short(&Out, B, Size), DDNN_OK);
  EXPECT_EQ(Out.stage, 2);
  EXPECT_EQ(Out.model, In.model);
  EXPECT_EQ(Out.request, In.request);
  EXPECT_EQ(Out.frame_number, In.frame_number);
  EXPECT_EQ(Out.remaining_ms, In.remaining_ms);
  EXPECT_EQ(Out.group, 200);
  EXPECT_EQ(Out.member, 6);
  ASSERT_EQ(Out.classes, 3);
  float Back[3];
  ASSERT_EQ(ddnn_frame_short_scores(&Out, Back), DDNN_OK);
  EXPECT_EQ(std::memcmp(Back, Scores, sizeof Scores), 0);
  for (size_t N = 0; N < Size; ++N)
    EXPECT_LT(ddnn_frame_decode_short(&Out, B, N), 0);
  for (size_t I = 0; I < Size; ++I) {
    B[I] ^= 0x10;
    EXPECT_LT(ddnn_frame_decode_short(&Out, B, Size), 0) << I;
    B[I] ^= 0x10;
  }
  In.encoding = DDNN_WIRE_BITS;
  EXPECT_EQ(ddnn_frame_encode_short(&In, Scores, B, sizeof B, &Size),
            DDNN_ERR_INVALID);
}

// Four channels of 3x3 pixels, half a byte each: channel c of pixel p is bit
// 4 p + c of the payload, as generated code writes it.
TEST(Frame, BitsOfAnImageGoAsTheyAre) {
  static const char Rows[9][5] = {"-++-", "-+-+", "+-+-", "+-+-", "-+-+",
                                  "-+-+", "+-+-", "+-+-", "-+-+"};
  const Bytes Expected = {0xa6, 0x55, 0xaa, 0x55, 0x0a};
  uint8_t Memory[5] = {};
  for (unsigned Pixel = 0; Pixel < 9; ++Pixel)
    for (unsigned Channel = 0; Channel < 4; ++Channel)
      if (unsigned Bit = 4 * Pixel + Channel; Rows[Pixel][Channel] == '+')
        Memory[Bit / 8] = uint8_t(Memory[Bit / 8] | 1u << Bit % 8);
  ddnn_tensor T = {};
  T.dtype = DDNN_BITS;
  T.encoding = DDNN_WIRE_BITS;
  T.rank = 4;
  T.scale = 1;
  T.dims[0] = 1, T.dims[1] = 4, T.dims[2] = 3, T.dims[3] = 3;
  T.count = 36;
  T.wire_bytes = 5;
  ASSERT_EQ(ddnn_memory_bytes(T.dtype, T.count), sizeof Memory);
  uint8_t Payload[5];
  ASSERT_EQ(ddnn_wire_encode(&T, Memory, Payload, sizeof Payload), DDNN_OK);
  ddnn_frame In = request(), Out;
  In.tensor_count = 1;
  ddnn_frame_tensor_init(&In.tensors[0], &T);
  In.tensors[0].data = Payload;
  Bytes B(ddnn_frame_size(&In, nullptr));
  size_t Size;
  ASSERT_EQ(ddnn_frame_encode(&In, B.data(), B.size(), &Size), DDNN_OK);
  EXPECT_EQ(Bytes(B.end() - 5, B.end()), Expected);
  ASSERT_EQ(ddnn_frame_decode(&Out, B.data(), B.size()), DDNN_OK);
  ASSERT_EQ(Out.tensors[0].bytes, 5u);
  uint8_t Back[5];
  ASSERT_EQ(ddnn_wire_decode(&T, Out.tensors[0].data, 5, Back), DDNN_OK);
  EXPECT_EQ(std::memcmp(Back, Memory, 5), 0);
  Payload[4] |= 0x10; // channel 0 of a tenth pixel
  EXPECT_EQ(ddnn_wire_decode(&T, Payload, 5, Back), DDNN_ERR_FORMAT);
}

TEST(Control, AnnounceRoundTrip) {
  ddnn_announce In = {}, Out;
  In.state = DDNN_NODE_ONLINE;
  In.boot = 7;
  In.sequence = 8;
  In.heartbeat_ms = 1000;
  In.queued = 3;
  In.running = 2;
  In.capacity = 64;
  In.threads = 4;
  In.service_us = 12345;
  In.service_count = DDNN_MAX_SERVICES;
  for (unsigned I = 0; I < DDNN_MAX_SERVICES; ++I)
    In.services[I] = {TOY_HASH + I, uint8_t(I)};
  uint8_t B[DDNN_ANNOUNCE_MAX];
  size_t Size;
  ASSERT_EQ(ddnn_announce_encode(&In, B, sizeof B, &Size), DDNN_OK);
  ASSERT_EQ(ddnn_announce_decode(&Out, B, Size), DDNN_OK);
  EXPECT_EQ(Out.service_us, 12345u);
  EXPECT_EQ(Out.services[31].model, TOY_HASH + 31);
  EXPECT_EQ(Out.services[31].stage, 31);
  for (size_t N = 0; N < Size; ++N)
    EXPECT_LT(ddnn_announce_decode(&Out, B, N), 0);
  for (size_t I = 0; I < Size; ++I) {
    B[I] ^= 4;
    EXPECT_LT(ddnn_announce_decode(&Out, B, Size), 0) << I;
    B[I] ^= 4;
  }
  EXPECT_EQ(ddnn_announce_encode(&In, B, 40, &Size), DDNN_ERR_NO_MEMORY);
}

TEST(Control, Thresholds) {
  ddnn_thresholds T = {}, Out;
  T.model = TOY_HASH;
  T.version = 5;
  T.count = 2;
  T.entries[0] = {0, 0.25f};
  T.entries[1] = {1, 1.0f};
  uint8_t B[DDNN_THRESHOLDS_MAX];
  size_t Size;
  ASSERT_EQ(ddnn_thresholds_encode(&T, B, sizeof B, &Size), DDNN_OK);
  ASSERT_EQ(ddnn_thresholds_decode(&Out, B, Size), DDNN_OK);
  for (size_t I = 0; I < Size; ++I) {
    B[I] ^= 4;
    EXPECT_LT(ddnn_thresholds_decode(&Out, B, Size), 0) << I;
    B[I] ^= 4;
  }
  ASSERT_EQ(ddnn_thresholds_decode(&Out, B, Size), DDNN_OK);
  ddnn_threshold_table Table;
  ddnn_threshold_table_init(&Table, &toy_device);
  EXPECT_EQ(Table.values[0], 0.5f);
  ASSERT_EQ(ddnn_threshold_table_apply(&Table, &toy_device, &Out), DDNN_OK);
  EXPECT_EQ(Table.values[0], 0.25f);
  EXPECT_EQ(Table.version, 5u);
  EXPECT_EQ(ddnn_threshold_table_apply(&Table, &toy_device, &Out),
            DDNN_ERR_STALE);
  Out.version = 6;
  Out.entries[1].exit = 3;
  Out.entries[0].threshold = 0.75f;
  EXPECT_EQ(ddnn_threshold_table_apply(&Table, &toy_device, &Out),
            DDNN_ERR_NOT_FOUND);
  EXPECT_EQ(Table.values[0], 0.25f); // nothing changed
  EXPECT_EQ(ddnn_threshold_table_apply(&Table, &toy_other_cloud, &Out),
            DDNN_ERR_MODEL);
  T.entries[1].threshold = 1.5f;
  EXPECT_EQ(ddnn_thresholds_encode(&T, B, sizeof B, &Size), DDNN_ERR_INVALID);
  T.entries[1].threshold = NAN;
  EXPECT_EQ(ddnn_thresholds_encode(&T, B, sizeof B, &Size), DDNN_ERR_INVALID);
  T.entries[1] = {0, 0.5f}; // named twice
  EXPECT_EQ(ddnn_thresholds_encode(&T, B, sizeof B, &Size), DDNN_ERR_INVALID);
}
} // namespace
