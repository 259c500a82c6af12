//===- ResolveMembers.cpp - What members are, and when they are missing ---===//
//
// Part of ddnnc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Resolver.h"

using namespace mlir;
using namespace ddnn;

std::optional<Missing> Resolver::parseMissing(StringRef text,
                                              const Origin &origin) {
  std::optional<Missing> missing = symbolizeMissing(text);
  if (!missing)
    problem(origin) << "a missing member cannot mean '" << text
                    << "'; use fail, zero, skip or blank";
  return missing;
}

/// For all that joins members, from the command line or the file.
void Resolver::resolveMissing() {
  Origin origin = fromCommandLine("--missing=" + options.missing);
  StringRef choice = options.missing;
  if (choice.empty() && spec && spec->missing.isGiven()) {
    origin = fromSpec(spec->missing);
    choice = spec->missing.text;
  }
  if (choice.empty())
    return;
  deployment.missing = parseMissing(choice, origin);
  if (deployment.missing && !deployment.copies &&
      main.getOps<AggregateOp>().empty())
    problem(origin) << "the network joins no members";
}

/// The first tier's part of a network with one input, for each of its members.
void Resolver::resolveCopies(size_t members) {
  for (const SpecTier &given :
       spec ? ArrayRef<SpecTier>(spec->tiers) : ArrayRef<SpecTier>()) {
    if (!given.aggregate.isGiven()) {
      for (const SpecText *text :
           {&given.missing,
            given.weights.empty() ? nullptr : &given.weights[0]})
        if (text && text->isGiven())
          problem(fromSpec(*text)) << "says something of copies of the "
                                      "network's first part; say aggregate: "
                                      "max or mean as well";
      continue;
    }
    Origin origin = fromSpec(given.aggregate);
    MemberCopies copies;
    copies.count = members;
    std::optional<AggregateKind> kind =
        symbolizeAggregateKind(given.aggregate.text);
    if (!kind) {
      problem(origin) << "members cannot be joined by '" << given.aggregate.text
                      << "'; use max or mean";
      continue;
    }
    copies.kind = *kind;
    if (given.missing.isGiven())
      copies.missing = parseMissing(given.missing.text, fromSpec(given.missing))
                           .value_or(Missing::fail);
    for (const SpecText &file : given.weights)
      copies.weights.push_back(file.text);
    if (members < 2 || deployment.tiers.front().tier != given.name.text)
      problem(origin) << "'" << given.name.text
                      << "' is not the first tier, or has one member";
    else if (main.getNumArguments() != 1)
      problem(origin) << "the network has " << main.getNumArguments()
                      << " inputs; copies can be made of one with a single "
                         "input";
    else if (!copies.weights.empty() && copies.weights.size() != members - 1)
      problem(fromSpec(given.weights.front()))
          << copies.weights.size() << " files of weights for " << members
          << " members; each but the first needs one";
    else
      deployment.copies = std::move(copies);
  }
}

void Resolver::checkCopies() {
  // Where the last tier joins, members compute all of the network.
  bool hasTrunk = deployment.copies && deployment.tiers.size() >
                                           size_t(deployment.copies->count) + 1;
  if (hasTrunk && deployment.cuts.empty())
    problem(fromCommandLine("--cut"))
        << "copies of the network's first part end at a cut; say after which "
           "node";
}
