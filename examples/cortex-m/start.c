/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * From reset to main on a Cortex-M: the vector table, the floating-point unit,
 * variables. The stack begins at the end of RAM. */
#include "semihosting.h"

#include <stdint.h>

/* sections.ld */
extern uint32_t data_load[], data_start[], data_end[], bss_start[], bss_end[];
extern uint32_t stack_top[];

int main(void);

void reset(void) {
#ifdef __ARM_FP
  /* CPACR: coprocessors 10 and 11, the floating-point unit, are ours. Without
   * this its first instruction is a fault. */
  *(volatile uint32_t *)0xe000ed88 |= 0xfu << 20;
  __asm__ volatile("dsb\n\tisb" ::: "memory");
#endif
  const uint32_t *from = data_load;
  for (uint32_t *to = data_start; to < data_end;)
    *to++ = *from++;
  for (uint32_t *to = bss_start; to < bss_end;)
    *to++ = 0;
  host_exit(main());
}

/* Nothing here is interrupted: what comes is a fault. */
static void fault(void) {
  host_print("error: the processor reports a fault\n");
  host_exit(2);
}

typedef union vector {
  void *stack;
  void (*handler)(void);
} vector;

__attribute__((section(".vectors"), used)) static const vector vectors[16] = {
    {.stack = stack_top}, {.handler = reset}, {.handler = fault},
    {.handler = fault},   {.handler = fault}, {.handler = fault},
    {.handler = fault},   {.handler = fault}, {.handler = fault},
    {.handler = fault},   {.handler = fault}, {.handler = fault},
    {.handler = fault},   {.handler = fault}, {.handler = fault},
    {.handler = fault}};
