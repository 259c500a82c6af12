// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// ddnn: runs, measures and controls what ddnnc compiled.
#include "Commands.h"
#include "Error.h"

#include <CLI/CLI.hpp>

using namespace ddnn::tools;

void ddnn::tools::addDataOptions(CLI::App &command,
                                 std::vector<std::string> &images,
                                 std::string &labels, std::string &scale) {
  command
      .add_option("--images,--input", images,
                  "[NAME=]DATA: FILE.npy, or FILE,TYPE,SHAPE such as "
                  "images.u8,u8,10000x3x32x32; NAME where the model has "
                  "several inputs")
      ->required()
      ->allow_extra_args(false)
      ->type_name("DATA");
  command
      .add_option("--labels", labels, "Classes of the samples, whole numbers")
      ->required()
      ->type_name("DATA");
  command
      .add_option("--scale", scale,
                  "Factor for data that feeds a float input, a number or a "
                  "quotient such as 1/255; default 1")
      ->type_name("F");
}

int main(int argc, char **argv) {
  CLI::App app("Runs, measures and controls networks that ddnnc compiled.",
               "ddnn");
  app.set_version_flag("--version", "ddnn " DDNN_VERSION);
  app.require_subcommand(1);
  app.footer(
      "Examples:\n"
      "  ddnn run out --input image=images.npy\n"
      "  ddnn eval out --images images.u8,u8,360x8x8 --labels "
      "labels.u8,u8,360\n"
      "  ddnn calibrate out --images images.u8,u8,360x8x8 --labels "
      "labels.u8,u8,360\n"
      "  ddnn ctl threshold --broker=tcp://localhost:1883 out local=0.5\n"
      "See ddnn COMMAND --help.");
  std::function<int()> chosen;
  addRunCommand(app, chosen);
  addEvalCommand(app, chosen);
  addCalibrateCommand(app, chosen);
#ifdef DDNN_WITH_MQTT
  addCtlCommand(app, chosen);
#endif
  return runTool(app, argc, argv, [&] { return chosen(); });
}
