// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Report.h"
#include "Error.h"

#include "ddnn/host.h"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cmath>
#include <cstdarg>
#include <cstdlib>
#include <cstring>
#include <unistd.h>

using namespace ddnn::tools;

Json ddnn::tools::number(float value) {
  if (!std::isfinite(value))
    return nullptr;
  char text[32];
  *std::to_chars(text, text + sizeof text - 1, value).ptr = 0;
  return strtod(text, nullptr);
}

JsonOutput::JsonOutput(const std::string &path) : path(path) {
  if (path.empty())
    return;
  file = path == "-" ? stdout : fopen(path.c_str(), "w");
  if (!file)
    throw Error("cannot write '" + path + "': " + strerror(errno));
}

JsonOutput::~JsonOutput() {
  if (file && file != stdout)
    fclose(file);
}

void JsonOutput::write(const std::string &text) {
  if (!file)
    return;
  // Each line at once: a reader at the other end of a pipe acts on it.
  if (fwrite(text.data(), 1, text.size(), file) != text.size() ||
      fflush(file) != 0)
    throw Error("cannot write '" + path + "': " + strerror(errno));
}

// Names come from files: bytes that are no UTF-8 are replaced, not thrown at.
static constexpr auto replace = Json::error_handler_t::replace;

void JsonOutput::line(const Json &value) {
  write(value.dump(-1, ' ', false, replace) + "\n");
}

void JsonOutput::document(const Json &value) {
  write(value.dump(2, ' ', false, replace) + "\n");
}

uint32_t ddnn::tools::quantile(std::vector<uint32_t> &values, double fraction) {
  if (values.empty())
    return 0;
  std::sort(values.begin(), values.end());
  double rank = std::ceil(fraction * static_cast<double>(values.size()));
  size_t index = rank < 1 ? 0 : static_cast<size_t>(rank) - 1;
  return values[std::min(index, values.size() - 1)];
}

Table::Table(std::vector<Column> given) : columns(std::move(given)) {
  for (Column &column : columns)
    column.width =
        std::max(column.width, static_cast<int>(column.heading.size()));
}

void Table::heading() const {
  std::vector<std::string> cells;
  for (const Column &column : columns)
    cells.push_back(column.heading);
  row(cells);
}

void Table::row(const std::vector<std::string> &cells) const {
  std::string line;
  for (size_t i = 0; i < columns.size(); ++i) {
    int width = columns[i].left ? -columns[i].width : columns[i].width;
    line += format(i ? "  %*s" : "%*s", width, cells[i].c_str());
  }
  line.erase(line.find_last_not_of(' ') + 1);
  puts(line.c_str());
}

std::string ddnn::tools::percent(double fraction) {
  return format("%.2f", 100 * fraction);
}

std::string ddnn::tools::format(const char *text, ...) {
  va_list arguments, again;
  va_start(arguments, text);
  va_copy(again, arguments);
  std::string result(
      static_cast<size_t>(vsnprintf(nullptr, 0, text, arguments)), 0);
  va_end(arguments);
  vsnprintf(result.data(), result.size() + 1, text, again);
  va_end(again);
  return result;
}

Progress::Progress(const char *what, size_t total)
    : what(what), total(total), terminal(isatty(STDERR_FILENO)),
      started(ddnn_host_now_us(nullptr)), nextUs(started + 1000000) {}

Progress::~Progress() {
  if (shown)
    fprintf(stderr, "\r\033[K");
}

void Progress::step() {
  size_t now = ++done;
  if (!terminal)
    return;
  uint64_t time = ddnn_host_now_us(nullptr), due = nextUs;
  if (time < due || !nextUs.compare_exchange_strong(due, time + 200000))
    return;
  shown = true;
  double left = static_cast<double>(time - started) / 1e6 *
                static_cast<double>(total - now) / static_cast<double>(now);
  fprintf(stderr, "\r%s: %zu/%zu, %.0f s left\033[K", what, now, total, left);
}
