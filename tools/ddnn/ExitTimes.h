// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What a sample that leaves at each exit takes.
#ifndef DDNN_TOOLS_EXITTIMES_H
#define DDNN_TOOLS_EXITTIMES_H

#include "Deployment.h"
#include "Samples.h"

#include <vector>

namespace ddnn::tools {

/// Seconds by exit; empty where the report does not know them.
using ExitTimes = std::vector<double>;

/// As report.json expects them, from stated speeds and links. Throws Error
/// where that file is malformed.
ExitTimes expectedTimes(const Deployment &deployment);

/// Computing measured here, on one thread and the first `count` samples; links
/// as report.json expects them. Throws Error.
ExitTimes measuredTimes(const Deployment &deployment, const Samples &samples,
                        size_t count);

} // namespace ddnn::tools

#endif
