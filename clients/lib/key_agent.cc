#include "clients/lib/key_agent.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <system_error>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "base/big_endian.h"
#include "base/file.h"
#include "base/refusal.h"
#include "base/status_macros.h"
#include "crypto/hash.h"

namespace votum::client {
namespace {

constexpr size_t kMaxKeyFileBytes = 16384;
constexpr size_t kLengthBytes = 4;

absl::Status NoAgent(const std::string& socket, absl::string_view what) {
  return Refuse(Reason::kNoAgent,
                absl::StrCat("the agent at ", socket, " ", what, "; start one: eval $(ssh-agent)"));
}

// One request and its answer.
class Connection {
 public:
  Connection(const std::string& path, absl::Duration patience)
      : path_(path),
        end_(absl::Now() + patience),
        fd_(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)) {}
  ~Connection() {
    if (fd_ >= 0) close(fd_);
  }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  absl::Status Open() {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path_.size() >= sizeof(address.sun_path)) return NoAgent(path_, "has too long a name");
    std::memcpy(static_cast<char*>(address.sun_path), path_.data(), path_.size());
    if (fd_ < 0 || connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0)
      return NoAgent(path_, absl::StrCat("does not listen (", std::strerror(errno), ")"));
    // A key is given to nobody else's program.
    ucred peer{};
    socklen_t size = sizeof(peer);
    const bool known = getsockopt(fd_, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0;
    if (!known || (peer.uid != geteuid() && peer.uid != 0))
      return NoAgent(path_, "belongs to another user");
    return absl::OkStatus();
  }

  absl::Status Write(absl::string_view bytes) {
    while (!bytes.empty()) {
      RETURN_IF_ERROR(WaitFor(POLLOUT));
      const ssize_t count = send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (count < 0 && (errno == EINTR || errno == EAGAIN)) continue;
      if (count <= 0) return NoAgent(path_, "has closed the connection");
      bytes.remove_prefix(static_cast<size_t>(count));
    }
    return absl::OkStatus();
  }

  absl::StatusOr<std::string> Read(size_t size) {
    std::string bytes(size, '\0');
    size_t got = 0;
    while (got < size) {
      RETURN_IF_ERROR(WaitFor(POLLIN));
      const ssize_t count = recv(fd_, bytes.data() + got, size - got, 0);
      if (count < 0 && (errno == EINTR || errno == EAGAIN)) continue;
      if (count <= 0) return NoAgent(path_, "has closed the connection");
      got += static_cast<size_t>(count);
    }
    return bytes;
  }

 private:
  absl::Status WaitFor(int16_t events) const {
    pollfd wanted{fd_, events, 0};
    for (;;) {
      const int64_t left = std::max<int64_t>(absl::ToInt64Milliseconds(end_ - absl::Now()), 0);
      const int ready = poll(&wanted, 1, static_cast<int>(left));
      if (ready > 0) return absl::OkStatus();
      if (ready == 0) return NoAgent(path_, "does not answer in time");
      if (errno != EINTR) return absl::ErrnoToStatus(errno, "wait for an agent");
    }
  }

  const std::string path_;
  const absl::Time end_;
  const int fd_;
};

// How the comments of keys of `key_file` begin. INVALID_ARGUMENT/BAD_FILE if it cannot be read.
absl::StatusOr<std::string> CommentPrefix(const std::string& key_file) {
  const auto file = ReadFile(key_file, kMaxKeyFileBytes);
  if (!file.ok()) {
    return Refuse(Reason::kBadFile,
                  absl::StrCat("the key file cannot be read, so its key cannot be told from others "
                               "that an agent holds: ",
                               file.status().message(),
                               "; correct the file's name in the context, or have the agent forget "
                               "all keys: ssh-add -D"));
  }
  return absl::StrCat("votum ", crypto::ToHex(crypto::Sha256(*file)), " ");
}

}  // namespace

absl::StatusOr<KeyAgent> KeyAgent::OfEnvironment() {
  for (const char* name : {"VOTUM_AUTH_SOCK", "SSH_AUTH_SOCK"}) {
    const char* socket = std::getenv(name);
    if (socket != nullptr && *socket != '\0') return KeyAgent(socket);
  }
  return Refuse(Reason::kNoAgent,
                "there is no agent: neither $VOTUM_AUTH_SOCK nor $SSH_AUTH_SOCK names its socket; "
                "start one: eval $(ssh-agent)");
}

absl::StatusOr<std::string> KeyAgent::Ask(absl::string_view request,
                                          absl::Duration patience) const {
  Connection connection(socket_, patience);
  RETURN_IF_ERROR(connection.Open());
  RETURN_IF_ERROR(connection.Write(BigEndian32(static_cast<uint32_t>(request.size()))));
  RETURN_IF_ERROR(connection.Write(request));
  ASSIGN_OR_RETURN(const std::string length, connection.Read(kLengthBytes));
  const uint64_t size = FromBigEndian(length);
  if (size == 0 || size > crypto::kMaxAgentMessage) {
    return Refuse(Reason::kBadAgentAnswer,
                  absl::StrCat("the agent at ", socket_, " begins an answer of ", size, " bytes"));
  }
  return connection.Read(size);
}

absl::Status KeyAgent::Add(const crypto::PrivateKey& key, const std::string& key_file,
                           const crypto::AgentTerms& terms) const {
  ASSIGN_OR_RETURN(const std::string prefix, CommentPrefix(key_file));
  std::error_code ignored;
  const std::string path = std::filesystem::absolute(key_file, ignored).string();
  ASSIGN_OR_RETURN(const crypto::SecretBytes request,
                   crypto::AgentAddRequest(key, absl::StrCat(prefix, path), terms));
  ASSIGN_OR_RETURN(const std::string answer, Ask(request.Reveal(), kAgentPatience));
  const absl::Status added = crypto::ParseAgentSuccess(answer);
  if (ReasonOf(added) != Reason::kAgentRefused) return added;
  return Refuse(Reason::kAgentRefused,
                absl::StrCat("the agent at ", socket_, " does not take an ",
                             crypto::KeyTypeName(key.public_key().type()),
                             " key on these terms; OpenSSH's ssh-agent does, unless it is locked "
                             "(ssh-add -X unlocks it)"));
}

absl::StatusOr<std::optional<crypto::PublicKey>> KeyAgent::Find(const std::string& key_file) const {
  ASSIGN_OR_RETURN(const std::string prefix, CommentPrefix(key_file));
  ASSIGN_OR_RETURN(const std::string answer, Ask(crypto::AgentListRequest(), kAgentPatience));
  ASSIGN_OR_RETURN(const std::vector<crypto::AgentIdentity> identities,
                   crypto::ParseAgentIdentities(answer));
  for (const crypto::AgentIdentity& identity : identities) {
    if (!absl::StartsWith(identity.comment, prefix)) continue;
    ASSIGN_OR_RETURN(crypto::PublicKey key, crypto::PublicKeyOfSshBlob(identity.blob));
    return key;
  }
  return std::nullopt;
}

absl::StatusOr<bool> KeyAgent::Holds(const crypto::PublicKey& key) const {
  ASSIGN_OR_RETURN(const std::string answer, Ask(crypto::AgentListRequest(), kAgentPatience));
  ASSIGN_OR_RETURN(const std::vector<crypto::AgentIdentity> identities,
                   crypto::ParseAgentIdentities(answer));
  const std::string blob = crypto::SshKeyBlob(key);
  return std::any_of(
      identities.begin(), identities.end(),
      [&blob](const crypto::AgentIdentity& identity) { return identity.blob == blob; });
}

absl::Status KeyAgent::Remove(const crypto::PublicKey& key) const {
  ASSIGN_OR_RETURN(const std::string answer, Ask(crypto::AgentRemoveRequest(key), kAgentPatience));
  return crypto::ParseAgentSuccess(answer);
}

absl::StatusOr<std::string> KeyAgent::Sign(const crypto::PublicKey& key,
                                           absl::string_view message) const {
  ASSIGN_OR_RETURN(const std::string answer,
                   Ask(crypto::AgentSignRequest(key, message), kAgentUserPatience));
  absl::StatusOr<std::string> signature = crypto::ParseAgentSignature(key, message, answer);
  if (ReasonOf(signature.status()) != Reason::kAgentRefused) return signature;
  return Refuse(Reason::kAgentRefused,
                absl::StrCat("the agent at ", socket_,
                             " did not sign: its question was declined, or nobody could be asked"));
}

absl::StatusOr<std::string> AgentKey::Sign(absl::string_view message) const {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (from_file_ != nullptr) return from_file_->Sign(message);
  }
  if (crypto::AgentCanSign(public_key_, message)) {
    absl::StatusOr<std::string> signature = agent_.Sign(public_key_, message);
    if (signature.ok()) return signature;
    const auto held = agent_.Holds(public_key_);
    if (held.ok() && *held) return signature;
  }
  ASSIGN_OR_RETURN(const crypto::PrivateKey* key, FromFile());
  return key->Sign(message);
}

absl::StatusOr<const crypto::PrivateKey*> AgentKey::FromFile() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (from_file_ != nullptr) return from_file_.get();
  ASSIGN_OR_RETURN(crypto::PrivateKey key, open_());
  if (key.public_key() != public_key_) {
    return Refuse(Reason::kNotAKeyFile,
                  "another key took the place of the key file meanwhile; give the command again");
  }
  from_file_ = std::make_unique<crypto::PrivateKey>(std::move(key));
  return from_file_.get();
}

}  // namespace votum::client
