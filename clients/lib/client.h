// A deployment as one person (or the public) uses it: signed commands out, checked receipts back,
// reads with a session.
#ifndef VOTUM_CLIENTS_LIB_CLIENT_H_
#define VOTUM_CLIENTS_LIB_CLIENT_H_

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/clock.h"
#include "clients/lib/context.h"
#include "clients/lib/route.h"
#include "clients/lib/seen_checkpoint.h"
#include "clients/lib/signer.h"
#include "crypto/keys.h"
#include "crypto/note.h"
#include "google/protobuf/message.h"
#include "votum/ledger/v1/ledger_service.pb.h"

namespace votum::client {

// The longest that one call takes, with its retries, unless the caller says otherwise.
inline constexpr absl::Duration kPatience = absl::Seconds(30);

// The ways to the services of one deployment, shared by its clients. Thread-safe.
class Channels {
 public:
  // INVALID_ARGUMENT/BAD_CONTEXT if the authority's certificate, or the own one, cannot be read.
  static absl::StatusOr<std::shared_ptr<Channels>> Open(const Context& context);
  // INVALID_ARGUMENT/BAD_CONTEXT if the context names no address for `service`.
  absl::StatusOr<std::shared_ptr<Route>> To(const std::string& service);

  // The highest record index that any client of these channels has seen: reads wait for it.
  std::atomic<uint64_t> seen_index{0};
  std::atomic<bool> seen_any{false};

 private:
  std::map<std::string, std::shared_ptr<Route>> routes_;
  std::shared_ptr<Route> edge_;  // to all services; null if there are routes to each
};

// Asks for the passphrase of a key file.
using AskPassphrase =
    std::function<absl::StatusOr<crypto::SecretBytes>(const std::string& key_file)>;

// Thread-safe.
class Client {
 public:
  // INVALID_ARGUMENT/BAD_CONTEXT if the context's log key is not a key.
  static absl::StatusOr<std::unique_ptr<Client>> Open(const Context& context,
                                                      std::shared_ptr<Channels> channels,
                                                      AskPassphrase ask,
                                                      absl::Duration patience = kPatience);

  const Context& context() const { return context_; }
  const crypto::NoteVerifier& log() const { return log_; }
  // The time of the deployment: this machine's, or that of a demonstration.
  absl::Time Now() { return clock_->Now(); }

  // The person's key: in an agent if one holds it, or else from its file, which is opened once.
  // FAILED_PRECONDITION/NO_KEY if the context has none. With a passphrase file no agent is asked.
  absl::StatusOr<const crypto::Signer*> Key();
  // Opens the key file, which needs its passphrase. Errors as Key, PrivateKey::LoadPkcs8File.
  absl::StatusOr<crypto::PrivateKey> OpenKeyFile() const;

  // Signs `command` with the person's key, sends it, checks the receipt.
  absl::StatusOr<common::v1::Receipt> Do(
      google::protobuf::Message* command,
      const std::vector<common::v1::Attachment>& attachments = {});
  // Sends a command signed elsewhere. While the service cannot be reached, the same bytes are sent
  // again.
  absl::StatusOr<common::v1::Receipt> Send(const common::v1::SignedCommand& command);

  // Calls the read `method` of `service`, with the person's session if the context has a key. With a
  // key that nobody has confirmed yet it reads as the public, unless it reads the log itself.
  absl::Status Read(const std::string& service, const std::string& method,
                    const google::protobuf::Message& request, google::protobuf::Message* response);
  // The same without a session, as the public: also before the context's key is enrolled.
  absl::Status ReadAsPublic(const std::string& service, const std::string& method,
                            const google::protobuf::Message& request,
                            google::protobuf::Message* response);
  // The newest checkpoint, which continues what this device has seen. Errors as
  // SeenCheckpoint::Newest.
  absl::StatusOr<ledger::v1::GetCheckpointResponse> NewestCheckpoint();
  // Whether an answer was that of the public, although the context has a key.
  bool read_as_public() const { return read_as_public_; }
  // A stream of answers of `method`: each is parsed into `response` and handed to `on_response`
  // until that returns false. Goes on with a new session and over restarts of the service.
  absl::Status Watch(const std::string& service, const std::string& method,
                     const google::protobuf::Message& request, google::protobuf::Message* response,
                     const std::function<bool()>& on_response);
  // The state as described by the process that hosts `service`
  // (votum.runtime.v1.GetProjectionResponse): digests are for auditors and machines that attest the
  // state.
  absl::Status ReadRuntime(const std::string& service, google::protobuf::Message* response);
  // The age of the oldest state from which answers were given since the last call of this; zero if
  // all were of the newest one, as far as the services knew.
  absl::Duration TakeOldestState();

 private:
  Client(Context context, crypto::NoteVerifier log, std::shared_ptr<Channels> channels,
         AskPassphrase ask, absl::Duration patience);

  // The key if an agent holds it, else null.
  std::unique_ptr<crypto::Signer> KeyOfAgent() const;
  struct SignedSession {
    std::string bytes;  // empty before the first
    absl::Time end;
  };

  // The person's session for reads of `service`; empty for the public.
  absl::StatusOr<std::string> Session(const std::string& service);
  // Makes the next read sign a new session, unless another call did so already.
  void ForgetSession(const std::string& service, const std::string& session);
  // Remembers how old the state was that this call was answered from.
  void NoteAge(const Call& call);
  // Calls a read with `session`.
  absl::Status ReadWith(const std::string& session, const std::string& service,
                        const std::string& method, const google::protobuf::Message& request,
                        google::protobuf::Message* response);
  // The metadata of a read: the session, and the record that the answer must have folded.
  void AddReadMetadata(const std::string& session, Call& call) const;
  // `status`, naming the service if it cannot be reached.
  absl::Status Explain(const std::string& service, const absl::Status& status) const;
  absl::Status CallWithRetries(const std::string& service, const std::string& path,
                               const std::function<void(Call&)>& prepare,
                               const google::protobuf::Message& request,
                               google::protobuf::Message* response);

  const Context context_;
  const crypto::NoteVerifier log_;
  const std::shared_ptr<Channels> channels_;
  const AskPassphrase ask_;
  const absl::Duration patience_;
  SeenCheckpoint seen_;
  std::unique_ptr<Clock> clock_;
  std::mutex mutex_;
  std::unique_ptr<crypto::Signer> key_;            // guarded by mutex_
  std::map<std::string, SignedSession> sessions_;  // by service; guarded by mutex_
  absl::Duration oldest_state_;                    // guarded by mutex_
  std::atomic<bool> read_as_public_{false};
};

}  // namespace votum::client

#endif  // VOTUM_CLIENTS_LIB_CLIENT_H_
