// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Numbers and where they go: JSON to a file or to standard output, tables,
// progress, medians.
#ifndef DDNN_TOOLS_REPORT_H
#define DDNN_TOOLS_REPORT_H

#include "ddnn/model.h"

#include <nlohmann/json.hpp>

#include <atomic>
#include <cstdio>
#include <string>
#include <vector>

namespace ddnn::tools {

/// Objects keep the order in which their keys were added.
using Json = nlohmann::ordered_json;

/// A float as the shortest decimal that reads back as the same float; null for
/// NaN and infinities.
Json number(float value);

/// Where --json=FILE goes; "-" is standard output.
class JsonOutput {
public:
  /// Opens the file; an empty path makes an output that is off. Throws Error.
  explicit JsonOutput(const std::string &path);
  ~JsonOutput();
  JsonOutput(const JsonOutput &) = delete;
  JsonOutput &operator=(const JsonOutput &) = delete;

  bool on() const { return file != nullptr; }
  /// True if tables would get in its way.
  bool takesStdout() const { return file == stdout; }
  /// One line.
  void line(const Json &value);
  /// A document with line breaks.
  void document(const Json &value);

private:
  void write(const std::string &text);

  std::string path;
  FILE *file = nullptr;
};

/// The smallest value that at least `fraction` of all are not above (nearest
/// rank); 0 for none. Sorts the values.
uint32_t quantile(std::vector<uint32_t> &values, double fraction);

/// Columns of text, numbers to the right. Prints a row at a time, so widths are
/// given with the headings.
class Table {
public:
  struct Column {
    std::string heading;
    int width = 0; // at least that of the heading
    bool left = false;
  };
  explicit Table(std::vector<Column> columns);
  void heading() const;
  void row(const std::vector<std::string> &cells) const;

private:
  std::vector<Column> columns;
};

/// A fraction of 1 in percent, with two digits behind the point.
std::string percent(double fraction);

/// printf into a string.
std::string format(const char *text, ...) __attribute__((format(printf, 1, 2)));

/// "done/total" on standard error, if that is a terminal and it takes longer
/// than a second. step may be called from any thread.
class Progress {
public:
  Progress(const char *what, size_t total);
  ~Progress();
  void step();

private:
  const char *what;
  size_t total;
  bool terminal;
  uint64_t started;
  std::atomic<size_t> done{0};
  std::atomic<uint64_t> nextUs;
  std::atomic<bool> shown{false};
};

} // namespace ddnn::tools

#endif
