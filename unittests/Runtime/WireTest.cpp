// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "ddnn/wire.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <limits>
#include <random>
#include <vector>

namespace {
const float NaN = std::numeric_limits<float>::quiet_NaN();

ddnn_tensor tensor(uint8_t Dtype, uint8_t Encoding, uint32_t N,
                   float Scale = 1) {
  ddnn_tensor T = {};
  T.dtype = Dtype;
  T.encoding = Encoding;
  T.rank = 1;
  T.scale = Scale;
  T.dims[0] = T.count = N;
  T.wire_bytes = ddnn_wire_bytes(Encoding, N);
  return T;
}

int encode(const ddnn_tensor &T, const void *From, std::vector<uint8_t> &To) {
  To.assign(T.wire_bytes, 0xee);
  return ddnn_wire_encode(&T, From, To.data(), To.size());
}

TEST(Wire, Sizes) {
  EXPECT_EQ(ddnn_wire_bytes(DDNN_WIRE_F32, 5), 20u);
  EXPECT_EQ(ddnn_wire_bytes(DDNN_WIRE_F16, 5), 10u);
  EXPECT_EQ(ddnn_wire_bytes(DDNN_WIRE_U8, 5), 5u);
  EXPECT_EQ(ddnn_wire_bytes(DDNN_WIRE_I8, 5), 5u);
  EXPECT_EQ(ddnn_wire_bytes(DDNN_WIRE_BITS, 9), 2u);
  EXPECT_EQ(ddnn_wire_bytes(DDNN_WIRE_BITS, UINT32_MAX), 0x20000000u);
  EXPECT_EQ(ddnn_wire_bytes(DDNN_WIRE_F32, UINT32_MAX), 0u);
  EXPECT_EQ(ddnn_wire_bytes(9, 1), 0u);
  EXPECT_EQ(ddnn_memory_bytes(DDNN_BITS, 17), 3u);
  EXPECT_EQ(ddnn_memory_bytes(9, 1), 0u);
}

TEST(Wire, F32IsLittleEndianAndExact) {
  float X[] = {1.0f, -0.0f, NaN, 1e-45f};
  std::vector<uint8_t> B;
  ASSERT_EQ(encode(tensor(DDNN_F32, DDNN_WIRE_F32, 4), X, B), DDNN_OK);
  EXPECT_EQ(B[2], 0x80);
  EXPECT_EQ(B[3], 0x3f);
  float Y[4];
  auto T = tensor(DDNN_F32, DDNN_WIRE_F32, 4);
  ASSERT_EQ(ddnn_wire_decode(&T, B.data(), B.size(), Y), DDNN_OK);
  EXPECT_EQ(std::memcmp(X, Y, sizeof X), 0);
}

TEST(Wire, F16EveryValueComesBack) {
  for (unsigned H = 0; H < 0x10000; ++H) {
    float F = ddnn_f32_from_f16(uint16_t(H));
    if (std::isnan(F))
      EXPECT_TRUE(std::isnan(ddnn_f32_from_f16(ddnn_f16_from_f32(F))));
    else
      EXPECT_EQ(ddnn_f16_from_f32(F), H);
  }
}

#if defined(__FLT16_MAX__)
TEST(Wire, F16RoundsAsTheCompilerDoes) {
  std::mt19937 Random(3);
  for (int I = 0; I < 2000000; ++I) {
    uint32_t Bits = Random();
    if (I & 1) // most of all bit patterns are far out of range
      Bits = (Bits & 0x8fffffffu) | 0x30000000u;
    float F;
    std::memcpy(&F, &Bits, 4);
    if (std::isnan(F))
      continue;
    _Float16 Native = (_Float16)F;
    uint16_t Expected;
    std::memcpy(&Expected, &Native, 2);
    ASSERT_EQ(ddnn_f16_from_f32(F), Expected) << F;
  }
}
#endif

TEST(Wire, F16Refuses) {
  std::vector<uint8_t> B;
  float Max[] = {65504, -65504, INFINITY, NaN, 65519.99f};
  EXPECT_EQ(encode(tensor(DDNN_F32, DDNN_WIRE_F16, 5), Max, B), DDNN_OK);
  float TooLarge[] = {65520};
  EXPECT_EQ(encode(tensor(DDNN_F32, DDNN_WIRE_F16, 1), TooLarge, B),
            DDNN_ERR_RANGE);
}

TEST(Wire, U8) {
  float X[] = {0, 255, 12.4f, -0.4f, 2.5f};
  std::vector<uint8_t> B;
  ASSERT_EQ(encode(tensor(DDNN_F32, DDNN_WIRE_U8, 5), X, B), DDNN_OK);
  EXPECT_EQ(B, (std::vector<uint8_t>{0, 255, 12, 0, 2}));
  float Y[5];
  auto T = tensor(DDNN_F32, DDNN_WIRE_U8, 5);
  ASSERT_EQ(ddnn_wire_decode(&T, B.data(), 5, Y), DDNN_OK);
  EXPECT_EQ(Y[1], 255);
  for (float Bad : {-1.0f, 255.6f, 255.5f, NaN})
    EXPECT_EQ(encode(tensor(DDNN_F32, DDNN_WIRE_U8, 1), &Bad, B),
              DDNN_ERR_RANGE);
  uint8_t Raw[] = {7, 8};
  ASSERT_EQ(encode(tensor(DDNN_U8, DDNN_WIRE_U8, 2), Raw, B), DDNN_OK);
  EXPECT_EQ(B[1], 8);
}

TEST(Wire, I8RoundsAndSaturates) {
  float X[] = {0, 0.5f, -0.75f, 100, -100, 0.125f};
  auto T = tensor(DDNN_F32, DDNN_WIRE_I8, 6, 0.25f);
  std::vector<uint8_t> B;
  ASSERT_EQ(encode(T, X, B), DDNN_OK);
  float Y[6];
  ASSERT_EQ(ddnn_wire_decode(&T, B.data(), 6, Y), DDNN_OK);
  const float Expected[] = {0, 0.5f, -0.75f, 31.75f, -31.75f, 0};
  for (int I = 0; I < 6; ++I)
    EXPECT_EQ(Y[I], Expected[I]);
  float Bad = NaN;
  EXPECT_EQ(encode(tensor(DDNN_F32, DDNN_WIRE_I8, 1), &Bad, B), DDNN_ERR_RANGE);
  for (float Scale : {0.0f, -1.0f, NaN, float(INFINITY)})
    EXPECT_EQ(encode(tensor(DDNN_F32, DDNN_WIRE_I8, 1, Scale), X, B),
              DDNN_ERR_TENSOR);
}

TEST(Wire, BitsAreNoFloats) {
  float X[10] = {};
  uint8_t B[2] = {};
  auto T = tensor(DDNN_F32, DDNN_WIRE_BITS, 10);
  EXPECT_EQ(ddnn_wire_encode(&T, X, B, sizeof B), DDNN_ERR_TENSOR);
  EXPECT_EQ(ddnn_wire_decode(&T, B, sizeof B, X), DDNN_ERR_TENSOR);
}

TEST(Wire, PackedBitsKeepTheirBytes) {
  uint64_t Word = 0x0123456789abcdefull; // little-endian words: same bytes
  auto T = tensor(DDNN_BITS, DDNN_WIRE_BITS, 61);
  std::vector<uint8_t> B;
  ASSERT_EQ(encode(T, &Word, B), DDNN_OK);
  for (int I = 0; I < 61; ++I)
    EXPECT_EQ(B[I / 8] >> I % 8 & 1, int(Word >> I & 1));
  EXPECT_EQ(B[7] >> 5, 0);
  uint64_t Back = 0;
  ASSERT_EQ(ddnn_wire_decode(&T, B.data(), 8, &Back), DDNN_OK);
  EXPECT_EQ(Back, Word & (~0ull >> 3));
  B[7] |= 0x20; // unused bits must be 0
  EXPECT_EQ(ddnn_wire_decode(&T, B.data(), 8, &Back), DDNN_ERR_FORMAT);
  EXPECT_EQ(ddnn_wire_decode(&T, B.data(), 7, &Back), DDNN_ERR_TRUNCATED);
}

TEST(Wire, Rejects) {
  float X[4] = {};
  uint8_t B[16];
  auto Pair = tensor(DDNN_U8, DDNN_WIRE_F32, 4);
  EXPECT_EQ(ddnn_wire_encode(&Pair, X, B, 16), DDNN_ERR_TENSOR);
  auto Size = tensor(DDNN_F32, DDNN_WIRE_F32, 4);
  EXPECT_EQ(ddnn_wire_encode(&Size, X, B, 15), DDNN_ERR_NO_MEMORY);
  EXPECT_EQ(ddnn_wire_decode(&Size, B, 15, X), DDNN_ERR_TRUNCATED);
  EXPECT_EQ(ddnn_wire_decode(&Size, B, 17, X), DDNN_ERR_TRUNCATED);
  Size.wire_bytes = 17;
  EXPECT_EQ(ddnn_wire_encode(&Size, X, B, 99), DDNN_ERR_TENSOR);
}

TEST(Wire, Crc32c) {
  EXPECT_EQ(ddnn_crc32c(0, "123456789", 9), 0xE3069283u);
  EXPECT_EQ(ddnn_crc32c(0, "", 0), 0u);
  std::vector<uint8_t> Zeros(32, 0), Ones(32, 0xff);
  EXPECT_EQ(ddnn_crc32c(0, Zeros.data(), 32), 0x8A9136AAu); // RFC 3720, B.4
  EXPECT_EQ(ddnn_crc32c(0, Ones.data(), 32), 0x62A8AB43u);
  for (size_t Cut = 0; Cut <= 9; ++Cut) // in two parts
    EXPECT_EQ(ddnn_crc32c(ddnn_crc32c(0, "123456789", Cut), "123456789" + Cut,
                          9 - Cut),
              0xE3069283u);
}
} // namespace
