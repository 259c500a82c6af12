//===- Resolve.cpp - Tiers, inputs, labels and cuts -----------------------===//
//
// Part of ddnnc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Resolver.h"
#include "ddnn/Analysis/Graph.h"
#include "ddnn/Analysis/VectorTarget.h"
#include "ddnn/Deployment/Quantity.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/Support/Path.h"
#include <cmath>

using namespace mlir;
using namespace ddnn;

/// Sets a field from what was parsed, or reports why it could not be.
template <typename T>
void Resolver::assign(T &field, llvm::Expected<T> value, const Origin &origin) {
  if (value)
    field = *value;
  else
    problem(origin) << llvm::toString(value.takeError());
}

InFlightDiagnostic Resolver::problem(const Origin &origin) {
  hasProblems = true;
  InFlightDiagnostic diagnostic = emitError(origin.loc);
  if (!origin.what.empty())
    diagnostic << origin.what << ": ";
  return diagnostic;
}

Origin Resolver::fromSpec(const SpecText &text) {
  return {Level::spec, spec->getLoc(module.getContext(), text), ""};
}

Origin Resolver::fromCommandLine(const Twine &option) {
  return {Level::commandLine, module.getLoc(), option.str()};
}

Origin Resolver::fromMetadata(StringRef key) {
  return {Level::metadata, module.getLoc(), ("metadata '" + key + "'").str()};
}

StringRef Resolver::getMetadata(StringRef key) const {
  auto text = metadata ? metadata.getAs<StringAttr>(key) : StringAttr();
  return text ? text.getValue() : StringRef();
}

static std::vector<std::string> splitList(StringRef text) {
  std::vector<std::string> items;
  SmallVector<StringRef> parts;
  text.split(parts, ',');
  for (StringRef part : parts)
    items.push_back(part.trim().str());
  return items;
}

//===----------------------------------------------------------------------===//
// Tiers
//===----------------------------------------------------------------------===//

TierSpec ddnn::getDefaultTier(StringRef name, size_t index, size_t count) {
  enum class Kind { device, edge, cloud };
  auto is = [&](std::initializer_list<StringRef> names) {
    return llvm::is_contained(names, name);
  };
  Kind kind;
  if (is({"device"}))
    kind = Kind::device;
  else if (is({"edge", "gateway", "fog"}))
    kind = Kind::edge;
  else if (is({"cloud", "server"}))
    kind = Kind::cloud;
  else
    kind = index == 0           ? Kind::device
           : index + 1 == count ? Kind::cloud
                                : Kind::edge;
  TierSpec tier;
  tier.name = name.str();
  switch (kind) {
  case Kind::device: // a small board on a wireless link
    tier.flops = 1e8;
    tier.bandwidth = 1.25e6;
    tier.latency = 5e-3;
    tier.power = 2.0;
    tier.linkEnergy = 8e-7;
    break;
  case Kind::edge: // a gateway on a wired uplink
    tier.flops = 1e10;
    tier.bandwidth = 1.25e7;
    tier.latency = 1e-2;
    tier.power = 15.0;
    tier.linkEnergy = 4e-7;
    break;
  case Kind::cloud: // a server within a data centre
    tier.flops = 1e12;
    tier.bandwidth = 1.25e8;
    tier.latency = 1e-3;
    tier.power = 200.0;
    tier.linkEnergy = 8e-8;
    break;
  }
  return tier;
}

std::optional<size_t> Resolver::findTier(StringRef name) const {
  for (auto [i, tier] : llvm::enumerate(deployment.tiers))
    if (tier.name == name || tier.getTierName() == name)
      return i;
  return std::nullopt;
}

void Resolver::listTiers(InFlightDiagnostic &diagnostic) const {
  std::string names;
  for (const TierSpec &tier : deployment.tiers)
    if (tier.member == 0)
      names += (names.empty() ? "'" : ", '") + tier.getTierName() + "'";
  diagnostic.attachNote() << "the tiers are " << names
                          << "; --tiers names others";
}

/// A tier's name becomes a folder, a C identifier and a topic.
static bool isTierName(StringRef name) {
  return !name.empty() && llvm::isAlpha(name.front()) &&
         llvm::all_of(name, [](char c) {
           return llvm::isAlnum(c) || c == '_' || c == '-';
         });
}

/// The CPU that a cross compiler stands for where nobody names one; empty, the
/// machine that compiles, for all others.
static std::string getCpuOfCompiler(StringRef cc) {
  StringRef name = llvm::sys::path::filename(cc);
  if (name.starts_with("aarch64-"))
    return "aarch64";
  if (name.starts_with("x86_64-"))
    return "generic";
  if (name.starts_with("arm-none-eabi-"))
    return "cortex-m0"; // what all of them run
  return "";
}

/// "device" or "device:6".
Resolver::NamedTier Resolver::parseTier(StringRef text, const Origin &origin) {
  auto [name, members] = text.split(':');
  NamedTier tier = {name.trim().str(), members.trim().str(), origin, origin};
  if (text.contains(':') && tier.members.empty())
    tier.members = "''";
  return tier;
}

/// How many members a tier has, 1 where nobody says more.
int64_t Resolver::readMembers(const NamedTier &tier) {
  if (tier.members.empty())
    return 1;
  int64_t count;
  if (!StringRef(tier.members).getAsInteger(10, count) && count >= 1 &&
      count <= kMaxMembers)
    return count;
  problem(tier.membersOrigin)
      << "tier '" << tier.name << "' has 1 to " << kMaxMembers
      << " members, not " << tier.members;
  return 1;
}

/// Adds a tier's members, and checks their names.
void Resolver::addTier(const NamedTier &named, llvm::StringSet<> &seen) {
  if (!isTierName(named.name)) {
    problem(named.origin) << "'" << named.name
                          << "' cannot name a tier: a letter, then letters, "
                             "digits, '_' and '-'";
    return;
  }
  if (!seen.insert(named.name).second) {
    problem(named.origin) << "tier '" << named.name << "' is named twice";
    return;
  }
  int64_t count = readMembers(named);
  for (int64_t i = 0; i < count; ++i) {
    TierSpec tier;
    tier.name = named.name;
    if (count > 1) {
      tier.name += std::to_string(i);
      tier.tier = named.name;
      tier.member = i;
      if (!seen.insert(tier.name).second) {
        problem(named.origin)
            << "member " << i << " of tier '" << named.name << "' is '"
            << tier.name << "', but so is another tier";
        return;
      }
    }
    deployment.tiers.push_back(tier);
  }
}

/// Names the tiers, by whoever has the highest say.
void Resolver::resolveTiers() {
  std::vector<NamedTier> names;
  StringRef fromModel = getMetadata("ddnn.tiers");
  if (!options.tiers.empty()) {
    tiersLevel = Level::commandLine;
    for (std::string &name : splitList(options.tiers))
      names.push_back(
          parseTier(name, fromCommandLine("--tiers=" + options.tiers)));
  } else if (spec && !spec->tiers.empty()) {
    tiersLevel = Level::spec;
    for (const SpecTier &tier : spec->tiers)
      names.push_back(
          {tier.name.text, "", fromSpec(tier.name), fromSpec(tier.name)});
  } else if (!fromModel.empty()) {
    tiersLevel = Level::metadata;
    for (std::string &name : splitList(fromModel))
      names.push_back(parseTier(name, fromMetadata("ddnn.tiers")));
  } else {
    // One for each exit: device, edge, edge2, ..., cloud.
    size_t count = deployment.exits.size();
    for (size_t i = 0; i < count; ++i) {
      std::string name = i == 0           ? "device"
                         : i + 1 == count ? "cloud"
                         : i == 1         ? "edge"
                                          : "edge" + std::to_string(i);
      names.push_back(parseTier(name, fromCommandLine("--tiers")));
    }
  }

  llvm::StringSet<> seen;
  for (NamedTier &named : names) {
    if (spec && named.members.empty())
      for (const SpecTier &given : spec->tiers)
        if (given.name.text == named.name && given.members.isGiven()) {
          named.members = given.members.text;
          named.membersOrigin = fromSpec(given.members);
        }
    addTier(named, seen);
  }
}

bool Resolver::isAggregator(size_t place) const {
  return place > 0 && deployment.tiers[place].tier.empty() &&
         !deployment.tiers[place - 1].tier.empty() &&
         deployment.tiers[place - 1].target != "none";
}

/// Checks which tiers may have several members.
void Resolver::checkMembers() {
  std::vector<TierSpec> &tiers = deployment.tiers;
  size_t count = 0;
  for (auto [i, tier] : llvm::enumerate(tiers)) {
    count += tier.member == 0;
    Origin origin = fromCommandLine("tier '" + Twine(tier.getTierName()) + "'");
    bool isFirst = tier.member == 0;
    if (!isFirst && (tier.target == "none") != (tiers[i - 1].target == "none"))
      problem(origin) << "all of its members compute, or none of them does";
    bool isLast = i + 1 == tiers.size() || tiers[i + 1].tier != tier.tier;
    if (tier.tier.empty() || !isLast || tier.target == "none")
      continue;
    if (i + 1 == tiers.size())
      problem(origin) << "has " << tier.member + 1
                      << " members; behind it there has to be a tier of one "
                         "that joins what they send, and another one behind "
                         "that, as in --tiers=device:6,local,cloud";
    else if (!tiers[i + 1].tier.empty())
      problem(origin) << "has several members, and so has '"
                      << tiers[i + 1].tier
                      << "' behind it; a tier of one has to be between them, "
                         "as in --tiers=device:6,local,edge:2,area,cloud";
    else if (i + 2 == tiers.size())
      problem(origin) << "has several members, and '" << tiers[i + 1].name
                      << "' joins their scores and nothing else; name the tier "
                         "that goes on behind it, as in "
                         "--tiers=device:6,local,cloud";
  }
  if (count > size_t(kMaxTiers))
    problem(fromCommandLine("--tiers"))
        << "there are " << count << " tiers; the runtime has room for "
        << kMaxTiers;
}

/// Puts a tier that computes nothing in front if the sensor is on none of the
/// tiers that compute.
void Resolver::addRemoteSource() {
  if (deployment.tiers.empty())
    return;
  std::string source;
  Origin origin = fromCommandLine("");
  if (spec)
    for (const SpecInput &input : spec->inputs) {
      if (!input.source.isGiven())
        continue;
      std::optional<size_t> place = findTier(input.source.text);
      std::string tier =
          place ? deployment.tiers[*place].getTierName() : input.source.text;
      if (!source.empty() && source != tier) {
        problem(fromSpec(input.source))
            << "input '" << input.name.text << "' comes from tier '" << tier
            << "' but another one from '" << source
            << "'; all inputs of a network come from one tier";
        return;
      }
      source = tier;
      origin = fromSpec(input.source);
    }
  if (source.empty()) {
    // A lone server has no camera.
    static constexpr StringLiteral remote[] = {"edge", "gateway", "fog",
                                               "cloud", "server"};
    if (findTier("device") ||
        !llvm::is_contained(remote,
                            StringRef(deployment.tiers.front().getTierName())))
      return;
    source = "device";
  }
  std::optional<size_t> place = findTier(source);
  if (place && *place == 0)
    return;
  if (place) {
    problem(origin) << "the input comes from tier '" << source
                    << "', but tier '" << deployment.tiers.front().name
                    << "' stands before it; data only moves to later tiers";
    return;
  }
  if (!isTierName(source)) {
    problem(origin) << "'" << source << "' cannot name a tier";
    return;
  }
  TierSpec tier;
  tier.name = source;
  deployment.tiers.insert(deployment.tiers.begin(), tier);
  relays = 1;
}

void Resolver::applySpecTier(TierSpec &tier, const SpecTier &given) {
  if (given.target.isGiven())
    tier.target = given.target.text;
  if (given.cpu.isGiven())
    tier.cpu = given.cpu.text;
  if (given.cc.isGiven())
    tier.cc = given.cc.text;
  if (given.cflags.isGiven())
    tier.cflags = given.cflags.text;
  if (given.memory.bytes.isGiven())
    assign(tier.memory.bytes, parseMemory(given.memory.bytes.text),
           fromSpec(given.memory.bytes));
  for (const SpecPool &pool : given.memory.pools)
    if (llvm::Error error =
            addPool(tier.memory, pool.name.text, pool.size.text))
      problem(fromSpec(pool.name)) << llvm::toString(std::move(error));
  if (given.threads.isGiven())
    assign(tier.threads, parseThreads(given.threads.text),
           fromSpec(given.threads));
  if (given.trusted.isGiven())
    assign(tier.trusted, parseBool(given.trusted.text),
           fromSpec(given.trusted));
  if (given.flops.isGiven())
    assign(tier.flops, parseFlops(given.flops.text), fromSpec(given.flops));
  if (given.bandwidth.isGiven())
    assign(tier.bandwidth, parseBandwidth(given.bandwidth.text),
           fromSpec(given.bandwidth));
  if (given.latency.isGiven())
    assign(tier.latency, parseDuration(given.latency.text),
           fromSpec(given.latency));
  if (given.power.isGiven())
    assign(tier.power, parsePower(given.power.text), fromSpec(given.power));
  if (given.linkEnergy.isGiven())
    assign(tier.linkEnergy, parseLinkEnergy(given.linkEnergy.text),
           fromSpec(given.linkEnergy));
}

void Resolver::applyOptions(TierSpec &tier) {
  auto text = [&](std::string &field, StringRef name,
                  ArrayRef<std::string> values) {
    if (auto value = TierValues(name, values).get(tier.name, tier.tier))
      field = *value;
  };
  auto quantity = [&](auto &field, auto parse, StringRef name,
                      ArrayRef<std::string> values) {
    TierValues tierValues(name, values);
    auto value = tierValues.get(tier.name, tier.tier);
    if (!value)
      return;
    // What is wrong for all tiers is said once.
    std::string text = tierValues.describe(tier.name, tier.tier);
    auto parsed = parse(*value);
    if (!parsed && !reportedOptions.insert(text).second)
      return llvm::consumeError(parsed.takeError());
    assign(field, std::move(parsed), fromCommandLine(text));
  };
  text(tier.target, "target", options.targets);
  text(tier.cpu, "target-cpu", options.targetCpu);
  text(tier.cc, "cc", options.compilers);
  std::string flags =
      TierValues("cflags", options.cflags).getJoined(tier.name, tier.tier);
  if (!flags.empty())
    tier.cflags = flags;
  quantity(tier.flops, parseFlops, "flops", options.flops);
  quantity(tier.bandwidth, parseBandwidth, "bandwidth", options.bandwidth);
  quantity(tier.latency, parseDuration, "latency", options.latency);
  quantity(tier.memory, parseTierMemory, "memory", options.memory);
  quantity(tier.threads, parseThreads, "threads", options.threads);
  quantity(tier.power, parsePower, "power", options.power);
  quantity(tier.linkEnergy, parseLinkEnergy, "link-energy", options.linkEnergy);
}

/// Fills in what is known of each tier beside its name.
void Resolver::describeTiers() {
  std::vector<std::string> names;
  size_t count = llvm::count_if(
      deployment.tiers, [](const TierSpec &tier) { return tier.member == 0; });
  size_t number = 0;
  TierSpec described; // the tier without options, which may name a member
  for (auto [i, tier] : llvm::enumerate(deployment.tiers)) {
    if (tier.member == 0) {
      described = getDefaultTier(tier.getTierName(), number++, count);
      names.push_back(tier.getTierName());
      if (spec)
        for (const SpecTier &given : spec->tiers)
          if (given.name.text == tier.getTierName())
            applySpecTier(described, given);
    }
    described.name = tier.name;
    described.tier = tier.tier;
    described.member = tier.member;
    tier = described;
    names.push_back(tier.name);
    applyOptions(tier);
    if (tier.cpu.empty())
      tier.cpu = getCpuOfCompiler(tier.cc);
    if (i < relays)
      tier.target = "none";
    Origin origin = fromCommandLine("tier '" + tier.name + "'");
    // What is wrong with all members is said of the first.
    const TierSpec *before = tier.member ? &deployment.tiers[i - 1] : nullptr;
    auto isNew = [&](auto field) {
      return !before || before->*field != tier.*field;
    };
    static constexpr StringLiteral targets[] = {"c", "opencl", "cuda", "none"};
    if (!llvm::is_contained(targets, StringRef(tier.target)) &&
        isNew(&TierSpec::target))
      problem(origin) << "unknown target '" << tier.target
                      << "'; there are c, opencl, cuda and none";
    if (tier.threads > 1 && !getVectorTarget(tier.cpu).hasThreads &&
        (isNew(&TierSpec::threads) || isNew(&TierSpec::cpu)))
      problem(origin) << tier.threads << " threads, but " << tier.cpu
                      << " has none";
    if (tier.target != "none")
      continue;
    if (i > relays || number == count)
      problem(origin) << "only tiers in front of all that compute can have "
                         "the target none";
    else
      relays = i + 1;
  }
  if (!deployment.tiers.empty() && !deployment.tiers.front().trusted)
    problem(fromCommandLine("tier '" + deployment.tiers.front().getTierName() +
                            "'"))
        << "is not trusted, but the input comes from it";

  std::pair<StringRef, ArrayRef<std::string>> perTier[] = {
      {"target", options.targets},      {"target-cpu", options.targetCpu},
      {"cc", options.compilers},        {"cflags", options.cflags},
      {"flops", options.flops},         {"latency", options.latency},
      {"bandwidth", options.bandwidth}, {"memory", options.memory},
      {"threads", options.threads},     {"profile-in", options.profiles},
      {"power", options.power},         {"link-energy", options.linkEnergy}};
  for (auto &[option, values] : perTier)
    for (std::string &text : TierValues(option, values).getUnknown(names)) {
      InFlightDiagnostic diagnostic = problem(fromCommandLine(text));
      diagnostic << "there is no such tier";
      listTiers(diagnostic);
    }
}

//===----------------------------------------------------------------------===//
// Inputs
//===----------------------------------------------------------------------===//

void Resolver::resolveInput(InputSpec &input, const SpecInput &given,
                            Type type) {
  if (given.raw.isGiven()) {
    if (given.raw.text == "u8")
      input.isRaw = true;
    else
      problem(fromSpec(given.raw))
          << "raw input is u8, not '" << given.raw.text << "'";
  }
  if (given.layout.isGiven()) {
    if (given.layout.text == "chw")
      input.layout = InputSpec::Layout::chw;
    else if (given.layout.text != "hwc")
      problem(fromSpec(given.layout))
          << "layout '" << given.layout.text << "' is neither hwc nor chw";
  }
  if (given.scale.isGiven()) {
    assign(input.scale, parseNumber(given.scale.text), fromSpec(given.scale));
    if (input.scale == 0.0)
      problem(fromSpec(given.scale)) << "scale must not be 0";
  }
  auto readAll = [&](std::vector<double> &values,
                     const std::vector<SpecText> &texts) {
    for (const SpecText &text : texts)
      assign(values.emplace_back(0.0), parseNumber(text.text), fromSpec(text));
  };
  readAll(input.mean, given.mean);
  readAll(input.std, given.std);
  for (auto [value, text] : llvm::zip(input.std, given.std))
    if (!(value > 0.0))
      problem(fromSpec(text)) << "a standard deviation is greater than 0";

  if (given.blank.isGiven())
    assign(input.blank.emplace(0.0), parseNumber(given.blank.text),
           fromSpec(given.blank));
  if (input.isRaw && input.blank &&
      !(*input.blank >= 0.0 && *input.blank <= 255.0 &&
        *input.blank == std::floor(*input.blank)))
    problem(fromSpec(given.blank))
        << "a blank view of raw input is a byte, 0 to 255, not "
        << given.blank.text;

  if (!input.isRaw) {
    if (given.layout.isGiven() || given.scale.isGiven() ||
        !given.mean.empty() || !given.std.empty())
      problem(fromSpec(given.name))
          << "layout, scale, mean and std describe raw input; say raw: u8";
    return;
  }
  auto tensor = dyn_cast<RankedTensorType>(type);
  if (!tensor || tensor.getRank() != 4 || !tensor.hasStaticShape() ||
      tensor.getDimSize(0) != 1 || !isa<FloatType>(tensor.getElementType())) {
    problem(fromSpec(given.name))
        << "raw camera input needs a network input of shape 1xCxHxW, but '"
        << input.name << "' is " << type;
    return;
  }
  auto checkCount = [&](StringRef key, const std::vector<SpecText> &texts) {
    if (texts.size() > 1 && int64_t(texts.size()) != tensor.getDimSize(1))
      problem(fromSpec(texts.front()))
          << "'" << input.name << "' has " << tensor.getDimSize(1)
          << " channels, but " << key << " has " << texts.size() << " values";
  };
  checkCount("mean", given.mean);
  checkCount("std", given.std);
}

void Resolver::resolveInputs() {
  std::string names;
  for (unsigned i = 0; i < main.getNumArguments(); ++i) {
    InputSpec input;
    auto name = main.getArgAttrOfType<StringAttr>(i, kNameAttr);
    input.name = name ? name.str() : "input" + std::to_string(i);
    if (!deployment.tiers.empty())
      input.source = deployment.tiers.front().getTierName();
    names += (names.empty() ? "'" : ", '") + input.name + "'";
    deployment.inputs.push_back(input);
  }
  size_t members = llvm::count_if(deployment.tiers, [&](const TierSpec &tier) {
    return !tier.tier.empty() && tier.tier == deployment.tiers.front().tier;
  });
  resolveCopies(members);
  if (deployment.inputs.size() < members && !deployment.copies)
    problem(fromCommandLine("tier '" + deployment.tiers.front().tier + "'"))
        << "has " << members << " members, but the network only "
        << deployment.inputs.size() << " inputs for them: " << names;
  if (!spec)
    return;
  llvm::StringSet<> seen;
  for (const SpecInput &given : spec->inputs) {
    auto found = llvm::find_if(deployment.inputs, [&](const InputSpec &input) {
      return input.name == given.name.text;
    });
    if (found == deployment.inputs.end()) {
      InFlightDiagnostic diagnostic = problem(fromSpec(given.name));
      diagnostic << "there is no input '" << given.name.text << "'";
      diagnostic.attachNote() << "the network's inputs are " << names;
      continue;
    }
    if (!seen.insert(found->name).second) {
      problem(fromSpec(given.name))
          << "input '" << found->name << "' is described twice";
      continue;
    }
    std::optional<size_t> place = findTier(given.source.text);
    if (place && !deployment.tiers[*place].tier.empty() &&
        deployment.tiers[*place].name == given.source.text)
      found->member = given.source.text;
    resolveInput(*found, given,
                 main.getArgumentTypes()[found - deployment.inputs.begin()]);
  }
}

//===----------------------------------------------------------------------===//
// Labels and cuts
//===----------------------------------------------------------------------===//

void Resolver::resolveLabels() {
  Origin origin = fromMetadata("ddnn.labels");
  if (spec && !spec->labels.empty()) {
    origin = fromSpec(spec->labels.front());
    for (const SpecText &label : spec->labels)
      deployment.labels.push_back(label.text);
  } else if (StringRef text = getMetadata("ddnn.labels"); !text.empty()) {
    deployment.labels = splitList(text);
  }
  if (deployment.labels.empty())
    return;
  for (const ExitSpec &exit : deployment.exits) {
    int64_t classes = outputs[exit.output].classes;
    if (classes != int64_t(deployment.labels.size()))
      problem(origin) << "there are " << deployment.labels.size()
                      << " labels, but exit '" << exit.name << "' has "
                      << classes << " classes";
  }
}

void Resolver::resolveCuts() {
  Origin origin = fromCommandLine("--cut");
  if (!options.cuts.empty()) {
    for (StringRef text : options.cuts)
      for (std::string &cut : splitList(text))
        deployment.cuts.push_back(cut);
  } else if (spec && !spec->cuts.empty()) {
    origin = fromSpec(spec->cuts.front());
    for (const SpecText &cut : spec->cuts)
      deployment.cuts.push_back(cut.text);
  }
  // A tier that only sends the input on is cut off right behind it.
  // Nothing is cut off behind an aggregator.
  size_t computing = 0;
  for (size_t i = relays; i < deployment.tiers.size(); ++i)
    computing += deployment.tiers[i].member == 0 && !isAggregator(i);
  if (deployment.cuts.empty() || deployment.cuts.size() < computing)
    return;
  InFlightDiagnostic diagnostic = problem(origin);
  diagnostic << deployment.cuts.size() << " cuts for " << computing
             << " tiers that compute; there is one boundary less than tiers";
  if (deployment.hasGroups())
    diagnostic << ", aggregators not counted";
  listTiers(diagnostic);
}

void Resolver::resolveSignOfZero() {
  Origin origin = fromCommandLine("--sign-of-zero=" + options.signOfZero);
  StringRef choice = options.signOfZero;
  if (choice.empty() && spec && spec->signOfZero.isGiven()) {
    origin = fromSpec(spec->signOfZero);
    choice = spec->signOfZero.text;
  }
  deployment.isSignOfZeroPlus = choice == "plus";
  if (!choice.empty() && choice != "plus" && choice != "exact")
    problem(origin) << "the sign of zero is exact (0, as ONNX Sign says) or "
                       "plus (+1, which makes it a bit), not '"
                    << choice << "'";
}

//===----------------------------------------------------------------------===//
// Deployment
//===----------------------------------------------------------------------===//

LogicalResult Resolver::run() {
  main = getGraph(module);
  if (!main)
    return module.emitError("has no function @main of one block to deploy");
  metadata = module->getAttrOfType<DictionaryAttr>("ddnn.metadata");
  if (!options.spec.empty()) {
    spec = readSpecFile(options.spec, module.getContext());
    if (!spec)
      return failure();
  }
  readOutputs();
  readExitRequests();
  resolveExits();
  applyExitOptions();
  resolveTiers();
  addRemoteSource();
  describeTiers();
  checkMembers();
  if (!deployment.tiers.empty())
    placeExits();
  resolveProfiles();
  resolveInputs();
  resolveLabels();
  resolveCuts();
  resolveSignOfZero();
  resolveMissing();
  checkCopies();
  resolvePlacement();
  return failure(hasProblems);
}

bool Deployment::hasGroups() const {
  return llvm::any_of(tiers,
                      [](const TierSpec &tier) { return !tier.tier.empty(); });
}

LogicalResult Deployment::resolve(ModuleOp module,
                                  const DeploymentOptions &options) {
  *this = Deployment();
  return Resolver(*this, module, options).run();
}
