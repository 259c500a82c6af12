/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * The firmware of `scripts/bench mcu`: runs one tier over IMAGE_COUNT images
 * and says where each sample leaves, the instructions that an inference takes,
 * and the stack. It stands on the start-up code of examples/cortex-m; run.py
 * defines what is in capitals here.
 *
 * - TIER_HEADER, TIER, ARENA_SIZE: what ddnnc wrote
 * - TENSORS_SIZE: enough for what goes into the tier and comes out
 * - PIXEL, SCALE: the type of a pixel, and what it is multiplied by
 * - PIXELS, IMAGE_COUNT: of an image, and images
 * - ENTRY, ENTRY_OUTPUTS: instead of TIER and so on, a peer's function and how
 *   many numbers it writes */
#include "semihosting.h"
#include "systick.h"

#include <ddnn/frame.h> /* DDNN_NO_EXIT */
#include <ddnn/gate.h>
#include <ddnn/run.h>

__asm__(".pushsection .rodata.images, \"a\"\n"
        ".balign 4\n"
        "images: .incbin \"images.bin\"\n"
        ".popsection\n");
extern const PIXEL images[IMAGE_COUNT][PIXELS];

#ifdef TIER_HEADER
#include TIER_HEADER

static _Alignas(DDNN_ALIGN) uint8_t arena[ARENA_SIZE];
/* The image, and what the tier puts out; in the other memory of the board. */
__attribute__((section(".arena"))) static uint8_t tensors[TENSORS_SIZE];
static ddnn_workspace workspace;

/* Of tensors, which has room to spare. */
static uint32_t unused_bytes(void) {
  void *const arenas[] = {arena};
  return (uint32_t)(sizeof tensors - ddnn_workspace_size_placed(&TIER, arenas));
}

static int prepare(void) {
  void *const arenas[] = {arena};
  return ddnn_workspace_init_placed(&workspace, &TIER, arenas, tensors,
                                    sizeof tensors);
}

static float *image(void) { return workspace.inputs[0]; }

static int infer(ddnn_exit_event *taken) {
  const void *inputs[] = {image()};
  return ddnn_workspace_run(&workspace, inputs, NULL, NULL, NULL, taken);
}

static const char *name_of_exit(unsigned exit) { return TIER.exits[exit].name; }
#else
void ENTRY(const float *in, float *out);
__attribute__((section(".arena"))) static float input[PIXELS];
static float outputs[ENTRY_OUTPUTS];

static float *image(void) { return input; }

static uint32_t unused_bytes(void) { return 0; }

static int prepare(void) { return DDNN_OK; }

static int infer(ddnn_exit_event *taken) {
  ENTRY(input, outputs);
  taken->exit = 0;
  taken->gate.label = ddnn_argmax(outputs, ENTRY_OUTPUTS);
  return DDNN_OK;
}

static const char *name_of_exit(unsigned exit) {
  (void)exit;
  return "logits";
}
#endif

/* The stack below this function is filled with a pattern; how much of it was
 * overwritten later is what calls took. */
extern uint32_t bss_end[];
#define PATTERN 0x5ad5a5adu

static uint32_t *stack_here(void) {
  uint32_t *stack;
  __asm__ volatile("mov %0, sp" : "=r"(stack));
  return stack;
}

static uint32_t stack_used(const uint32_t *top) {
  const uint32_t *word = bss_end;
  while (word < top && *word == PATTERN)
    ++word;
  return (uint32_t)(top - word) * 4;
}

static void print_line(const char *what, uint32_t number) {
  host_print(what);
  host_print(" ");
  host_print_number(number);
  host_print("\n");
}

int main(void) {
  int status = prepare();
  if (status != DDNN_OK)
    return host_fail("workspace", ddnn_status_text(status));
  systick_start();
  uint32_t per_tick = systick_instructions(), total = 0, most_stack = 0;
  for (uint32_t i = 0; i < IMAGE_COUNT; ++i) {
    for (unsigned k = 0; k < PIXELS; ++k)
      image()[k] = (float)images[i][k] * SCALE;
    uint32_t *const top = stack_here();
    for (uint32_t *word = bss_end; word < top; ++word)
      *(volatile uint32_t *)word = PATTERN;
    ddnn_exit_event taken;
    uint32_t start = SYSTICK_VALUE;
    status = infer(&taken);
    total += systick_since(start);
    uint32_t stack = stack_used(top);
    if (status != DDNN_OK)
      return host_fail("inference", ddnn_status_text(status));
    if (stack > most_stack)
      most_stack = stack;
    if (taken.exit == DDNN_NO_EXIT) {
      host_print("offloaded\n");
    } else {
      host_print(name_of_exit(taken.exit));
      print_line("", taken.gate.label);
    }
  }
  uint64_t instructions = (uint64_t)total * per_tick;
  print_line("instructions", (uint32_t)(instructions / IMAGE_COUNT));
  print_line("stack", most_stack);
  print_line("unused", unused_bytes());
  return 0;
}
