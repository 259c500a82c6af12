//===- ScheduleCache.cpp - Schedules that were measured -------------------===//
//
// Part of ddnnc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ddnn/Analysis/ScheduleCache.h"
#include "ddnn/Analysis/VectorTarget.h"
#include "ddnn/Support/Json.h"
#include "mlir/IR/Builders.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/TargetParser/Host.h"

using namespace mlir;
using namespace ddnn;
namespace json = llvm::json;

/// Of what the keys mean; another version is another file.
static constexpr int64_t kVersion = 1;

static std::string joinSizes(ArrayRef<int64_t> sizes) {
  std::string text;
  for (int64_t size : sizes)
    text += (text.empty() ? "" : "x") + std::to_string(size);
  return text;
}

std::string ddnn::describeWindow(WindowOp op, StringRef cpu, int64_t threads,
                                 WinogradChoice choice) {
  if (op.getKind() != WindowKind::conv || op.isDense())
    return "";
  VectorTarget target = getVectorTarget(cpu);
  bool isHost = cpu.empty() || cpu == "native";
  return "conv " + joinSizes(op.getInputType().getShape()) + " > " +
         joinSizes(op.getInitType().getShape()) +
         (op.isPacked() ? " of bits" : "") + ", kernel " +
         joinSizes(op.getKernel()) + ", strides " + joinSizes(op.getStrides()) +
         ", pads " + joinSizes(op.getPads()) + ", dilations " +
         joinSizes(op.getDilations()) +
         (op.getGroups() ? ", groups " + std::to_string(*op.getGroups()) : "") +
         ", " + target.isa.str() + " of " +
         (isHost ? llvm::sys::getHostCPUName() : cpu).str() + ", " +
         std::to_string(threads) + " threads, " +
         (choice == WinogradChoice::off ? "exact" : "any") +
         (choice.maxError != WinogradChoice::kMaxError
              ? llvm::formatv(" within {0:e3}", choice.maxError).str()
              : "");
}

llvm::Expected<ScheduleCache> ScheduleCache::parse(StringRef text) {
  llvm::Expected<json::Value> value = parseJson(text);
  if (!value)
    return value.takeError();
  const json::Object *root = value->getAsObject();
  const json::Array *entries = root ? root->getArray("schedules") : nullptr;
  if (!entries || root->getString("kind") != StringRef("ddnnc schedules"))
    return llvm::createStringError("no schedules of ddnnc --autotune");
  if (root->getInteger("version") != kVersion)
    return llvm::createStringError("another version than " +
                                   std::to_string(kVersion));
  ScheduleCache cache;
  for (auto [i, entry] : llvm::enumerate(*entries)) {
    const json::Object *object = entry.getAsObject();
    auto get = [&](StringRef key) {
      return object ? object->getInteger(key) : std::nullopt;
    };
    auto window = object ? object->getString("window") : std::nullopt;
    auto pixels = get("pixels"), vectors = get("vectors"),
         winograd = get("winograd");
    // Whether it fits, only a window can say.
    if (!window || window->empty() || !pixels || !vectors || !winograd)
      return llvm::createStringError("schedule " + std::to_string(i) +
                                     " has no window, pixels, vectors or "
                                     "winograd");
    cache.set(*window, {*pixels, *vectors, *winograd, 0.0});
  }
  return cache;
}

std::string ScheduleCache::print() const {
  json::Array entries;
  for (const auto &[window, schedule] : schedules)
    entries.push_back(json::Object{{"window", window},
                                   {"pixels", schedule.pixels},
                                   {"vectors", schedule.vectors},
                                   {"winograd", schedule.winograd}});
  return llvm::formatv("{0:2}\n", json::Value(json::Object{
                                      {"kind", "ddnnc schedules"},
                                      {"version", kVersion},
                                      {"schedules", std::move(entries)}}))
      .str();
}

DictionaryAttr ScheduleCache::getAttr(MLIRContext *context) const {
  Builder builder(context);
  SmallVector<NamedAttribute> attrs;
  for (const auto &[window, schedule] : schedules)
    attrs.push_back(builder.getNamedAttr(
        window, builder.getDenseI64ArrayAttr(
                    {schedule.pixels, schedule.vectors, schedule.winograd})));
  return builder.getDictionaryAttr(attrs);
}
