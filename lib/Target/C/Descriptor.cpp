//===- Descriptor.cpp - The descriptor's tables in C ----------------------===//
//
// Part of ddnnc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "SourceWriter.h"
#include "mlir/IR/Builders.h"
#include "llvm/ADT/SetVector.h"
#include "llvm/Support/Format.h"

using namespace mlir;
using namespace ddnn;

static void writeTensors(ArrayAttr tensors, StringRef name, raw_ostream &os) {
  if (tensors.empty())
    return;
  os << "static const ddnn_tensor " << name << "[] = {\n";
  for (auto t : tensors.getAsRange<TensorInfoAttr>()) {
    os << "    {\"" << escapeC(t.getName()) << "\", DDNN_"
       << spellDtype(t).upper() << ", DDNN_WIRE_"
       << stringifyEncoding(t.getEncoding()).upper() << ", "
       << t.getType().getRank() << ", "
       << llvm::format("%.9ef", t.getScale().getValueAsDouble()) << ", {";
    if (t.getType().getRank() == 0)
      os << 0; // C has no empty initialisers
    llvm::interleaveComma(t.getType().getShape(), os);
    os << "}, " << t.getType().getNumElements() << "u, " << t.getWireBytes()
       << "u},\n";
  }
  os << "};\n";
}

static void writeStrings(ArrayAttr strings, StringRef name, raw_ostream &os) {
  os << "static const char *const " << name << "[] = {";
  llvm::interleaveComma(strings.getAsValueRange<StringAttr>(), os,
                        [&](StringRef s) { os << '"' << escapeC(s) << '"'; });
  os << "};\n";
}

/// A pointer to the tensor that a step's argument is, out of the tables.
static std::string spellTableEntry(MemoryAttr memory) {
  bool isInput = memory.getKind() == MemoryKind::input;
  return (isInput ? "inputs[" : "outputs[") +
         std::to_string(memory.getIndex()) + "]";
}

/// The public, typed functions and those that the descriptor points to.
static void writeFunctions(TierContext &c, raw_ostream &os) {
  const std::string &p = c.names.prefix;
  SmallVector<Arena> arenas = c.getArenas();
  for (int64_t step = 0; step < c.info.getSteps(); ++step) {
    SmallVector<MemoryAttr> arguments = c.getStepArguments(step);
    std::string call =
        "  step" + std::to_string(step) + "((const uint8_t *)weights";
    os << "void " << p << "_step" << step << c.spellParameters(arguments, ", ")
       << " {\n"
       << call;
    for (const Arena &arena : arenas)
      os << ", (uint8_t *)" << arena.parameter;
    for (MemoryAttr memory : arguments)
      os << ", " << c.spellParameterName(memory);
    os << ");\n}\n\n"
       << "static void table_step" << step
       << "(const void *weights, void *const *arenas,\n"
       << "    const void *const *inputs, void *const *outputs) {\n";
    auto uses = [&](MemoryKind kind) {
      return llvm::any_of(arguments,
                          [&](MemoryAttr m) { return m.getKind() == kind; });
    };
    if (!uses(MemoryKind::input))
      os << "  (void)inputs;\n";
    if (!uses(MemoryKind::output))
      os << "  (void)outputs;\n";
    os << call;
    for (size_t i = 0; i < arenas.size(); ++i)
      os << ", (uint8_t *)arenas[" << i << "]";
    for (MemoryAttr memory : arguments)
      os << ", (" << c.spellParameterType(memory) << ")"
         << spellTableEntry(memory);
    os << ");\n}\n\n";
  }
  os << "void " << p << "_run" << c.spellParameters(c.getRunArguments(), ", ")
     << " {\n";
  for (int64_t step = 0; step < c.info.getSteps(); ++step) {
    os << "  " << p << "_step" << step << "(weights";
    for (const Arena &arena : arenas)
      os << ", " << arena.parameter;
    for (MemoryAttr memory : c.getStepArguments(step))
      os << ", " << c.spellParameterName(memory);
    os << ");\n";
  }
  os << "}\n\n";
}

static void writePlace(PlaceAttr place, raw_ostream &os) {
  os << "{" << place.getTier() << ", " << place.getMember() << "}";
}

/// Tables of a deployment with groups; returns the fields that point to them.
static std::string writePlaces(TierContext &c, const TierList &tiers,
                               raw_ostream &os) {
  PlaceInfoAttr info = c.info.getPlace();
  os << "static const uint8_t member_counts[] = {";
  llvm::interleaveComma(tiers.members, os);
  os << "};\n";
  std::string fields;
  llvm::raw_string_ostream to(fields);
  to << "    .member = " << info.getPlace().getMember() << ",\n"
     << "    .member_counts = member_counts,\n";
  if (!info.getSources().empty()) {
    os << "static const ddnn_source sources[] = {";
    llvm::interleaveComma(
        info.getSources().getAsRange<SourceAttr>(), os, [&](SourceAttr source) {
          os << "{";
          writePlace(source.getPlace(), os);
          os << ", DDNN_MISSING_"
             << stringifyMissing(source.getMissing()).upper() << "}";
        });
    os << "};\n";
    to << "    .sources = sources,\n"
       << "    .source_count = " << info.getSources().size() << ",\n";
  }
  if (info.getInputSources().size() > 0) {
    os << "static const uint8_t input_sources[] = {";
    llvm::interleaveComma(info.getInputSources().asArrayRef(), os,
                          [&](int64_t source) {
                            if (source == kFromSensor)
                              os << "DDNN_FROM_SENSOR";
                            else if (source == kFromRuntime)
                              os << "DDNN_FROM_RUNTIME";
                            else
                              os << source;
                          });
    os << "};\n";
    to << "    .input_sources = input_sources,\n";
  }
  if (!info.getTargets().empty()) {
    os << "static const ddnn_place link_targets[] = {";
    llvm::interleaveComma(info.getTargets().getAsRange<PlaceAttr>(), os,
                          [&](PlaceAttr place) { writePlace(place, os); });
    os << "};\n";
    to << "    .link_targets = link_targets,\n";
  }
  llvm::SetVector<std::pair<PlaceAttr, PlaceAttr>> connections;
  for (auto from : c.descriptor.getTiers().getAsRange<TierInfoAttr>())
    for (auto target : from.getPlace().getTargets().getAsRange<PlaceAttr>())
      connections.insert({from.getPlace().getPlace(), target});
  os << "static const ddnn_connection connections[] = {";
  llvm::interleaveComma(connections, os, [&](auto connection) {
    os << "{";
    writePlace(connection.first, os);
    os << ", ";
    writePlace(connection.second, os);
    os << "}";
  });
  os << "};\n";
  to << "    .connections = connections,\n"
     << "    .connection_count = " << connections.size() << ",\n";
  return fields;
}

void ddnn::writeDescriptor(TierContext &c, raw_ostream &os) {
  const std::string &p = c.names.prefix;
  DescriptorOp d = c.descriptor;
  TierList tiers(d);
  writeFunctions(c, os);

  writeTensors(c.info.getInputs(), "input_table", os);
  writeTensors(c.info.getOutputs(), "output_table", os);
  bool hasInputs = !c.info.getInputs().empty();
  bool hasLabels = !d.getLabels().empty();
  bool hasLocals = !c.info.getLocalExits().empty();
  if (hasLabels)
    writeStrings(d.getLabels(), "labels", os);
  Builder builder(d.getContext());
  writeStrings(builder.getStrArrayAttr(tiers.names), "tier_names", os);

  os << "static const ddnn_exit exit_table[] = {\n";
  for (auto e : d.getExits().getAsRange<ExitInfoAttr>())
    os << "    {\"" << escapeC(e.getName()) << "\", " << e.getTier()
       << ", DDNN_" << stringifyScores(e.getScores()).upper() << ", DDNN_"
       << stringifyCriterion(e.getCriterion()).upper() << ", "
       << (e.getLast() ? 1 : 0) << ", " << e.getClasses() << "u, "
       << llvm::format("%.9ef", e.getThreshold().getValueAsDouble()) << "},\n";
  os << "};\n";
  if (hasLocals) {
    os << "static const ddnn_local_exit local_exits[] = {";
    llvm::interleaveComma(c.info.getLocalExits().getAsRange<LocalExitAttr>(),
                          os, [&](LocalExitAttr e) {
                            os << "{" << e.getExit() << ", " << e.getOutput()
                               << ", " << e.getStep() << "}";
                          });
    os << "};\n";
  }
  os << "static const ddnn_pool pools[] = {";
  llvm::interleaveComma(c.getArenas(), os, [&](const Arena &arena) {
    os << "{\"" << arena.pool << "\", " << arena.macro << "}";
  });
  os << "};\nstatic const ddnn_step_fn steps[] = {";
  for (int64_t step = 0; step < c.info.getSteps(); ++step)
    os << (step ? ", " : "") << "table_step" << step;
  os << "};\n";
  std::string places;
  if (tiers.hasGroups)
    places = writePlaces(c, tiers, os);
  os << "\nconst ddnn_model " << p << "_model = {\n"
     << "    .abi_version = DDNN_ABI_VERSION,\n"
     << "    .tier = " << c.getTier() << ",\n"
     << "    .tier_count = " << tiers.names.size() << ",\n"
     << llvm::format("    .hash = UINT64_C(0x%016llx),\n",
                     (unsigned long long)d.getHash())
     << "    .name = \"" << escapeC(d.getSymName()) << "\",\n"
     << "    .tier_names = tier_names,\n"
     << "    .inputs = " << (hasInputs ? "input_table" : "NULL") << ",\n"
     << "    .input_count = " << c.info.getInputs().size() << ",\n"
     << "    .link_count = " << c.info.getLinks() << ",\n"
     << "    .outputs = output_table,\n"
     << "    .output_count = " << c.info.getOutputs().size() << ",\n"
     << "    .exit_count = " << d.getExits().size() << ",\n"
     << "    .exits = exit_table,\n"
     << "    .local_exits = " << (hasLocals ? "local_exits" : "NULL") << ",\n"
     << "    .local_exit_count = " << c.info.getLocalExits().size() << ",\n"
     << "    .label_count = " << d.getLabels().size() << ",\n"
     << "    .labels = " << (hasLabels ? "labels" : "NULL") << ",\n"
     << "    .step_count = " << c.info.getSteps() << ",\n"
     << "    .steps = steps,\n"
     << "    .weights = " << p << "_weights,\n"
     << "    .weights_size = " << c.names.macro << "_WEIGHTS_SIZE,\n"
     << "    .pools = pools,\n"
     << "    .pool_count = " << c.getArenas().size() << ",\n"
     << places << "};\n";
}

void ddnn::writePlugin(TierContext &c, raw_ostream &os) {
  const std::string &p = c.names.prefix;
  os << "/* Generated by ddnnc. Do not edit.\n"
     << " * Only for the shared library: the names under which an agent finds "
        "the\n"
     << " * descriptor, and a profiler the hook. */\n"
     << "#include \"" << p << ".h\"\n\n"
     << "extern const ddnn_model *const ddnn_plugin_model;\n"
     << "const ddnn_model *const ddnn_plugin_model = &" << p << "_model;\n"
     << "\n#if defined(DDNN_LAYER_HOOK)\n"
     << "extern ddnn_layer_hook *const ddnn_plugin_layer_hook;\n"
     << "ddnn_layer_hook *const ddnn_plugin_layer_hook = &" << p
     << "_layer_hook;\n#endif\n";
}
