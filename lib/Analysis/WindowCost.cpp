//===- WindowCost.cpp - Which register tile a window gets -----------------===//
//
// Part of ddnnc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ddnn/Analysis/WindowCost.h"
#include "llvm/ADT/StringSwitch.h"
#include <cmath>
#include <map>

using namespace mlir;
using namespace ddnn;

std::optional<WinogradChoice> ddnn::parseWinogradChoice(llvm::StringRef text) {
  if (text.consume_front("auto:")) {
    WinogradChoice choice = WinogradChoice::automatic;
    if (text.getAsDouble(choice.maxError) || !(choice.maxError >= 0))
      return std::nullopt;
    return choice;
  }
  return llvm::StringSwitch<std::optional<WinogradChoice>>(text)
      .Case("auto", WinogradChoice(WinogradChoice::automatic))
      .Case("off", WinogradChoice(WinogradChoice::off))
      .Case("f2", WinogradChoice(WinogradChoice::f2))
      .Case("f4", WinogradChoice(WinogradChoice::f4))
      .Default(std::nullopt);
}

double ddnn::estimateWinogradError(int64_t m, int64_t channels) {
  // The largest factors seen were 1.1 and 18.8, over 16 to 1024 channels with
  // normal, rectified and positive inputs.
  double factor = m == 2 ? 2 : 25;
  return factor * 0x1p-24 * std::sqrt(double(channels));
}

std::optional<std::pair<int64_t, int64_t>>
ddnn::parseTile(llvm::StringRef text) {
  auto [pixels, vectors] = text.split('x');
  std::pair<int64_t, int64_t> tile;
  // No CPU has more registers than 32; far more would not even multiply.
  auto isCount = [](int64_t count) { return count >= 1 && count <= 1024; };
  if (pixels.getAsInteger(10, tile.first) ||
      vectors.getAsInteger(10, tile.second) || !isCount(tile.first) ||
      !isCount(tile.second))
    return std::nullopt;
  return tile;
}

namespace {

/// Costs in cycles of one core; a vector is a register of the target.
struct CostTable {
  double fma = 0.5;          ///< between two vector multiply-adds
  double latency = 5.0;      ///< of a multiply-add, 4, and some slack
  double load = 0.5;         ///< between two loads
  double loop = 0.5;         ///< of a step: index, addresses, branch
  double bytesFromL3 = 25;   ///< a cycle, weights that L2 does not hold
  double bytesFromDram = 10; ///< a cycle, weights that L3 does not hold
  int64_t l2 = 1 << 20, l3 = 32 << 20;
  bool embedsBroadcast = false; ///< a multiply-add may read its scalar
  std::optional<std::pair<int64_t, int64_t>> forced; ///< the tile to take
};

} // namespace

static CostTable getTable(const VectorTarget &target) {
  CostTable table;
  table.fma = target.fmaCycles;
  table.embedsBroadcast = target.isa == "avx512";
  return table;
}

/// Cycles to bring `bytes` of weights in `times` times.
static double streamCost(double bytes, double times, const CostTable &table) {
  if (bytes <= table.l2 / 2)
    return 0;
  double rate = bytes <= table.l3 / 2 ? table.bytesFromL3 : table.bytesFromDram;
  return bytes * times / rate;
}

/// Cycles of one step, a channel of one tap, of a register tile. Two vectors
/// and more share the register that a scalar is broadcast into; for one the
/// multiply-add reads memory itself where the processor can.
static double stepCost(int64_t pixels, int64_t vectors,
                       const CostTable &table) {
  double arithmetic =
      std::max(double(pixels * vectors) * table.fma, table.latency);
  double loads = double(pixels + vectors) * table.load;
  return std::max(arithmetic, loads) + table.loop;
}

/// `width` columns of the kernel keep their weights where there are so few
/// registers that scalars must not stay.
static int64_t countRegisters(int64_t pixels, int64_t vectors, int64_t width,
                              const VectorTarget &target,
                              const CostTable &table) {
  bool embeds = table.embedsBroadcast && vectors == 1;
  int64_t taps = target.registers > 16 ? 1 : std::min<int64_t>(width, 8);
  return (pixels + taps) * vectors + (embeds ? 0 : 1);
}

/// Compilers spill before the last register is taken.
static bool fitsRegisters(int64_t pixels, int64_t vectors, int64_t width,
                          const VectorTarget &target, const CostTable &table) {
  return countRegisters(pixels, vectors, width, target, table) <=
             target.registers - (target.registers > 16 ? 4 : 1) &&
         pixels * vectors <= target.registers * 3 / 4;
}

/// Vectors that a tile has a multiple of: bits are stored as bytes.
static int64_t getFewestVectors(WindowOp op, const VectorTarget &target) {
  return op.isPacked() ? llvm::divideCeil(8, target.lanes) : 1;
}

/// Calls `visit` with every tile of a multiple of `fewest` vectors that the
/// registers hold and that divides the blocks of channels; where they hold
/// none, with the smallest.
template <typename Fn>
static void forEachTile(int64_t blocks, int64_t fewest, int64_t maxPixels,
                        int64_t width, const VectorTarget &target,
                        const CostTable &table, Fn visit) {
  if (table.forced && table.forced->second % fewest == 0 &&
      blocks % table.forced->second == 0 && table.forced->first <= maxPixels)
    return visit(table.forced->first, table.forced->second);
  bool fits = false;
  for (int64_t vectors : {1, 2, 4, 8})
    if (vectors % fewest == 0 && blocks % vectors == 0)
      for (int64_t pixels = 1; pixels <= std::min<int64_t>(maxPixels, 14);
           ++pixels)
        if (fitsRegisters(pixels, vectors, width, target, table)) {
          fits = true;
          visit(pixels, vectors);
        }
  if (!fits)
    visit(1, fewest);
}

/// Tile of a dense layer: one pixel, as many vectors as rows are long.
static WindowSchedule chooseDense(WindowOp op, const VectorTarget &target) {
  WindowSchedule schedule;
  int64_t blocks = op.getBlocks(target.lanes);
  for (int64_t vectors : {2, 4, 8})
    if (blocks % vectors == 0)
      schedule.vectors = vectors;
  return schedule;
}

/// Columns that tiles run over: whole images of 1x1 convolutions.
static std::pair<int64_t, int64_t> getRows(WindowOp op) {
  ArrayRef<int64_t> out = op.getInitType().getShape();
  bool isPointwise =
      llvm::all_of(op.getKernel(), [](int64_t k) { return k == 1; }) &&
      llvm::all_of(op.getStrides(), [](int64_t s) { return s == 1; }) &&
      llvm::all_of(op.getPads(), [](int64_t p) { return p == 0; });
  return isPointwise ? std::pair(int64_t(1), out[2] * out[3])
                     : std::pair(out[2], out[3]);
}

using Visit = llvm::function_ref<void(const WindowSchedule &)>;

/// The first of all that `forEach` visits that no other one is much cheaper
/// than.
static WindowSchedule
chooseCheapest(llvm::function_ref<void(Visit visit)> forEach) {
  WindowSchedule best;
  best.cycles = std::numeric_limits<double>::infinity();
  forEach([&](const WindowSchedule &schedule) {
    if (schedule.cycles < best.cycles * 0.999)
      best = schedule;
  });
  return best;
}

/// Cycles to bring the weights of a direct convolution in.
static double streamDirect(WindowOp op, const VectorTarget &target,
                           const CostTable &table) {
  if (op.isPlanar())
    return 0; // read once for each register tile of pixels, from L2
  ArrayRef<int64_t> in = op.getInputType().getShape();
  int64_t groups = op.getGroups().value_or(1);
  double steps =
      double(in[1] * in[4] * op.getKernel()[0] * op.getKernel()[1] / groups);
  double bytes = steps * op.getBlocks(target.lanes) * target.lanes * 4;
  return streamCost(bytes, 1, table);
}

/// Rows of a window on plain images that share what they load.
static int64_t choosePlanarRows(WindowOp op, const VectorTarget &target) {
  // A sum keeps a value for each column of the kernel.
  int64_t values = op.getKind() == WindowKind::sum ? op.getKernel()[1] : 3;
  int64_t rows = (target.registers > 16 ? 12 : 6) / values;
  int64_t most = std::min<int64_t>(op.getInitType().getDimSize(2), 4);
  return std::clamp<int64_t>(rows, 1, most);
}

/// Tiles of a 1x1 convolution of plain images: channels by vectors of pixels.
static void forEachPlanar(WindowOp op, const VectorTarget &target,
                          const CostTable &table, Visit visit) {
  ArrayRef<int64_t> out = op.getInitType().getShape();
  int64_t all = llvm::divideCeil(out[2] * out[3], target.lanes);
  auto consider = [&](int64_t channels, int64_t vectors) {
    double cycles = 0;
    for (auto [c, times] : {std::pair(channels, out[1] / channels),
                            std::pair(out[1] % channels, int64_t(1))})
      if (c)
        cycles +=
            times * (all / vectors * stepCost(c, vectors, table) +
                     (all % vectors ? stepCost(c, all % vectors, table) : 0.0));
    cycles *= double(op.getInputType().getDimSize(1) * out[0]);
    visit({channels, vectors, 0, cycles});
  };
  if (table.forced && table.forced->first <= out[1] &&
      table.forced->second <= all)
    return consider(table.forced->first, table.forced->second);
  for (int64_t vectors = 1; vectors <= std::min<int64_t>(all, 4); ++vectors)
    for (int64_t channels = 1; channels <= std::min<int64_t>(out[1], 14);
         ++channels)
      if (fitsRegisters(channels, vectors, 1, target, table))
        consider(channels, vectors);
}

/// The part of all taps of all outputs that is not in the padding.
static double countInside(WindowOp op) {
  double part = 1;
  for (unsigned d : {0, 1}) {
    int64_t in = op.getInputType().getDimSize(2 + d), inside = 0;
    int64_t out = op.getInitType().getDimSize(2 + d), taps = op.getKernel()[d];
    for (int64_t o = 0; o < out; ++o)
      for (int64_t k = 0; k < taps; ++k) {
        int64_t at =
            o * op.getStrides()[d] - op.getPads()[d] + k * op.getDilations()[d];
        inside += at >= 0 && at < in;
      }
    part *= double(inside) / double(out * taps);
  }
  return part;
}

/// Register tiles of a direct convolution, streamDirect left out.
static void forEachDirect(WindowOp op, const VectorTarget &target,
                          const CostTable &table, Visit visit) {
  if (op.isPlanar())
    return forEachPlanar(op, target, table, visit);
  ArrayRef<int64_t> in = op.getInputType().getShape();
  ArrayRef<int64_t> out = op.getInitType().getShape();
  auto [rows, columns] = getRows(op);
  int64_t blocks = op.getBlocks(target.lanes);
  int64_t groups = op.getGroups().value_or(1);
  double steps =
      double(in[1] * in[4] * op.getKernel()[0] * op.getKernel()[1] / groups) *
      countInside(op);
  forEachTile(
      blocks / groups, getFewestVectors(op, target), columns, op.getKernel()[1],
      target, table,
      [&, rows = rows, columns = columns](int64_t pixels, int64_t vectors) {
        int64_t full = columns / pixels, rest = columns % pixels;
        double cycles = full * stepCost(pixels, vectors, table);
        if (rest)
          cycles += stepCost(rest, vectors, table);
        cycles *= steps * rows * (blocks / vectors) * out[0];
        // The epilogue, and starting a tile.
        cycles += double(rows * (full + (rest != 0)) * (blocks / vectors)) *
                  (8 + 2 * pixels * vectors);
        visit({pixels, vectors, 0, cycles});
      });
}

/// Register tiles of a binary convolution: exclusive or, count and addition for
/// each accumulator, as many as half of the registers and some more hold; where
/// there is no instruction to count bits, its temporaries take some, too.
static WindowSchedule chooseBinary(WindowOp op, const VectorTarget &target) {
  int64_t columns = op.getInitType().getDimSize(3);
  int64_t blocks = op.getBlocks(target.lanes);
  int64_t most = target.registers > 16 ? 20 : 8;
  return chooseCheapest([&](Visit visit) {
    for (int64_t vectors : {4, 2, 1})
      for (int64_t pixels = std::min(columns, most / vectors); pixels >= 1;
           --pixels)
        if (blocks % vectors == 0 &&
            vectors % getFewestVectors(op, target) == 0) {
          double words = double(op.getKernel()[0] * op.getKernel()[1] *
                                llvm::divideCeil(*op.getChannels(), 32));
          auto cost = [&](int64_t pixels) {
            return words * std::max<double>(pixels * vectors + 0.5, 5) + 8 +
                   3 * pixels * vectors;
          };
          double cycles = columns / pixels * cost(pixels);
          if (columns % pixels)
            cycles += cost(columns % pixels);
          visit({pixels, vectors, 0, cycles * double(blocks / vectors)});
        }
  });
}

static WindowSchedule chooseDirect(WindowOp op, const VectorTarget &target,
                                   const CostTable &table) {
  if (op.isDense())
    return chooseDense(op, target);
  if (op.getKind() == WindowKind::binary)
    return chooseBinary(op, target);
  if (op.getKind() != WindowKind::conv) {
    // One accumulator a pixel; neighbours share what they load.
    WindowSchedule best;
    best.cycles = std::numeric_limits<double>::infinity();
    best.pixels = op.isPlanar()
                      ? choosePlanarRows(op, target)
                      : std::min<int64_t>(getRows(op).second,
                                          target.registers > 16 ? 8 : 4);
    return best;
  }
  WindowSchedule best = chooseCheapest(
      [&](Visit visit) { forEachDirect(op, target, table, visit); });
  best.cycles += streamDirect(op, target, table);
  return best;
}

ddnn::WinogradTiles::WinogradTiles(WindowOp op, int64_t m, int64_t pixels) {
  ArrayRef<int64_t> in = op.getInputType().getShape();
  ArrayRef<int64_t> out = op.getInitType().getShape();
  rows = llvm::divideCeil(out[2], m);
  columns = llvm::divideCeil(out[3], m);
  // As many register tiles as half of a usual L2 holds, one at least.
  int64_t alpha = m + 2;
  int64_t bytes = alpha * alpha * (in[1] + out[1]) * in[4] * 4;
  int64_t weights = alpha * alpha * in[1] * in[4] * out[1] * out[4] * 4;
  // Threads share a block, so it must be worth starting them.
  int64_t threads = op.getThreads().value_or(1);
  int64_t fit = weights > (700 << 10) || threads > 1
                    ? std::max<int64_t>((threads << 20) / bytes, 1)
                    : pixels;
  block = std::max<int64_t>(fit / pixels, 1) * pixels;
  block = std::min(block, int64_t(llvm::alignTo(rows * columns, pixels)));
}

int64_t ddnn::getWinogradScratch(WindowOp op) {
  int64_t m = *op.getWinograd(), alpha = m + 2;
  WinogradTiles tiles(op, m, (*op.getTile())[0]);
  int64_t channels =
      op.getInputType().getDimSize(1) + op.getInitType().getDimSize(1);
  return alpha * alpha * op.getLanes() * tiles.block * channels;
}

static void forEachWinograd(WindowOp op, int64_t m, const VectorTarget &target,
                            const CostTable &table, Visit visit) {
  ArrayRef<int64_t> in = op.getInputType().getShape();
  ArrayRef<int64_t> out = op.getInitType().getShape();
  int64_t alpha = m + 2, channels = in[1] * in[4];
  forEachTile(
      out[1], 1, WinogradTiles(op, m, 1).getCount(), 1, target, table,
      [&](int64_t pixels, int64_t vectors) {
        WinogradTiles tiles(op, m, pixels);
        int64_t count = tiles.getCount();
        int64_t full = count / pixels, rest = count % pixels;
        double cycles = full * stepCost(pixels, vectors, table);
        if (rest)
          cycles += stepCost(rest, vectors, table);
        cycles *= double(alpha * alpha * channels * (out[1] / vectors));
        // Starting a product: accumulators out, loop set up.
        cycles += double(alpha * alpha * (out[1] / vectors) *
                         llvm::divideCeil(count, pixels)) *
                  (8 + pixels * vectors);
        // Transforms: additions, and each value in and out once.
        double adds = m == 4 ? 12 * 12 : 8 * 4,
               addsOut = m == 4 ? 10 * 11 : 6 * 4;
        cycles += count *
                  (in[1] * (adds * table.fma + 2 * alpha * alpha) +
                   out[1] * (addsOut * table.fma + alpha * alpha + 3 * m * m));
        double bytes = double(alpha * alpha * channels) * out[1] * out[4] * 4;
        cycles +=
            streamCost(bytes, llvm::divideCeil(count, tiles.block), table);
        cycles *= out[0];
        visit({pixels, vectors, m, cycles});
      });
}

/// Winograd needs a 3x3 convolution that moves by one, on blocked images.
static bool canBeWinograd(WindowOp op, const VectorTarget &target) {
  auto isOne = [](int64_t value) { return value == 1; };
  return op.getKind() == WindowKind::conv && op.getKernel()[0] == 3 &&
         op.getKernel()[1] == 3 && llvm::all_of(op.getStrides(), isOne) &&
         llvm::all_of(op.getDilations(), isOne) && !op.isPlanar() &&
         !op.isPacked() && op.getGroups().value_or(1) == 1 &&
         op.getInputType().getShape().back() == target.lanes;
}

/// The sizes m of F(m,3) that `choice` leaves for this window.
static SmallVector<int64_t> getWinogradSizes(WindowOp op,
                                             const VectorTarget &target,
                                             WinogradChoice choice) {
  SmallVector<int64_t> sizes;
  if (!canBeWinograd(op, target) || choice == WinogradChoice::off)
    return sizes;
  ArrayRef<int64_t> in = op.getInputType().getShape();
  for (int64_t m : {2, 4}) {
    bool isForced =
        choice == (m == 2 ? WinogradChoice::f2 : WinogradChoice::f4);
    bool isExact = estimateWinogradError(m, in[1] * in[4]) <= choice.maxError;
    if (isForced || (choice == WinogradChoice::automatic && isExact))
      sizes.push_back(m);
  }
  return sizes;
}

WindowSchedule
ddnn::chooseSchedule(WindowOp op, const VectorTarget &target,
                     WinogradChoice choice,
                     std::optional<std::pair<int64_t, int64_t>> forced) {
  CostTable table = getTable(target);
  table.forced = forced;
  WindowSchedule best = chooseDirect(op, target, table);
  for (int64_t m : getWinogradSizes(op, target, choice)) {
    WindowSchedule schedule = chooseCheapest(
        [&](Visit visit) { forEachWinograd(op, m, target, table, visit); });
    if (!(choice == WinogradChoice::automatic) || schedule.cycles < best.cycles)
      best = schedule;
  }
  return best;
}

std::vector<WindowSchedule> ddnn::listSchedules(WindowOp op,
                                                const VectorTarget &target,
                                                WinogradChoice choice,
                                                unsigned count) {
  WindowSchedule first = chooseSchedule(op, target, choice);
  if (op.getKind() != WindowKind::conv || op.isDense())
    return {first};
  CostTable table = getTable(target);
  // Neighbouring tiles cost about the same: the two cheapest for each number of
  // vectors tell more than the cheapest of all.
  std::map<std::pair<int64_t, int64_t>, std::vector<WindowSchedule>> kinds;
  auto add = [&](const WindowSchedule &schedule) {
    kinds[{schedule.winograd, schedule.vectors}].push_back(schedule);
  };
  double stream = streamDirect(op, target, table);
  forEachDirect(op, target, table, [&](WindowSchedule schedule) {
    schedule.cycles += stream;
    add(schedule);
  });
  for (int64_t m : getWinogradSizes(op, target, choice))
    forEachWinograd(op, m, target, table, add);

  auto isCheaper = [](const WindowSchedule &a, const WindowSchedule &b) {
    return a.cycles < b.cycles;
  };
  std::vector<WindowSchedule> rest;
  for (auto &[kind, schedules] : kinds) {
    llvm::stable_sort(schedules, isCheaper);
    for (const WindowSchedule &schedule : ArrayRef(schedules).take_front(2))
      if (!schedule.isSame(first))
        rest.push_back(schedule);
  }
  llvm::stable_sort(rest, isCheaper);
  std::vector<WindowSchedule> result = {first};
  for (const WindowSchedule &schedule : rest)
    if (result.size() < count)
      result.push_back(schedule);
  return result;
}

std::string ddnn::findMisfit(WindowOp op, const VectorTarget &target,
                             WinogradChoice choice,
                             const WindowSchedule &schedule) {
  if (op.getKind() != WindowKind::conv || op.isDense())
    return "only convolutions have a choice of schedules";
  if (schedule.pixels < 1 || schedule.vectors < 1)
    return "a tile has one pixel and one vector at least";
  int64_t blocks = op.getBlocks(target.lanes) / op.getGroups().value_or(1);
  // On plain images a tile is channels by vectors of pixels.
  int64_t pixels = op.isPlanar() ? blocks : getRows(op).second;
  if (!op.isPlanar() && blocks % schedule.vectors != 0)
    return std::to_string(schedule.vectors) + " vectors do not divide the " +
           std::to_string(blocks) + " blocks of channels";
  if (schedule.vectors % getFewestVectors(op, target) != 0)
    return "bits of " + std::to_string(schedule.vectors) +
           " vectors fill no byte";
  if (schedule.winograd) {
    if (!llvm::is_contained(getWinogradSizes(op, target, choice),
                            schedule.winograd))
      return "F(" + std::to_string(schedule.winograd) +
             ",3) is not possible here";
    pixels = WinogradTiles(op, schedule.winograd, 1).getCount();
  }
  // The first two also bound the product.
  if (schedule.vectors > target.registers || schedule.pixels > pixels ||
      schedule.pixels > target.registers ||
      countRegisters(schedule.pixels, schedule.vectors, 1, target,
                     getTable(target)) > target.registers)
    return std::to_string(schedule.pixels) + "x" +
           std::to_string(schedule.vectors) +
           " is more than a row, or the registers, hold";
  return "";
}
