//===- Compilation.cpp - One run of the compiler --------------------------===//
//
// Part of ddnnc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Compilation.h"
#include "Autotune.h"
#include "ddnn-frontend/OnnxImporter.h"
#include "ddnn/Analysis/Placement.h"
#include "ddnn/Analysis/VectorTarget.h"
#include "ddnn/Dialect/DDNN/Transforms/Passes.h"
#include "ddnn/Driver/CCompiler.h"
#include "ddnn/Driver/OutputDirectory.h"
#include "ddnn/InitAll.h"
#include "ddnn/Pipelines/Pipelines.h"
#include "mlir/IR/AsmState.h"
#include "mlir/Pass/PassManager.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/Process.h"
#include "llvm/Support/ToolOutputFile.h"

using namespace mlir;
using namespace ddnn;

namespace {

class Compilation {
public:
  explicit Compilation(const CompilationOptions &options);
  bool run();

private:
  bool import();
  bool applyDeployment();
  bool listCuts();
  bool lower(Stage from, Stage to);
  void showPlacement();
  void fillProbe();
  bool printModule();
  bool writeArtifacts();
  bool fail(const Twine &message);
  void progress(const Twine &what);

  const CompilationOptions &options;
  MLIRContext context;
  std::vector<std::string> notes; // remarks and warnings, for the report
  Deployment deployment;
  OwningOpRef<ModuleOp> module;
};

} // namespace

Compilation::Compilation(const CompilationOptions &options) : options(options) {
  DialectRegistry registry;
  ddnn::registerAllDialects(registry);
  context.appendDialectRegistry(registry);
  context.printOpOnDiagnostic(false);
  context.getDiagEngine().registerHandler([this](Diagnostic &diagnostic) {
    bool isProblem = diagnostic.getSeverity() == DiagnosticSeverity::Error;
    if (!isProblem)
      notes.push_back(diagnostic.str());
    if (isProblem ? this->options.mayFail : this->options.isTrial)
      return;
    if (isProblem || this->options.verbose ||
        diagnostic.getSeverity() == DiagnosticSeverity::Warning)
      frontend::printDiagnostic(llvm::errs(), diagnostic, this->options.input);
  });
}

bool Compilation::fail(const Twine &message) {
  if (!options.mayFail)
    llvm::errs() << "ddnnc: error: " << message << "\n";
  return false;
}

void Compilation::progress(const Twine &what) {
  if (!options.isTrial &&
      (options.verbose || llvm::sys::Process::StandardErrIsDisplayed()))
    llvm::errs() << "ddnnc: " << what << "\n";
}

bool Compilation::import() {
  frontend::ImportOptions importOptions;
  for (StringRef dim : options.dims) {
    auto [name, text] = dim.rsplit('=');
    int64_t size;
    if (name.empty() || text.getAsInteger(10, size) || size < 1)
      return fail("--dim=" + dim +
                  ": give a name and a size of at least 1, "
                  "as in --dim=batch=1");
    importOptions.dims[name] = size;
  }
  module = frontend::importOnnxFile(options.input, &context, importOptions);
  if (!module)
    return false;
  // Exporters give most graphs the same name; files are told apart.
  StringRef name = options.name;
  if (name.empty())
    name = llvm::sys::path::stem(options.input);
  std::string identifier = sanitizeIdentifier(name);
  if (!options.name.empty() && identifier != options.name)
    return fail("--name=" + options.name +
                ": give an identifier of C, such as '" + identifier + "'");
  module->setSymName(identifier);
  return true;
}

bool Compilation::applyDeployment() {
  return succeeded(deployment.resolve(*module, options.deployment)) &&
         succeeded(deployment.apply(*module));
}

/// Prints the nodes after which the graph may be cut, and what would travel.
bool Compilation::listCuts() {
  // Recognition takes nodes in, and makes bits of floats.
  if (!lower(Stage::graph, Stage::blocks))
    return false;
  auto main = module->lookupSymbol<func::FuncOp>("main");
  for (const LegalCut &cut : listLegalCuts(main)) {
    llvm::outs() << llvm::left_justify(cut.node, 32) << " " << cut.bytes
                 << " bytes";
    for (Value value : cut.values)
      llvm::outs() << ", " << value.getType();
    llvm::outs() << "\n";
  }
  return true;
}

/// Runs the stages behind `from` up to `to`.
bool Compilation::lower(Stage from, Stage to) {
  PassManager pm(&context);
  TiersOptions tiersOptions;
  tiersOptions.f16 = options.f16;
  ScheduleOptions scheduleOptions;
  scheduleOptions.winograd = options.winograd;
  scheduleOptions.tile = options.tile;
  auto includes = [&](Stage stage) { return from < stage && stage <= to; };
  if (includes(Stage::blocks))
    buildBlocksPipeline(pm);
  if (includes(Stage::tiers))
    buildTiersPipeline(pm, tiersOptions);
  if (includes(Stage::schedule))
    buildSchedulePipeline(pm, scheduleOptions);
  if (includes(Stage::flat))
    buildFlatPipeline(pm);
  if (includes(Stage::emitc))
    buildEmitCPipeline(pm);
  if (options.schedules)
    (*module)->setAttr(kSchedulesAttr, options.schedules->getAttr(&context));
  bool isDone = succeeded(pm.run(*module));
  (*module)->removeAttr(kSchedulesAttr);
  if (isDone && includes(Stage::tiers))
    showPlacement();
  return isDone;
}

/// Prints what a search for the placement chose, and what it did not.
void Compilation::showPlacement() {
  auto placement = (*module)->getAttrOfType<PlacementAttr>(kPlacementAttr);
  auto descriptors = module->getOps<DescriptorOp>();
  if (placement && !descriptors.empty() && !options.isTrial)
    llvm::errs() << "placement\n"
                 << describePlacement(placement,
                                      getExitNames(*descriptors.begin()));
}

/// Lists the windows at stage schedule.
void Compilation::fillProbe() {
  options.probe->tiers = deployment.tiers;
  WinogradChoice choice = *parseWinogradChoice(options.winograd);
  for (auto tier : module->getOps<TierOp>()) {
    TierSpecAttr spec = tier.getSpec();
    VectorTarget target = getVectorTarget(spec.getCpu());
    for (func::FuncOp step : tier.getSteps())
      step.walk([&](WindowOp op) {
        std::string key =
            describeWindow(op, spec.getCpu(), spec.getThreads(), choice);
        if (key.empty())
          return;
        SmallVector<std::string> nodes = listNodes(op.getLoc());
        options.probe->windows.push_back(
            {unsigned(tier.getIndex()),
             {nodes.begin(), nodes.end()},
             op.countFlops(),
             key,
             listSchedules(op, target, choice, kCandidates)});
      });
  }
}

bool Compilation::printModule() {
  std::error_code code;
  llvm::ToolOutputFile file(options.output.empty() ? "-" : options.output, code,
                            llvm::sys::fs::OF_Text);
  if (code)
    return fail("cannot write '" + options.output + "': " + code.message());
  OpPrintingFlags flags;
  // Weights are in the way of a reader, but not of another program.
  if (options.output.empty() && llvm::sys::Process::StandardOutIsDisplayed())
    flags.elideLargeElementsAttrs(64);
  module->print(file.os(), flags);
  file.keep();
  return true;
}

bool Compilation::writeArtifacts() {
  auto descriptors = module->getOps<DescriptorOp>();
  DescriptorOp descriptor = *descriptors.begin();
  auto directory = OutputDirectory::create(options.output);
  if (!directory)
    return fail(llvm::toString(directory.takeError()));

  std::vector<OutputFile> files = {emitRuntimeHeader()};
  std::vector<CCompiler> compilers;
  for (auto [i, spec] : llvm::enumerate(deployment.tiers)) {
    compilers.push_back(
        CCompiler::forTarget(spec.cpu, spec.cc, spec.cflags, spec.threads > 1));
    auto sources =
        emitTierSources(*module, descriptor, i, compilers.back().flags);
    if (failed(sources))
      return false;
    llvm::append_range(files, *sources);
  }
  for (const OutputFile &file : files)
    if (llvm::Error error = (*directory)->write(file))
      return fail(llvm::toString(std::move(error)));

  std::vector<BuiltTier> built;
  for (auto [i, info] :
       llvm::enumerate(descriptor.getTiers().getAsRange<TierInfoAttr>())) {
    if (options.stage != Stage::lib)
      break;
    const CCompiler &compiler = compilers[i];
    TierNames names(descriptor, info);
    progress("compiling tier '" + info.getName() + "' with " +
             compiler.program);
    auto result = compiler.build(
        ((*directory)->getStagingPath() + "/" + names.directory).str(),
        names.prefix, options.verbose);
    if (!result)
      return fail(llvm::toString(result.takeError()));
    built.push_back(std::move(*result));
  }

  ReportContext context;
  context.command = options.command;
  llvm::SmallString<128> folder;
  if (!llvm::sys::fs::current_path(folder))
    context.directory = folder.str().str();
  context.model = options.input;
  context.notes = notes;
  std::vector<OutputFile> summary =
      emitReport(*module, descriptor, built, context);
  summary.push_back(emitManifest(descriptor, built, context));
  for (const OutputFile &file : summary)
    if (llvm::Error error = (*directory)->write(file))
      return fail(llvm::toString(std::move(error)));
  if (llvm::Error error = (*directory)->commit())
    return fail(llvm::toString(std::move(error)));
  return true;
}

bool Compilation::run() {
  bool writesFiles = options.stage >= Stage::source;
  if (writesFiles && options.output.empty() && !options.listCuts)
    return fail("name the folder for the artifacts with -o");
  if (!parseWinogradChoice(options.winograd))
    return fail(
        "--winograd=" + options.winograd +
        ": is neither auto, auto:ERROR (as in auto:1e-5), off, f2 nor f4");
  if (!options.tile.empty() && !parseTile(options.tile))
    return fail("--tile=" + options.tile +
                ": is no PIXELSxVECTORS, such as 7x2");
  progress("reading " + options.input);
  if (!import() || !applyDeployment())
    return false;
  if (options.listCuts)
    return listCuts();
  progress("compiling");
  Stage done = Stage::graph;
  if (options.probe && options.stage >= Stage::schedule) {
    if (!lower(done, Stage::schedule))
      return false;
    fillProbe();
    done = Stage::schedule;
    if (options.stage == done)
      return true;
  }
  if (!lower(done, options.stage))
    return false;
  return writesFiles ? writeArtifacts() : printModule();
}

bool ddnn::compile(const CompilationOptions &options) {
  if (options.schedules || (!options.autotune && options.scheduleCache.empty()))
    return Compilation(options).run();
  CompilationOptions own = options;
  ScheduleCache cache;
  own.schedules = &cache;
  return prepareSchedules(own, cache) && Compilation(own).run();
}
