/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * An aggregator and a member, driven by a byte string: time passes, members and
 * workers come, speak and go, messages are repeated, reordered and forged, the
 * link breaks. What was really said is written down, and each result is held
 * against it: every sample ends exactly once and by its deadline, no answer
 * that nobody gave, all counters add up.
 */
#include "ddnn/group.h"
#include "toy_group.h"

#include <stdlib.h>
#include <string.h>

#define GROUP 7
#define DEADLINE_MS 100
#define MAX_EVENTS 600
#define MAX_SAVED 64
#define MAX_SAID 1024
#define MESSAGE_MAX 512

static void require(int holds) {
  if (!holds)
    abort();
}

/* ---- The byte string ----------------------------------------------------- */

static const uint8_t *input;
static size_t input_left;

static uint8_t next_byte(void) {
  if (input_left == 0)
    return 0;
  --input_left;
  return *input++;
}

/* ---- The world ----------------------------------------------------------- */

typedef struct saved {
  uint8_t channel;
  size_t size;
  char node[DDNN_NODE_MAX + 1];
  uint8_t data[MESSAGE_MAX];
} saved;

/* A reply that reached the aggregator. */
typedef struct said {
  uint64_t request;
  uint32_t boot, label;
  int status;
  uint16_t exit;
  float scores[3];
} said;

static struct {
  uint64_t now;
  int locked, up;
  unsigned refuse; /* this many sends are refused */
  int forged;      /* scores were: joins cannot be foretold any more */
  uint32_t boot, frame_number;
  const ddnn_model *devices, *edges;
  unsigned device_count, edge_count, area;
  uint32_t device_boots[4], edge_boots[2], sequence;
  uint64_t requests[4];
  saved messages[MAX_SAVED]; /* arrived: to be repeated and forged */
  unsigned message_count;
  saved orders[MAX_SAVED]; /* the aggregator's: to be answered */
  unsigned order_count;
  said replies[MAX_SAID];
  unsigned reply_count;
  uint64_t results; /* of this life of the aggregator's */
  uint64_t seen[MAX_SAID];
  uint64_t answered, fallbacks, errors;
  uint64_t parts[MAX_SAID][3];
  unsigned part_count;
} world;

static ddnn_aggregator *aggregator;
static ddnn_member *member;
static void *aggregator_memory, *member_memory;

static uint64_t now_us(void *user) {
  (void)user;
  return world.now;
}

static void lock(void *user) {
  (void)user;
  require(!world.locked);
  world.locked = 1;
}

static void unlock(void *user) {
  (void)user;
  require(world.locked);
  world.locked = 0;
}

/* What the two say must be what others understand. */
static int send(void *context, const ddnn_message *m) {
  int of_member = context != NULL;
  require(!world.locked && ddnn_node_name_ok(m->node) && m->size != 0);
  if (m->channel == DDNN_CHANNEL_STATUS) {
    ddnn_announce a;
    require(ddnn_announce_decode(&a, m->data, m->size) == DDNN_OK);
    return DDNN_OK;
  }
  if (of_member && m->channel == DDNN_CHANNEL_AGGREGATE)
    return DDNN_OK;
  ddnn_frame f;
  require(ddnn_frame_decode(&f, m->data, m->size) == DDNN_OK);
  if (of_member) {
    require(ddnn_frame_check_part(&f, &toy_e_edge, NULL) == DDNN_OK);
    for (unsigned i = 0; i < world.part_count; ++i)
      require(world.parts[i][0] != f.request || world.parts[i][1] != f.boot ||
              world.parts[i][2] != ((uint64_t)f.frame_number << 8 | f.attempt));
    if (world.part_count < MAX_SAID) {
      uint64_t *part = world.parts[world.part_count++];
      part[0] = f.request;
      part[1] = f.boot;
      part[2] = (uint64_t)f.frame_number << 8 | f.attempt;
    }
    return DDNN_OK;
  }
  require(strcmp(f.source, "agg") == 0 && f.boot == world.boot &&
          f.group == GROUP);
  if (!world.up)
    return DDNN_ERR_DISCONNECTED;
  if (world.refuse) {
    --world.refuse;
    return DDNN_ERR_NO_PEER;
  }
  if (m->channel == DDNN_CHANNEL_REQUEST && m->size <= MESSAGE_MAX) {
    saved *o = &world.orders[world.order_count++ % MAX_SAVED];
    require(f.remaining_ms <= DEADLINE_MS);
    o->size = m->size;
    memcpy(o->data, m->data, m->size);
    strcpy(o->node, m->node);
  }
  return DDNN_OK;
}

static bool up(void *context) {
  (void)context;
  return world.up;
}

static ddnn_listener aggregator_listener;

static int listen(void *context, const ddnn_listener *listener) {
  (void)context;
  aggregator_listener = *listener;
  return DDNN_OK;
}

static ddnn_link aggregator_link = {NULL, send, listen, NULL, up, NULL};
static int is_member;
static ddnn_link member_link = {&is_member, send, NULL, NULL, NULL, NULL};
static const ddnn_model *const e_models[] = {&toy_e_local};
static const ddnn_model *const f_models[] = {&toy_f_local, &toy_f_area};

static void open_aggregator(void) {
  static const uint16_t groups[] = {GROUP};
  ddnn_aggregator_config c = {0};
  c.models = world.area ? f_models : e_models;
  c.model_count = world.area ? 2 : 1;
  c.node = "agg";
  c.boot = ++world.boot;
  c.link = &aggregator_link;
  c.now_us = now_us;
  c.sync.lock = lock;
  c.sync.unlock = unlock;
  c.groups = groups;
  c.group_count = 1;
  c.max_samples = 6;
  c.max_peers = 8;
  c.deadline_ms = DEADLINE_MS;
  c.member_wait_ms = 10;
  c.part_wait_ms = 10;
  c.publish = true;
  size_t size = ddnn_aggregator_size(&c);
  free(aggregator_memory);
  aggregator_memory = malloc(size);
  require(ddnn_aggregator_open(&aggregator, &c, aggregator_memory, size) ==
          DDNN_OK);
  world.results = world.answered = world.fallbacks = world.errors = 0;
}

static void open_member(void) {
  ddnn_member_config c = {0};
  c.model = &toy_e_devices[0];
  c.node = "dev-0";
  c.boot = 5;
  c.group = GROUP;
  c.aggregator = "agg";
  c.link = &member_link;
  c.now_us = now_us;
  c.sync.lock = lock;
  c.sync.unlock = unlock;
  c.keep = 3;
  size_t size = ddnn_member_size(&c);
  free(member_memory);
  member_memory = malloc(size);
  require(ddnn_member_open(&member, &c, member_memory, size) == DDNN_OK);
}

/* ---- What must hold ------------------------------------------------------ */

/* What device or edge `who` says of a sample. */
static float score_of(unsigned who, uint64_t number, unsigned class) {
  uint64_t h = (number * 31 + who) * 7 + class * 5;
  return (float)(h * h % 64) * ((number & 3) == 0 ? 1.0f : 0.01f);
}

static void check_join(const ddnn_group_result *r, unsigned count,
                       uint16_t missing, uint64_t number) {
  float sum[3] = {0, 0, 0};
  unsigned n = 0;
  for (unsigned i = 0; i < count; ++i) {
    if (missing >> i & 1)
      continue;
    ++n;
    for (unsigned c = 0; c < 3; ++c)
      sum[c] += score_of(i, number, c);
  }
  require(n != 0);
  for (unsigned c = 0; c < 3; ++c)
    require(r->scores[c] == sum[c] / (float)n);
}

static void check_result(const ddnn_group_result *r) {
  require(r->group == GROUP && r->request != 0);
  require(r->t_total_us <= DEADLINE_MS * 1000);
  for (unsigned i = 0; i < world.results && i < MAX_SAID; ++i)
    require(world.seen[i] != r->request); /* once */
  if (world.results < MAX_SAID)
    world.seen[world.results] = r->request;
  ++world.results;
  for (unsigned t = 0; t < DDNN_MAX_TIERS; ++t)
    for (unsigned m = 0; m < DDNN_MAX_MEMBERS; ++m)
      require(r->missing[t][m] < 16);
  if (r->status != DDNN_OK) {
    ++world.errors;
    require(r->status < 0 && r->exit == DDNN_NO_EXIT && !r->fallback);
    return;
  }
  ++*(r->fallback ? &world.fallbacks : &world.answered);
  require(r->exit < 3 && r->classes == 3 && r->label < 3 &&
          r->fallback == (r->cause != DDNN_OK));
  require(r->tier == e_models[0]->exits[r->exit].tier || world.area);
  if (r->exit == 0 || (world.area && r->exit == 1)) {
    if (!world.forged && r->exit == 0)
      check_join(r, world.device_count, r->missing[1][0], r->frame_number);
    else if (!world.forged)
      check_join(r, world.edge_count, r->missing[3][0], r->request);
    return;
  }
  int given = 0;
  for (unsigned i = 0; i < world.reply_count && !given; ++i) {
    const said *s = &world.replies[i];
    given = s->request == r->request && s->boot == world.boot &&
            s->exit == r->exit && s->label == r->label &&
            s->status == r->cause &&
            memcmp(s->scores, r->scores, sizeof s->scores) == 0;
  }
  require(given || world.reply_count == MAX_SAID);
}

static void poll_all(void) {
  float scores[3];
  ddnn_group_result r;
  memset(&r, 0, sizeof r);
  r.scores = scores;
  r.scores_capacity = 3;
  while (ddnn_aggregator_poll(aggregator, &r, 0) == DDNN_OK)
    check_result(&r);
  ddnn_aggregator_stats s;
  ddnn_aggregator_get_stats(aggregator, &s);
  require(s.answered == world.answered && s.fallbacks == world.fallbacks &&
          s.errors == world.errors);
  uint64_t ended = s.answered + s.fallbacks + s.errors;
  require(s.samples >= ended && s.samples - ended <= 6 &&
          s.local <= s.answered);
  while (ddnn_member_poll(member, 0) == DDNN_OK)
    ;
}

static void pass(unsigned ms) {
  while (ms-- > 0) {
    world.now += 1000;
    poll_all();
  }
}

/* ---- Messages ------------------------------------------------------------ */

/* Hands a message over, and writes down what it says. */
static void deliver(const saved *m, int genuine) {
  ddnn_frame f;
  if (m->channel == DDNN_CHANNEL_REPLY &&
      ddnn_frame_decode(&f, m->data, m->size) == DDNN_OK &&
      f.tensor_count == 1 && f.tensors[0].bytes == 12 &&
      world.reply_count < MAX_SAID) {
    said *s = &world.replies[world.reply_count++];
    s->request = f.request;
    s->boot = f.boot;
    s->label = f.label;
    s->status = f.status;
    s->exit = f.exit;
    memcpy(s->scores, f.tensors[0].data, 12);
  }
  if (m->channel == DDNN_CHANNEL_AGGREGATE && !genuine)
    world.forged = 1;
  ddnn_message message = {0};
  message.channel = m->channel;
  message.node = m->node;
  message.data = m->data;
  message.size = m->size;
  if (m->channel == DDNN_CHANNEL_REQUEST)
    ddnn_member_receive(member, &message);
  else
    ddnn_aggregator_receive(aggregator, &message);
}

static void say(uint8_t channel, const char *node, const void *data,
                size_t size) {
  saved *m = &world.messages[world.message_count++ % MAX_SAVED];
  m->channel = channel;
  m->size = size;
  strcpy(m->node, node);
  memcpy(m->data, data, size);
  deliver(m, 1);
}

static void say_frame(uint8_t channel, const char *node, const ddnn_frame *f) {
  uint8_t bytes[MESSAGE_MAX];
  size_t size = 0;
  if (ddnn_frame_encode(f, bytes, sizeof bytes, &size) == DDNN_OK)
    say(channel, node, bytes, size);
}

static void set_scores(ddnn_frame *f, const ddnn_tensor *t, float scores[3],
                       unsigned who, uint64_t number) {
  for (unsigned c = 0; c < 3; ++c)
    scores[c] = score_of(who, number, c);
  f->tensor_count = 1;
  ddnn_frame_tensor_init(&f->tensors[0], t);
  f->tensors[0].data = (const uint8_t *)scores;
}

static void device_scores(unsigned who, uint32_t number) {
  float scores[3];
  char name[] = "dev-0";
  ddnn_frame f;
  ddnn_frame_init(&f, DDNN_FRAME_SCORES);
  f.stage = 1;
  f.model = world.devices[0].hash;
  f.request = ++world.requests[who];
  f.boot = world.device_boots[who];
  f.frame_number = number;
  f.group = GROUP;
  f.member = (uint16_t)who;
  name[4] = (char)('0' + who);
  strcpy(f.source, name);
  set_scores(&f, &toy_e_local.inputs[0], scores, who, number);
  say_frame(DDNN_CHANNEL_AGGREGATE, "agg", &f);
}

static void announce(const char *name, unsigned stage, unsigned who,
                     uint32_t boot, uint8_t state) {
  uint8_t bytes[DDNN_ANNOUNCE_MAX];
  size_t size = 0;
  ddnn_announce a;
  memset(&a, 0, sizeof a);
  a.state = state;
  a.boot = boot;
  a.sequence = ++world.sequence;
  a.heartbeat_ms = 200;
  a.service_count = 1;
  a.services[0].model = world.devices[0].hash;
  a.services[0].stage = (uint8_t)stage;
  a.services[0].member = (uint8_t)who;
  a.services[0].group = stage ? 0 : GROUP;
  require(ddnn_announce_encode(&a, bytes, sizeof bytes, &size) == DDNN_OK);
  say(DDNN_CHANNEL_STATUS, name, bytes, size);
}

static void device_announces(unsigned who, unsigned how) {
  char name[] = "dev-0";
  name[4] = (char)('0' + who);
  if (how % 8 == 1) {
    ++world.device_boots[who];
    world.requests[who] = 0;
  }
  announce(name, 0, who, world.device_boots[who],
           how % 8 == 2 ? DDNN_NODE_OFFLINE : DDNN_NODE_ONLINE);
}

/* Edges by number, then a second one of the first, then the cloud of (f). */
static void worker_announces(unsigned which, unsigned how) {
  static const char *const names[] = {"edge-0", "edge-1", "edge-b", "cloud"};
  unsigned who = which % 4;
  if (!world.area && (who == 1 || who == 3))
    who = 0;
  uint32_t boot = 1 + how / 64;
  announce(names[who], who == 3 ? 4 : 2, who == 1 ? 1 : 0, boot,
           how % 8 == 2   ? DDNN_NODE_OFFLINE
           : how % 8 == 3 ? DDNN_NODE_DRAINING
                          : DDNN_NODE_ONLINE);
}

/* A worker answers one of the orders, well or badly. */
static void worker_answers(unsigned back, unsigned how) {
  if (world.order_count == 0)
    return;
  const saved *o =
      &world.orders[(world.order_count - 1 - back % 16) % MAX_SAVED];
  ddnn_frame order, f;
  if (o->size == 0 || ddnn_frame_decode(&order, o->data, o->size) != DDNN_OK ||
      order.kind != DDNN_FRAME_EXPECT)
    return;
  float scores[3];
  int several = world.area && order.stage == 2, bad = how % 4 == 3;
  ddnn_frame_init(&f, several && !bad ? DDNN_FRAME_SCORES : DDNN_FRAME_REPLY);
  f.stage = several ? 3 : order.stage;
  f.attempt = order.attempt;
  f.model = order.model;
  f.request = order.request;
  f.boot = order.boot;
  f.group = order.group;
  f.frame_number = order.frame_number;
  f.member = several ? order.member : how & 3;
  strcpy(f.source, order.source);
  if (several && !bad) {
    f.label = how >> 4 & 3;
    set_scores(&f, &toy_f_area.inputs[0], scores, order.member, order.request);
    say_frame(DDNN_CHANNEL_AGGREGATE, "agg", &f);
    return;
  }
  f.flags = DDNN_FLAG_FINAL;
  if (bad) {
    f.status = -(int)(1 + how / 4 % 24);
  } else {
    if (how % 4 == 2) {
      f.flags |= DDNN_FLAG_FALLBACK;
      f.status = DDNN_ERR_NO_PEER;
    }
    f.exit = order.stage == 2 ? 1 + (how >> 4 & 1) : 2;
    f.stage = world.devices[0].exits[f.exit].tier;
    f.label = how % 3;
    set_scores(&f, &toy_e_local.inputs[0], scores, how,
               order.request + order.attempt);
  }
  say_frame(DDNN_CHANNEL_REPLY, "agg", &f);
}

/* Repeats a message, as it was or forged with a good checksum. */
static void again(unsigned back, unsigned changes) {
  if (world.message_count == 0)
    return;
  saved m =
      world.messages[(world.message_count - 1 - back % MAX_SAVED) % MAX_SAVED];
  if (m.size == 0)
    return;
  for (unsigned i = 0; i < changes; ++i)
    m.data[next_byte() % m.size] = next_byte();
  if (changes && m.channel != DDNN_CHANNEL_STATUS &&
      m.size > DDNN_FRAME_FIXED_BYTES)
    ddnn_frame_seal(m.data, m.size);
  deliver(&m, changes == 0);
}

/* An order of the aggregator's, or one made up, to the member. */
static void member_hears(unsigned back, unsigned how) {
  ddnn_frame f;
  static const uint8_t target[] = "edge-0";
  ddnn_frame_init(&f, DDNN_FRAME_FETCH);
  f.stage = 2;
  f.attempt = how & 3;
  f.model = TOY_E_HASH;
  f.request = 1 + back % 4;
  f.boot = 1 + (how >> 2 & 1);
  f.frame_number = world.frame_number - (how >> 3 & 7);
  f.group = GROUP;
  strcpy(f.source, "agg");
  f.tensor_count = 1;
  f.tensors[0].dtype = DDNN_U8;
  f.tensors[0].encoding = DDNN_WIRE_U8;
  f.tensors[0].rank = 1;
  f.tensors[0].scale = 1;
  f.tensors[0].dims[0] = f.tensors[0].bytes = 6;
  f.tensors[0].data = target;
  say_frame(DDNN_CHANNEL_REQUEST, "dev-0", &f);
}

static void raw(void) {
  saved m = {0};
  m.channel = next_byte() % 6;
  m.size = next_byte();
  strcpy(m.node, "dev-1");
  for (size_t i = 0; i < m.size; ++i)
    m.data[i] = next_byte();
  deliver(&m, 0);
}

static void thresholds(uint8_t how) {
  uint8_t bytes[DDNN_THRESHOLDS_MAX];
  size_t size = 0;
  ddnn_thresholds t;
  memset(&t, 0, sizeof t);
  t.model = world.devices[0].hash;
  t.version = how;
  t.count = 1;
  t.entries[0].exit = how % 4;
  t.entries[0].threshold = (float)(how >> 2 & 3) / 3;
  if (ddnn_thresholds_encode(&t, bytes, sizeof bytes, &size) == DDNN_OK)
    say(DDNN_CHANNEL_CONFIG, DDNN_NODE_ALL, bytes, size);
}

static void event(void) {
  uint8_t what = next_byte(), how = next_byte();
  float x[4] = {0, 1, 2, 3};
  const void *inputs[] = {x};
  switch (what % 16) {
  case 0:
    pass(how % 64);
    break;
  case 1: /* all devices, some of them */
    ++world.frame_number;
    for (unsigned i = 0; i < world.device_count; ++i)
      if (!(how >> i & 1))
        device_scores(i, world.frame_number);
    break;
  case 2:
    device_scores(how % world.device_count,
                  world.frame_number + (how >> 4) - 8);
    break;
  case 3:
    device_announces(how % world.device_count, how >> 4);
    break;
  case 4:
    worker_announces(how, how >> 2);
    break;
  case 5:
  case 6:
    worker_answers(what >> 4, how);
    break;
  case 7:
    again(how, 0);
    break;
  case 8:
    again(how, 1 + (what >> 4) % 4);
    break;
  case 9:
    thresholds(how);
    break;
  case 10:
    world.up = how & 1;
    aggregator_listener.state(aggregator_listener.user, world.up);
    break;
  case 11:
    aggregator_listener.failed(aggregator_listener.user,
                               (uint64_t)(what >> 4) << 12 |
                                   (uint64_t)(how >> 4) << 4 | (how & 15),
                               DDNN_ERR_NO_PEER);
    break;
  case 12:
    world.refuse = how % 8;
    break;
  case 13:
    (void)ddnn_member_submit(member, ++world.frame_number, inputs);
    break;
  case 14:
    if (how == 0xff) { /* another life of the aggregator's */
      ddnn_aggregator_close(aggregator);
      open_aggregator();
    } else if (how & 1) {
      raw();
    } else {
      member_hears(what >> 4, how);
    }
    break;
  default: /* a quick start: everybody is there */
    for (unsigned i = 0; i < world.device_count; ++i)
      device_announces(i, 0);
    for (unsigned i = 0; i < 4; ++i)
      worker_announces(i, 0);
    pass(1);
    break;
  }
  if (how & 1)
    poll_all();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  input = data;
  input_left = size;
  memset(&world, 0, sizeof world);
  world.now = 1000000;
  world.up = 1;
  world.area = next_byte() & 1;
  world.devices = world.area ? toy_f_devices : toy_e_devices;
  world.device_count = world.area ? 4 : 3;
  world.edge_count = world.area ? 2 : 1;
  world.frame_number = 0xfffffff0u;
  open_aggregator();
  open_member();
  for (unsigned i = 0; i < MAX_EVENTS && input_left; ++i)
    event();
  /* Nothing is left when its time is over. */
  pass(DEADLINE_MS + 2);
  ddnn_aggregator_stats s;
  ddnn_aggregator_get_stats(aggregator, &s);
  require(s.samples == world.results);
  ddnn_aggregator_close(aggregator);
  ddnn_member_close(member);
  return 0;
}
