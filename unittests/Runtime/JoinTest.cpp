// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Workers that join parts, over the loopback transport.
#include "JoinFixture.h"

#include <future>
#include <thread>

using namespace ddnn_test;

namespace {
TEST_F(Join, AllPartsCome) {
  start({&Cloud});
  expect(4, 0, 1, {1, 1}, 1000);
  edgePart(0, 1, 1, 2);
  edgePart(1, 1, 10, 20);
  hearAnswer({11, 22, 103}, 0);
  EXPECT_TRUE(eventually([&] { return stats().answered == 1; }));
  EXPECT_TRUE(eventually([&] { return stats().joined == 1; }));
  EXPECT_TRUE(eventually([&] { return stats().parts == 2; }));
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
  EXPECT_TRUE(eventually([&] { return stats().incomplete == 1; }));
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
  EXPECT_TRUE(eventually([&] { return stats().missing == 1; }));
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
  EXPECT_TRUE(eventually([&] { return stats().joined == 1; }));
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
  EXPECT_TRUE(eventually([&] { return stats().expired == 1; }));
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
  EXPECT_TRUE(eventually([&] { return stats().fetched == 2; }));
}

// Attempt 0 has sent its scores, but its thread is not done with it yet.
TEST_F(Join, FeaturesAreThoseOfTheLatestAttempt) {
  std::promise<void> Go;
  auto First = std::make_shared<std::atomic<bool>>(true);
  OnMessage = [First, Wait = Go.get_future().share()] {
    if (First->exchange(false))
      Wait.wait_for(3s);
  };
  start({&Edge0});
  expect(2, 0, 1, {1, 0}, 1000, 0);
  devicePart(0, 1, 1, 2, 0);
  auto H = hear();
  ASSERT_TRUE(H);
  EXPECT_EQ(H->Frame.attempt, 0);
  EXPECT_EQ(floats(*H), (std::vector<float>{1, 0x15, 1}));
  expect(2, 0, 1, {1, 1}, 1000, 1);
  devicePart(0, 1, 1, 2, 1);
  devicePart(1, 1, 3, 4, 1);
  H = hear();
  ASSERT_TRUE(H);
  EXPECT_EQ(H->Frame.attempt, 1);
  EXPECT_EQ(floats(*H), (std::vector<float>{4, 0x15, 3}));
  fetch(0, 1, "agg", 2);
  H = hear();
  ASSERT_TRUE(H);
  EXPECT_TRUE(eventually([&] { return stats().running == 1; }));
  EXPECT_EQ(H->Frame.kind, DDNN_FRAME_PART);
  float Feature[2];
  ASSERT_EQ(ddnn_wire_decode(&CloudIn[0], H->Frame.tensors[0].data,
                             H->Frame.tensors[0].bytes, Feature),
            DDNN_OK);
  EXPECT_EQ(Feature[0], 4);
  EXPECT_EQ(Feature[1], 6);
  Go.set_value();
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
    // Few ids at a time, so that messages meet; some are damaged. No faster
    // than they are looked at.
    if (I % 32 == 0)
      ASSERT_TRUE(eventually([&] { return stats().queued == 0; }));
    ddnn_frame F =
        frame(uint8_t(DDNN_FRAME_FETCH + Draw(3)), uint8_t(Draw(4) + 1),
              uint16_t(Draw(3)), uint64_t(1 + I / 200 + int(Draw(3))),
              uint8_t(Draw(3)));
    F.group = uint16_t(1 + Draw(2));
    F.remaining_ms = Draw(200);
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
