// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Workers that join parts, over the loopback transport: the test is the
// aggregator and the members.
#include "ddnn/frame.h"
#include "ddnn/host.h"
#include "ddnn/loopback.h"
#include "ddnn/run.h"
#include "ddnn/wire.h"
#include "ddnn/worker.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstring>
#include <functional>
#include <mutex>
#include <optional>
#include <random>
#include <thread>
#include <vector>

namespace {
using namespace std::chrono_literals;

bool eventually(const std::function<bool()> &Holds, int Ms = 5000) {
  for (int I = 0; I < Ms; ++I) {
    if (Holds())
      return true;
    std::this_thread::sleep_for(1ms);
  }
  return Holds();
}

// device:3, local, edge:2, area, cloud. Devices 0 and 1 send to edge 0, device
// 2 to edge 1. A join answers with the sum of its inputs, and with who came.
constexpr uint64_t Hash = 0xfeedfacecafebeefull;
const char *const Tiers[] = {"device", "local", "edge", "area", "cloud"};
const uint8_t Counts[] = {3, 1, 2, 1, 1};
const ddnn_connection Connections[] = {
    {{0, 0}, {1, 0}}, {{0, 1}, {1, 0}}, {{0, 2}, {1, 0}}, {{0, 0}, {2, 0}},
    {{0, 1}, {2, 0}}, {{0, 2}, {2, 1}}, {{2, 0}, {3, 0}}, {{2, 1}, {3, 0}},
    {{2, 0}, {4, 0}}, {{2, 1}, {4, 0}}};
const ddnn_exit Exits[] = {{"local", 1, DDNN_LOGITS, DDNN_ENTROPY, 0, 3, 0.5f},
                           {"area", 3, DDNN_LOGITS, DDNN_ENTROPY, 0, 3, 0.5f},
                           {"cloud", 4, DDNN_LOGITS, DDNN_ENTROPY, 1, 3, 1}};

ddnn_tensor tensor(const char *Name, uint8_t Encoding, uint32_t Count) {
  ddnn_tensor T = {};
  T.name = Name;
  T.dtype = Encoding == DDNN_WIRE_BITS ? DDNN_BITS
            : Encoding == DDNN_WIRE_U8 ? DDNN_U8
                                       : DDNN_F32;
  T.encoding = Encoding;
  T.rank = 2;
  T.scale = 1;
  T.dims[0] = 1;
  T.dims[1] = T.count = Count;
  T.wire_bytes = Encoding == DDNN_WIRE_F16    ? 2 * Count
                 : Encoding == DDNN_WIRE_F32  ? 4 * Count
                 : Encoding == DDNN_WIRE_BITS ? (Count + 7) / 8
                                              : Count;
  return T;
}

const ddnn_tensor Edge0In[] = {
    tensor("f0", DDNN_WIRE_F32, 2), tensor("b0", DDNN_WIRE_BITS, 5),
    tensor("f1", DDNN_WIRE_F32, 2), tensor("present", DDNN_WIRE_U8, 2)};
const ddnn_tensor Edge1In[] = {tensor("f2", DDNN_WIRE_F32, 2)};
const ddnn_tensor EdgeOut[] = {tensor("scores", DDNN_WIRE_F32, 3),
                               tensor("feature", DDNN_WIRE_F16, 2)};
const ddnn_tensor CloudIn[] = {tensor("e0", DDNN_WIRE_F16, 2),
                               tensor("e1", DDNN_WIRE_F16, 2),
                               tensor("present", DDNN_WIRE_U8, 2)};
const ddnn_tensor CloudOut[] = {tensor("scores", DDNN_WIRE_F32, 3)};
const uint8_t Edge0From[] = {0, 0, 1, DDNN_FROM_RUNTIME};
const uint8_t Edge1From[] = {0};
const uint8_t CloudFrom[] = {0, 1, DDNN_FROM_RUNTIME};
const ddnn_source Edge0Sources[] = {{{0, 0}, DDNN_MISSING_SKIP},
                                    {{0, 1}, DDNN_MISSING_SKIP}};
const ddnn_source Edge1Sources[] = {{{0, 2}, DDNN_MISSING_SKIP}};
const ddnn_source CloudSources[] = {{{2, 0}, DDNN_MISSING_ZERO},
                                    {{2, 1}, DDNN_MISSING_ZERO}};
const ddnn_source StrictSources[] = {{{2, 0}, DDNN_MISSING_FAIL},
                                     {{2, 1}, DDNN_MISSING_ZERO}};
const ddnn_place EdgeTargets[] = {{3, 0}, {4, 0}};
const ddnn_local_exit CloudExits[] = {{2, 0, 0}};

std::atomic<int> DelayMs;

void edge0(const void *, void *const *, const void *const *In,
           void *const *Out) {
  auto *A = static_cast<const float *>(In[0]),
       *B = static_cast<const float *>(In[2]);
  auto *Bits = static_cast<const uint8_t *>(In[1]),
       *Present = static_cast<const uint8_t *>(In[3]);
  auto *Scores = static_cast<float *>(Out[0]),
       *Feature = static_cast<float *>(Out[1]);
  std::this_thread::sleep_for(std::chrono::milliseconds(DelayMs));
  Scores[0] = A[0] + B[0];
  Scores[1] = float(Bits[0]);
  Scores[2] = float(Present[0] + 2 * Present[1]);
  Feature[0] = A[0] + B[0];
  Feature[1] = A[1] + B[1];
}
void edge1(const void *, void *const *, const void *const *In,
           void *const *Out) {
  auto *A = static_cast<const float *>(In[0]);
  std::memcpy(Out[1], A, 8);
  const float Scores[] = {A[0], A[1], 0};
  std::memcpy(Out[0], Scores, sizeof Scores);
}
void cloud(const void *, void *const *, const void *const *In,
           void *const *Out) {
  auto *A = static_cast<const float *>(In[0]),
       *B = static_cast<const float *>(In[1]);
  auto *Present = static_cast<const uint8_t *>(In[2]);
  const float Scores[] = {A[0] + B[0], A[1] + B[1],
                          100.0f + float(Present[0] + 2 * Present[1])};
  std::memcpy(Out[0], Scores, sizeof Scores);
}
const ddnn_step_fn Edge0Steps[] = {edge0}, Edge1Steps[] = {edge1},
                   CloudSteps[] = {cloud};

ddnn_model common(uint8_t Tier, uint8_t Member) {
  ddnn_model M = {};
  M.abi_version = DDNN_ABI_VERSION;
  M.tier = Tier;
  M.tier_count = 5;
  M.hash = Hash;
  M.name = "group";
  M.tier_names = Tiers;
  M.exit_count = 3;
  M.exits = Exits;
  M.step_count = 1;
  M.member = Member;
  M.member_counts = Counts;
  M.connections = Connections;
  M.connection_count = std::size(Connections);
  return M;
}
ddnn_model edgeModel(unsigned Member) {
  ddnn_model M = common(2, uint8_t(Member));
  M.inputs = Member ? Edge1In : Edge0In;
  M.input_count = Member ? std::size(Edge1In) : std::size(Edge0In);
  M.input_sources = Member ? Edge1From : Edge0From;
  M.sources = Member ? Edge1Sources : Edge0Sources;
  M.source_count = Member ? 1 : 2;
  M.outputs = EdgeOut;
  M.output_count = M.link_count = 2;
  M.link_targets = EdgeTargets;
  M.steps = Member ? Edge1Steps : Edge0Steps;
  return M;
}
ddnn_model cloudModel(bool Strict = false) {
  ddnn_model M = common(4, 0);
  M.inputs = CloudIn;
  M.input_count = 3;
  M.input_sources = CloudFrom;
  M.sources = Strict ? StrictSources : CloudSources;
  M.source_count = 2;
  M.outputs = CloudOut;
  M.output_count = 1;
  M.local_exits = CloudExits;
  M.local_exit_count = 1;
  M.steps = CloudSteps;
  return M;
}

const ddnn_model Edge0 = edgeModel(0), Edge1 = edgeModel(1),
                 Cloud = cloudModel(), Strict = cloudModel(true);

// What came to the test's node.
struct Heard {
  uint8_t Channel = 0;
  std::vector<uint8_t> Bytes;
  ddnn_frame Frame = {};
};

std::vector<float> floats(const Heard &H, unsigned Tensor = 0) {
  const ddnn_frame_tensor &T = H.Frame.tensors[Tensor];
  std::vector<float> V(T.bytes / 4);
  std::memcpy(V.data(), T.data, T.bytes);
  return V;
}

class Join : public testing::Test {
protected:
  ddnn_loopback *Hub = nullptr;
  ddnn_link *Link = nullptr, *WorkerLink = nullptr;
  ddnn_worker *W = nullptr;
  std::mutex Lock;
  std::condition_variable Changed;
  std::vector<Heard> Inbox;

  void SetUp() override {
    DelayMs = 0;
    ASSERT_EQ(ddnn_loopback_create(&Hub), DDNN_OK);
    ASSERT_EQ(ddnn_loopback_link(Hub, "agg", &Link), DDNN_OK);
    ddnn_listener L = {};
    L.user = this;
    L.hears = DDNN_HEAR_REPLIES | DDNN_HEAR_AGGREGATE | DDNN_HEAR_REQUESTS;
    L.message = [](void *User, const ddnn_message *M) {
      auto *Self = static_cast<Join *>(User);
      Heard H;
      H.Channel = M->channel;
      auto *Data = static_cast<const uint8_t *>(M->data);
      H.Bytes.assign(Data, Data + M->size);
      std::lock_guard<std::mutex> Guard(Self->Lock);
      Self->Inbox.push_back(std::move(H));
      Self->Changed.notify_all();
    };
    ASSERT_EQ(Link->listen(Link->context, &L), DDNN_OK);
  }
  void TearDown() override {
    ddnn_worker_stop(W);
    Link->stop(Link->context);
    ddnn_loopback_link_destroy(WorkerLink, false);
    ddnn_loopback_link_destroy(Link, false);
    ddnn_loopback_destroy(Hub);
  }

  void start(std::vector<const ddnn_model *> Models,
             ddnn_worker_config C = {}) {
    for (const ddnn_model *M : Models)
      ASSERT_EQ(ddnn_model_check(M), DDNN_OK);
    ASSERT_EQ(ddnn_loopback_link(Hub, "worker", &WorkerLink), DDNN_OK);
    C.models = Models.data();
    C.model_count = Models.size();
    C.node = "worker";
    C.boot = 7;
    C.link = WorkerLink;
    if (!C.threads)
      C.threads = 2;
    ASSERT_EQ(ddnn_worker_start(&W, &C), DDNN_OK);
  }
  ddnn_worker_stats stats() {
    ddnn_worker_stats S;
    ddnn_worker_get_stats(W, &S);
    return S;
  }

  ddnn_frame frame(uint8_t Kind, uint8_t Stage, uint16_t Member,
                   uint64_t Request, uint8_t Attempt = 0) {
    ddnn_frame F;
    ddnn_frame_init(&F, Kind);
    F.stage = Stage;
    F.member = Member;
    F.model = Hash;
    F.request = Request;
    F.attempt = Attempt;
    F.boot = 99;
    F.group = 3;
    F.frame_number = 1000 + uint32_t(Request);
    F.remaining_ms = 2000;
    std::strcpy(F.source, "agg");
    return F;
  }
  void send(const ddnn_frame &F) {
    std::vector<uint8_t> B(4096);
    size_t Size = 0;
    ASSERT_EQ(ddnn_frame_encode(&F, B.data(), B.size(), &Size), DDNN_OK);
    B.resize(Size);
    sendBytes(B);
  }
  // Perhaps with a byte that is another.
  void encodeAndSend(const ddnn_frame &F, bool Damage, std::mt19937 &Random) {
    std::vector<uint8_t> B(4096);
    size_t Size = 0;
    if (ddnn_frame_encode(&F, B.data(), B.size(), &Size) != DDNN_OK)
      return;
    B.resize(Size);
    if (Damage) {
      B[Random() % Size] ^= uint8_t(1 + Random() % 255);
      if (Random() % 2)
        ddnn_frame_seal(B.data(), B.size()); // so that more gets through
    }
    sendBytes(B);
  }
  void sendBytes(const std::vector<uint8_t> &B) {
    ddnn_message M = {};
    M.channel = DDNN_CHANNEL_REQUEST;
    M.model = Hash;
    M.node = "worker";
    M.data = B.data();
    M.size = B.size();
    (void)Link->send(Link->context, &M);
  }
  void bytes(ddnn_frame &F, const void *Data, uint32_t Size) {
    F.tensor_count = 1;
    F.tensors[0].dtype = DDNN_U8;
    F.tensors[0].encoding = DDNN_WIRE_U8;
    F.tensors[0].rank = 1;
    F.tensors[0].scale = 1;
    F.tensors[0].dims[0] = F.tensors[0].bytes = Size;
    F.tensors[0].data = static_cast<const uint8_t *>(Data);
  }
  void expect(uint8_t Stage, uint16_t Member, uint64_t Request,
              std::vector<uint8_t> Present, uint32_t WaitMs,
              uint8_t Attempt = 0, uint32_t Remaining = 2000) {
    ddnn_frame F = frame(DDNN_FRAME_EXPECT, Stage, Member, Request, Attempt);
    F.label = WaitMs;
    F.remaining_ms = Remaining;
    bytes(F, Present.data(), uint32_t(Present.size()));
    send(F);
  }
  // Of device 0, 1, 2 for its edge.
  void devicePart(unsigned Device, uint64_t Request, float X, float Y,
                  uint8_t Attempt = 0, uint8_t Bits = 0x15) {
    ddnn_frame F =
        frame(DDNN_FRAME_PART, 2, uint16_t(Device), Request, Attempt);
    const float V[] = {X, Y};
    ddnn_frame_tensor_init(&F.tensors[0], Device == 2   ? &Edge1In[0]
                                          : Device == 1 ? &Edge0In[2]
                                                        : &Edge0In[0]);
    F.tensors[0].data = reinterpret_cast<const uint8_t *>(V);
    F.tensor_count = 1;
    if (Device == 0) {
      ddnn_frame_tensor_init(&F.tensors[1], &Edge0In[1]);
      F.tensors[1].data = &Bits;
      F.tensor_count = 2;
    }
    send(F);
  }
  // Of an edge for the cloud.
  void edgePart(unsigned Edge, uint64_t Request, float X, float Y,
                uint8_t Attempt = 0) {
    ddnn_frame F = frame(DDNN_FRAME_PART, 4, uint16_t(Edge), Request, Attempt);
    const float V[] = {X, Y};
    uint8_t B[4];
    ASSERT_EQ(ddnn_wire_encode(&CloudIn[Edge], V, B, sizeof B), DDNN_OK);
    ddnn_frame_tensor_init(&F.tensors[0], &CloudIn[Edge]);
    F.tensors[0].data = B;
    F.tensor_count = 1;
    send(F);
  }
  void fetch(uint16_t Member, uint64_t Request, const char *Node,
             uint8_t Attempt = 0) {
    ddnn_frame F = frame(DDNN_FRAME_FETCH, 4, Member, Request, Attempt);
    bytes(F, Node, uint32_t(std::strlen(Node)));
    send(F);
  }

  std::optional<Heard> hear(int Ms = 3000) {
    std::unique_lock<std::mutex> Guard(Lock);
    if (!Changed.wait_for(Guard, std::chrono::milliseconds(Ms),
                          [&] { return !Inbox.empty(); }))
      return std::nullopt;
    Heard H = std::move(Inbox.front());
    Inbox.erase(Inbox.begin());
    EXPECT_EQ(ddnn_frame_decode(&H.Frame, H.Bytes.data(), H.Bytes.size()),
              DDNN_OK);
    return H;
  }
  void silence(int Ms = 30) { EXPECT_FALSE(hear(Ms).has_value()); }
  // A refusal.
  void hearStatus(int Status) {
    auto H = hear();
    ASSERT_TRUE(H);
    EXPECT_EQ(H->Frame.kind, DDNN_FRAME_REPLY);
    EXPECT_EQ(H->Frame.status, Status) << ddnn_status_text(H->Frame.status);
    EXPECT_EQ(H->Frame.tensor_count, 0);
  }
  // The cloud's answer.
  void hearAnswer(std::vector<float> Scores, unsigned Missing) {
    auto H = hear();
    ASSERT_TRUE(H);
    EXPECT_EQ(H->Channel, DDNN_CHANNEL_REPLY);
    EXPECT_EQ(H->Frame.status, DDNN_OK) << ddnn_status_text(H->Frame.status);
    EXPECT_EQ(H->Frame.stage, 4);
    EXPECT_EQ(H->Frame.exit, 2);
    EXPECT_EQ(H->Frame.member, Missing);
    EXPECT_EQ(H->Frame.group, 3);
    EXPECT_EQ(H->Frame.frame_number, 1000 + H->Frame.request);
    ASSERT_EQ(H->Frame.tensor_count, 1);
    EXPECT_EQ(floats(*H), Scores);
  }
};

TEST_F(Join, AllPartsCome) {
  start({&Cloud});
  expect(4, 0, 1, {1, 1}, 1000);
  edgePart(0, 1, 1, 2);
  edgePart(1, 1, 10, 20);
  hearAnswer({11, 22, 103}, 0);
  EXPECT_TRUE(eventually([&] { return stats().answered == 1; }));
  EXPECT_EQ(stats().joined, 1u);
  EXPECT_EQ(stats().parts, 2u);
  EXPECT_EQ(stats().incomplete, 0u);
}

TEST_F(Join, EarlyPartsAreKept) {
  start({&Cloud});
  edgePart(1, 1, 10, 20);
  edgePart(0, 1, 1, 2);
  edgePart(0, 2, 5, 5); // nobody asks for it
  ASSERT_TRUE(eventually([&] { return stats().parts == 3; }));
  silence();
  expect(4, 0, 1, {1, 1}, 1000);
  hearAnswer({11, 22, 103}, 0);
}

TEST_F(Join, DeclaredMissing) {
  start({&Cloud});
  edgePart(0, 1, 7,
           7); // not to be used: the aggregator says that it is not there
  expect(4, 0, 1, {0, 1}, 1000);
  edgePart(1, 1, 10, 20);
  hearAnswer({10, 20, 102}, 1);
  EXPECT_EQ(stats().incomplete, 1u);
}

TEST_F(Join, WaitIsOver) {
  start({&Cloud});
  auto Start = std::chrono::steady_clock::now();
  expect(4, 0, 1, {1, 1}, 40);
  edgePart(1, 1, 10, 20);
  hearAnswer({10, 20, 102}, 1);
  auto Took = std::chrono::steady_clock::now() - Start;
  EXPECT_GE(Took, 39ms);
  EXPECT_LE(Took, 500ms);
  edgePart(0, 1, 1, 2); // late
  EXPECT_TRUE(eventually([&] { return stats().stale == 1; }));
  silence();
}

TEST_F(Join, NobodyComes) {
  start({&Cloud});
  expect(4, 0, 1, {1, 1}, 20);
  hearStatus(DDNN_ERR_MISSING);
  EXPECT_EQ(stats().missing, 1u);
  EXPECT_EQ(stats().joined, 0u);
}

TEST_F(Join, WhoMustNotBeMissing) {
  start({&Strict});
  auto Start = std::chrono::steady_clock::now();
  expect(4, 0, 1, {0, 1}, 1000); // no use in waiting
  hearStatus(DDNN_ERR_MISSING);
  EXPECT_LE(std::chrono::steady_clock::now() - Start, 500ms);
  expect(4, 0, 2, {1, 1}, 30);
  edgePart(1, 2, 1, 1);
  hearStatus(DDNN_ERR_MISSING);
  expect(4, 0, 3, {1, 0}, 1000);
  edgePart(0, 3, 1, 1);
  hearAnswer({1, 1, 101}, 2);
}

TEST_F(Join, DuplicatesAndReplays) {
  start({&Cloud});
  expect(4, 0, 1, {1, 1}, 1000);
  expect(4, 0, 1, {1, 0}, 0); // the same attempt again says nothing new
  edgePart(0, 1, 1, 2);
  edgePart(0, 1, 3, 4);
  EXPECT_TRUE(eventually([&] { return stats().stale == 2; }));
  edgePart(1, 1, 10, 20);
  hearAnswer({11, 22, 103}, 0);
  expect(4, 0, 1, {1, 1}, 1000);
  edgePart(0, 1, 1, 2);
  edgePart(1, 1, 10, 20);
  EXPECT_TRUE(eventually([&] { return stats().stale == 5; }));
  silence();
  EXPECT_EQ(stats().joined, 1u);
}

TEST_F(Join, LaterAttempt) {
  start({&Cloud});
  edgePart(0, 1, 3, 3, 1); // of an attempt that is yet to be asked for
  expect(4, 0, 1, {1, 1}, 1000, 0);
  edgePart(0, 1, 1, 1, 0);
  expect(4, 0, 1, {1, 1}, 1000, 1);
  edgePart(1, 1, 2, 2, 0); // of the one before
  EXPECT_TRUE(eventually([&] { return stats().stale == 1; }));
  silence();
  edgePart(1, 1, 4, 4, 1);
  hearAnswer({7, 7, 103}, 0);
  expect(4, 0, 1, {1, 1}, 1000, 0); // a replay
  EXPECT_TRUE(eventually([&] { return stats().stale == 2; }));
  expect(4, 0, 1, {1, 1}, 1000, 2); // and once more
  edgePart(0, 1, 1, 1, 2);
  edgePart(1, 1, 1, 1, 2);
  hearAnswer({2, 2, 103}, 0);
}

TEST_F(Join, WhatIsComputedIsNotDisturbed) {
  start({&Edge0});
  DelayMs = 60;
  expect(2, 0, 1, {1, 1}, 1000, 0);
  devicePart(0, 1, 1, 1, 0);
  devicePart(1, 1, 1, 1, 0);
  ASSERT_TRUE(eventually([&] { return stats().joined == 1; }));
  expect(2, 0, 1, {1, 1}, 1000, 1);
  devicePart(0, 1, 2, 2, 1);
  devicePart(1, 1, 2, 2, 1);
  auto First = hear(), Second = hear();
  ASSERT_TRUE(First && Second);
  if (First->Frame.attempt) // two threads
    std::swap(First, Second);
  EXPECT_EQ(First->Frame.attempt, 0);
  EXPECT_EQ(floats(*First)[0], 2);
  EXPECT_EQ(Second->Frame.attempt, 1);
  EXPECT_EQ(floats(*Second)[0], 4);
}

TEST_F(Join, DeadlineBeforeTheParts) {
  start({&Cloud});
  expect(4, 0, 1, {1, 1}, 1000, 0, 30);
  edgePart(0, 1, 1, 1);
  hearStatus(DDNN_ERR_DEADLINE);
  EXPECT_EQ(stats().expired, 1u);
}

TEST_F(Join, OtherGroupsSourcesAndLives) {
  start({&Cloud});
  expect(4, 0, 1, {1, 1}, 60);
  ddnn_frame F = frame(DDNN_FRAME_PART, 4, 0, 1);
  const uint8_t B[4] = {};
  ddnn_frame_tensor_init(&F.tensors[0], &CloudIn[0]);
  F.tensors[0].data = B;
  F.tensor_count = 1;
  F.group = 4;
  send(F);
  F.group = 3;
  F.boot = 98;
  send(F);
  F.boot = 99;
  std::strcpy(F.source, "gga");
  send(F);
  edgePart(1, 1, 10, 20);
  hearAnswer({10, 20, 102}, 1);
}

TEST_F(Join, HostileFrames) {
  start({&Cloud, &Edge1});
  expect(4, 0, 1, {1, 1}, 60);
  ddnn_frame F = frame(DDNN_FRAME_PART, 4, 0, 1);
  const uint8_t B[16] = {};
  F.tensor_count = 1;
  F.tensors[0].data = B;
  ddnn_frame_tensor_init(&F.tensors[0], &EdgeOut[0]); // another shape
  F.tensors[0].data = B;
  send(F);
  ddnn_frame_tensor_init(&F.tensors[0], &CloudIn[0]);
  F.tensors[0].data = B;
  F.member = 2; // no such edge
  send(F);
  F.member = 0;
  F.stage = 3; // an aggregator
  send(F);
  F.stage = 4;
  F.model ^= 1;
  send(F);
  EXPECT_TRUE(eventually([&] { return stats().malformed == 4; }));
  // Damaged, cut off, empty.
  F.model ^= 1;
  std::vector<uint8_t> Good(4096);
  size_t Size = 0;
  ASSERT_EQ(ddnn_frame_encode(&F, Good.data(), Good.size(), &Size), DDNN_OK);
  Good.resize(Size);
  for (size_t I = 0; I < Size; I += 7) {
    auto Bad = Good;
    Bad[I] ^= 0x55;
    sendBytes(Bad);
    sendBytes({Good.begin(), Good.begin() + long(I)});
  }
  expect(4, 1, 5, {1, 1}, 50);    // no such member
  expect(4, 0, 5, {1, 1, 1}, 50); // not as many sources
  expect(2, 0, 5, {1, 1}, 50);    // not served here
  // A request cannot bring what several members send.
  ddnn_frame R = frame(DDNN_FRAME_REQUEST, 4, 0, 6);
  for (unsigned I = 0; I < 3; ++I) {
    ddnn_frame_tensor_init(&R.tensors[I], &CloudIn[I]);
    R.tensors[I].data = B;
  }
  R.tensor_count = 3;
  send(R);
  hearStatus(DDNN_ERR_STAGE);
  edgePart(1, 1, 10, 20);
  hearAnswer({10, 20, 102}, 1);
  silence();
}

TEST_F(Join, BitsBeyondTheEnd) {
  start({&Edge0});
  expect(2, 0, 1, {1, 1}, 60);
  devicePart(0, 1, 9, 9, 0, 0xff); // five bits have no bit 7
  EXPECT_TRUE(eventually([&] { return stats().malformed == 1; }));
  devicePart(1, 1, 1, 1);
  auto H = hear();
  ASSERT_TRUE(H);
  EXPECT_EQ(floats(*H), (std::vector<float>{1, 0, 2}));
  EXPECT_EQ(H->Frame.label, 1u);
}

TEST_F(Join, MemberSendsScoresAndKeepsFeatures) {
  start({&Edge0});
  expect(2, 0, 1, {1, 1}, 1000);
  devicePart(0, 1, 1, 2);
  devicePart(1, 1, 3, 4);
  auto H = hear();
  ASSERT_TRUE(H);
  EXPECT_EQ(H->Channel, DDNN_CHANNEL_AGGREGATE);
  EXPECT_EQ(H->Frame.kind, DDNN_FRAME_SCORES);
  EXPECT_EQ(H->Frame.stage, 3);
  EXPECT_EQ(H->Frame.member, 0);
  EXPECT_EQ(H->Frame.request, 1u);
  EXPECT_EQ(H->Frame.boot, 99u);
  EXPECT_EQ(H->Frame.label, 0u);
  EXPECT_EQ(H->Frame.tensor_count, 1);
  EXPECT_EQ(floats(*H), (std::vector<float>{4, 0x15, 3}));
  EXPECT_LE(H->Frame.remaining_ms, 2000u);

  fetch(0, 1, "agg", 1); // the test's own node: that is where parts go
  H = hear();
  ASSERT_TRUE(H);
  EXPECT_EQ(H->Channel, DDNN_CHANNEL_REQUEST);
  EXPECT_EQ(H->Frame.kind, DDNN_FRAME_PART);
  EXPECT_EQ(H->Frame.stage, 4);
  EXPECT_EQ(H->Frame.attempt, 1);
  EXPECT_EQ(H->Frame.member, 0);
  unsigned Source = 9;
  EXPECT_EQ(ddnn_frame_check_part(&H->Frame, &Cloud, &Source), DDNN_OK);
  EXPECT_EQ(Source, 0u);
  float Feature[2];
  ASSERT_EQ(ddnn_wire_decode(&CloudIn[0], H->Frame.tensors[0].data,
                             H->Frame.tensors[0].bytes, Feature),
            DDNN_OK);
  EXPECT_EQ(Feature[0], 4);
  EXPECT_EQ(Feature[1], 6);

  fetch(0, 1, "agg", 1); // again; earlier; unknown
  fetch(0, 1, "agg", 0);
  EXPECT_TRUE(eventually([&] { return stats().stale == 2; }));
  fetch(0, 2, "agg", 0);
  fetch(1, 1, "agg", 2);
  EXPECT_TRUE(eventually([&] { return stats().malformed == 2; }));
  silence();
  fetch(0, 1, "agg", 2); // another attempt
  EXPECT_TRUE(hear().has_value());
  EXPECT_EQ(stats().fetched, 2u);
}

TEST_F(Join, MemberSaysWhomItMissed) {
  start({&Edge0});
  expect(2, 0, 1, {1, 0}, 1000);
  devicePart(0, 1, 1, 2);
  auto H = hear();
  ASSERT_TRUE(H);
  EXPECT_EQ(H->Frame.label, 2u);
  EXPECT_EQ(floats(*H), (std::vector<float>{1, 0x15, 1}));
  expect(2, 0, 2, {1, 1}, 10);
  H = hear();
  ASSERT_TRUE(H);
  EXPECT_EQ(H->Frame.status, DDNN_ERR_MISSING);
  EXPECT_EQ(H->Frame.stage, 2);
  EXPECT_EQ(H->Frame.member, 0); // who refuses
}

TEST_F(Join, AllMembersInOneWorker) {
  start({&Edge0, &Edge1, &Cloud});
  for (uint64_t R = 1; R <= 40; ++R) {
    expect(2, 0, R, {1, 1}, 1000);
    expect(2, 1, R, {1}, 1000);
    for (unsigned D = 0; D < 3; ++D)
      devicePart(D, R, float(R), 1);
    for (int I = 0; I < 2; ++I) {
      auto H = hear();
      ASSERT_TRUE(H);
      EXPECT_EQ(floats(*H)[0], float(R) * (H->Frame.member ? 1 : 2));
    }
    expect(4, 0, R, {1, 1}, 1000);
    fetch(0, R, "worker");
    fetch(1, R, "worker");
    hearAnswer({3 * float(R), 3, 103}, 0);
  }
}

TEST_F(Join, TableIsBounded) {
  ddnn_worker_config C = {};
  C.max_joins = 4;
  C.threads = 1;
  start({&Cloud}, C);
  for (uint64_t R = 100; R < 150; ++R) // early ones push one another out
    edgePart(0, R, 1, 1);
  for (uint64_t R = 1; R <= 4; ++R)
    expect(4, 0, R, {1, 1}, 2000);
  expect(4, 0, 5, {1, 1}, 2000);
  hearStatus(DDNN_ERR_BUSY);
  edgePart(0, 200, 1, 1); // no room
  for (uint64_t R = 1; R <= 4; ++R) {
    edgePart(0, R, float(R), 0);
    edgePart(1, R, 0, 0);
    hearAnswer({float(R), 0, 103}, 0);
  }
  expect(4, 0, 5, {1, 1}, 2000, 1);
  edgePart(0, 5, 1, 1, 1);
  edgePart(1, 5, 1, 1, 1);
  hearAnswer({2, 2, 103}, 0);
}

TEST_F(Join, EarlyPartsExpire) {
  ddnn_worker_config C = {};
  C.max_joins = 2;
  start({&Cloud}, C);
  ddnn_frame F = frame(DDNN_FRAME_PART, 4, 0, 1);
  const uint8_t B[4] = {};
  ddnn_frame_tensor_init(&F.tensors[0], &CloudIn[0]);
  F.tensors[0].data = B;
  F.tensor_count = 1;
  F.remaining_ms = 5;
  send(F);
  ASSERT_TRUE(eventually([&] { return stats().parts == 1; }));
  std::this_thread::sleep_for(10ms);
  edgePart(0, 2, 1, 1); // makes the table look, and takes its place
  ASSERT_TRUE(eventually([&] { return stats().parts == 2; }));
  expect(4, 0, 1, {1, 1}, 20);
  hearStatus(DDNN_ERR_MISSING);
}

TEST_F(Join, DrainFinishesWhatWaits) {
  start({&Cloud});
  expect(4, 0, 1, {1, 1}, 2000);
  ASSERT_TRUE(eventually([&] { return stats().expects == 1; }));
  std::thread Drain([&] { EXPECT_EQ(ddnn_worker_drain(W, 3000), DDNN_OK); });
  std::this_thread::sleep_for(20ms);
  expect(4, 0, 2, {1, 1}, 2000);
  hearStatus(DDNN_ERR_DRAINING);
  edgePart(0, 1, 1, 2);
  edgePart(1, 1, 10, 20);
  hearAnswer({11, 22, 103}, 0);
  Drain.join();
}

TEST_F(Join, SurvivesNoise) {
  ddnn_worker_config C = {};
  C.max_joins = 8;
  start({&Edge0, &Edge1, &Cloud}, C);
  std::mt19937 Random(5);
  auto Draw = [&](uint32_t N) { return uint32_t(Random() % N); };
  const float V[4] = {1, 2, 3, 4};
  for (int I = 0; I < 20000; ++I) {
    // Few ids, so that messages meet; now and then one that is damaged.
    ddnn_frame F =
        frame(uint8_t(DDNN_FRAME_FETCH + Draw(3)), uint8_t(Draw(4) + 1),
              uint16_t(Draw(3)), Draw(6), uint8_t(Draw(4)));
    F.group = uint16_t(1 + Draw(2));
    F.remaining_ms = Draw(20);
    if (F.kind == DDNN_FRAME_PART) {
      const ddnn_tensor *Tensors[] = {&Edge0In[0], &Edge0In[1], &Edge0In[2],
                                      &Edge1In[0], &CloudIn[0], &EdgeOut[0]};
      F.tensor_count = uint8_t(1 + Draw(2));
      for (unsigned T = 0; T < F.tensor_count; ++T) {
        ddnn_frame_tensor_init(&F.tensors[T], Tensors[Draw(6)]);
        F.tensors[T].data = reinterpret_cast<const uint8_t *>(V);
      }
    } else {
      uint8_t Bytes[3] = {uint8_t(Draw(2)), uint8_t(Draw(2)), 'x'};
      if (F.kind == DDNN_FRAME_FETCH)
        std::memcpy(Bytes, "agg", 3);
      else
        F.label = Draw(10);
      // Sent here, while Bytes are there.
      bytes(F, Bytes, F.kind == DDNN_FRAME_FETCH ? 3 : 1 + Draw(2));
      encodeAndSend(F, Draw(10) == 0, Random);
      continue;
    }
    encodeAndSend(F, Draw(10) == 0, Random);
  }
  // It still works, and owes nobody anything.
  ASSERT_TRUE(eventually([&] {
    ddnn_worker_stats S = stats();
    return S.queued == 0 && S.running == 0;
  }));
  std::this_thread::sleep_for(50ms);
  {
    std::lock_guard<std::mutex> Guard(Lock);
    Inbox.clear();
  }
  EXPECT_GT(stats().joined, 0u);
  EXPECT_GT(stats().stale, 0u);
  expect(4, 0, 77, {1, 1}, 1000);
  edgePart(0, 77, 1, 2);
  edgePart(1, 77, 10, 20);
  hearAnswer({11, 22, 103}, 0);
}

TEST_F(Join, AnnouncesItsMembers) {
  std::optional<ddnn_announce> Seen;
  ddnn_link *Monitor = nullptr;
  ASSERT_EQ(ddnn_loopback_link(Hub, "monitor", &Monitor), DDNN_OK);
  ddnn_listener L = {};
  L.user = &Seen;
  L.hears = DDNN_HEAR_STATUS;
  L.message = [](void *User, const ddnn_message *M) {
    ddnn_announce A;
    if (ddnn_announce_decode(&A, M->data, M->size) == DDNN_OK &&
        A.state == DDNN_NODE_ONLINE)
      *static_cast<std::optional<ddnn_announce> *>(User) = A;
  };
  start({&Edge1, &Cloud});
  ASSERT_TRUE(eventually([&] { return stats().received == 0; }));
  std::this_thread::sleep_for(20ms); // the announcement is retained
  ASSERT_EQ(Monitor->listen(Monitor->context, &L), DDNN_OK);
  ASSERT_TRUE(Seen);
  ASSERT_EQ(Seen->service_count, 2);
  EXPECT_EQ(Seen->services[0].stage, 2);
  EXPECT_EQ(Seen->services[0].member, 1);
  EXPECT_EQ(Seen->services[0].group, 0);
  EXPECT_EQ(Seen->services[1].stage, 4);
  EXPECT_EQ(Seen->services[1].member, 0);
  Monitor->stop(Monitor->context);
  ddnn_loopback_link_destroy(Monitor, false);
}
} // namespace
