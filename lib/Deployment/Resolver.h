//===- Resolver.h - Fills in a deployment -----------------------*- C++ -*-===//
//
// Part of ddnnc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DDNN_LIB_DEPLOYMENT_RESOLVER_H
#define DDNN_LIB_DEPLOYMENT_RESOLVER_H

#include "SpecFile.h"
#include "ddnn/Deployment/Deployment.h"
#include "ddnn/Deployment/ProfileFile.h"
#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/StringSet.h"

namespace ddnn {

/// Where a setting came from. A higher one wins.
enum class Level { byDefault, metadata, spec, commandLine };

/// Where exactly, for messages: "--exit=local:2: ...".
struct Origin {
  Level level;
  mlir::Location loc;
  std::string what;
};

/// Says what one source asks for one exit; absent settings are left to others.
struct ExitRequest {
  Origin origin;
  std::string name;
  std::string tier = "";
  std::optional<double> threshold = std::nullopt;
  std::string criterion = "";
  bool isIgnored = false;
};

/// One run of Deployment::resolve. Each step reports its problems and goes on,
/// so that all of them show at once.
class Resolver {
public:
  Resolver(Deployment &deployment, mlir::ModuleOp module,
           const DeploymentOptions &options)
      : deployment(deployment), module(module), options(options),
        spec(std::nullopt) {}

  llvm::LogicalResult run();

private:
  /// An output of the network.
  struct Output {
    std::string name;  ///< of the ONNX value
    std::string alias; ///< of the ddnn.exit that it already is, if any
    int64_t classes;
    Scores scores;
  };

  mlir::InFlightDiagnostic problem(const Origin &origin);
  template <typename T>
  void assign(T &field, llvm::Expected<T> value, const Origin &origin);

  // Exits (ResolveExits.cpp)
  void readOutputs();
  const Output *findOutput(llvm::StringRef name) const;
  void parseExitOption(llvm::StringRef text);
  void readExitRequests();
  void addExitRequest(ExitRequest request);
  void resolveExits();
  void applyExitOptions();
  void placeExits();
  void checkAggregators();
  void orderExits();

  // Measured times (ResolveProfiles.cpp)
  bool statesSpeed(const TierSpec &tier) const;
  std::optional<ProfileFile> readProfile(llvm::StringRef path,
                                         const Origin &origin);
  void addProfile(TierSpec &tier, llvm::ArrayRef<LayerTime> layers);
  void resolveProfiles();

  // Members (ResolveMembers.cpp)
  std::optional<Missing> parseMissing(llvm::StringRef text,
                                      const Origin &origin);
  void resolveMissing();
  void resolveCopies(size_t members);
  void checkCopies();

  // Search for a placement (ResolvePlacement.cpp)
  bool isPlacedBySearch() const { return options.place == "auto"; }
  bool hasGivenThreshold(const ExitSpec &exit) const;
  void readExitRates(SearchSpec &search);
  void readCalibration(SearchSpec &search);
  void resolvePlacement();

  // Tiers, inputs and the rest
  llvm::StringRef getMetadata(llvm::StringRef key) const;
  /// A tier as it was named.
  struct NamedTier {
    std::string name, members; ///< no members: not said
    Origin origin, membersOrigin;
  };
  NamedTier parseTier(llvm::StringRef text, const Origin &origin);
  int64_t readMembers(const NamedTier &tier);
  void addTier(const NamedTier &tier, llvm::StringSet<> &seen);
  void resolveTiers();
  void describeTiers();
  void checkMembers();
  bool isAggregator(size_t place) const;
  void applySpecTier(TierSpec &tier, const SpecTier &given);
  void applyOptions(TierSpec &tier);
  void resolveInputs();
  void resolveInput(InputSpec &input, const SpecInput &given, mlir::Type type);
  void addRemoteSource();
  void resolveLabels();
  void resolveCuts();
  void resolveSignOfZero();
  void listTiers(mlir::InFlightDiagnostic &diagnostic) const;
  void listOutputs(mlir::InFlightDiagnostic &diagnostic) const;
  /// Place of the tier's only or first member, or of the member of that name.
  std::optional<size_t> findTier(llvm::StringRef name) const;
  Origin fromSpec(const SpecText &text);
  Origin fromCommandLine(const llvm::Twine &option);
  Origin fromMetadata(llvm::StringRef key);

  Deployment &deployment;
  mlir::ModuleOp module;
  const DeploymentOptions &options;
  std::optional<SpecFile> spec;
  mlir::func::FuncOp main;
  mlir::DictionaryAttr metadata;
  std::vector<Output> outputs;
  std::vector<ExitRequest> requests; ///< the highest level last
  Level tiersLevel = Level::byDefault;
  /// Places in front that only send the input on.
  size_t relays = 0;
  bool hasProblems = false;
  llvm::StringSet<> reportedOptions;
  llvm::StringSet<> nodes; ///< of the network, as layers name them
};

} // namespace ddnn

#endif // DDNN_LIB_DEPLOYMENT_RESOLVER_H
