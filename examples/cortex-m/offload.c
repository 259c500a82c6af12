/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * The device tier and a session around it, on a Cortex-M: what the exit here is
 * not sure about goes as a frame over the UART to bridge/bridge.c, which speaks
 * MQTT with the workers. Each frame is behind its length, four bytes, the
 * lowest first. */
#include "images.h"
#include "semihosting.h"
#include "systick.h"
#include "uart.h"

#include <ddnn/session.h>
#include <digits_device.h>

__attribute__((section(ARENA_SECTION))) static _Alignas(
    DDNN_ALIGN) uint8_t arena[DIGITS_DEVICE_ARENA_SIZE];
/* Requests, frames, what is known of workers. */
static uint8_t memory[4 * 1024];
static ddnn_session *session;

/* Must be called more often than SysTick goes round, which is every 0.6 s; a
 * session that waits does. */
static uint64_t now_us(void *user) {
  static uint64_t clocks;
  static uint32_t last = SYSTICK_MASK;
  (void)user;
  uint32_t passed = systick_since(last);
  clocks += passed;
  last = (last - passed) & SYSTICK_MASK;
  return clocks / CLOCK_MHZ;
}

/* ddnn_link.send. Only requests have a receiver on the other end. */
static int send_frame(void *context, const ddnn_message *message) {
  (void)context;
  if (message->channel != DDNN_CHANNEL_REQUEST)
    return DDNN_OK;
  const uint8_t *data = message->data;
  for (unsigned i = 0; i < 4; ++i)
    uart_send((uint8_t)(message->size >> (8 * i)));
  for (size_t i = 0; i < message->size; ++i)
    uart_send(data[i]);
  return DDNN_OK;
}

/* ddnn_sync.idle: takes what came over the UART meanwhile. */
static void receive_frame(void *context) {
  static uint8_t frame[1024];
  static uint32_t got, length;
  (void)context;
  for (int byte; (byte = uart_receive()) >= 0;) {
    if (got < 4)
      length |= (uint32_t)byte << (8 * got);
    else if (got - 4 < sizeof frame)
      frame[got - 4] = (uint8_t)byte;
    if (++got < 4 || got - 4 < length)
      continue;
    ddnn_message message = {.channel = DDNN_CHANNEL_REPLY,
                            .model = digits_device_model.hash,
                            .node = "mcu",
                            .data = frame,
                            .size = length};
    if (length <= sizeof frame)
      ddnn_session_receive(session, &message);
    got = length = 0;
  }
}

int main(void) {
  systick_start();
  uart_start();
  const ddnn_model *model = &digits_device_model;
  void *const arenas[] = {arena};
  ddnn_link link = {.send = send_frame};
  /* A product draws `boot` anew at each start. */
  ddnn_session_config config = {.model = model,
                                .arenas = arenas,
                                .node = "mcu",
                                .boot = 1,
                                .link = &link,
                                .now_us = now_us,
                                .sync = {.idle = receive_frame},
                                .max_requests = 1,
                                .max_peers = 1,
                                .deadline_ms = 10000,
                                .fixed_peer = "worker"};
  int status = ddnn_session_open(&session, &config, memory, sizeof memory);
  if (status != DDNN_OK) {
    host_print("memory has to have ");
    host_print_number(ddnn_session_size(&config));
    host_print(" bytes\n");
    return host_fail("session", ddnn_status_text(status));
  }

  uint32_t sent = 0, unanswered = 0;
  for (uint32_t i = 0; i < COUNT; ++i) {
    float image[IMAGE_PIXELS];
    images_read(i, image);
    const void *inputs[] = {image};
    ddnn_request request = {.inputs = inputs, .frame_number = i};
    ddnn_result result = {0};
    status = ddnn_session_infer(session, &request, &result);
    if (status != DDNN_OK)
      return host_fail("inference", ddnn_status_text(status));
    sent += result.attempts > 0;
    unanswered += result.fallback;
    host_print("image ");
    host_print_number(i);
    host_print(": exit '");
    host_print(model->exits[result.exit].name);
    host_print("', digit ");
    host_print(model->labels[result.label]);
    host_print(result.fallback ? ", nobody else answered\n" : "\n");
  }
  host_print_number(sent);
  host_print(" images offloaded, ");
  host_print_number(unanswered);
  host_print(" without an answer\n");
  ddnn_session_close(session);
  return unanswered ? 1 : 0;
}
