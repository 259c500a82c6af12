/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "semihosting.h"

enum { SYS_WRITE0 = 0x04, SYS_EXIT_EXTENDED = 0x20 };
/* ADP_Stopped_ApplicationExit: the program ended by itself. */
#define APPLICATION_EXIT 0x20026u

static void call_host(uint32_t operation, const void *argument) {
  register uint32_t r0 __asm__("r0") = operation;
  register const void *r1 __asm__("r1") = argument;
  __asm__ volatile("bkpt 0xab" : "+r"(r0) : "r"(r1) : "memory");
}

void host_print(const char *text) { call_host(SYS_WRITE0, text); }

void host_print_number(uint32_t number) {
  char digits[11], *first = digits + sizeof digits - 1;
  *first = '\0';
  do {
    *--first = (char)('0' + number % 10);
    number /= 10;
  } while (number);
  host_print(first);
}

int host_fail(const char *what, const char *why) {
  host_print("error: ");
  host_print(what);
  host_print(": ");
  host_print(why);
  host_print("\n");
  return 1;
}

_Noreturn void host_exit(int status) {
  const uint32_t block[2] = {APPLICATION_EXIT, (uint32_t)status};
  call_host(SYS_EXIT_EXTENDED, block);
  for (;;)
    ;
}
