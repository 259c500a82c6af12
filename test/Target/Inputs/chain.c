// Runs the tiers of a model one after the other through their descriptors, on
// inputs made from their index, and prints the scores of every exit, a row a
// line. Arena and outputs start as NaN and are as large as the descriptors say,
// so that the sanitisers see who reads or writes what is not there.
//
// With -DLINKS also the bytes of what travels.
//
// Compiled with -D_POSIX_C_SOURCE=200112L, -DMODELS=&a_model,&b_model and
// -include of the tiers' headers.

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static size_t bytes_of(const ddnn_tensor *t) {
  return t->dtype == DDNN_BITS  ? (t->count + 7) / 8
         : t->dtype == DDNN_F32 ? t->count * sizeof(float)
                                : t->count;
}

static void *blocks[256];
static size_t block_count;

static void *poisoned(size_t bytes) {
  void *block;
  if (posix_memalign(&block, DDNN_ALIGN, bytes))
    abort();
  memset(block, 0xff, bytes);
  return blocks[block_count++] = block;
}

int main(void) {
  static const ddnn_model *const models[] = {MODELS};
  void *carried[DDNN_MAX_TENSORS] = {0};
  for (size_t m = 0; m < sizeof(models) / sizeof(*models); ++m) {
    const ddnn_model *model = models[m];
    const void *inputs[DDNN_MAX_TENSORS] = {0};
    void *outputs[DDNN_MAX_TENSORS];
    for (int i = 0; i < model->input_count; ++i) {
      const ddnn_tensor *t = &model->inputs[i];
      inputs[i] = carried[i];
      if (m)
        continue;
      void *made = poisoned(bytes_of(t));
      for (uint32_t k = 0; k < t->count; ++k)
        if (t->dtype == DDNN_F32)
          ((float *)made)[k] = (float)((int)(k * 37 % 29) - 14) / 16.0f;
        else
          ((uint8_t *)made)[k] = (uint8_t)(k * 91 + 200);
      inputs[i] = made;
    }
    for (int i = 0; i < model->output_count; ++i)
      outputs[i] = poisoned(bytes_of(&model->outputs[i]));
    void *arenas[DDNN_MAX_POOLS];
    for (int i = 0; i < model->pool_count; ++i)
      arenas[i] = poisoned(model->pools[i].size);
    for (int step = 0; step < model->step_count; ++step) {
      model->steps[step](model->weights, arenas, inputs, outputs);
      for (int i = 0; i < model->local_exit_count; ++i) {
        if (model->local_exits[i].step != step)
          continue;
        int output = model->local_exits[i].output;
        const ddnn_tensor *t = &model->outputs[output];
        uint32_t columns = t->dims[t->rank - 1];
        for (uint32_t k = 0; k < t->count; ++k) {
          if (k % columns == 0)
            printf("%s:", model->exits[model->local_exits[i].exit].name);
          printf(" %.7g", (double)((float *)outputs[output])[k]);
          if (k % columns == columns - 1)
            printf("\n");
        }
      }
    }
    int first = model->output_count - model->link_count;
    for (int i = 0; i < model->link_count; ++i)
      carried[i] = outputs[first + i];
#ifdef LINKS
    for (int i = 0; i < model->link_count; ++i) {
      const ddnn_tensor *t = &model->outputs[first + i];
      printf("%s %s:", model->tier_names[model->tier], t->name);
      for (size_t k = 0; k < bytes_of(t); ++k)
        printf(" %02x", ((const uint8_t *)carried[i])[k]);
      printf("\n");
    }
#endif
  }
  while (block_count)
    free(blocks[--block_count]);
  return 0;
}
