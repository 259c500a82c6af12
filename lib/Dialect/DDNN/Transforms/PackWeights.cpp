//===- PackWeights.cpp - Register tiles, and weights in their order -------===//
//
// Part of ddnnc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "BinaryLayout.h"
#include "ddnn/Analysis/ScheduleCache.h"
#include "ddnn/Dialect/DDNN/Transforms/Passes.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/Matchers.h"
#include "llvm/ADT/MapVector.h"

namespace ddnn {
#define GEN_PASS_DEF_PACKWEIGHTS
#include "ddnn/Dialect/DDNN/Transforms/Passes.h.inc"
} // namespace ddnn

using namespace mlir;
using namespace ddnn;

namespace {

/// The shape that weights are packed for.
struct Packing {
  int64_t outBlocks, inBlocks, inLanes, lanes, vectors, height, width;

  Packing(WindowOp op, int64_t lanes)
      : outBlocks(op.getBlocks(lanes)),
        inBlocks(op.getInputType().getDimSize(1) / op.getGroups().value_or(1)),
        inLanes(op.getInputType().getShape().back()), lanes(lanes),
        vectors((*op.getTile())[1]), height(op.getKernel()[0]),
        width(op.getKernel()[1]) {}

  /// Elements that direct convolution reads, the filled-up channels included.
  int64_t getDirectSize() const {
    return outBlocks * lanes * inBlocks * inLanes * height * width;
  }
};

/// Reads OIHW weights; zero beyond the channels there are.
class Weights {
public:
  explicit Weights(DenseElementsAttr attr)
      : values(llvm::to_vector(attr.getValues<float>())),
        shape(attr.getType().getShape()) {}
  float at(int64_t o, int64_t i, int64_t y, int64_t x) const {
    if (o >= shape[0] || i >= shape[1])
      return 0.0f;
    return values[((o * shape[1] + i) * shape[2] + y) * shape[3] + x];
  }

private:
  SmallVector<float> values;
  ArrayRef<int64_t> shape;
};

} // namespace

/// [group of vectors][block][ky][channel][kx][vectors][c]
static SmallVector<float> packDirect(const Weights &w, const Packing &p) {
  SmallVector<float> packed;
  packed.reserve(p.getDirectSize());
  for (int64_t group = 0; group < p.outBlocks / p.vectors; ++group)
    for (int64_t block = 0; block < p.inBlocks; ++block)
      for (int64_t y = 0; y < p.height; ++y)
        for (int64_t c = 0; c < p.inLanes; ++c)
          for (int64_t x = 0; x < p.width; ++x)
            for (int64_t o = 0; o < p.vectors * p.lanes; ++o)
              packed.push_back(w.at(group * p.vectors * p.lanes + o,
                                    block * p.inLanes + c, y, x));
  return packed;
}

/// [block][ky][kx][c]
static SmallVector<float> packDepthwise(const Weights &w, const Packing &p) {
  SmallVector<float> packed;
  for (int64_t block = 0; block < p.outBlocks; ++block)
    for (int64_t y = 0; y < p.height; ++y)
      for (int64_t x = 0; x < p.width; ++x)
        for (int64_t c = 0; c < p.lanes; ++c)
          packed.push_back(w.at(block * p.lanes + c, 0, y, x));
  return packed;
}

/// 1x1 filters as [group of channels][input channel][channel of the group], or
/// [channel][ky][kx] as they are.
static SmallVector<float> packPlanar(const Weights &w, WindowOp op) {
  int64_t outs = op.getInitType().getDimSize(1);
  bool isConv = op.getKind() == WindowKind::conv;
  int64_t perGroup = isConv ? (*op.getTile())[0] : 1;
  int64_t ins = isConv ? op.getInputType().getDimSize(1) : 1;
  SmallVector<float> packed;
  for (int64_t first = 0; first < outs; first += perGroup)
    for (int64_t i = 0; i < ins; ++i)
      for (int64_t o = first; o < std::min(first + perGroup, outs); ++o)
        for (int64_t y = 0; y < op.getKernel()[0]; ++y)
          for (int64_t x = 0; x < op.getKernel()[1]; ++x)
            packed.push_back(w.at(o, i, y, x));
  return packed;
}

/// G g G^T of every filter, with the points 0, +-1 (and +-2) and infinity of
/// Lavin and Gray, "Fast algorithms for convolutional neural networks", in
/// double precision: [f][group of vectors][channel][vectors][c].
static SmallVector<float> packWinograd(const Weights &w, const Packing &p,
                                       int64_t m) {
  using Row = double[3];
  static const Row kF2[4] = {
      {1, 0, 0}, {0.5, 0.5, 0.5}, {0.5, -0.5, 0.5}, {0, 0, 1}};
  static const Row kF4[6] = {{1.0 / 4, 0, 0},
                             {-1.0 / 6, -1.0 / 6, -1.0 / 6},
                             {-1.0 / 6, 1.0 / 6, -1.0 / 6},
                             {1.0 / 24, 1.0 / 12, 1.0 / 6},
                             {1.0 / 24, -1.0 / 12, 1.0 / 6},
                             {0, 0, 1}};
  const Row *g = m == 2 ? kF2 : kF4;
  int64_t alpha = m + 2, channels = p.inBlocks * p.inLanes;
  int64_t outs = p.outBlocks * p.lanes, group = p.vectors * p.lanes;
  SmallVector<float> packed(alpha * alpha * channels * outs);
  for (int64_t o = 0; o < outs; ++o)
    for (int64_t c = 0; c < channels; ++c) {
      double half[6][3]; // G g
      for (int64_t i = 0; i < alpha; ++i)
        for (int64_t x = 0; x < 3; ++x)
          half[i][x] = g[i][0] * w.at(o, c, 0, x) + g[i][1] * w.at(o, c, 1, x) +
                       g[i][2] * w.at(o, c, 2, x);
      for (int64_t i = 0; i < alpha; ++i)
        for (int64_t j = 0; j < alpha; ++j) {
          double u = half[i][0] * g[j][0] + half[i][1] * g[j][1] +
                     half[i][2] * g[j][2];
          int64_t f = i * alpha + j;
          packed[((f * (outs / group) + o / group) * channels + c) * group +
                 o % group] = float(u);
        }
    }
  return packed;
}

/// OIHW bits in the order of `layout`, as words.
static SmallVector<int32_t> packBinary(DenseElementsAttr attr,
                                       const BinaryLayout &layout) {
  SmallVector<int32_t> packed(layout.getSize(), 0);
  ArrayRef<int64_t> shape = attr.getType().getShape();
  size_t i = 0;
  auto values = attr.getValues<bool>();
  for (int64_t o = 0; o < shape[0]; ++o)
    for (int64_t c = 0; c < shape[1]; ++c)
      for (int64_t y = 0; y < shape[2]; ++y)
        for (int64_t x = 0; x < shape[3]; ++x, ++i)
          if (values[i]) {
            auto [word, bit] = layout.at(o, c, y, x);
            packed[word] |= int32_t(uint32_t(1) << bit);
          }
  return packed;
}

static void setWeights(WindowOp op, ArrayRef<int32_t> packed) {
  OpBuilder b(op);
  auto type = RankedTensorType::get(int64_t(packed.size()), b.getI32Type());
  op.getWeightsMutable().assign(arith::ConstantOp::create(
      b, op.getLoc(), DenseElementsAttr::get(type, packed)));
}

/// Without vectors only bits are packed.
static void packScalar(WindowOp op) {
  DenseElementsAttr attr;
  if (op.getWeights() && matchPattern(op.getWeights(), m_Constant(&attr)) &&
      attr.getElementType().isInteger(1))
    setWeights(op, packBinary(attr, BinaryLayout(op, 1)));
}

/// True for weights of +-1, with zeros between groups that were merged: their
/// sums are compared with thresholds that are as exact as they are.
static bool hasSigns(WindowOp op) {
  DenseElementsAttr weights;
  return op.getKind() == WindowKind::conv &&
         matchPattern(op.getWeights(), m_Constant(&weights)) &&
         llvm::all_of(weights.getValues<float>(), [](float weight) {
           return weight == 0.0f || std::abs(weight) == 1.0f;
         });
}

namespace {

struct PackWeightsPass : ddnn::impl::PackWeightsBase<PackWeightsPass> {
  using PackWeightsBase::PackWeightsBase;

  void runOnOperation() override {
    TierOp tier = getOperation();
    VectorTarget target = getVectorTarget(tier.getSpec().getCpu());
    if (!target.hasVectors()) {
      tier.walk([](WindowOp op) { packScalar(op); });
      return;
    }
    std::optional<WinogradChoice> choice = parseWinogradChoice(winograd);
    if (!choice) {
      tier.emitError("--winograd=")
          << winograd << ": is neither auto, auto:ERROR, off, f2 nor f4";
      return signalPassFailure();
    }
    if (!tile.empty()) {
      forced = parseTile(tile);
      if (!forced) {
        tier.emitError("--tile=")
            << tile << ": is no PIXELSxVECTORS, such as 7x2";
        return signalPassFailure();
      }
    }
    growth.clear(); // the pass object goes from tier to tier
    schedules =
        tier->getParentOfType<ModuleOp>()->getAttrOfType<DictionaryAttr>(
            kSchedulesAttr);
    WalkResult result = tier.walk(
        [&](WindowOp op) { return WalkResult(schedule(op, target, *choice)); });
    if (result.wasInterrupted())
      return signalPassFailure();
    int64_t total = 0;
    for (auto &[packed, bytes] : growth)
      total += bytes;
    if (total)
      tier.setWinogradWeights(total);
  }

private:
  std::optional<std::pair<int64_t, int64_t>> forced;
  /// Bytes that Winograd adds to weights, by what they become: windows of the
  /// same weights share them.
  llvm::MapVector<Attribute, int64_t> growth;

  DictionaryAttr schedules; // that were measured; may be null

  /// What was measured for such windows, else what the table says.
  FailureOr<WindowSchedule> choose(WindowOp op, const VectorTarget &target,
                                   WinogradChoice choice, TierSpecAttr spec) {
    Attribute entry =
        schedules ? schedules.get(describeWindow(op, spec.getCpu(),
                                                 spec.getThreads(), choice))
                  : Attribute();
    if (!entry)
      return chooseSchedule(op, target, choice, forced);
    auto sizes = dyn_cast<DenseI64ArrayAttr>(entry);
    if (!sizes || sizes.size() != 3)
      return op.emitError("schedules are [pixels, vectors, winograd], got ")
             << entry;
    WindowSchedule schedule{sizes[0], sizes[1], sizes[2], 0.0};
    std::string misfit = findMisfit(op, target, choice, schedule);
    if (!misfit.empty())
      return op.emitError("the measured schedule ")
             << schedule.pixels << "x" << schedule.vectors << " of "
             << describeNodes(op.getLoc()) << " does not fit: " << misfit
             << "; delete the file that --schedule-cache names";
    return schedule;
  }

  LogicalResult schedule(WindowOp op, const VectorTarget &target,
                         WinogradChoice choice) {
    OpBuilder b(op);
    if (int64_t threads = getOperation().getSpec().getThreads(); threads > 1)
      op.setThreadsAttr(b.getI64IntegerAttr(threads));
    if (hasSigns(op))
      choice = WinogradChoice::off;
    FailureOr<WindowSchedule> chosen =
        choose(op, target, choice, getOperation().getSpec());
    if (failed(chosen))
      return failure();
    WindowSchedule best = *chosen;
    op.setTile(ArrayRef<int64_t>{best.pixels, best.vectors});
    if (best.winograd)
      op.setWinogradAttr(b.getI64IntegerAttr(best.winograd));
    DenseElementsAttr attr;
    if (!op.getWeights() || !matchPattern(op.getWeights(), m_Constant(&attr)))
      return success();
    if (op.getKind() == WindowKind::binary) {
      setWeights(op, packBinary(attr, BinaryLayout(op, target.lanes)));
      return success();
    }
    Weights weights(attr);
    Packing packing(op, op.isPacked() ? target.lanes : op.getLanes());
    SmallVector<float> packed =
        op.isPlanar()   ? packPlanar(weights, op)
        : best.winograd ? packWinograd(weights, packing, best.winograd)
        : op.getKind() == WindowKind::depthwise
            ? packDepthwise(weights, packing)
            : packDirect(weights, packing);
    if (best.winograd)
      op.emitRemark(describeNodes(op.getLoc()))
          << ": Winograd F(" << best.winograd
          << ",3): " << attr.getNumElements() * 4 << " bytes of weights become "
          << packed.size() * 4;
    auto type = RankedTensorType::get(int64_t(packed.size()), b.getF32Type());
    auto constant = DenseElementsAttr::get(type, ArrayRef<float>(packed));
    if (best.winograd)
      growth[constant] = 4 * (int64_t(packed.size()) - packing.getDirectSize());
    op.getWeightsMutable().assign(
        arith::ConstantOp::create(b, op.getLoc(), constant));
    return success();
  }
};

} // namespace
