//===- Deployment.h - What runs where, and how ------------------*- C++ -*-===//
//
// Part of ddnnc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A deployment says which tiers there are, where the input comes from, which
// outputs are exits and where the network is cut. It is filled in, in this
// order of precedence, from the command line, a file in YAML (docs/spec.md),
// the model's metadata, and defaults.
//
//===----------------------------------------------------------------------===//

#ifndef DDNN_DEPLOYMENT_DEPLOYMENT_H
#define DDNN_DEPLOYMENT_DEPLOYMENT_H

#include "ddnn/Deployment/Quantity.h"
#include "ddnn/Dialect/DDNN/IR/DDNN.h"
#include "mlir/IR/BuiltinOps.h"
#include "llvm/Support/Error.h"
#include <optional>
#include <string>
#include <vector>

namespace ddnn {

//===----------------------------------------------------------------------===//
// Command line
//===----------------------------------------------------------------------===//

/// Values of one option that may differ per tier: "VALUE" is for all tiers,
/// "TIER:VALUE" for one, or "MEMBER:VALUE" for a member of one, which counts
/// before its tier's. A later value replaces an earlier one of its kind.
/// `place` is a tier's name or a member's, `tier` then its tier's.
class TierValues {
public:
  /// Text before the first colon is taken as a tier if it looks like one (a
  /// letter, then letters, digits, '_' or '-'); all else is a bare value.
  TierValues(llvm::StringRef option, llvm::ArrayRef<std::string> values);

  /// The place's own value, else its tier's, else the bare one, else nothing.
  std::optional<std::string> get(llvm::StringRef place,
                                 llvm::StringRef tier = "") const;
  /// All bare values and all of the place's and the tier's own, joined by
  /// spaces.
  std::string getJoined(llvm::StringRef place, llvm::StringRef tier = "") const;
  /// "--cpu=device:x": how the value was written, for messages.
  std::string describe(llvm::StringRef place, llvm::StringRef tier = "") const;
  /// The value without those that are for all.
  std::optional<std::string> getOwn(llvm::StringRef place,
                                    llvm::StringRef tier = "") const;
  /// All bare values, in their order.
  std::vector<std::string> getBare() const;
  /// The values of tiers that are not among `tiers`, as they were written.
  std::vector<std::string> getUnknown(llvm::ArrayRef<std::string> tiers) const;

private:
  struct Entry {
    std::string tier, value; // no tier: for all
  };
  const Entry *find(llvm::StringRef place, llvm::StringRef tier) const;
  std::string option;
  std::vector<Entry> entries;
};

/// What the command line said, as text.
struct DeploymentOptions {
  std::string spec;                    ///< --spec=FILE
  std::string tiers;                   ///< --tiers=a:6,b,c
  std::vector<std::string> exits;      ///< --exit=NAME[@TIER][:T]
  std::vector<std::string> thresholds; ///< --threshold=EXIT=T
  std::vector<std::string> criteria;   ///< --criterion=[EXIT:]NAME
  std::vector<std::string> cuts;       ///< --cut=NODE, in the order of tiers
  std::vector<std::string> targets;    ///< --target=[TIER:]c
  std::vector<std::string> targetCpu;  ///< --target-cpu=[TIER:]CPU
  std::vector<std::string> compilers;  ///< --cc=[TIER:]PROGRAM
  std::vector<std::string> cflags;     ///< --cflags=[TIER:]FLAGS
  std::vector<std::string> bandwidth;  ///< --bandwidth=[TIER:]10Mbit
  std::vector<std::string> latency;    ///< --latency=[TIER:]5ms
  std::vector<std::string> flops;      ///< --flops=[TIER:]2G
  std::vector<std::string> memory;     ///< --memory=[TIER:]64K, or pools
  std::vector<std::string> threads;    ///< --threads=[TIER:]2
  std::vector<std::string> profiles;   ///< --profile-in=[TIER:]FILE
  std::string signOfZero;              ///< --sign-of-zero=exact|plus
  std::string missing;                 ///< --missing=fail|zero|skip|blank

  // Search for a placement.
  std::vector<std::string> power;      ///< --power=[TIER:]2W
  std::vector<std::string> linkEnergy; ///< --link-energy=[TIER:]100nJ/bit
  std::string place;                   ///< --place=auto|given
  std::string objective;               ///< --objective=latency|bytes|energy
  std::string calibration;             ///< --calibration=FILE
  std::string minAccuracy;             ///< --min-accuracy=A
  std::vector<std::string> exitRates;  ///< --exit-rate=NAME:F
};

//===----------------------------------------------------------------------===//
// Deployment
//===----------------------------------------------------------------------===//

/// What one layer was measured to take.
struct LayerTime {
  std::vector<std::string> nodes; ///< "Conv device/conv"
  int64_t flops = 0;
  double seconds = 0.0;
};

/// One tier, or one of its members where it has several. `bandwidth` and
/// `latency` are those of the link to the next tier.
struct TierSpec {
  std::string name;         ///< a member's is the tier's and its number
  std::string tier;         ///< of which this is a member; empty: of its own
  int64_t member = 0;       ///< number in that tier
  std::string target = "c"; ///< "none": only sends the input on
  std::string cpu;          ///< empty: the build machine's
  std::string cc;           ///< C compiler; empty: the CPU's usual one
  std::string cflags;       ///< more flags for it
  TierMemory memory;        ///< for the arena
  bool trusted = true;      ///< may see raw input
  double flops = 0.0;       ///< FLOP/s
  double bandwidth = 0.0;   ///< byte/s
  double latency = 0.0;     ///< s, one way
  int64_t threads = 1;      ///< of a kernel
  /// Layers that were measured. What was not takes FLOPs over `flops`.
  std::vector<LayerTime> profile;
  double power = 0.0;      ///< W, while it computes
  double linkEnergy = 0.0; ///< J/byte, at both ends of the link

  const std::string &getTierName() const { return tier.empty() ? name : tier; }
};

/// One input of the network. `isRaw`: it arrives as bytes from a camera, and
/// value = (byte * scale - mean[c]) / std[c] is part of the network.
struct InputSpec {
  enum class Layout { hwc, chw };

  std::string name;
  std::string source; ///< tier of the sensor; empty: the first
  std::string member; ///< member of that tier; empty: as the graph says
  bool isRaw = false;
  Layout layout = Layout::hwc;
  double scale = 1.0;
  std::vector<double> mean, std; ///< none, one, or one per channel
  /// Every element of a blank view, as the network takes it, raw in bytes.
  std::optional<double> blank;
};

/// One output of the network, in the order in which samples may leave.
struct ExitSpec {
  std::string name;
  std::string tier; ///< empty: the k-th exit on the k-th tier of one member
  double threshold = 1.0;
  Criterion criterion = Criterion::entropy;
  Scores scores = Scores::logits;
  unsigned output = 0;    ///< which result of @main
  bool isIgnored = false; ///< dropped from the deployment
};

/// Thresholds of the early exits, and the fractions of the samples that are
/// answered there.
struct OperatingPoint {
  std::vector<double> thresholds, rates;
  std::optional<double> accuracy;
};

/// What the search for a placement is asked for.
struct SearchSpec {
  Objective objective = Objective::latency;
  std::vector<OperatingPoint> points; ///< to choose from, at least one
  std::optional<double> minAccuracy;
  std::string source; ///< of the rates, for the report
};

/// Threshold of an early exit that was given none.
inline constexpr double kDefaultThreshold = 0.5;

/// The first tier's part of a network with one input, for each of its members.
struct MemberCopies {
  int64_t count = 0;
  AggregateKind kind = AggregateKind::max;
  Missing missing = Missing::fail;
  std::vector<std::string> weights; ///< IR; of the members but the first
};

class Deployment {
public:
  /// Nearest to the sensor first; the members of a tier one after the other.
  std::vector<TierSpec> tiers;
  std::vector<InputSpec> inputs;
  std::vector<ExitSpec> exits;
  std::vector<std::string> labels; ///< none, or one per class
  /// The i-th behind the i-th tier that computes, aggregators not counted.
  std::vector<std::string> cuts;
  /// ONNX Sign, which is 0 at 0, may be taken for +1 there.
  bool isSignOfZeroPlus = false;
  /// Cuts, tiers of exits and thresholds that are not given are searched for.
  std::optional<SearchSpec> search;
  /// What a missing member means, if the deployment says so.
  std::optional<Missing> missing;
  std::optional<MemberCopies> copies;

  /// Fills in everything for the imported `module` and checks it. Reports all
  /// problems, as errors with notes that list what there is.
  llvm::LogicalResult resolve(mlir::ModuleOp module,
                              const DeploymentOptions &options);

  /// True if a tier has several members.
  bool hasGroups() const;

  /// Writes a resolved deployment into the module: attributes `ddnn.tiers`,
  /// `ddnn.labels`, `ddnn.cuts`, `ddnn.sign_of_zero`, `ddnn.missing`,
  /// `ddnn.blank`, `ddnn.replicate` and `ddnn.search`, a `ddnn.exit` on each
  /// result of @main in the exits' order, and the preprocessing of raw inputs.
  llvm::LogicalResult apply(mlir::ModuleOp module);
};

/// Default speed and link of a tier: by its name where that is well known
/// (device; edge, gateway, fog; cloud, server), else by its place among
/// `count` tiers. docs/spec.md lists the figures.
TierSpec getDefaultTier(llvm::StringRef name, size_t index, size_t count);

} // namespace ddnn

#endif // DDNN_DEPLOYMENT_DEPLOYMENT_H
