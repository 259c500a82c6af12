//===- Artifact.h - Files that a compilation produces -----------*- C++ -*-===//
//
// Part of ddnnc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DDNN_TARGET_ARTIFACT_H
#define DDNN_TARGET_ARTIFACT_H

#include "ddnn/Dialect/DDNN/IR/DDNN.h"
#include "llvm/Support/JSON.h"
#include <optional>
#include <string>
#include <vector>

namespace ddnn {

/// One file, its path relative to the output folder.
struct OutputFile {
  std::string path;
  std::string contents;
};

/// Names that the files of one tier share.
struct TierNames {
  TierNames(DescriptorOp descriptor, TierInfoAttr tier);

  std::string directory; ///< "device"
  std::string prefix;    ///< "digits_device", of files, functions, symbols
  std::string macro;     ///< "DIGITS_DEVICE"
  std::string library;   ///< "device/libdigits_device.so"
};

/// The tiers of a deployment: in a chain one for each place.
struct TierList {
  explicit TierList(DescriptorOp descriptor);

  llvm::SmallVector<llvm::StringRef> names;
  llvm::SmallVector<int64_t> members; ///< how many each has
  bool hasGroups = false;             ///< several somewhere
};

/// The name of a place of a deployment with groups: its folder's, "device3".
llvm::StringRef getPlaceName(DescriptorOp descriptor, PlaceAttr place);

/// Type of a tensor's elements in memory: "f32", "u8" or "bits", of which
/// ddnn_dtype has the same in capitals.
llvm::StringRef spellDtype(TensorInfoAttr tensor);

/// Header, C, weights and CMakeLists.txt of the descriptor's tier number
/// `index`, from a module at stage emitc. CMakeLists.txt builds with `cflags`.
mlir::FailureOr<std::vector<OutputFile>>
emitTierSources(mlir::ModuleOp module, DescriptorOp descriptor, unsigned index,
                llvm::ArrayRef<std::string> cflags);

/// include/ddnn/model.h: artifacts carry the descriptor's definition, so that
/// they compile without anything installed.
OutputFile emitRuntimeHeader();

/// Registers `ddnn-translate --ddnn-to-c`: the text files of all tiers, from
/// stage emitc, one after the other as split-file takes them apart.
void registerToCTranslation();

/// What a tier's static library takes, in bytes.
struct LibrarySizes {
  int64_t text = 0;   ///< code
  int64_t rodata = 0; ///< constants, the weights among them
  int64_t data = 0;   ///< variables with a value
  int64_t bss = 0;    ///< variables that start as zero
  /// The deepest stack of a run, where the C compiler tells it.
  std::optional<int64_t> stack;
  /// Functions from elsewhere that a run calls and `stack` is without, sorted.
  std::vector<std::string> stackExcludes;
};

/// What was compiled for a tier.
struct BuiltTier {
  bool hasSharedLibrary = false;
  std::optional<LibrarySizes> sizes; ///< where the objects could be read
};

/// Expected seconds, from the times that the descriptor has and the links of
/// the tiers' specs. Empty where a time is not known.
struct Expectation {
  llvm::SmallVector<double> tiers; ///< computing, by tier
  llvm::SmallVector<double> links; ///< one request from tier i to i + 1
  llvm::SmallVector<double> exits; ///< from the input to exit i
  /// The raw input sent to the last tier at once; of no groups of devices.
  std::optional<double> server;
  /// Mean over all samples, where a search for the placement knew how many of
  /// them leave where.
  std::optional<double> mean;
};

Expectation getExpectation(mlir::ModuleOp module, DescriptorOp descriptor);

/// The same as lines of text, by exit; empty where nothing is known.
std::string describeExpectation(const Expectation &expectation,
                                DescriptorOp descriptor);

/// What manifest and report say beyond the descriptor.
struct ReportContext {
  /// The compiler's command line, without where the output goes, and the
  /// folder that relative paths in it start from.
  std::vector<std::string> command;
  std::string directory;
  std::string model; ///< the ONNX file, as the command line names it
  std::vector<std::string> notes; ///< remarks of the passes
};

/// manifest.json. `built` is parallel to the descriptor's tiers, or empty where
/// only sources were asked for.
OutputFile emitManifest(DescriptorOp descriptor,
                        llvm::ArrayRef<BuiltTier> built,
                        const ReportContext &context);

/// Names of the exits in their order, the last one included.
std::vector<std::string> getExitNames(DescriptorOp descriptor);

/// What a search for the placement chose, and what it did not: a table.
std::string describePlacement(PlacementAttr placement,
                              llvm::ArrayRef<std::string> exits);

/// The same as JSON.
llvm::json::Object getPlacementJson(PlacementAttr placement,
                                    llvm::ArrayRef<std::string> exits);

/// report.txt for people and report.json for programs. `built` as above.
std::vector<OutputFile> emitReport(mlir::ModuleOp module,
                                   DescriptorOp descriptor,
                                   llvm::ArrayRef<BuiltTier> built,
                                   const ReportContext &context);

} // namespace ddnn

#endif // DDNN_TARGET_ARTIFACT_H
