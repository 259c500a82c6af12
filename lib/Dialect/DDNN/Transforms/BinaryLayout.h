//===- BinaryLayout.h - The order of binary weights -------------*- C++ -*-===//
//
// Part of ddnnc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DDNN_LIB_DIALECT_DDNN_TRANSFORMS_BINARYLAYOUT_H
#define DDNN_LIB_DIALECT_DDNN_TRANSFORMS_BINARYLAYOUT_H

#include "ddnn/Dialect/DDNN/IR/DDNN.h"

namespace ddnn {

/// Where the bits of binary weights stand in 32-bit words, and how a
/// convolution reads its packed input to meet them.
///
/// - `stream`: the kernel is all of the image, read as one row of words. Words
///   are [channel out][word], the bytes of the image in their order.
/// - `pixels`: the same without vectors, where a pixel's bytes have many unused
///   bits: words are made of the pixels' channels alone.
/// - `taps`: a pixel has few channels, so several taps share a word: with
///   vectors the taps of a row of the kernel,
///   [group][ky][word][vectors][lanes], else all of them, [channel out][word].
///   Tap t of a word is in bits from t * channels on.
/// - `words`: [group][ky][word of a pixel][kx][vectors][lanes], without vectors
///   [channel out][ky][kx][word of a pixel].
/// - `floats`: the input is floats, without vectors: the taps of a channel in
///   as many words as they fill, [channel out][channel in][word].
struct BinaryLayout {
  enum Kind { stream, pixels, taps, words, floats };

  BinaryLayout(WindowOp op, int64_t lanes);

  /// Words in all.
  int64_t getSize() const;
  /// The word and its bit for weight (o, c, y, x).
  std::pair<int64_t, int64_t> at(int64_t o, int64_t c, int64_t y,
                                 int64_t x) const;

  Kind kind;
  int64_t lanes;
  int64_t vectors = 1;    ///< blocks of a group
  int64_t outs;           ///< channels that have weights
  int64_t channels;       ///< of the input
  int64_t height, width;  ///< of the kernel
  int64_t pixelBytes;     ///< of the packed input
  int64_t tapsOfWord = 1; ///< kinds `pixels`, `taps` and `floats`
  int64_t wordsOfRow = 1; ///< kind `taps`: of a row, or of all taps
  int64_t imageWords = 0; ///< kinds `stream` and `pixels`
};

} // namespace ddnn

#endif // DDNN_LIB_DIALECT_DDNN_TRANSFORMS_BINARYLAYOUT_H
