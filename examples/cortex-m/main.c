/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * The device tier of models/digits on a Cortex-M, without an operating system
 * and without malloc: classifies the first COUNT test images, says which
 * answers it keeps and which samples it would offload, and how many
 * instructions that took. */
#include "images.h"
#include "semihosting.h"
#include "systick.h"

#include <ddnn/frame.h> /* DDNN_NO_EXIT */
#include <ddnn/run.h>
#include <ddnn/wire.h>
#include <digits_device.h>

_Static_assert(COUNT > 0 && COUNT <= IMAGE_COUNT,
               "COUNT: there are 360 images");

/* The network computes in here. Which memory that is says the linker script;
 * weights have DDNN_WEIGHTS_SECTION for the same purpose. */
__attribute__((section(ARENA_SECTION))) static _Alignas(
    DDNN_ALIGN) uint8_t arena[DIGITS_DEVICE_ARENA_SIZE];
/* Where the steps write scores and what travels on. */
static uint8_t results[2048];

static void print_pair(const char *text, uint32_t number, const char *unit) {
  host_print(text);
  host_print_number(number);
  host_print(unit);
}

/* Encodes the tensors that travel on; their bytes, or a negative status. */
static int encode(const ddnn_workspace *workspace, uint8_t *to, size_t size) {
  const ddnn_model *model = workspace->model;
  size_t used = 0;
  for (unsigned i = model->output_count - model->link_count;
       i < model->output_count; ++i) {
    const ddnn_tensor *tensor = &model->outputs[i];
    int status =
        ddnn_wire_encode(tensor, workspace->outputs[i], to + used, size - used);
    if (status != DDNN_OK)
      return status;
    used += tensor->wire_bytes;
  }
  return (int)used;
}

int main(void) {
  const ddnn_model *model = &digits_device_model;
  void *const arenas[] = {arena};
  ddnn_workspace workspace;
  int status = ddnn_workspace_init_placed(&workspace, model, arenas, results,
                                          sizeof results);
  if (status != DDNN_OK) {
    print_pair("results has to have ",
               ddnn_workspace_size_placed(model, arenas), " bytes\n");
    return host_fail("workspace", ddnn_status_text(status));
  }

  systick_start();
  uint32_t per_tick = systick_instructions(), total = 0, most = 0, kept = 0;
  for (uint32_t i = 0; i < COUNT; ++i) {
    float image[IMAGE_PIXELS];
    images_read(i, image);
    const void *inputs[] = {image};
    ddnn_exit_event taken;
    uint32_t start = SYSTICK_VALUE;
    status = ddnn_workspace_run(&workspace, inputs, NULL, NULL, NULL, &taken);
    uint32_t ticks = systick_since(start);
    if (status != DDNN_OK)
      return host_fail("inference", ddnn_status_text(status));
    total += ticks;
    if (ticks > most)
      most = ticks;

    print_pair("image ", i, ": ");
    if (taken.exit != DDNN_NO_EXIT) {
      kept += 1;
      host_print("leaves at '");
      host_print(model->exits[taken.exit].name);
      host_print("', digit ");
      host_print(model->labels[taken.gate.label]);
      host_print("\n");
    } else {
      uint8_t payload[64];
      int bytes = encode(&workspace, payload, sizeof payload);
      if (bytes < 0)
        return host_fail("payload", ddnn_status_text(bytes));
      print_pair("offloads ", (uint32_t)bytes, " bytes\n");
    }
  }
  host_print_number(kept);
  print_pair(" of ", COUNT, " images stay on the device\n");
  uint32_t mean = (uint32_t)((uint64_t)total * per_tick / COUNT);
  print_pair("instructions an inference: ", mean, "");
  print_pair(", at most ", most * per_tick, "");
  print_pair(", counted ", per_tick, " at a time\n");
  return 0;
}
