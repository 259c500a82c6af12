//===- Quantity.cpp - Numbers with units ----------------------------------===//
//
// Part of ddnnc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ddnn/Deployment/Quantity.h"
#include "ddnn/Dialect/DDNN/IR/DDNN.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringSwitch.h"
#include "llvm/Support/MathExtras.h"
#include <cmath>

using namespace llvm;
using namespace ddnn;

static Error makeError(const Twine &message) {
  return createStringError(inconvertibleErrorCode(), message);
}

/// A number and the text after it. Scientific notation may not swallow a unit,
/// so the longest prefix that is a number counts.
static bool splitNumber(StringRef text, double &number, StringRef &unit) {
  text = text.trim();
  size_t length = text.find_first_not_of("0123456789.");
  if (length == 0)
    return false;
  if (length != StringRef::npos &&
      (text[length] == 'e' || text[length] == 'E')) {
    size_t digits = length + 1;
    if (digits < text.size() && (text[digits] == '-' || text[digits] == '+'))
      ++digits;
    size_t end = text.find_first_not_of("0123456789", digits);
    if (end != digits && digits < text.size())
      length = end;
  }
  unit = length == StringRef::npos ? StringRef() : text.substr(length).trim();
  return !text.substr(0, length).getAsDouble(number) && std::isfinite(number);
}

/// Takes a prefix off a unit: decimal, or binary where followed by an i or
/// where `alwaysBinary`.
static double takePrefix(StringRef &unit, bool alwaysBinary = false) {
  static constexpr StringLiteral letters = "kmgt";
  if (unit.empty())
    return 1.0;
  size_t power = letters.find(toLower(unit.front()));
  if (power == StringRef::npos || unit.starts_with("m"))
    return 1.0;
  unit = unit.drop_front();
  bool binary = unit.consume_front("i") || alwaysBinary;
  return std::pow(binary ? 1024.0 : 1000.0, double(power + 1));
}

Expected<double> ddnn::parseBandwidth(StringRef text) {
  double number;
  StringRef unit;
  if (splitNumber(text, number, unit) && number > 0.0) {
    double factor = takePrefix(unit);
    unit.consume_back("/s");
    if (unit == "bit" || unit == "bps")
      return number * factor / 8.0;
    if (unit == "B" || unit == "byte")
      return number * factor;
  }
  return makeError(
      "'" + text +
      "' is no bandwidth; write it as in 10Mbit or 1MB (a second)");
}

Expected<double> ddnn::parseDuration(StringRef text) {
  double number;
  StringRef unit;
  if (splitNumber(text, number, unit)) {
    double factor = StringSwitch<double>(unit)
                        .Case("s", 1.0)
                        .Case("ms", 1e-3)
                        .Case("us", 1e-6)
                        .Case("ns", 1e-9)
                        .Default(0.0);
    if (factor != 0.0)
      return number * factor;
    if (unit.empty() && number == 0.0)
      return 0.0;
  }
  return makeError("'" + text + "' is no time; write it as in 5ms or 100us");
}

Expected<double> ddnn::parseFlops(StringRef text) {
  double number;
  StringRef unit;
  if (splitNumber(text, number, unit) && number > 0.0) {
    double factor = takePrefix(unit);
    unit.consume_back("/s");
    if (unit.empty() || unit.equals_insensitive("flop") ||
        unit.equals_insensitive("flops"))
      return number * factor;
  }
  return makeError("'" + text +
                   "' is no speed; write it as in 2G or 100M (FLOP a second)");
}

/// Takes a prefix of what is small off a unit.
static double takeSmallPrefix(StringRef &unit) {
  for (auto [prefix, factor] :
       {std::pair('m', 1e-3), {'u', 1e-6}, {'n', 1e-9}, {'p', 1e-12}})
    if (unit.size() > 1 && unit.front() == prefix) {
      unit = unit.drop_front();
      return factor;
    }
  return 1.0;
}

Expected<double> ddnn::parsePower(StringRef text) {
  double number;
  StringRef unit;
  if (splitNumber(text, number, unit)) {
    double factor = takeSmallPrefix(unit);
    if (unit == "W")
      return number * factor;
    if (unit.empty() && number == 0.0)
      return 0.0;
  }
  return makeError("'" + text + "' is no power; write it as in 2W or 350mW");
}

Expected<double> ddnn::parseLinkEnergy(StringRef text) {
  double number;
  StringRef unit;
  if (splitNumber(text, number, unit)) {
    double factor = takeSmallPrefix(unit);
    if (unit == "J/bit")
      return number * factor * 8.0;
    if (unit == "J/B" || unit == "J/byte")
      return number * factor;
    if (unit.empty() && number == 0.0)
      return 0.0;
  }
  return makeError("'" + text +
                   "' is no energy of a link; write it as in 100nJ/bit or "
                   "0.8uJ/B");
}

Expected<int64_t> ddnn::parseMemory(StringRef text) {
  double number;
  StringRef unit;
  if (splitNumber(text, number, unit)) {
    double factor = takePrefix(unit, /*alwaysBinary=*/true);
    double bytes = number * factor;
    if ((unit.empty() || unit == "B") && bytes < 9e18)
      return int64_t(bytes);
  }
  return makeError("'" + text +
                   "' is no amount of memory; write it as in 64K or 65536");
}

Error ddnn::addPool(TierMemory &memory, StringRef name, StringRef size) {
  auto isWord = [](char c) { return isAlnum(c) || c == '_'; };
  if (name.empty() || !isAlpha(name.front()) || !llvm::all_of(name, isWord))
    return makeError("'" + name +
                     "' cannot name a memory pool: a letter, then letters, "
                     "digits and '_'");
  for (const MemoryPool &other : memory.pools)
    if (name.equals_insensitive(other.name))
      return makeError("there are two memory pools '" + name +
                       "'; case makes no difference");
  if (memory.pools.size() == kMaxPools)
    return makeError("memory pool '" + name +
                     "' is one too many; there may be " + Twine(kMaxPools));
  if (size.empty())
    return makeError("memory pool '" + name + "' has no size; write it as in " +
                     name + "=64K");
  Expected<int64_t> bytes = parseMemory(size);
  if (!bytes)
    return bytes.takeError();
  int64_t sum;
  if (*bytes == 0 || AddOverflow(memory.bytes, *bytes, sum))
    return makeError("memory pool '" + name + "' cannot have " + size +
                     " bytes");
  memory.bytes = sum;
  memory.pools.push_back({name.str(), *bytes});
  return Error::success();
}

Expected<TierMemory> ddnn::parseTierMemory(StringRef text) {
  TierMemory memory;
  if (!text.contains('=')) {
    Expected<int64_t> bytes = parseMemory(text);
    if (!bytes)
      return bytes.takeError();
    memory.bytes = *bytes;
    return memory;
  }
  SmallVector<StringRef> parts;
  text.split(parts, ',');
  for (StringRef part : parts) {
    auto [name, size] = part.split('=');
    if (Error error = addPool(memory, name.trim(), size))
      return std::move(error);
  }
  return memory;
}

Expected<int64_t> ddnn::parseThreads(StringRef text) {
  int64_t threads;
  if (!text.getAsInteger(10, threads) && threads >= 1 && threads <= 1024)
    return threads;
  return makeError("'" + text + "' is no number of threads; write 1 to 1024");
}

Expected<double> ddnn::parseNumber(StringRef text) {
  auto [numerator, denominator] = text.split('/');
  double number, divisor = 1.0;
  bool isQuotient = text.contains('/');
  if (numerator.trim().getAsDouble(number) || !std::isfinite(number) ||
      (isQuotient && (denominator.trim().getAsDouble(divisor) ||
                      !std::isfinite(divisor) || divisor == 0.0)))
    return makeError("'" + text + "' is no number");
  return number / divisor;
}

Expected<bool> ddnn::parseBool(StringRef text) {
  if (text == "true" || text == "yes")
    return true;
  if (text == "false" || text == "no")
    return false;
  return makeError("'" + text + "' is neither true nor false");
}
