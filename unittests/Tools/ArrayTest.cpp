// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Array.h"
#include "Error.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <cstring>
#include <fstream>
#include <random>
#include <unistd.h>

using namespace ddnn::tools;

namespace {

std::vector<uint8_t> npy(const std::string &header, size_t dataBytes,
                         uint8_t major = 1) {
  std::vector<uint8_t> file = {0x93, 'N', 'U', 'M', 'P', 'Y', major, 0};
  uint32_t length = static_cast<uint32_t>(header.size());
  for (unsigned i = 0; i < (major == 1 ? 2u : 4u); ++i)
    file.push_back(static_cast<uint8_t>(length >> 8 * i));
  file.insert(file.end(), header.begin(), header.end());
  file.resize(file.size() + dataBytes);
  return file;
}

Array decode(const std::vector<uint8_t> &file) {
  return decodeNpy(file.data(), file.size(), "test.npy");
}

/// The message of the Error that decoding ends in; empty if it does not.
std::string errorOf(const std::vector<uint8_t> &file) {
  try {
    decode(file);
  } catch (const Error &error) {
    return error.what();
  }
  return "";
}

std::string readError(const std::string &argument) {
  try {
    readArray(argument);
  } catch (const Error &error) {
    return error.what();
  }
  return "";
}

struct TemporaryFile {
  std::string path;
  explicit TemporaryFile(const std::vector<uint8_t> &bytes,
                         const char *suffix = "") {
    path =
        testing::TempDir() + "ddnn-array-" + std::to_string(getpid()) + suffix;
    std::ofstream(path, std::ios::binary)
        .write(reinterpret_cast<const char *>(bytes.data()), bytes.size());
  }
  ~TemporaryFile() { unlink(path.c_str()); }
};

TEST(Npy, RoundTrip) {
  Array a = makeArray({1.5f, -2.0f, 3.25f, 0.0f, 1e-30f, 7.0f}, {2, 3});
  std::vector<uint8_t> file = encodeNpy(a);
  EXPECT_EQ((file.size() - a.bytes.size()) % 64, 0u);
  Array b = decode(file);
  EXPECT_EQ(b.type, ElementType::F32);
  EXPECT_EQ(b.shape, a.shape);
  EXPECT_EQ(b.bytes, a.bytes);
  EXPECT_EQ(b.floatAt(2), 3.25f);
}

TEST(Npy, WhatNumpyWrites) {
  // The header of numpy.save of numpy.arange(3, dtype='int64').
  Array a = decode(npy(
      "{'descr': '<i8', 'fortran_order': False, 'shape': (3,), }   \n", 24));
  EXPECT_EQ(a.type, ElementType::I64);
  EXPECT_EQ(a.shape, std::vector<uint64_t>({3}));
  // Versions 2 and 3, keys in another order, no trailing comma, Python 2.
  for (uint8_t major : {2, 3})
    EXPECT_EQ(decode(npy("{\"shape\": (2L, 1L), 'fortran_order':False,"
                         "'descr':'|u1'}\n",
                         2, major))
                  .shape,
              std::vector<uint64_t>({2, 1}));
  // A scalar, an empty array, one dimension in Fortran order, booleans.
  EXPECT_EQ(decode(npy("{'descr':'<f4','fortran_order':False,'shape':()}", 4))
                .count(),
            1u);
  EXPECT_EQ(
      decode(npy("{'descr':'<f4','fortran_order':False,'shape':(0,5)}", 0))
          .count(),
      0u);
  EXPECT_EQ(decode(npy("{'descr':'<f4','fortran_order':True,'shape':(2,)}", 8))
                .count(),
            2u);
  EXPECT_EQ(
      decode(npy("{'descr':'|b1','fortran_order':False,'shape':(2,)}", 2)).type,
      ElementType::U8);
}

TEST(Npy, Types) {
  const std::pair<const char *, ElementType> types[] = {
      {"<f2", ElementType::F16}, {"<f4", ElementType::F32},
      {"<f8", ElementType::F64}, {"|i1", ElementType::I8},
      {"|u1", ElementType::U8},  {"<i2", ElementType::I16},
      {"<u2", ElementType::U16}, {"<i4", ElementType::I32},
      {"<u4", ElementType::U32}, {"<i8", ElementType::I64},
      {"<u8", ElementType::U64}};
  for (auto [descr, type] : types) {
    std::string header = std::string("{'descr': '") + descr +
                         "', 'fortran_order': False, 'shape': (1,), }";
    std::vector<uint8_t> file = npy(header, elementBytes(type));
    size_t at = file.size() - elementBytes(type);
    if (type == ElementType::F16)
      file[at + 1] = 0x40; // 2.0
    else if (type == ElementType::F32)
      file[at + 3] = 0x40;
    else if (type == ElementType::F64)
      file[at + 7] = 0x40;
    else
      file[at] = 2;
    Array a = decode(file);
    EXPECT_EQ(a.type, type);
    EXPECT_EQ(a.floatAt(0), 2.0f) << descr;
    EXPECT_EQ(a.integerAt(0), 2) << descr;
  }
}

TEST(Npy, Rejects) {
  auto header = [](const char *descr, const char *fortran, const char *shape) {
    return std::string("{'descr': ") + descr + ", 'fortran_order': " + fortran +
           ", 'shape': " + shape + "}";
  };
  const std::pair<std::string, const char *> cases[] = {
      {header("'>f4'", "False", "(1,)"), "big-endian"},
      {header("'=f4'", "False", "(1,)"), "not supported"},
      {header("'<c8'", "False", "(1,)"), "not supported"},
      {header("'|O'", "False", "(1,)"), "not supported"},
      {header("[('a', '<f4')]", "False", "(1,)"), "structured"},
      {header("'<f4'", "True", "(1, 1)"), "Fortran"},
      {header("'<f4'", "maybe", "(1,)"), "True or False"},
      {header("'<f4'", "False", "(2,)"), "does not match"},
      {header("'<f4'", "False", "(-1,)"), "whole numbers"},
      {header("'<f4'", "False", "(1.5,)"), "expected"},
      {header("'<f4'", "False", "(9999999999999999999,)"), "whole numbers"},
      {header("'<f4'", "False", "(999999999999999999,99)"), "does not match"},
      // 2^62 elements of 4 bytes: 2^64, which wraps to 0.
      {header("'<f4'", "False", "(2147483648,2147483648)"), "does not match"},
      {header("'<f4'", "False", "(4611686018427387904,0)"), "whole numbers"},
      {header("'<f4'", "False", "1"), "expected '('"},
      {header("'<f4'", "False", "(1,"), "whole numbers"},
      {header("'<f4", "False", "(1,)"), "expected"},
      {"{'descr': '<f4'}", "missing"},
      {"{}", "missing"},
      {"", "expected '{'"},
      {header("'<f4'", "False", "(1,)") + " import os", "text behind"},
      {"{'descr': '<f4', 'descr': '<f4'}", "repeated"}};
  for (const auto &[text, what] : cases)
    EXPECT_NE(errorOf(npy(text, 4)).find(what), std::string::npos)
        << text << ": " << errorOf(npy(text, 4));
}

TEST(Npy, Truncated) {
  std::vector<uint8_t> file = encodeNpy(makeArray({1, 2, 3}, {3}));
  for (size_t size = 0; size < file.size(); ++size)
    EXPECT_THROW(decodeNpy(file.data(), size, "t"), Error) << size;
  file.push_back(0);
  EXPECT_THROW(decode(file), Error);
  // A header length beyond the end.
  std::vector<uint8_t> lies = npy("{}", 0, 2);
  lies[11] = 0xff;
  EXPECT_NE(errorOf(lies).find("truncated"), std::string::npos);
  EXPECT_NE(errorOf(npy("{}", 0, 4)).find("version 4"), std::string::npos);
}

TEST(Npy, MutatedHeadersNeverDoHarm) {
  std::mt19937 random(1); // NOLINT: the same cases every time
  std::vector<uint8_t> good = encodeNpy(makeArray({1, 2, 3, 4}, {2, 2}));
  for (int round = 0; round < 20000; ++round) {
    std::vector<uint8_t> file = good;
    for (int flips = 1 + static_cast<int>(random() % 4); flips--;)
      file[random() % file.size()] = static_cast<uint8_t>(random());
    try {
      Array a = decode(file);
      EXPECT_LE(a.bytes.size(), file.size());
    } catch (const Error &) {
    }
  }
}

TEST(Npy, Writes) {
  TemporaryFile file({}, ".npy");
  writeNpy(file.path, makeArray({4, 5}, {1, 2}));
  Array a = readArray(file.path);
  EXPECT_EQ(a.shape, std::vector<uint64_t>({1, 2}));
  EXPECT_EQ(a.floatAt(1), 5.0f);
  EXPECT_THROW(writeNpy("/nonexistent/x.npy", a), Error);
}

TEST(RawData, Described) {
  TemporaryFile file({1, 2, 3, 4, 5, 6, 255, 128});
  Array a = readArray(file.path + ",u8,2x4");
  EXPECT_EQ(a.type, ElementType::U8);
  EXPECT_EQ(a.shape, std::vector<uint64_t>({2, 4}));
  EXPECT_EQ(a.floatAt(6), 255.0f);
  EXPECT_EQ(readArray(file.path + ",i8,8").integerAt(7), -128);
  EXPECT_EQ(readArray(file.path + ",i32,2").integerAt(0), 0x04030201);
  // A name with commas.
  TemporaryFile comma({9}, ",a,b");
  EXPECT_EQ(readArray(comma.path + ",u8,1").integerAt(0), 9);
}

TEST(RawData, Rejects) {
  TemporaryFile file({1, 2, 3, 4});
  const std::pair<std::string, const char *> cases[] = {
      {",u8,5", "needs 5 bytes, but the file has 4"},
      {",u8,3", "needs 3 bytes"},
      {",f32,2x2", "needs 16 bytes"},
      {",f33,1", "unknown element type 'f33'"},
      {",u8,2x", "dimension"},
      {",u8,x2", "dimension"},
      {",u8,-4", "dimension"},
      {",u8,4x0", "dimension"},
      {",u8,281474976710656x281474976710656", "too many"},
      {",f32,99999999999999999999", "dimension"},
      {"", "not a .npy file"},
      {".absent,u8,4", "cannot open"}};
  for (const auto &[argument, what] : cases)
    EXPECT_NE(readError(file.path + argument).find(what), std::string::npos)
        << argument << ": " << readError(file.path + argument);
  EXPECT_NE(readError(testing::TempDir() + ",u8,4").find("regular"),
            std::string::npos);
}

} // namespace
