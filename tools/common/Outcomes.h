// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// How requests ended: one line for each, and totals. Shared by `ddnn run` and
// the device agent, so that both say the same words.
#ifndef DDNN_TOOLS_OUTCOMES_H
#define DDNN_TOOLS_OUTCOMES_H

#include "Report.h"
#include "ddnn/session.h"

#include <array>
#include <optional>
#include <vector>

namespace ddnn::tools {

/// One request as a JSON object. Times in microseconds. `truth`: its class.
Json outcomeJson(const ddnn_model &model, size_t index,
                 const ddnn_result &result, std::optional<uint32_t> truth);

/// A table with a row for each request.
class OutcomeTable {
public:
  explicit OutcomeTable(const ddnn_model &model);
  void heading() const { table.heading(); }
  void row(size_t index, const ddnn_result &result) const;

private:
  const ddnn_model &model;
  Table table;
};

/// Adds requests up.
class OutcomeTotals {
public:
  explicit OutcomeTotals(const ddnn_model &model);

  void add(const ddnn_result &result, std::optional<uint32_t> truth);
  /// A request ended a second time: must not happen.
  void addDuplicate() { ++duplicates; }

  size_t sent() const { return ended; }
  size_t errors() const { return failed; }
  size_t fallbacks() const { return fellBack; }

  Json json();
  void print();

private:
  /// Times of some requests.
  struct Times {
    std::array<std::vector<uint32_t>, 4> values; // device, link, server, total
    void add(const ddnn_result &result);
    Json json();
  };

  const ddnn_model &model;
  size_t ended = 0, answered = 0, fellBack = 0, failed = 0, duplicates = 0;
  size_t judged = 0, right = 0;
  uint64_t attempts = 0, payload = 0, framed = 0;
  std::vector<size_t> byExit;
  Times all, offloaded;
};

} // namespace ddnn::tools

#endif
