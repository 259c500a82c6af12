/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * classify BROKER < IMAGES: one line for each image (64 bytes, pixels 0 to 16)
 * on standard input. The device tier is linked in; what it is not sure about
 * goes to the workers that the broker knows:
 *
 *   build/classify tcp://127.0.0.1:1883 < models/digits/test_images.u8
 *
 * Without workers, or without a broker, the device's own exit answers, and the
 * line says so.
 */
#include <ddnn/host.h>
#include <ddnn/mqtt.h>
#include <digits_device.h>

#include <stdio.h>

/* Reads the next image; false at the end. */
static bool read_image(float image[64]) {
  unsigned char pixels[64];
  if (fread(pixels, 1, sizeof pixels, stdin) != sizeof pixels)
    return false;
  for (int i = 0; i < 64; ++i)
    image[i] = (float)pixels[i] / 16.0f;
  return true;
}

static void print_answer(const ddnn_result *result) {
  if (result->status != DDNN_OK)
    printf("error: %s\n", ddnn_status_text(result->status));
  else
    printf("digit %u, said by exit '%s'%s\n", (unsigned)result->label,
           digits_device_model.exits[result->exit].name,
           result->fallback ? ", as no better one was reached" : "");
}

int main(int argc, char **argv) {
  if (argc != 2) {
    fprintf(stderr, "usage: classify BROKER < IMAGES\n");
    return 1;
  }
  float image[64];
  const void *inputs[] = {image};

  /* These lines are all that the runtime asks for. */
  ddnn_mqtt_config mqtt = {.broker = argv[1], .node = "classify"};
  ddnn_session_config config = {.model = &digits_device_model,
                                .node = "classify"};
  ddnn_session *session;
  if (ddnn_mqtt_create(&mqtt, &config.link) != DDNN_OK ||
      ddnn_host_session_open(&session, &config) != DDNN_OK)
    return 1;
  ddnn_session_wait_peer(session, 2000);
  while (read_image(image)) {
    ddnn_result result = {0};
    ddnn_session_infer(session, &(ddnn_request){.inputs = inputs}, &result);
    print_answer(&result);
  }

  ddnn_host_session_close(session);
  ddnn_mqtt_destroy(config.link);
  return 0;
}
