//===- BinaryLayout.cpp - The order of binary weights ---------------------===//
//
// Part of ddnnc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "BinaryLayout.h"

using namespace mlir;
using namespace ddnn;

/// Taps whose words a convolution without vectors keeps at hand.
static constexpr int64_t kMostTaps = 25;

/// True where the one output reads all of the image.
static bool readsWholeImage(WindowOp op) {
  ArrayRef<int64_t> in = op.getInputType().getShape();
  ArrayRef<int64_t> out = op.getInitType().getShape();
  auto isOne = [](int64_t value) { return value == 1; };
  return in[2] == op.getKernel()[0] && in[3] == op.getKernel()[1] &&
         llvm::all_of(out.slice(2, 2), isOne) &&
         llvm::all_of(op.getDilations(), isOne) &&
         llvm::all_of(op.getPads(), [](int64_t pad) { return pad == 0; });
}

/// Channels of weights OIHW, or of packed ones with so many words for each.
static int64_t countOuts(ShapedType weights, int64_t words) {
  return weights.getRank() == 4 ? weights.getDimSize(0)
                                : weights.getNumElements() / words;
}

ddnn::BinaryLayout::BinaryLayout(WindowOp op, int64_t lanes)
    : lanes(lanes), height(op.getKernel()[0]), width(op.getKernel()[1]) {
  auto weights = cast<ShapedType>(op.getWeights().getType());
  ArrayRef<int64_t> in = op.getInputType().getShape();
  if (lanes > 1 && op.getTile())
    vectors = (*op.getTile())[1];
  outs = 1;
  if (op.getKind() != WindowKind::binary) {
    kind = floats;
    channels = in[1];
    tapsOfWord = 32;
    wordsOfRow = llvm::divideCeil(height * width, tapsOfWord);
    pixelBytes = 0;
    outs = countOuts(weights, getSize());
    return;
  }
  channels = *op.getChannels();
  pixelBytes = in[4];
  int64_t bytes = in[2] * in[3] * pixelBytes;
  if (lanes == 1 && readsWholeImage(op) && height * width > kMostTaps &&
      32 / channels > 4 / pixelBytes) {
    kind = pixels;
    tapsOfWord = 32 / channels;
    imageWords = llvm::divideCeil(height * width, tapsOfWord);
  } else if (readsWholeImage(op) && bytes >= 4 * lanes &&
             (in[0] == 1 || bytes % 4 == 0)) { // each image begins with a word
    kind = stream;
    imageWords = llvm::divideCeil(bytes, 4);
  } else if (channels <= 16 && (lanes > 1 || height * width <= kMostTaps)) {
    kind = taps;
    tapsOfWord = 32 / channels;
    if (lanes > 1)
      tapsOfWord = std::min(tapsOfWord, width);
    wordsOfRow =
        llvm::divideCeil(lanes > 1 ? width : height * width, tapsOfWord);
  } else {
    kind = words;
  }
  // Vectors take whole blocks.
  outs = kind == stream || lanes == 1 ? countOuts(weights, getSize())
                                      : op.getBlocks(lanes) * lanes;
}

int64_t BinaryLayout::getSize() const {
  switch (kind) {
  case stream:
  case pixels:
    return outs * imageWords;
  case taps:
    return outs * (lanes > 1 ? height : 1) * wordsOfRow;
  case words:
    return outs * height * width * int64_t(llvm::divideCeil(pixelBytes, 4));
  case floats:
    return outs * channels * wordsOfRow;
  }
  llvm_unreachable("all kinds are handled");
}

std::pair<int64_t, int64_t> BinaryLayout::at(int64_t o, int64_t c, int64_t y,
                                             int64_t x) const {
  int64_t perGroup = vectors * lanes;
  int64_t group = o / perGroup, lane = o % perGroup;
  switch (kind) {
  case stream: {
    int64_t bit = (y * width + x) * pixelBytes * 8 + c;
    return {o * imageWords + bit / 32, bit % 32};
  }
  case pixels: {
    int64_t tap = y * width + x;
    return {o * imageWords + tap / tapsOfWord, tap % tapsOfWord * channels + c};
  }
  case taps: {
    int64_t tap = lanes > 1 ? x : y * width + x;
    int64_t row = lanes > 1 ? group * height + y : group;
    return {(row * wordsOfRow + tap / tapsOfWord) * perGroup + lane,
            tap % tapsOfWord * channels + c};
  }
  case words: {
    int64_t count = llvm::divideCeil(pixelBytes, 4), word = c / 32;
    int64_t step = lanes > 1
                       ? ((group * height + y) * count + word) * width + x
                       : ((group * height + y) * width + x) * count + word;
    return {step * perGroup + lane, c % 32};
  }
  case floats: {
    int64_t tap = y * width + x;
    return {(o * channels + c) * wordsOfRow + tap / tapsOfWord,
            tap % tapsOfWord};
  }
  }
  llvm_unreachable("all kinds are handled");
}
