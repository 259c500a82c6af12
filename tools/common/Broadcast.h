// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// New thresholds for running nodes: what `ddnn ctl threshold` and `ddnn
// calibrate --broadcast` send.
#ifndef DDNN_TOOLS_BROADCAST_H
#define DDNN_TOOLS_BROADCAST_H

#include "Broker.h"
#include "Report.h"
#include "Thresholds.h"

#include "ddnn/frame.h"
#include "ddnn/link.h"

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>

namespace ddnn::tools {

/// A listener on a link that keeps what it hears for the main thread.
class Listening {
public:
  Listening(ddnn_link *link, uint32_t hears) : link(link), hears(hears) {}
  virtual ~Listening() = default;

  /// Begins to listen; stop must follow before the end.
  void start() {
    ddnn_listener listener = {};
    listener.user = this;
    listener.hears = hears;
    listener.message = [](void *user, const ddnn_message *message) {
      auto *self = static_cast<Listening *>(user);
      std::lock_guard<std::mutex> lock(self->mutex);
      self->hear(*message);
      self->changed.notify_all();
    };
    checkListen(link->listen(link->context, &listener));
  }
  void stop() { link->stop(link->context); }

  /// Waits until done() or for so long; true if done.
  bool wait(uint32_t ms, const std::function<bool()> &done) {
    std::unique_lock<std::mutex> lock(mutex);
    return changed.wait_for(lock, std::chrono::milliseconds(ms), done);
  }

protected:
  static void checkListen(int status);
  virtual void hear(const ddnn_message &message) = 0;

  ddnn_link *link;
  uint32_t hears;
  std::mutex mutex;
  std::condition_variable changed;
};

/// To whom, and how long to wait.
struct Delivery {
  std::string target = DDNN_NODE_ALL; ///< a node, or all
  uint32_t timeoutMs = 5000;
  uint32_t waitMs = 0; ///< for what the broker kept; 0: as is usual
};

/// Tells the site's nodes the thresholds of these exits; the message is
/// retained, and above the last one's version. Exits that were set before keep
/// their value, but with `reset`. Returns what was sent: `model`, `hash`,
/// `site`, `node`, `version`, `thresholds`. Throws Error.
Json broadcastThresholds(const ddnn_model &model,
                         const ThresholdSetting &setting,
                         const std::vector<unsigned> &exits, bool reset,
                         BrokerOptions broker, const Delivery &delivery);

/// One line about what that returned.
void printBroadcast(const Json &sent);

} // namespace ddnn::tools

#endif
