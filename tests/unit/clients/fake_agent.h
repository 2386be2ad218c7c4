// An agent at a socket of its own, for tests: it holds Ed25519 keys and signs, or misbehaves.
#ifndef VOTUM_TESTS_UNIT_CLIENTS_FAKE_AGENT_H_
#define VOTUM_TESTS_UNIT_CLIENTS_FAKE_AGENT_H_

#include <atomic>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/string_view.h"
#include "crypto/keys.h"

namespace votum::client {

// Answers one connection at a time. Thread-safe.
class FakeAgent {
 public:
  // Listens at `socket`, which must not exist.
  explicit FakeAgent(std::string socket);
  ~FakeAgent();
  FakeAgent(const FakeAgent&) = delete;
  FakeAgent& operator=(const FakeAgent&) = delete;

  const std::string& socket() const { return socket_; }

  // A key as it was handed over.
  struct Held {
    std::string blob;
    std::string comment;
    std::string constraints;
    crypto::PrivateKey key;
  };
  size_t held() const;
  std::string comment() const;      // of the only key
  std::string constraints() const;  // of the only key
  int signatures() const { return signatures_; }

  // As if the lifetimes of all keys were over.
  void ForgetAll();
  // From now on it refuses to sign, as after a user's no.
  void Decline() { declines_ = true; }
  // From now on each answer is `answer`, its length included; an empty one closes the connection.
  void AnswerAlways(std::string answer);

 private:
  void Serve();
  void ServeOne(int connection);
  std::string AnswerTo(absl::string_view request);  // with mutex_ held
  std::string Add(absl::string_view rest);
  std::string List() const;
  std::string Remove(absl::string_view rest);
  std::string Sign(absl::string_view rest);

  const std::string socket_;
  int listener_ = -1;
  std::atomic<bool> stops_{false};
  std::atomic<bool> declines_{false};
  std::atomic<int> signatures_{0};
  mutable std::mutex mutex_;
  std::vector<Held> held_;             // guarded by mutex_
  std::optional<std::string> always_;  // guarded by mutex_
  std::thread thread_;
};

}  // namespace votum::client

#endif  // VOTUM_TESTS_UNIT_CLIENTS_FAKE_AGENT_H_
