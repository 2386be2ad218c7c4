// The messages of the SSH agent protocol (draft-miller-ssh-agent-04; the encoding is that of RFC
// 4251 section 5) with which a key is kept unlocked and signs.
//
// An agent signs whatever bytes it is handed, so a signature must not mean one thing to Votum and
// another to SSH. Ours cover "DSSEv1 <length> application/vnd.votum....", more than 64 bytes
// (dsse.h; a command id alone has 36). The bytes that SSH has an agent sign begin in another way or
// are fewer:
//
//   a login (RFC 4252 section 7)        the length of a session id in four bytes, 00 00 00 xx
//   a certificate, a proof of host keys the length of a name in four bytes, likewise
//   ssh-keygen -Y sign                  "SSHSIG"
//   a key exchange, by a server's key   a hash of at most 64 bytes
//
// No bytes are of two kinds: a server to which its owner logs in gets no command, and a service of
// Votum no login. An agent that is forwarded to another machine (ssh -A) signs for that
// machine's administrator, who may then sign commands: a key that asks (AgentTerms::confirm), or an
// agent of its own, which ssh does not know, is the answer to that.
#ifndef VOTUM_CRYPTO_SSH_AGENT_H_
#define VOTUM_CRYPTO_SSH_AGENT_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "crypto/keys.h"
#include "crypto/secret.h"

namespace votum::crypto {

// The longest message in both directions; OpenSSH closes the connection at a longer one.
inline constexpr size_t kMaxAgentMessage = size_t{256} << 10;

// How an agent holds a key.
struct AgentTerms {
  uint32_t lifetime_seconds = 0;  // it forgets the key then; 0: when it ends
  bool confirm = false;           // it asks its user before each signature
};

// A key as an agent lists it. Agents also hold keys of kinds that PublicKey does not know.
struct AgentIdentity {
  std::string blob;     // the public key, RFC 4253 section 6.6
  std::string comment;  // as given with the key
};

// The public key as SSH encodes it: "ssh-ed25519" (RFC 8709) or "ecdsa-sha2-nistp256" (RFC 5656).
std::string SshKeyBlob(const PublicKey& key);
// The same back. INVALID_ARGUMENT/BAD_AGENT_ANSWER; BAD_PUBLIC_KEY as PublicKey has it.
absl::StatusOr<PublicKey> PublicKeyOfSshBlob(absl::string_view blob);

// Requests, without the length that goes before each message.
absl::StatusOr<SecretBytes> AgentAddRequest(const PrivateKey& key, absl::string_view comment,
                                            const AgentTerms& terms);
std::string AgentListRequest();
std::string AgentRemoveRequest(const PublicKey& key);
std::string AgentSignRequest(const PublicKey& key, absl::string_view message);

// Whether an agent takes the request to sign `message` with `key`.
bool AgentCanSign(const PublicKey& key, absl::string_view message);

// The answers, without their length. FAILED_PRECONDITION/AGENT_REFUSED if the agent says no;
// INVALID_ARGUMENT/BAD_AGENT_ANSWER for anything that is not an answer to the request.
absl::Status ParseAgentSuccess(absl::string_view answer);
absl::StatusOr<std::vector<AgentIdentity>> ParseAgentIdentities(absl::string_view answer);
// The signature in the form that PublicKey::Verify takes, verified.
absl::StatusOr<std::string> ParseAgentSignature(const PublicKey& key, absl::string_view message,
                                                absl::string_view answer);

}  // namespace votum::crypto

#endif  // VOTUM_CRYPTO_SSH_AGENT_H_
