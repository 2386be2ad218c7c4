// Identifies the reader and picks the state to read: the one place that handles read sessions and
// minimum indexes.
//
//   grpc::Status GetMeeting(grpc::ServerContext* context, const GetMeetingRequest* request,
//                           GetMeetingResponse* response) {
//     const auto read = [&](const World& world, const Reader& reader) -> absl::Status {
//       ASSIGN_OR_RETURN(*response->mutable_meeting(),
//                        world.agenda().GetMeeting(request->meeting_id(), reader.rights));
//       return absl::OkStatus();
//     };
//     return access_.Read(*context, "GetMeeting", read);
//   }
//
// A reader without session is the public. With metadata "votum-session-bin" (a SignedCommand over a
// votum.directory.v1.ReadSession) the reader is the person who signed it, with an active key, for
// at most 15 minutes and for this service alone: no secret of ours is involved, every service can
// check it, and none can read elsewhere with the sessions that it is shown. With metadata
// "votum-min-index" N the read sees record N at least (read your writes): ReadGate holds it back
// until then, so nothing here ever waits.
#ifndef VOTUM_SERVICES_RUNTIME_READ_ACCESS_H_
#define VOTUM_SERVICES_RUNTIME_READ_ACCESS_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "core/command/audience.h"
#include "core/fold/signature_cache.h"
#include "grpcpp/server_context.h"
#include "services/runtime/freshness.h"
#include "services/runtime/metrics.h"
#include "services/runtime/replica.h"

namespace votum {

inline constexpr char kSessionMetadata[] = "votum-session-bin";
inline constexpr char kMinIndexMetadata[] = "votum-min-index";
inline constexpr absl::Duration kLongestSession = absl::Minutes(15);
// The longest that a read waits for its minimum index, or a command for its fold.
inline constexpr absl::Duration kLongestWait = absl::Seconds(10);

struct Reader {
  // For what belongs to no organization: the store of ideas, the register.
  Audience audience = Audience::kPublic;
  // For what belongs to one: meetings, papers, decisions, projects.
  Rights rights = Audience::kPublic;
  std::string person_id;  // empty for the public
};

// Thread-safe.
class ReadAccess {
 public:
  // Access to the reads of `service`, "meetings". All outlive this object. Without `freshness` the
  // state is shown whatever it has.
  ReadAccess(const Replica* replica, SignatureCache* cache, Metrics* metrics, std::string service,
             const Freshness* freshness = nullptr)
      : replica_(*replica),
        cache_(*cache),
        metrics_(*metrics),
        service_(std::move(service)),
        freshness_(freshness) {}
  // The same for another service of this process. Both know what RememberUnmet says.
  ReadAccess Of(absl::string_view service) const;

  // OK once there is a state to show: see Freshness::CheckReady. Identify looks at it first.
  absl::Status CheckReady() const;
  // The caller. UNAVAILABLE/SERVICE_NOT_READY; UNAUTHENTICATED/BAD_SESSION, SESSION_EXPIRED, or why
  // the key is not valid.
  absl::StatusOr<Reader> Identify(const grpc::ServerContextBase& context) const;
  // When the caller's session ends; never for the public.
  static absl::Time EndOfSession(const grpc::ServerContextBase& context);

  // Identifies the caller, and calls `read` with the newest state. Does not wait: a minimum
  // index that is not folded is answered with what RememberUnmet said of this call, or else with
  // DEADLINE_EXCEEDED/NOT_FOLDED_YET.
  grpc::Status Read(const grpc::ServerContextBase& context, absl::string_view method,
                    const std::function<absl::Status(const World&, const Reader&)>& read) const;
  // The same for reads that need the whole fold, not only its state.
  grpc::Status ReadFold(const grpc::ServerContextBase& context, absl::string_view method,
                        const std::function<absl::Status(const Fold&, const Reader&)>& read) const;
  // The same for a `reader` whom Identify has just found.
  grpc::Status ReadFoldAs(
      const Reader& reader, const grpc::ServerContextBase& context, absl::string_view method,
      const std::function<absl::Status(const Fold&, const Reader&)>& read) const;

  // Why the call with this context has not got its minimum index, until ForgetUnmet.
  void RememberUnmet(const grpc::ServerContextBase& context, absl::Status why) const;
  void ForgetUnmet(const grpc::ServerContextBase& context) const;

  const Replica& replica() const { return replica_; }

 private:
  struct Unmet {
    std::mutex mutex;
    absl::flat_hash_map<const grpc::ServerContextBase*, absl::Status> calls;  // by mutex
  };
  absl::Status CheckMinIndex(const grpc::ServerContextBase& context) const;

  const Replica& replica_;
  SignatureCache& cache_;
  Metrics& metrics_;
  std::string service_;
  const Freshness* freshness_;  // may be null
  std::shared_ptr<Unmet> unmet_ = std::make_shared<Unmet>();
};

// "meetings" of "/votum.meetings.v1.MeetingsService/GetMeeting"; empty for a method that is not ours.
std::string ServiceOfMethod(absl::string_view path);

// The minimum index that the caller asks for, if any. INVALID_ARGUMENT/BAD_MIN_INDEX.
absl::StatusOr<std::optional<uint64_t>> MinIndexOf(const grpc::ServerContextBase& context);

// The audience of `person_id`: auditor for auditors, council for holders of other offices and for
// members of councils and committees, public for everybody else.
Audience AudienceOf(const directory::DirectoryMachine& directory, absl::string_view person_id);

// The earlier of the call's deadline and kLongestWait from now.
absl::Time WaitDeadline(const grpc::ServerContextBase& context);

}  // namespace votum

#endif  // VOTUM_SERVICES_RUNTIME_READ_ACCESS_H_
