//===- WindowCost.h - Which register tile a window gets ---------*- C++ -*-===//
//
// Part of ddnnc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DDNN_ANALYSIS_WINDOWCOST_H
#define DDNN_ANALYSIS_WINDOWCOST_H

#include "ddnn/Analysis/VectorTarget.h"
#include "ddnn/Dialect/DDNN/IR/DDNN.h"

namespace ddnn {

/// `--winograd`: as cost says, never, or always where it is possible.
struct WinogradChoice {
  enum Kind { automatic, off, f2, f4 };
  static constexpr double kMaxError = 1e-4;
  Kind kind;
  /// The most that cost may choose, as max|a-b| / max|b| of a layer.
  double maxError = kMaxError;

  WinogradChoice(Kind kind) : kind(kind) {}
  bool operator==(Kind other) const { return kind == other; }
};

/// "auto", "auto:1e-5" with an error bound, "off", "f2" or "f4"; none for what
/// is none of them.
std::optional<WinogradChoice> parseWinogradChoice(llvm::StringRef text);

/// The error, as max|a-b| / max|b|, that F(m,3) may be expected to have over so
/// many input channels: rounding adds up like a random walk, from a unit of
/// last place times what the transforms make of it.
double estimateWinogradError(int64_t m, int64_t channels);

/// `--tile`: "7x2" as pixels and vectors; none for what is no tile.
std::optional<std::pair<int64_t, int64_t>> parseTile(llvm::StringRef text);

/// How a window is computed.
struct WindowSchedule {
  int64_t pixels = 1;   ///< outputs, or Winograd tiles, in a register tile
  int64_t vectors = 1;  ///< vectors of channels for each of them
  int64_t winograd = 0; ///< outputs in a row of a tile; 0: direct
  double cycles = 0;    ///< what the table says it costs

  /// True for the same computation.
  bool isSame(const WindowSchedule &other) const {
    return pixels == other.pixels && vectors == other.vectors &&
           winograd == other.winograd;
  }
};

/// The cheapest schedule that `choice` allows, by a table of what limits a
/// register tile: multiply-adds, loads and weights from beyond the caches.
/// `forced` is the one (pixels, vectors) to take where it is possible.
WindowSchedule chooseSchedule(
    WindowOp op, const VectorTarget &target, WinogradChoice choice,
    std::optional<std::pair<int64_t, int64_t>> forced = std::nullopt);

/// At most `count` schedules that are worth measuring, chooseSchedule's first,
/// then by what the table says. Only convolutions have more than one.
std::vector<WindowSchedule> listSchedules(WindowOp op,
                                          const VectorTarget &target,
                                          WinogradChoice choice,
                                          unsigned count);

/// Why a schedule that somebody names is not possible for a window; empty where
/// it is.
std::string findMisfit(WindowOp op, const VectorTarget &target,
                       WinogradChoice choice, const WindowSchedule &schedule);

/// Tiles of a Winograd convolution, in all and in the block that is
/// transformed before it is multiplied.
struct WinogradTiles {
  int64_t rows, columns, block;

  WinogradTiles(WindowOp op, int64_t m, int64_t pixels);
  int64_t getCount() const { return rows * columns; }
};

/// Floats of scratch that a Winograd convolution needs: transformed inputs and
/// products of a block of tiles.
int64_t getWinogradScratch(WindowOp op);

} // namespace ddnn

#endif // DDNN_ANALYSIS_WINDOWCOST_H
