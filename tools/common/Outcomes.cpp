// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Outcomes.h"
#include "Deployment.h"

using namespace ddnn::tools;

static const char *const timeNames[] = {"T_device", "T_link", "T_server",
                                        "T_total"};

Json ddnn::tools::outcomeJson(const ddnn_model &model, size_t index,
                              const ddnn_result &r,
                              std::optional<uint32_t> truth) {
  Json object;
  bool good = r.status == DDNN_OK;
  object["index"] = index;
  if (r.provisional)
    object["provisional"] = true;
  object["answer"] = good ? Json(r.label) : Json();
  object["label"] = good ? Json(className(model, r.label)) : Json();
  object["exit"] = good ? Json(model.exits[r.exit].name) : Json();
  object["tier"] = good ? Json(model.tier_names[r.tier]) : Json();
  object["entropy"] = good ? number(r.entropy) : Json();
  if (truth && !r.provisional)
    object["correct"] = good && r.label == *truth;
  object["fallback"] = r.fallback;
  if (r.fallback)
    object["cause"] = ddnn_status_text(r.cause);
  object["error"] = good ? Json() : Json(ddnn_status_text(r.status));
  object["worker"] = r.worker[0] ? Json(r.worker) : Json();
  object["attempts"] = r.attempts;
  object["bytes"] = r.framed_bytes;
  object["payload_bytes"] = r.payload_bytes;
  object["T_device"] = r.t_device_us;
  object["T_link"] = r.t_link_us;
  object["T_server"] = r.t_server_us;
  object["T_queue"] = r.t_queue_us;
  object["T_total"] = r.t_total_us;
  return object;
}

static int widest(const std::vector<std::string> &names) {
  size_t width = 0;
  for (const std::string &name : names)
    width = std::max(width, name.size());
  return static_cast<int>(std::min<size_t>(width, 24));
}

OutcomeTable::OutcomeTable(const ddnn_model &model)
    : model(model),
      table({{"sample", 6},
             {"answer",
              widest({model.labels, model.labels + model.label_count}), true},
             {"exit", widest(exitNames(model)), true},
             {"tier", widest(tierNames(model)), true},
             {"entropy", 7},
             {"bytes", 7},
             {"T_device", 9},
             {"T_link", 9},
             {"T_server", 9},
             {"T_total us", 10},
             {"", 1, true}}) {}

void OutcomeTable::row(size_t index, const ddnn_result &r) const {
  bool good = r.status == DDNN_OK;
  std::string note;
  if (!good)
    note = std::string("error: ") + ddnn_status_text(r.status);
  else if (r.fallback)
    note = std::string("fallback: ") + ddnn_status_text(r.cause);
  else if (r.provisional)
    note = "provisional";
  table.row({std::to_string(index), good ? className(model, r.label) : "-",
             good ? model.exits[r.exit].name : "-",
             good ? model.tier_names[r.tier] : "-",
             good ? format("%.4f", static_cast<double>(r.entropy)) : "-",
             std::to_string(r.framed_bytes), std::to_string(r.t_device_us),
             std::to_string(r.t_link_us), std::to_string(r.t_server_us),
             std::to_string(r.t_total_us), note});
}

void OutcomeTotals::Times::add(const ddnn_result &r) {
  values[0].push_back(r.t_device_us);
  values[1].push_back(r.t_link_us);
  values[2].push_back(r.t_server_us);
  values[3].push_back(r.t_total_us);
}

Json OutcomeTotals::Times::json() {
  Json object = Json::object();
  object["count"] = values[0].size();
  for (size_t i = 0; i < values.size(); ++i)
    object[timeNames[i]] = {{"median", quantile(values[i], 0.5)},
                            {"p99", quantile(values[i], 0.99)}};
  return object;
}

OutcomeTotals::OutcomeTotals(const ddnn_model &model)
    : model(model), byExit(model.exit_count) {}

void OutcomeTotals::add(const ddnn_result &r, std::optional<uint32_t> truth) {
  ++ended;
  attempts += r.attempts;
  payload += r.payload_bytes;
  framed += r.framed_bytes;
  if (truth) {
    ++judged;
    right += r.status == DDNN_OK && r.label == *truth;
  }
  all.add(r);
  if (r.attempts)
    offloaded.add(r);
  if (r.status != DDNN_OK) {
    ++failed;
    return;
  }
  ++byExit[r.exit];
  ++(r.fallback ? fellBack : answered);
}

Json OutcomeTotals::json() {
  Json object;
  object["sent"] = ended;
  object["answered"] = answered;
  object["fallback"] = fellBack;
  object["error"] = failed;
  object["duplicates"] = duplicates;
  object["attempts"] = attempts;
  object["exit_count"] = Json::object();
  object["exit_rate"] = Json::object();
  for (unsigned i = 0; i < model.exit_count; ++i) {
    object["exit_count"][model.exits[i].name] = byExit[i];
    object["exit_rate"][model.exits[i].name] =
        ended ? static_cast<double>(byExit[i]) / static_cast<double>(ended)
              : 0.0;
  }
  object["accuracy"] =
      judged ? Json(static_cast<double>(right) / static_cast<double>(judged))
             : Json();
  object["bytes"] = framed;
  object["payload_bytes"] = payload;
  object["time_unit"] = "us";
  Json times = all.json();
  for (const char *name : timeNames)
    object[name] = times[name];
  object["offloaded"] = offloaded.json();
  return object;
}

void OutcomeTotals::print() {
  Json totals = json();
  printf("\n%zu sent: %zu answered, %zu fallback, %zu error, %zu duplicates\n",
         ended, answered, fellBack, failed, duplicates);
  double n = ended ? static_cast<double>(ended) : 1;
  printf("exits:");
  for (unsigned i = 0; i < model.exit_count; ++i)
    printf("%s %s %.2f %%", i ? "," : "", model.exits[i].name,
           100 * static_cast<double>(byExit[i]) / n);
  puts("");
  if (judged)
    printf("accuracy: %.2f %%\n",
           100 * static_cast<double>(right) / static_cast<double>(judged));
  printf("bytes a sample: %.1f payload, %.1f with headers\n",
         static_cast<double>(payload) / n, static_cast<double>(framed) / n);
  auto line = [](const char *what, const Json &times) {
    printf("%s, median (p99) us:", what);
    for (size_t i = 0; i < 4; ++i)
      printf("%s %s %u (%u)", i ? "," : "", timeNames[i],
             times[timeNames[i]]["median"].get<unsigned>(),
             times[timeNames[i]]["p99"].get<unsigned>());
    puts("");
  };
  line("all", totals);
  if (attempts)
    line("offloaded", totals["offloaded"]);
}
