// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "GroupEvaluation.h"

#include <gtest/gtest.h>

#include <cmath>

using namespace ddnn::tools;

namespace {

/// The network of the DDNN paper's evaluation: |C| = 3, f = 4, o = 256.
DeviceBytes paper() {
  DeviceBytes device;
  device.classes = 3;
  device.outputs = 4 * 256;
  device.scores = {3 * 4, 120};
  device.features = {4 * 256 / 8, 248};
  device.shortFramed = 36;
  return device;
}

// Table II of the paper: local exit rate in percent, bytes.
TEST(GroupEvaluation, TableII) {
  const struct {
    double local, bytes;
  } rows[] = {{0.00, 140},  {0.58, 139}, {1.75, 138}, {2.92, 136},
              {22.81, 111}, {60.82, 62}, {83.04, 34}, {100.00, 12}};
  for (auto row : rows)
    EXPECT_EQ(std::round(paper().equation(row.local / 100)), row.bytes)
        << row.local;
}

// What is sent is what the equation says: scores as floats, features as bits.
TEST(GroupEvaluation, PayloadIsTheEquation) {
  for (double answered : {0.0, 0.25, 0.6082, 1.0})
    EXPECT_DOUBLE_EQ(paper().payload(answered), paper().equation(answered));
}

TEST(GroupEvaluation, Headers) {
  EXPECT_DOUBLE_EQ(paper().framed(0.75), 120 + 0.25 * 248);
  EXPECT_DOUBLE_EQ(paper().framedShort(0.75), 36 + 0.25 * 248);
}

// The aggregator's exit counts as local, those behind it do not.
TEST(GroupEvaluation, AnsweredLocally) {
  ddnn_exit exits[3] = {{"local", 1, 0, 0, 0, 3, 0.3f},
                        {"edge", 2, 0, 0, 0, 3, 0.6f},
                        {"cloud", 3, 0, 0, 1, 3, 0.0f}};
  ddnn_model model = {};
  model.exits = exits;
  model.exit_count = 3;
  EXPECT_DOUBLE_EQ(answeredLocally(model, {0.5, 0.25, 0.25}), 0.5);
}

} // namespace
