// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "ExitTimes.h"
#include "Chain.h"
#include "Error.h"
#include "LayerTimes.h"

#include <nlohmann/json.hpp>

#include <chrono>
#include <fstream>

using namespace ddnn::tools;
using nlohmann::json;

/// Null where there is no report.
static json readReport(const Deployment &deployment) {
  std::ifstream stream(deployment.origin + "/report.json");
  if (!stream)
    return json();
  try {
    return json::parse(stream);
  } catch (const json::exception &error) {
    throw Error(deployment.origin + "/report.json: " + error.what());
  }
}

ExitTimes ddnn::tools::expectedTimes(const Deployment &deployment) {
  json report = readReport(deployment);
  const ddnn_model &model = deployment.first();
  ExitTimes times(model.exit_count, -1);
  if (report.is_null())
    return {};
  try {
    for (const json &exit : report.at("exits"))
      if (exit.contains("expected_seconds"))
        times[findExit(model, exit.at("name").get<std::string>())] =
            exit.at("expected_seconds").get<double>();
  } catch (const json::exception &error) {
    throw Error(deployment.origin + "/report.json: " + error.what());
  }
  for (double seconds : times)
    if (!(seconds >= 0))
      return {};
  return times;
}

ExitTimes ddnn::tools::measuredTimes(const Deployment &deployment,
                                     const Samples &samples, size_t count) {
  if (deployment.isGroup())
    throw Error("--profile: members of a group run side by side, which one "
                "process cannot measure",
                {"without it the report's expected times count"});
  json report = readReport(deployment);
  size_t tiers = deployment.tiers.size();
  std::vector<double> links;
  try {
    for (size_t i = 0; i + 1 < tiers; ++i)
      links.push_back(
          report.at("tiers").at(i).at("expected_link_seconds").get<double>());
  } catch (const json::exception &) {
    throw Error("--profile: " + deployment.origin +
                    "/report.json says nothing of the links",
                {"compile with this version of ddnnc"});
  }
  // Medians of the time from a tier's start to its exits and to its end.
  using Clock = std::chrono::steady_clock;
  const ddnn_model &model = deployment.first();
  std::vector<Sampling> toExit(model.exit_count), toEnd(tiers);
  Chain chain(deployment);
  Samples::Reader reader(samples);
  Clock::time_point began;
  auto elapsed = [&] {
    return std::chrono::duration<double>(Clock::now() - began).count();
  };
  for (size_t s = 0; s < count; ++s)
    chain.run(
        reader.read(s), {},
        [&](const ddnn_exit_event &event) {
          toExit[event.exit].add(elapsed());
        },
        [&](size_t tier, bool ends) {
          if (ends)
            toEnd[tier].add(elapsed());
          else
            began = Clock::now();
        });
  ExitTimes times(model.exit_count);
  double before = 0;
  for (size_t i = 0; i < tiers; ++i) {
    for (unsigned exit = 0; exit < model.exit_count; ++exit)
      if (model.exits[exit].tier == i)
        times[exit] = before + toExit[exit].median().value_or(0);
    if (i + 1 < tiers)
      before += toEnd[i].median().value_or(0) + links[i];
  }
  return times;
}
