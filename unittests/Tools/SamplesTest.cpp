// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Samples.h"
#include "Error.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <cstring>
#include <unistd.h>

using namespace ddnn::tools;

namespace {

struct Inputs {
  ddnn_tensor tensors[2] = {};
  ddnn_model model = {};

  explicit Inputs(uint8_t dtype, std::vector<uint32_t> dims,
                  uint16_t count = 1) {
    for (ddnn_tensor &t : tensors) {
      t.name = &t == tensors ? "image" : "mask";
      t.dtype = dtype;
      t.rank = static_cast<uint8_t>(dims.size());
      t.count = 1;
      for (size_t i = 0; i < dims.size(); ++i)
        t.count *= t.dims[i] = dims[i];
    }
    model.name = "m";
    model.inputs = tensors;
    model.input_count = count;
  }
};

Array bytes(std::vector<uint64_t> shape) {
  Array a;
  a.origin = "data";
  a.shape = shape;
  uint64_t n = 1;
  for (uint64_t dim : shape)
    n *= dim;
  for (uint64_t i = 0; i < n; ++i)
    a.bytes.push_back(static_cast<uint8_t>(i));
  return a;
}

size_t count(const Inputs &in, std::vector<uint64_t> shape) {
  return Samples(in.model, {{"", bytes(shape)}}, {}).count();
}

TEST(Samples, Shapes) {
  Inputs in(DDNN_F32, {1, 1, 2, 3});
  EXPECT_EQ(count(in, {7, 1, 2, 3}), 7u);
  EXPECT_EQ(count(in, {7, 2, 3}), 7u);
  EXPECT_EQ(count(in, {1, 2, 3}), 1u);
  EXPECT_EQ(count(in, {2, 3}), 1u);
  EXPECT_EQ(count(in, {7, 1, 1, 2, 3}), 7u);
  EXPECT_THROW(count(in, {7, 3, 2}), Error);
  EXPECT_THROW(count(in, {7, 6}), Error);
  EXPECT_THROW(count(in, {42}), Error);
  EXPECT_THROW(count(in, {0, 2, 3}), Error);
}

TEST(Samples, BytesToFloats) {
  Inputs in(DDNN_F32, {1, 128});
  // What the reference data was made with, for every byte there is.
  for (const char *text : {"0.00392156862745098", "1/255"}) {
    Samples samples(in.model, {{"image", bytes({2, 128})}}, parseScale(text));
    Samples::Reader reader(samples);
    for (unsigned s = 0; s < 2; ++s) {
      auto *x = static_cast<const float *>(reader.read(s)[0]);
      for (unsigned k = 0; k < 128; ++k)
        EXPECT_EQ(x[k], static_cast<float>(s * 128 + k) * (1.0f / 255.0f));
    }
  }
}

TEST(Samples, FloatsStay) {
  Inputs in(DDNN_F32, {1, 2});
  Samples samples(in.model, {{"", makeArray({1.5f, -2, 3, 4}, {2, 2})}}, {});
  Samples::Reader reader(samples);
  EXPECT_EQ(static_cast<const float *>(reader.read(0)[0])[1], -2.0f);
  EXPECT_EQ(static_cast<const float *>(reader.read(1)[0])[0], 3.0f);
}

TEST(Samples, RawInput) {
  Inputs in(DDNN_U8, {1, 4});
  Samples samples(in.model, {{"", bytes({3, 4})}}, 0.5f);
  EXPECT_EQ(samples.warnings().size(), 1u);
  Samples::Reader reader(samples);
  EXPECT_EQ(static_cast<const uint8_t *>(reader.read(2)[0])[3], 11);
  EXPECT_THROW(Samples(in.model, {{"", makeArray({1, 2, 3, 4}, {1, 4})}}, {}),
               Error);
}

TEST(Samples, PackedInput) {
  Inputs in(DDNN_BITS, {1, 10});
  Samples samples(
      in.model,
      {{"", makeArray({1, -1, 0, -0.5f, 1, 1, -1, -1, -1, 1}, {1, 10})}}, {});
  Samples::Reader reader(samples);
  auto *x = static_cast<const uint8_t *>(reader.read(0)[0]);
  EXPECT_EQ(x[0], 0x35);
  EXPECT_EQ(x[1], 0x02);
}

// Two images of three channels, 1x2 pixels: channels are innermost on the wire.
TEST(Samples, PackedImages) {
  Inputs in(DDNN_BITS, {2, 3, 1, 2});
  Samples samples(in.model,
                  {{"", makeArray({1, -1, 1, 1, -1, 1,    //
                                   -1, 1, -1, -1, 1, -1}, //
                                  {1, 2, 3, 1, 2})}},
                  {});
  Samples::Reader reader(samples);
  auto *x = static_cast<const uint8_t *>(reader.read(0)[0]);
  // Pixels: + + -, - + +; - - +, + - -.
  EXPECT_EQ(x[0], 0x33);
  EXPECT_EQ(x[1], 0x03);
}

TEST(Samples, SeveralInputs) {
  Inputs in(DDNN_F32, {1, 2}, 2);
  auto make = [&](std::vector<std::pair<std::string, Array>> data) {
    return Samples(in.model, std::move(data), {}).count();
  };
  EXPECT_EQ(make({{"mask", bytes({5, 2})}, {"image", bytes({5, 2})}}), 5u);
  EXPECT_THROW(make({{"", bytes({5, 2})}}), Error);
  EXPECT_THROW(make({{"mask", bytes({5, 2})}}), Error);
  EXPECT_THROW(make({{"mask", bytes({5, 2})}, {"mask", bytes({5, 2})}}), Error);
  EXPECT_THROW(make({{"mask", bytes({5, 2})}, {"image", bytes({4, 2})}}),
               Error);
  EXPECT_THROW(make({{"mask", bytes({5, 2})}, {"other", bytes({5, 2})}}),
               Error);
}

TEST(Samples, Scale) {
  EXPECT_FALSE(parseScale(""));
  EXPECT_EQ(*parseScale("0.25"), 0.25f);
  EXPECT_EQ(*parseScale("1/3"), 1.0f / 3.0f);
  for (const char *text : {"x", "1/0", "0", "-1", "1/", "/2", "inf", "nan"})
    EXPECT_THROW(parseScale(text), Error) << text;
}

TEST(Labels, Read) {
  std::string path =
      testing::TempDir() + "ddnn-labels-" + std::to_string(getpid());
  FILE *file = fopen(path.c_str(), "wb");
  const unsigned char labels[] = {0, 2, 1, 9};
  fwrite(labels, 1, sizeof labels, file);
  fclose(file);
  EXPECT_EQ(readLabels(path + ",u8,4", 3, 3), std::vector<uint32_t>({0, 2, 1}));
  EXPECT_EQ(readLabels(path + ",u8,4x1", 4, 10).back(), 9u);
  EXPECT_THROW(readLabels(path + ",u8,4", 4, 3), Error);  // 9 of 3 classes
  EXPECT_THROW(readLabels(path + ",u8,4", 5, 10), Error); // too few
  EXPECT_THROW(readLabels(path + ",u8,2x2", 4, 10), Error);
  EXPECT_THROW(readLabels(path + ",f32,1", 1, 10), Error);
  unlink(path.c_str());
}

} // namespace
