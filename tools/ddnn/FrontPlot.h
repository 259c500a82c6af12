// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Accuracy against cost as a drawing.
#ifndef DDNN_TOOLS_FRONTPLOT_H
#define DDNN_TOOLS_FRONTPLOT_H

#include <string>
#include <vector>

namespace ddnn::tools {

struct PlotPoint {
  double x = 0, y = 0;
};

/// Points that belong together: joined by a line, or marks of their own.
struct PlotSeries {
  std::string name, color;
  std::vector<PlotPoint> points;
  bool line = true;
};

/// A self-contained SVG: axes with ticks and titles, the series, a legend.
std::string drawPlot(const std::string &title, const std::string &xTitle,
                     const std::string &yTitle,
                     const std::vector<PlotSeries> &series);

} // namespace ddnn::tools

#endif
