//===- Report.cpp - Manifest and report of a compilation ------------------===//
//
// Part of ddnnc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ddnn/Analysis/VectorTarget.h"
#include "ddnn/Target/Artifact.h"
#include "mlir/Dialect/EmitC/IR/EmitC.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/JSON.h"
#include "llvm/Support/raw_ostream.h"

using namespace mlir;
using namespace ddnn;
namespace json = llvm::json;

static json::Array describeTensors(ArrayAttr tensors) {
  json::Array array;
  for (auto t : tensors.getAsRange<TensorInfoAttr>())
    array.push_back(
        json::Object{{"name", t.getName()},
                     {"shape", json::Array(t.getType().getShape())},
                     {"dtype", spellDtype(t)},
                     {"encoding", stringifyEncoding(t.getEncoding())},
                     {"wire_bytes", t.getWireBytes()}});
  return array;
}

/// Payload bytes of one offload from `tier`.
static int64_t getPayload(TierInfoAttr tier) {
  int64_t bytes = 0;
  auto outputs = tier.getOutputs().getAsRange<TensorInfoAttr>();
  for (auto t :
       llvm::drop_begin(outputs, tier.getOutputs().size() - tier.getLinks()))
    bytes += t.getWireBytes();
  return bytes;
}

/// Payload bytes from a place of a group to each that it sends to, in order.
static SmallVector<std::pair<PlaceAttr, int64_t>>
getPayloads(TierInfoAttr tier) {
  SmallVector<std::pair<PlaceAttr, int64_t>> payloads;
  auto outputs = tier.getOutputs().getValue().take_back(tier.getLinks());
  for (auto [output, target] :
       llvm::zip(outputs, tier.getPlace().getTargets())) {
    if (payloads.empty() || payloads.back().first != target)
      payloads.emplace_back(cast<PlaceAttr>(target), 0);
    payloads.back().second += cast<TensorInfoAttr>(output).getWireBytes();
  }
  return payloads;
}

/// Adds what only places of a deployment with groups have.
static void describePlace(DescriptorOp descriptor, TierInfoAttr tier,
                          json::Object &object) {
  PlaceInfoAttr place = tier.getPlace();
  object["tier"] = place.getTier();
  object["member"] = place.getPlace().getMember();
  json::Array sources, inputSources, targets, payloads;
  for (auto source : place.getSources().getAsRange<SourceAttr>())
    sources.push_back(
        json::Object{{"place", getPlaceName(descriptor, source.getPlace())},
                     {"missing", stringifyMissing(source.getMissing())}});
  for (int64_t source : place.getInputSources().asArrayRef()) {
    if (source < 0) {
      inputSources.push_back(source == kFromSensor ? "sensor" : "runtime");
      continue;
    }
    auto attr = cast<SourceAttr>(place.getSources()[source]);
    inputSources.push_back(getPlaceName(descriptor, attr.getPlace()));
  }
  for (auto target : place.getTargets().getAsRange<PlaceAttr>())
    targets.push_back(getPlaceName(descriptor, target));
  for (auto [target, bytes] : getPayloads(tier))
    payloads.push_back(json::Object{{"to", getPlaceName(descriptor, target)},
                                    {"bytes", bytes}});
  object["sources"] = std::move(sources);
  object["input_sources"] = std::move(inputSources);
  object["link_targets"] = std::move(targets);
  object["payloads"] = std::move(payloads);
}

static json::Array describeLayers(TierInfoAttr tier) {
  json::Array array;
  if (!tier.getLayers())
    return array;
  for (auto layer : tier.getLayers().getAsRange<LayerAttr>()) {
    json::Array nodes;
    for (StringRef node : layer.getNodes().getAsValueRange<StringAttr>())
      nodes.push_back(node);
    array.push_back(
        json::Object{{"nodes", std::move(nodes)}, {"flops", layer.getFlops()}});
  }
  return array;
}

static json::Object describeSizes(const LibrarySizes &sizes) {
  json::Object object{{"text", sizes.text},
                      {"rodata", sizes.rodata},
                      {"data", sizes.data},
                      {"bss", sizes.bss}};
  if (sizes.stack) {
    object["stack"] = *sizes.stack;
    object["stack_excludes"] = json::Array(sizes.stackExcludes);
  }
  return object;
}

static void printSizes(const LibrarySizes &sizes, llvm::raw_ostream &os) {
  os << "  library\n"
     << llvm::format("    text                %12lld bytes\n", sizes.text)
     << llvm::format("    rodata              %12lld bytes, "
                     "weights among them\n",
                     sizes.rodata)
     << llvm::format("    data                %12lld bytes\n", sizes.data)
     << llvm::format("    bss                 %12lld bytes\n", sizes.bss);
  if (!sizes.stack)
    return;
  os << llvm::format("    stack of a run      %12lld bytes", *sizes.stack);
  if (!sizes.stackExcludes.empty())
    os << ", and what these take: " << llvm::join(sizes.stackExcludes, ", ");
  os << "\n";
}

static json::Object describeDeployment(DescriptorOp descriptor,
                                       ArrayRef<BuiltTier> built) {
  TierList table(descriptor);
  json::Array tiers, exits, labels;
  for (auto tier : descriptor.getTiers().getAsRange<TierInfoAttr>()) {
    TierNames names(descriptor, tier);
    json::Array pools;
    if (tier.getPools())
      for (auto pool : tier.getPools().getAsRange<PoolAttr>())
        pools.push_back(json::Object{{"name", pool.getName()},
                                     {"capacity", pool.getCapacity()},
                                     {"bytes", pool.getUsed()}});
    json::Array operators;
    for (StringRef op : tier.getOperators().getAsValueRange<StringAttr>())
      operators.push_back(op);
    auto op = descriptor->getParentOfType<ModuleOp>().lookupSymbol<TierOp>(
        tier.getName());
    TierSpecAttr spec = op ? op.getSpec() : TierSpecAttr();
    tiers.push_back(json::Object{
        {"name", tier.getName()},
        {"cpu", spec ? spec.getCpu() : StringRef()},
        {"isa", spec ? getVectorTarget(spec.getCpu()).isa : StringRef()},
        {"threads", spec ? spec.getThreads() : 1},
        {"directory", names.directory},
        {"header", names.directory + "/" + names.prefix + ".h"},
        {"inputs", describeTensors(tier.getInputs())},
        {"outputs", describeTensors(tier.getOutputs())},
        {"links", tier.getLinks()},
        {"steps", tier.getSteps()},
        {"operators", std::move(operators)},
        {"layers", describeLayers(tier)},
        {"flops", tier.getFlops()},
        {"weights_bytes", tier.getWeights()},
        {"arena_bytes", tier.getArena()},
        {"arena_lower_bound", tier.getArenaLowerBound()},
        {"pools", std::move(pools)},
        {"winograd_weights_bytes", tier.getWinogradWeights()},
        {"winograd_scratch_bytes", tier.getWinogradScratch()},
        {"payload_bytes", getPayload(tier)}});
    if (tier.getPlace())
      describePlace(descriptor, tier, *tiers.back().getAsObject());
  }
  for (auto exit : descriptor.getExits().getAsRange<ExitInfoAttr>()) {
    exits.push_back(
        json::Object{{"name", exit.getName()},
                     {"tier", table.names[exit.getTier()]},
                     {"threshold", exit.getThreshold().getValueAsDouble()},
                     {"classes", exit.getClasses()},
                     {"scores", stringifyScores(exit.getScores())},
                     {"criterion", stringifyCriterion(exit.getCriterion())},
                     {"last", exit.getLast()}});
  }
  for (auto [result, info, object] : llvm::zip(
           built, descriptor.getTiers().getAsRange<TierInfoAttr>(), tiers)) {
    json::Object &tier = *object.getAsObject();
    if (result.hasSharedLibrary)
      tier["library"] = TierNames(descriptor, info).library;
    if (result.sizes)
      tier["library_bytes"] = describeSizes(*result.sizes);
  }
  for (StringRef label : descriptor.getLabels().getAsValueRange<StringAttr>())
    labels.push_back(label);
  std::string hash;
  llvm::raw_string_ostream(hash)
      << llvm::format("%016llx", (unsigned long long)descriptor.getHash());
  json::Object object{{"format", 1},
                      {"name", descriptor.getSymName()},
                      {"hash", hash},
                      {"labels", std::move(labels)},
                      {"tiers", std::move(tiers)},
                      {"exits", std::move(exits)}};
  if (table.hasGroups) {
    json::Array members;
    for (auto [name, count] : llvm::zip(table.names, table.members))
      members.push_back(json::Object{{"tier", name}, {"count", count}});
    object["members"] = std::move(members);
  }
  return object;
}

static std::string print(json::Object object) {
  std::string text;
  llvm::raw_string_ostream(text)
      << llvm::formatv("{0:2}\n", json::Value(std::move(object)));
  return text;
}

OutputFile ddnn::emitManifest(DescriptorOp descriptor,
                              ArrayRef<BuiltTier> built,
                              const ReportContext &context) {
  json::Object manifest = describeDeployment(descriptor, built);
  manifest["command"] = json::Array(context.command);
  manifest["directory"] = context.directory;
  manifest["model"] = context.model;
  return {"manifest.json", print(std::move(manifest))};
}

/// Adds the seconds that tiers, links and exits are expected to take.
static void addExpectation(json::Object &report, const Expectation &expectation,
                           DescriptorOp descriptor) {
  json::Array &tiers = *report.getArray("tiers");
  for (auto [i, seconds] : llvm::enumerate(expectation.tiers))
    (*tiers[i].getAsObject())["expected_seconds"] = seconds;
  for (auto [i, seconds] : llvm::enumerate(expectation.links))
    (*tiers[i].getAsObject())["expected_link_seconds"] = seconds;
  json::Array &exits = *report.getArray("exits");
  for (auto [i, seconds] : llvm::enumerate(expectation.exits))
    (*exits[i].getAsObject())["expected_seconds"] = seconds;
  if (expectation.mean)
    report["expected_mean_seconds"] = *expectation.mean;
}

/// "measured times of 'device' and 'edge', "; empty where nothing is measured.
static std::string describeSources(ModuleOp module) {
  SmallVector<std::string> names;
  for (auto tier : module.getOps<TierOp>())
    if (tier.getSpec().getProfile())
      names.push_back(("'" + tier.getSymName() + "'").str());
  if (names.empty())
    return "";
  return "measured times of layers on " + llvm::join(names, ", ") + ", ";
}

/// What `ddnn-recognize-binary` has noted; prints it where there is something.
static json::Array describeBinaryBlocks(ModuleOp module,
                                        llvm::raw_ostream &os) {
  json::Array array;
  auto blocks = module->getAttrOfType<ArrayAttr>(kBinaryBlocksAttr);
  if (!blocks)
    return array;
  size_t width = 0;
  for (auto block : blocks.getAsRange<BinaryBlockAttr>())
    width = std::max(width, block.getNode().size());
  os << "\nBinarized blocks\n";
  for (auto block : blocks.getAsRange<BinaryBlockAttr>()) {
    os << "  "
       << llvm::left_justify(block.getNode(), std::min<size_t>(width, 40))
       << "  " << (block.getIsBinary() ? "" : "stays float: ")
       << block.getWhat() << "\n";
    array.push_back(json::Object{{"node", block.getNode()},
                                 {"binary", block.getIsBinary()},
                                 {"what", block.getWhat()}});
  }
  return array;
}

/// What a place of a group sends to whom, and what it waits for.
static void printPlace(DescriptorOp descriptor, TierInfoAttr tier,
                       llvm::raw_ostream &os) {
  PlaceInfoAttr place = tier.getPlace();
  auto outputs = tier.getOutputs().getValue().take_back(tier.getLinks());
  for (auto [target, bytes] : getPayloads(tier)) {
    os << "  payload to "
       << llvm::left_justify(getPlaceName(descriptor, target), 10)
       << llvm::format("%14lld bytes:", bytes);
    for (auto [output, to] : llvm::zip(outputs, place.getTargets())) {
      auto t = cast<TensorInfoAttr>(output);
      if (to == target)
        os << " " << t.getName() << " [" << spellShape(t.getType()) << "] as "
           << stringifyEncoding(t.getEncoding());
    }
    os << "\n";
  }
  for (auto source : place.getSources().getAsRange<SourceAttr>())
    os << "  gets parts of "
       << llvm::left_justify(getPlaceName(descriptor, source.getPlace()), 10)
       << " missing: " << stringifyMissing(source.getMissing()) << "\n";
}

/// Bytes that a sample takes from each member, DDNN paper, equation (1): always
/// what goes to the aggregator, and the features of those that go on.
static void printTraffic(DescriptorOp descriptor, llvm::raw_ostream &os) {
  bool isFirst = true;
  for (auto tier : descriptor.getTiers().getAsRange<TierInfoAttr>()) {
    auto payloads = getPayloads(tier);
    PlaceAttr own = tier.getPlace().getPlace();
    if (payloads.size() != 2 ||
        payloads[0].first.getTier() != own.getTier() + 1)
      continue;
    int64_t joinsAt = payloads[0].first.getTier();
    StringRef exit;
    for (auto info : descriptor.getExits().getAsRange<ExitInfoAttr>())
      if (info.getTier() == joinsAt)
        exit = info.getName();
    if (isFirst)
      os << "\nBytes of a sample that comes to a place, l: the part of them "
            "that "
            "leaves\n";
    isFirst = false;
    os << "  " << llvm::left_justify(tier.getName(), 10)
       << llvm::format(" %lld + (1 - l) * %lld", payloads[0].second,
                       payloads[1].second)
       << ", leaving at '" << exit << "'\n";
  }
}

std::vector<OutputFile> ddnn::emitReport(ModuleOp module,
                                         DescriptorOp descriptor,
                                         ArrayRef<BuiltTier> built,
                                         const ReportContext &context) {
  std::string text;
  llvm::raw_string_ostream os(text);
  os << "Model " << descriptor.getSymName() << ", deployment "
     << llvm::format("%016llx", (unsigned long long)descriptor.getHash())
     << "\n"
     << llvm::join(context.command, " ") << "\n\n";
  auto tiers = descriptor.getTiers().getAsRange<TierInfoAttr>();
  for (auto [i, tier] : llvm::enumerate(tiers)) {
    os << "Tier " << tier.getName() << "\n"
       << llvm::format("  FLOPs per sample      %12lld\n", tier.getFlops())
       << llvm::format("  weights               %12lld bytes\n",
                       tier.getWeights());
    if (tier.getWinogradWeights())
      os << llvm::format("    more by Winograd    %12lld bytes\n",
                         tier.getWinogradWeights());
    os << llvm::format("  arena                 %12lld bytes "
                       "(lower bound %lld, peak of live buffers)\n",
                       tier.getArena(), tier.getArenaLowerBound());
    if (tier.getPools())
      for (auto pool : tier.getPools().getAsRange<PoolAttr>())
        os << "    " << llvm::left_justify(("in " + pool.getName()).str(), 18)
           << llvm::format("%14lld of %lld bytes\n", pool.getUsed(),
                           pool.getCapacity());
    if (tier.getWinogradScratch())
      os << llvm::format("    scratch of Winograd %12lld bytes\n",
                         tier.getWinogradScratch());
    if (tier.getPlace()) {
      printPlace(descriptor, tier, os);
    } else if (tier.getLinks()) {
      os << llvm::format("  offload payload       %12lld bytes:",
                         getPayload(tier));
      auto outputs = tier.getOutputs().getAsRange<TensorInfoAttr>();
      for (auto t : llvm::drop_begin(outputs, tier.getOutputs().size() -
                                                  tier.getLinks()))
        os << " " << t.getName() << " [" << spellShape(t.getType()) << "] as "
           << stringifyEncoding(t.getEncoding());
      os << "\n";
    } else {
      os << "  offload payload                  none, the last tier\n";
    }
    if (i < built.size() && built[i].sizes)
      printSizes(*built[i].sizes, os);
    os << "  operators\n";
    for (StringRef op : tier.getOperators().getAsValueRange<StringAttr>())
      os << "    " << op << "\n";
    os << "\n";
  }
  os << "Exits\n";
  TierList table(descriptor);
  for (auto exit : descriptor.getExits().getAsRange<ExitInfoAttr>()) {
    os << "  " << llvm::left_justify(exit.getName(), 20) << " on "
       << llvm::left_justify(table.names[exit.getTier()], 10) << " "
       << exit.getClasses() << " classes, " << stringifyScores(exit.getScores())
       << ", ";
    if (exit.getLast())
      os << "always answers\n";
    else
      os << "leaves at " << stringifyCriterion(exit.getCriterion())
         << " <= " << llvm::format("%g", exit.getThreshold().getValueAsDouble())
         << "\n";
  }
  if (table.hasGroups)
    printTraffic(descriptor, os);
  json::Array blocks = describeBinaryBlocks(module, os);
  Expectation expectation = getExpectation(module, descriptor);
  std::string expected = describeExpectation(expectation, descriptor);
  if (!expected.empty())
    os << "\nExpected, from " << describeSources(module)
       << "the stated speeds and links\n"
       << expected;
  auto placement = module->getAttrOfType<PlacementAttr>(kPlacementAttr);
  if (placement)
    os << "\nPlacement\n"
       << describePlacement(placement, getExitNames(descriptor));
  if (!context.notes.empty()) {
    os << "\nNotes\n";
    for (const std::string &note : context.notes)
      os << "  " << note << "\n";
  }

  json::Object report = describeDeployment(descriptor, built);
  addExpectation(report, expectation, descriptor);
  report["command"] = llvm::join(context.command, " ");
  report["binary_blocks"] = std::move(blocks);
  report["expectation"] = expected;
  if (placement)
    report["placement"] = getPlacementJson(placement, getExitNames(descriptor));
  report["notes"] = json::Array(context.notes);
  return {{"report.txt", text}, {"report.json", print(std::move(report))}};
}
