// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "FrontPlot.h"
#include "Report.h"

#include <algorithm>
#include <cmath>

using namespace ddnn::tools;

namespace {

constexpr double width = 720, height = 460;
constexpr double left = 70, right = 20, top = 40, bottom = 55;

/// One axis: values low to high on a line of pixels, with round ticks.
struct Axis {
  double low, high, step;

  Axis(double least, double most) {
    if (!(most > least)) { // one value, or none
      double room = std::max(std::fabs(least) * 0.1, 0.5);
      least -= room;
      most += room;
    }
    double rough = (most - least) / 6;
    double power = std::pow(10.0, std::floor(std::log10(rough)));
    step = 10 * power;
    for (double factor : {5.0, 2.0, 1.0})
      if (factor * power >= rough)
        step = factor * power;
    low = std::floor(least / step) * step;
    high = std::ceil(most / step) * step;
  }

  double at(double value, double from, double to) const {
    return from + (value - low) / (high - low) * (to - from);
  }
  std::vector<double> ticks() const {
    std::vector<double> all;
    auto count = static_cast<int>(std::lround((high - low) / step));
    for (int i = 0; i <= count; ++i)
      all.push_back(low + i * step);
    return all;
  }
  std::string label(double value) const {
    auto digits =
        static_cast<int>(std::max(0.0, -std::floor(std::log10(step) + 1e-9)));
    if (std::fabs(value) < step / 2)
      value = 0; // not -0
    return format("%.*f", digits, value);
  }
};

std::string escape(const std::string &text) {
  std::string out;
  for (char c : text)
    out += c == '&'   ? "&amp;"
           : c == '<' ? "&lt;"
           : c == '>' ? "&gt;"
                      : std::string(1, c);
  return out;
}

std::string textAt(double x, double y, const char *anchor,
                   const std::string &text, const std::string &more = "") {
  return format("<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\"%s>", x, y,
                anchor, more.c_str()) +
         escape(text) + "</text>\n";
}

std::string lineAt(double x1, double y1, double x2, double y2,
                   const char *color) {
  return format("<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" "
                "stroke=\"%s\"/>\n",
                x1, y1, x2, y2, color);
}

} // namespace

std::string ddnn::tools::drawPlot(const std::string &title,
                                  const std::string &xTitle,
                                  const std::string &yTitle,
                                  const std::vector<PlotSeries> &series) {
  double minX = INFINITY, maxX = -INFINITY, minY = INFINITY, maxY = -INFINITY;
  for (const PlotSeries &s : series)
    for (const PlotPoint &p : s.points) {
      minX = std::min(minX, p.x), maxX = std::max(maxX, p.x);
      minY = std::min(minY, p.y), maxY = std::max(maxY, p.y);
    }
  Axis x(minX, maxX), y(minY, maxY);
  double right_ = width - right, bottom_ = height - bottom;
  auto px = [&](double value) { return x.at(value, left, right_); };
  auto py = [&](double value) { return y.at(value, bottom_, top); };

  std::string svg =
      format("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%.0f\" "
             "height=\"%.0f\" viewBox=\"0 0 %.0f %.0f\" "
             "font-family=\"sans-serif\" font-size=\"13\">\n"
             "<rect width=\"100%%\" height=\"100%%\" fill=\"white\"/>\n",
             width, height, width, height);
  svg += textAt(width / 2, 22, "middle", title, " font-size=\"15\"");
  for (double tick : x.ticks()) {
    svg += lineAt(px(tick), top, px(tick), bottom_ + 5, "#ddd");
    svg += textAt(px(tick), bottom_ + 20, "middle", x.label(tick));
  }
  for (double tick : y.ticks()) {
    svg += lineAt(left - 5, py(tick), right_, py(tick), "#ddd");
    svg += textAt(left - 9, py(tick) + 4, "end", y.label(tick));
  }
  svg += lineAt(left, bottom_, right_, bottom_, "black");
  svg += lineAt(left, top, left, bottom_, "black");
  svg += textAt((left + right_) / 2, height - 12, "middle", xTitle);
  svg += textAt(0, 0, "middle", yTitle,
                format(" transform=\"translate(18 %.1f) rotate(-90)\"",
                       (top + bottom_) / 2));
  double legend = bottom_ - 12 - 18 * (static_cast<double>(series.size()) - 1);
  for (const PlotSeries &s : series) {
    const char *color = s.color.c_str();
    if (s.line) {
      std::string points;
      for (const PlotPoint &p : s.points)
        points +=
            format("%s%.1f,%.1f", points.empty() ? "" : " ", px(p.x), py(p.y));
      svg += "<polyline fill=\"none\" stroke=\"" + s.color +
             "\" stroke-width=\"1.5\" points=\"" + points + "\"/>\n";
      svg += lineAt(right_ - 190, legend - 4, right_ - 170, legend - 4, color);
    } else {
      for (const PlotPoint &p : s.points)
        svg += format("<circle cx=\"%.1f\" cy=\"%.1f\" r=\"5\" fill=\"%s\"/>\n",
                      px(p.x), py(p.y), color);
      svg += format("<circle cx=\"%.1f\" cy=\"%.1f\" r=\"5\" fill=\"%s\"/>\n",
                    right_ - 180, legend - 4, color);
    }
    svg += textAt(right_ - 162, legend, "start", s.name);
    legend += 18;
  }
  return svg + "</svg>\n";
}
