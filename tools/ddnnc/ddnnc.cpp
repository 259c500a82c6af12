//===- ddnnc.cpp - The compiler -------------------------------------------===//
//
// Part of ddnnc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Compilation.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/InitLLVM.h"
#include "llvm/Support/raw_ostream.h"

namespace cl = llvm::cl;

static cl::OptionCategory category("ddnnc options");

static cl::opt<std::string> input(cl::Positional, cl::desc("MODEL.onnx"),
                                  cl::Required, cl::cat(category));
static cl::opt<std::string>
    output("o", cl::desc("Folder for the artifacts, or file for a stage"),
           cl::value_desc("PATH"), cl::cat(category));
static cl::opt<std::string>
    name("name",
         cl::desc("Name of the model in C (default: the file's, no ending)"),
         cl::value_desc("IDENTIFIER"), cl::cat(category));
static cl::opt<std::string>
    tiers("tiers",
          cl::desc("Tiers, nearest to the sensor first, and how many members "
                   "each has, as in device:6,local,cloud"),
          cl::value_desc("NAME[:N],..."), cl::cat(category));
static cl::list<std::string>
    exits("exit", cl::desc("An exit: its output, tier and threshold"),
          cl::value_desc("NAME[@TIER][:T]"), cl::cat(category));
static cl::list<std::string> thresholds(
    "threshold",
    cl::desc("Threshold of an exit, before what --exit and the file say"),
    cl::value_desc("EXIT=T"), cl::cat(category));
static cl::list<std::string> criteria(
    "criterion",
    cl::desc("What thresholds are compared with, of all exits or of one: "
             "entropy, confidence or margin"),
    cl::value_desc("[EXIT:]NAME"), cl::cat(category));
static cl::list<std::string>
    cuts("cut",
         cl::desc("Cut after this ONNX node; the i-th behind the i-th tier "
                  "(aggregators have no cut of their own)"),
         cl::value_desc("NODE,..."), cl::CommaSeparated, cl::cat(category));
static cl::opt<std::string> spec("spec", cl::desc("Deployment file (YAML)"),
                                 cl::value_desc("FILE"), cl::cat(category));
static cl::list<std::string>
    dims("dim", cl::desc("Size of a symbolic dimension, as in batch=1"),
         cl::value_desc("NAME=SIZE"), cl::cat(category));
static cl::list<std::string>
    targetCpu("target-cpu",
              cl::desc("CPU, of all tiers, of one, or "
                       "of a member as in device3:..."),
              cl::value_desc("[TIER:]CPU"), cl::cat(category));
static cl::list<std::string>
    compilers("cc", cl::desc("C compiler, of all tiers or of one"),
              cl::value_desc("[TIER:]PROGRAM"), cl::cat(category));
static cl::list<std::string> cflags("cflags",
                                    cl::desc("More flags for the C compiler"),
                                    cl::value_desc("[TIER:]FLAGS"),
                                    cl::cat(category));
static cl::list<std::string>
    bandwidth("bandwidth",
              cl::desc("Of the link to the next tier, as in 10Mbit"),
              cl::value_desc("[TIER:]RATE"), cl::cat(category));
static cl::list<std::string>
    latency("latency", cl::desc("Of the link to the next tier, as in 5ms"),
            cl::value_desc("[TIER:]TIME"), cl::cat(category));
static cl::list<std::string> flops("flops",
                                   cl::desc("Speed of a tier, as in 2G"),
                                   cl::value_desc("[TIER:]FLOPS"),
                                   cl::cat(category));
static cl::list<std::string>
    memory("memory",
           cl::desc("Arena budget of a tier, as in 64K, or its memories, the "
                    "fastest first, as in fast=64K,slow=512K"),
           cl::value_desc("[TIER:]BYTES"), cl::cat(category));
static cl::list<std::string>
    profiles("profile-in",
             cl::desc("Measured times of layers, of ddnn run --profile-out"),
             cl::value_desc("[TIER:]FILE"), cl::cat(category));
static cl::list<std::string>
    power("power",
          cl::desc("What a tier takes while it computes, as in 2W or 350mW"),
          cl::value_desc("[TIER:]POWER"), cl::cat(category));
static cl::list<std::string>
    linkEnergy("link-energy",
               cl::desc("Of the link to the next tier, as in 100nJ/bit"),
               cl::value_desc("[TIER:]ENERGY"), cl::cat(category));
static cl::opt<std::string>
    place("place",
          cl::desc("auto: search for the cuts, the tiers of exits and, with "
                   "--calibration, the thresholds that are not given (default: "
                   "given)"),
          cl::value_desc("auto|given"), cl::cat(category));
static cl::opt<std::string>
    objective("objective",
              cl::desc("What the search is for the least of, a sample "
                       "(default: latency)"),
              cl::value_desc("latency|bytes|energy"), cl::cat(category));
static cl::opt<std::string>
    calibration("calibration",
                cl::desc("Thresholds to choose from, with their exit rates and "
                         "accuracies, of ddnn calibrate --json"),
                cl::value_desc("FILE"), cl::cat(category));
static cl::opt<std::string>
    minAccuracy("min-accuracy",
                cl::desc("Least accuracy of thresholds to choose, from 0 to 1 "
                         "(default: that of the most accurate)"),
                cl::value_desc("A"), cl::cat(category));
static cl::list<std::string>
    exitRates("exit-rate",
              cl::desc("Which part of all samples leaves at an exit, where "
                       "there is no calibration"),
              cl::value_desc("NAME:F"), cl::cat(category));
static cl::opt<std::string> signOfZero(
    "sign-of-zero",
    cl::desc(
        "What ONNX Sign may be taken for at 0, where 0 can occur: exact "
        "(0, then it stays float; default) or plus (+1, then it is a bit)"),
    cl::value_desc("exact|plus"), cl::cat(category));
static cl::opt<std::string> missing(
    "missing",
    cl::desc("What a missing member of a group means to what joins members: "
             "fail, zero, skip (maximum and mean of the others) or blank (what "
             "the network gives for a blank view); default: what the model "
             "says, or else fail"),
    cl::value_desc("fail|zero|skip|blank"), cl::cat(category));
static cl::opt<bool>
    f16("f16",
        cl::desc("Send float tensors in half precision; refused where "
                 "values may not fit"),
        cl::cat(category));
static cl::opt<std::string>
    winograd("winograd",
             cl::desc("3x3 convolutions by Winograd: auto (as cost says, where "
                      "a layer's expected relative error is at most ERROR, "
                      "1e-4 if not given), off (exact), f2 or f4"),
             cl::init("auto"), cl::value_desc("auto[:ERROR]|off|f2|f4"),
             cl::cat(category));
static cl::opt<std::string>
    tile("tile",
         cl::desc("Register tile of convolutions instead of the table's"),
         cl::value_desc("PIXELSxVECTORS"), cl::cat(category));
static cl::opt<bool>
    autotune("autotune",
             cl::desc("Measure schedules of convolutions on this machine, and "
                      "take the best"),
             cl::cat(category));
static cl::opt<std::string> scheduleCache(
    "schedule-cache",
    cl::desc("Measured schedules: taken from there, and with --autotune added "
             "(then by default in the user's cache folder)"),
    cl::value_desc("FILE"), cl::cat(category));
static cl::opt<bool> listCuts("list-cuts", cl::desc("Print the legal cuts"),
                              cl::cat(category));
static cl::opt<bool> verbose("verbose", cl::desc("Say what is done"),
                             cl::cat(category));
static cl::opt<ddnn::Stage> emit(
    "emit", cl::desc("Stop after a stage:"), cl::init(ddnn::Stage::lib),
    cl::values(clEnumValN(ddnn::Stage::graph, "graph", "the imported network"),
               clEnumValN(ddnn::Stage::blocks, "blocks",
                          "binarized blocks, batch norm folded"),
               clEnumValN(ddnn::Stage::tiers, "tiers", "split into tiers"),
               clEnumValN(ddnn::Stage::schedule, "schedule", "loops ordered"),
               clEnumValN(ddnn::Stage::flat, "flat", "arena planned"),
               clEnumValN(ddnn::Stage::emitc, "emitc", "C-level operations"),
               clEnumValN(ddnn::Stage::source, "source",
                          "C files, not compiled"),
               clEnumValN(ddnn::Stage::lib, "lib", "libraries (default)")),
    cl::cat(category));

static const char kOverview[] =
    R"(compiles an early-exit network for devices, edges and clouds

Examples:
  ddnnc model.onnx --tiers=device,edge,cloud -o out/
  ddnnc model.onnx --tiers=device,cloud --exit=local@device:0.4 -o out/
  ddnnc model.onnx --tiers=device,cloud --cut=features/sign -o out/
  ddnnc model.onnx --tiers=cloud -o out/          all on the server
  ddnnc views.onnx --tiers=device:6,local,cloud -o out/   six devices
  ddnnc model.onnx --tiers=device,cloud --target-cpu=device:cortex-m3 \
        --emit=source -o out/
  ddnnc model.onnx --tiers=cloud --autotune --schedule-cache=here.json -o out/
  ddnnc model.onnx --tiers=device,cloud --profile-in=profile.json -o out/
  ddnnc model.onnx --tiers=device,edge,cloud --place=auto \
        --calibration=points.json --min-accuracy=0.95 -o out/
  ddnnc model.onnx --tiers=device,cloud --emit=tiers
)";

int main(int argc, char **argv) {
  llvm::InitLLVM init(argc, argv);
  // libLLVM has an option of this name for its own tools, and no name twice.
  if (cl::Option *taken = cl::getRegisteredOptions().lookup("threads"))
    taken->removeArgument();
  cl::list<std::string> threads(
      "threads", cl::desc("Threads of a tier's kernels (OpenMP)"),
      cl::value_desc("[TIER:]N"), cl::cat(category));
  cl::HideUnrelatedOptions(category);
  cl::SetVersionPrinter([](llvm::raw_ostream &os) {
    os << "ddnnc " << DDNN_VERSION << ", LLVM " << LLVM_VERSION_STRING << "\n";
  });
  cl::ParseCommandLineOptions(argc, argv, kOverview);

  ddnn::CompilationOptions options;
  options.input = input;
  options.output = output;
  options.name = name;
  options.stage = emit;
  options.dims.assign(dims.begin(), dims.end());
  ddnn::DeploymentOptions &deployment = options.deployment;
  deployment.spec = spec;
  deployment.tiers = tiers;
  deployment.exits.assign(exits.begin(), exits.end());
  deployment.thresholds.assign(thresholds.begin(), thresholds.end());
  deployment.criteria.assign(criteria.begin(), criteria.end());
  deployment.cuts.assign(cuts.begin(), cuts.end());
  deployment.targetCpu.assign(targetCpu.begin(), targetCpu.end());
  deployment.compilers.assign(compilers.begin(), compilers.end());
  deployment.cflags.assign(cflags.begin(), cflags.end());
  deployment.bandwidth.assign(bandwidth.begin(), bandwidth.end());
  deployment.latency.assign(latency.begin(), latency.end());
  deployment.flops.assign(flops.begin(), flops.end());
  deployment.memory.assign(memory.begin(), memory.end());
  deployment.threads.assign(threads.begin(), threads.end());
  deployment.profiles.assign(profiles.begin(), profiles.end());
  deployment.signOfZero = signOfZero;
  deployment.missing = missing;
  deployment.power.assign(power.begin(), power.end());
  deployment.linkEnergy.assign(linkEnergy.begin(), linkEnergy.end());
  deployment.place = place;
  deployment.objective = objective;
  deployment.calibration = calibration;
  deployment.minAccuracy = minAccuracy;
  deployment.exitRates.assign(exitRates.begin(), exitRates.end());
  options.f16 = f16;
  options.winograd = winograd;
  options.tile = tile;
  options.autotune = autotune;
  options.scheduleCache = scheduleCache;
  options.listCuts = listCuts;
  options.verbose = verbose;
  // The command as the report quotes it. The output's place is left out: the
  // same model with the same options gives the same bytes wherever they land.
  options.command = {"ddnnc"};
  for (int i = 1; i < argc; ++i) {
    llvm::StringRef word = argv[i];
    if (word == "-o" || word == "--o")
      ++i;
    else if (!word.starts_with("-o=") && !word.starts_with("--o="))
      options.command.push_back(word.str());
  }
  return ddnn::compile(options) ? 0 : 1;
}
