/* places LIBRARY...: runs all places of a deployment, in their order, on inputs
 * that are made up by their names, moves what travels as the descriptors say,
 * and prints the scores of all exits. */
#include <assert.h>
#include <ddnn/model.h>
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_PLACES = 32 };

static const ddnn_model *models[MAX_PLACES];
static void *outputs[MAX_PLACES][DDNN_MAX_TENSORS];

static size_t bytes_of(const ddnn_tensor *t) {
  return t->dtype == DDNN_F32 ? 4u * t->count : t->wire_bytes;
}

static void *get(size_t size) {
  size_t rounded = (size + DDNN_ALIGN) / DDNN_ALIGN * DDNN_ALIGN;
  void *memory = aligned_alloc(DDNN_ALIGN, rounded);
  assert(memory);
  memset(memory, 0, rounded);
  return memory;
}

static unsigned find_place(unsigned count, unsigned tier, unsigned member) {
  for (unsigned i = 0; i < count; ++i)
    if (models[i]->tier == tier && models[i]->member == member)
      return i;
  assert(!"a place that there is not");
  return 0;
}

/* The n-th tensor that `from` sends to `to`. */
static void *receive(unsigned from, unsigned to, unsigned n,
                     const ddnn_tensor *wanted) {
  const ddnn_model *m = models[from];
  for (unsigned i = 0; i < m->link_count; ++i) {
    if (m->link_targets && (m->link_targets[i].tier != models[to]->tier ||
                            m->link_targets[i].member != models[to]->member))
      continue;
    if (n-- != 0)
      continue;
    unsigned output = m->output_count - m->link_count + i;
    const ddnn_tensor *t = &m->outputs[output];
    assert(t->dtype == wanted->dtype && t->encoding == wanted->encoding &&
           t->count == wanted->count && t->wire_bytes == wanted->wire_bytes);
    return outputs[from][output];
  }
  assert(!"less than what is expected");
  return NULL;
}

static void *sense(const ddnn_tensor *t) {
  unsigned state = (unsigned)t->name[strlen(t->name) - 1];
  float *values = get(bytes_of(t));
  for (unsigned i = 0; i < t->count; ++i) {
    state = state * 1664525u + 1013904223u;
    values[i] = (float)(state >> 24) / 128.0f - 1.0f;
  }
  return values;
}

int main(int argc, char **argv) {
  unsigned count = (unsigned)argc - 1;
  assert(count <= MAX_PLACES);
  for (unsigned p = 0; p < count; ++p) {
    void *library = dlopen(argv[p + 1], RTLD_NOW | RTLD_LOCAL);
    if (!library) {
      fprintf(stderr, "%s\n", dlerror());
      return 1;
    }
    models[p] = *(const ddnn_model **)dlsym(library, DDNN_PLUGIN_SYMBOL);
    assert(models[p]->hash == models[0]->hash);
    assert(models[p]->tier_count == models[0]->tier_count);
  }
  for (unsigned p = 0; p < count; ++p) {
    const ddnn_model *m = models[p];
    const void *inputs[DDNN_MAX_TENSORS];
    unsigned taken[MAX_PLACES] = {0};
    for (unsigned i = 0; i < m->input_count; ++i) {
      unsigned source = m->input_sources ? m->input_sources[i]
                        : m->tier == 0   ? DDNN_FROM_SENSOR
                                         : 0;
      if (source == DDNN_FROM_SENSOR) {
        inputs[i] = sense(&m->inputs[i]);
      } else if (source == DDNN_FROM_RUNTIME) {
        assert(i + 1 == m->input_count && m->inputs[i].dtype == DDNN_U8);
        assert(m->inputs[i].count == m->source_count);
        inputs[i] = memset(get(m->source_count), 1, m->source_count);
      } else {
        unsigned from = p - 1;
        if (m->sources) {
          ddnn_place place = m->sources[source].place;
          from = find_place(count, place.tier, place.member);
          unsigned connected = 0;
          for (unsigned c = 0; c < m->connection_count; ++c)
            connected += m->connections[c].from.tier == place.tier &&
                         m->connections[c].from.member == place.member &&
                         m->connections[c].to.tier == m->tier &&
                         m->connections[c].to.member == m->member;
          assert(connected == 1);
        }
        inputs[i] = receive(from, p, taken[from]++, &m->inputs[i]);
      }
    }
    for (unsigned i = 0; i < m->output_count; ++i)
      outputs[p][i] = get(bytes_of(&m->outputs[i]));
    void *arenas[DDNN_MAX_POOLS];
    for (unsigned i = 0; i < m->pool_count; ++i)
      arenas[i] = get(m->pools[i].size);
    for (unsigned step = 0; step < m->step_count; ++step)
      m->steps[step](m->weights, arenas, inputs, outputs[p]);
    for (unsigned i = 0; i < m->local_exit_count; ++i) {
      const ddnn_local_exit *local = &m->local_exits[i];
      assert(m->exits[local->exit].tier == m->tier);
      printf("%s:", m->exits[local->exit].name);
      const float *scores = outputs[p][local->output];
      for (unsigned c = 0; c < m->exits[local->exit].classes; ++c)
        printf(" %.3f", (double)scores[c]);
      printf("\n");
    }
  }
  return 0;
}
