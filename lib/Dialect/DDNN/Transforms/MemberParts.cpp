//===- MemberParts.cpp - What the members of a tier may share out ---------===//
//
// Part of ddnnc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "MemberParts.h"
#include "llvm/ADT/SmallSet.h"

using namespace mlir;
using namespace ddnn;

DenseMap<Value, unsigned> ddnn::getFirstInputs(func::FuncOp func) {
  DenseMap<Value, unsigned> inputs;
  for (BlockArgument arg : func.getArguments())
    inputs[arg] = arg.getArgNumber();
  for (Operation &op : func.getBody().front()) {
    std::optional<unsigned> first;
    forEachUsedValue(&op, [&](Value value) {
      if (auto it = inputs.find(value); it != inputs.end())
        first = std::min(first.value_or(it->second), it->second);
    });
    if (first)
      for (Value result : op.getResults())
        inputs[result] = *first;
  }
  return inputs;
}

unsigned MemberParts::find(unsigned part) const {
  while (parts[part].parent != part)
    part = parts[part].parent;
  return part;
}

unsigned MemberParts::connect(unsigned a, unsigned b) {
  a = find(a);
  b = find(b);
  if (a == b)
    return a;
  // The earlier one goes on, whatever order they come in.
  if (std::pair(parts[b].firstInput, b) < std::pair(parts[a].firstInput, a))
    std::swap(a, b);
  contradiction |= parts[a].member && parts[b].member &&
                   *parts[a].member != *parts[b].member;
  if (!parts[a].member)
    parts[a].member = parts[b].member;
  parts[b].parent = a;
  --count;
  return a;
}

void MemberParts::addValue(Value value, unsigned firstInput) {
  if (!partOf.try_emplace(value, parts.size()).second)
    return;
  parts.push_back({unsigned(parts.size()), firstInput, std::nullopt});
  ++count;
}

void MemberParts::addOperation(Operation *op) {
  std::optional<unsigned> part;
  forEachUsedValue(op, [&](Value value) {
    if (auto it = partOf.find(value); it != partOf.end())
      part = part ? connect(*part, it->second) : find(it->second);
  });
  if (part)
    for (Value result : op->getResults())
      partOf[result] = *part;
}

OperationSet
MemberParts::addUnjoined(ArrayRef<Operation *> ops, unsigned members,
                         const DenseMap<Value, unsigned> &inputs,
                         llvm::function_ref<bool(Value)> enters,
                         llvm::function_ref<bool(Operation *)> isForced) {
  for (Operation *op : ops)
    forEachUsedValue(op, [&](Value value) {
      if (inputs.count(value) && enters(value))
        addValue(value, inputs.lookup(value));
    });
  OperationSet added;
  for (Operation *op : ops) {
    bool isKnown = true;
    forEachUsedValue(op, [&](Value value) {
      isKnown &= !inputs.count(value) || partOf.count(value);
    });
    MemberParts with = *this;
    with.addOperation(op);
    bool joins = with.count < std::min(members, count);
    if ((joins || !isKnown) && !isForced(op))
      continue;
    *this = std::move(with);
    added.insert(op);
  }
  return added;
}

void MemberParts::setMember(Value value, unsigned member) {
  Part &part = parts[find(partOf.lookup(value))];
  contradiction |= part.member && *part.member != member;
  part.member = member;
}

bool MemberParts::deal(unsigned members) {
  llvm::SmallSet<unsigned, 16> named;
  SmallVector<unsigned> open;
  for (unsigned i = 0; i < parts.size(); ++i) {
    if (parts[i].parent != i)
      continue;
    if (parts[i].member)
      named.insert(*parts[i].member);
    else
      open.push_back(i);
  }
  llvm::sort(open, [&](unsigned a, unsigned b) {
    return std::pair(parts[a].firstInput, a) <
           std::pair(parts[b].firstInput, b);
  });
  // Members that the deployment names inputs of have theirs.
  SmallVector<unsigned> free;
  for (unsigned member = 0; member < members; ++member)
    if (!named.contains(member))
      free.push_back(member);
  if (contradiction || open.size() < free.size())
    return false;
  for (auto [i, part] : llvm::enumerate(open))
    parts[part].member = free.empty() ? i * members / open.size()
                                      : free[i * free.size() / open.size()];
  return true;
}

std::optional<unsigned> MemberParts::getMember(Value value) const {
  auto it = partOf.find(value);
  return it == partOf.end() ? std::nullopt : parts[find(it->second)].member;
}
