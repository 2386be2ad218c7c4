// Keys that their owners unlock once: an agent (ssh-agent, crypto/ssh_agent.h) holds them until
// their time is over, and signs.
//
// A key file does not show its public key, since it is encrypted. An agent's key is therefore found
// by its comment, "votum SHA-256-OF-THE-FILE PATH": it is that of these very bytes, also after the
// file was moved, and not after another key took its place.
#ifndef VOTUM_CLIENTS_LIB_KEY_AGENT_H_
#define VOTUM_CLIENTS_LIB_KEY_AGENT_H_

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "crypto/keys.h"
#include "crypto/ssh_agent.h"

namespace votum::client {

// How long an agent may take: to answer from what it holds, and to sign, for which it may have to
// ask its user.
inline constexpr absl::Duration kAgentPatience = absl::Seconds(3);
inline constexpr absl::Duration kAgentUserPatience = absl::Minutes(2);

// The agent that listens at a socket. Each request has a connection of its own, so that threads
// share nothing. Errors of all: FAILED_PRECONDITION/NO_AGENT if nobody listens, another user does,
// or no answer comes in time; AGENT_REFUSED; INVALID_ARGUMENT/BAD_AGENT_ANSWER.
class KeyAgent {
 public:
  explicit KeyAgent(std::string socket) : socket_(std::move(socket)) {}
  // The agent at $VOTUM_AUTH_SOCK, or else at $SSH_AUTH_SOCK. With the former a person has an agent
  // for Votum alone: ssh, which shows the public keys of its agent to each server, does not know it.
  static absl::StatusOr<KeyAgent> OfEnvironment();

  const std::string& socket() const { return socket_; }

  // Hands over `key`, which `key_file` holds. An agent that has it already takes the new terms.
  absl::Status Add(const crypto::PrivateKey& key, const std::string& key_file,
                   const crypto::AgentTerms& terms) const;
  // The key of `key_file`; nothing if the agent does not hold it. INVALID_ARGUMENT/BAD_FILE if the
  // file cannot be read: then nobody knows.
  absl::StatusOr<std::optional<crypto::PublicKey>> Find(const std::string& key_file) const;
  absl::StatusOr<bool> Holds(const crypto::PublicKey& key) const;
  absl::Status Remove(const crypto::PublicKey& key) const;
  absl::StatusOr<std::string> Sign(const crypto::PublicKey& key, absl::string_view message) const;

 private:
  absl::StatusOr<std::string> Ask(absl::string_view request, absl::Duration patience) const;

  std::string socket_;
};

// A key that an agent signs with. Where it cannot (it has forgotten the key, or the message is
// longer than its protocol allows), `open` gets the key from its file, once. A user who declines at
// the agent's question is not asked for the passphrase instead. Thread-safe.
class AgentKey : public crypto::Signer {
 public:
  using OpenKeyFile = std::function<absl::StatusOr<crypto::PrivateKey>()>;

  AgentKey(KeyAgent agent, crypto::PublicKey key, OpenKeyFile open)
      : agent_(std::move(agent)), public_key_(std::move(key)), open_(std::move(open)) {}

  const crypto::PublicKey& public_key() const override { return public_key_; }
  absl::StatusOr<std::string> Sign(absl::string_view message) const override;

 private:
  absl::StatusOr<const crypto::PrivateKey*> FromFile() const;

  const KeyAgent agent_;
  const crypto::PublicKey public_key_;
  const OpenKeyFile open_;
  mutable std::mutex mutex_;
  mutable std::unique_ptr<crypto::PrivateKey> from_file_;  // guarded by mutex_
};

}  // namespace votum::client

#endif  // VOTUM_CLIENTS_LIB_KEY_AGENT_H_
