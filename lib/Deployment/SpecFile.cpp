//===- SpecFile.cpp - Reads the deployment file ---------------------------===//
//
// Part of ddnnc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "SpecFile.h"
#include "mlir/IR/Diagnostics.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/YAMLTraits.h"

using namespace mlir;
using namespace ddnn;

namespace {

/// What the traits need beside the text: where in the file they are.
struct ReadContext {
  llvm::yaml::Input *input = nullptr;
  const char *begin = nullptr, *end = nullptr;
};

/// Stands for what a key cannot be.
struct NoMapping {};

} // namespace

LLVM_YAML_IS_SEQUENCE_VECTOR(ddnn::SpecText)
LLVM_YAML_IS_SEQUENCE_VECTOR(ddnn::SpecPool)
LLVM_YAML_IS_SEQUENCE_VECTOR(ddnn::SpecTier)
LLVM_YAML_IS_SEQUENCE_VECTOR(ddnn::SpecInput)
LLVM_YAML_IS_SEQUENCE_VECTOR(ddnn::SpecExit)

namespace llvm::yaml {

template <> struct ScalarTraits<SpecText> {
  static StringRef input(StringRef scalar, void *opaque, SpecText &value) {
    auto &context = *static_cast<ReadContext *>(opaque);
    value.text = scalar.str();
    value.line = 1;
    value.column = 1;
    const Node *node = context.input->getCurrentNode();
    const char *where =
        node ? node->getSourceRange().Start.getPointer() : nullptr;
    if (!where || where < context.begin || where > context.end)
      return {};
    for (const char *c = context.begin; c != where; ++c) {
      ++value.column;
      if (*c == '\n') {
        ++value.line;
        value.column = 1;
      }
    }
    return {};
  }
  static void output(const SpecText &value, void *, raw_ostream &os) {
    os << value.text;
  }
  static QuotingType mustQuote(StringRef text) { return needsQuotes(text); }
};

template <> struct MappingTraits<SpecPool> {
  static void mapping(IO &io, SpecPool &pool) {
    io.mapRequired("name", pool.name);
    io.mapRequired("size", pool.size);
  }
};

template <> struct MappingTraits<NoMapping> {
  static void mapping(IO &io, NoMapping &) {
    io.setError("memory is a size, or a list of pools that have name and size");
  }
};

template <> struct PolymorphicTraits<SpecMemory> {
  static NodeKind getKind(const SpecMemory &memory) {
    return memory.pools.empty() ? NodeKind::Scalar : NodeKind::Sequence;
  }
  static SpecText &getAsScalar(SpecMemory &memory) { return memory.bytes; }
  static NoMapping &getAsMap(SpecMemory &) {
    static NoMapping none;
    return none;
  }
  static std::vector<SpecPool> &getAsSequence(SpecMemory &memory) {
    return memory.pools;
  }
};

template <> struct MappingTraits<SpecTier> {
  static void mapping(IO &io, SpecTier &tier) {
    io.mapRequired("name", tier.name);
    io.mapOptional("members", tier.members);
    io.mapOptional("aggregate", tier.aggregate);
    io.mapOptional("missing", tier.missing);
    io.mapOptional("weights", tier.weights);
    io.mapOptional("target", tier.target);
    io.mapOptional("cpu", tier.cpu);
    io.mapOptional("cc", tier.cc);
    io.mapOptional("cflags", tier.cflags);
    io.mapOptional("memory", tier.memory);
    io.mapOptional("threads", tier.threads);
    io.mapOptional("trusted", tier.trusted);
    io.mapOptional("flops", tier.flops);
    io.mapOptional("bandwidth", tier.bandwidth);
    io.mapOptional("latency", tier.latency);
    io.mapOptional("profile", tier.profile);
    io.mapOptional("power", tier.power);
    io.mapOptional("link_energy", tier.linkEnergy);
  }
};

template <> struct MappingTraits<SpecInput> {
  static void mapping(IO &io, SpecInput &input) {
    io.mapRequired("name", input.name);
    io.mapOptional("source", input.source);
    io.mapOptional("raw", input.raw);
    io.mapOptional("layout", input.layout);
    io.mapOptional("scale", input.scale);
    io.mapOptional("mean", input.mean);
    io.mapOptional("std", input.std);
    io.mapOptional("blank", input.blank);
  }
};

template <> struct MappingTraits<SpecExit> {
  static void mapping(IO &io, SpecExit &exit) {
    io.mapRequired("name", exit.name);
    io.mapOptional("tier", exit.tier);
    io.mapOptional("threshold", exit.threshold);
    io.mapOptional("criterion", exit.criterion);
    io.mapOptional("ignore", exit.ignore);
  }
};

template <> struct MappingTraits<SpecFile> {
  static void mapping(IO &io, SpecFile &file) {
    io.mapOptional("tiers", file.tiers);
    io.mapOptional("inputs", file.inputs);
    io.mapOptional("exits", file.exits);
    io.mapOptional("labels", file.labels);
    io.mapOptional("cuts", file.cuts);
    io.mapOptional("sign_of_zero", file.signOfZero);
    io.mapOptional("missing", file.missing);
  }
};

} // namespace llvm::yaml

Location SpecFile::getLoc(MLIRContext *context, const SpecText &text) const {
  return FileLineColLoc::get(context, path, text.line, text.column);
}

std::optional<SpecFile> ddnn::readSpecFile(StringRef path,
                                           MLIRContext *context) {
  bool isReported = false;
  auto report = [&](const llvm::SMDiagnostic &diagnostic) {
    isReported = true;
    unsigned line = std::max(diagnostic.getLineNo(), 0);
    unsigned column = diagnostic.getColumnNo() + 1;
    emitError(FileLineColLoc::get(context, path, line, column))
        << diagnostic.getMessage();
  };
  auto buffer = llvm::MemoryBuffer::getFile(path, /*IsText=*/true);
  if (!buffer) {
    emitError(FileLineColLoc::get(context, path, 0, 0))
        << "cannot read the deployment file: " << buffer.getError().message();
    return std::nullopt;
  }
  SpecFile file;
  file.path = path.str();
  StringRef text = (*buffer)->getBuffer();

  ReadContext readContext;
  readContext.begin = text.begin();
  readContext.end = text.end();
  llvm::yaml::Input input(
      **buffer, &readContext,
      [](const llvm::SMDiagnostic &diagnostic, void *callback) {
        (*static_cast<decltype(report) *>(callback))(diagnostic);
      },
      &report);
  readContext.input = &input;
  input >> file;
  if (input.error()) {
    // LLVM's scanner gives up without a word on some directives.
    if (!isReported)
      emitError(FileLineColLoc::get(context, path, 1, 1))
          << "the deployment file is not YAML";
    return std::nullopt;
  }
  return file;
}
