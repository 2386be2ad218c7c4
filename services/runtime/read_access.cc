#include "services/runtime/read_access.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "absl/time/clock.h"
#include "base/numbers.h"
#include "base/refusal.h"
#include "base/status_macros.h"
#include "core/command/payload_type.h"
#include "core/command/timestamps.h"
#include "core/fold/authorize.h"
#include "core/fold/rights.h"
#include "platform/grpc/status.h"
#include "votum/directory/v1/directory.pb.h"

namespace votum {
namespace {

std::optional<std::string> MetadataOf(const grpc::ServerContextBase& context, const char* key) {
  const auto& metadata = context.client_metadata();
  const auto found = metadata.find(key);
  if (found == metadata.end()) return std::nullopt;
  return std::string(found->second.data(), found->second.size());
}

// Takes `bytes` apart, without a look at the signature; false if they are no session.
bool ParseSession(const std::string& bytes, common::v1::SignedCommand* statement,
                  directory::v1::ReadSession* session) {
  static const auto* const kType =
      new std::string(PayloadType(directory::v1::ReadSession::descriptor()));
  return statement->ParseFromString(bytes) && statement->payload_type() == *kType &&
         statement->signatures_size() == 1 && session->ParseFromString(statement->payload());
}

// Checks a session statement for `service` against `directory`; the person who signed it.
absl::StatusOr<std::string> PersonOfSession(const directory::DirectoryMachine& directory,
                                            absl::string_view service, const std::string& bytes,
                                            absl::Time now, SignatureCache& cache) {
  common::v1::SignedCommand statement;
  directory::v1::ReadSession session;
  if (!ParseSession(bytes, &statement, &session)) {
    return Refuse(Reason::kBadSession,
                  "votum-session-bin is not a signed ReadSession; sign a new one");
  }
  if (session.header().deployment() != directory.deployment()) {
    return Refuse(Reason::kBadSession,
                  absl::StrCat("the session was signed for ", session.header().deployment()));
  }
  if (session.service() != service) {
    return Refuse(Reason::kBadSession,
                  session.service().empty()
                      ? absl::StrCat("the session names no service; sign one for ", service)
                      : absl::StrCat("the session was signed for the service ", session.service(),
                                     "; sign one for ", service));
  }
  const absl::Time expiry = FromTimestamp(session.expire_time());
  if (expiry <= now)
    return Refuse(Reason::kSessionExpired, "the session has expired; sign a new one");
  if (expiry > now + kLongestSession) {
    return Refuse(Reason::kBadSession,
                  absl::StrCat("a session lasts at most ", absl::FormatDuration(kLongestSession),
                               "; sign one with an earlier end"));
  }
  RETURN_IF_ERROR(VerifyPersonSignature(directory, session.header().actor(),
                                        statement.payload_type(), statement.payload(),
                                        statement.signatures(0), cache));
  return session.header().actor();
}

}  // namespace

Audience AudienceOf(const directory::DirectoryMachine& directory, absl::string_view person_id) {
  if (directory.HasOffice(person_id, common::v1::OFFICE_AUDITOR)) return Audience::kAuditor;
  return directory.BelongsToCouncilOrAdministration(person_id) ? Audience::kCouncil
                                                               : Audience::kPublic;
}

absl::Time WaitDeadline(const grpc::ServerContextBase& context) {
  return std::min(absl::FromChrono(context.deadline()), absl::Now() + kLongestWait);
}

std::string ServiceOfMethod(absl::string_view path) {
  if (!absl::ConsumePrefix(&path, "/votum.")) return "";
  return std::string(path.substr(0, path.find('.')));
}

ReadAccess ReadAccess::Of(absl::string_view service) const {
  ReadAccess other = *this;
  other.service_ = std::string(service);
  return other;
}

absl::Status ReadAccess::CheckReady() const {
  return freshness_ == nullptr ? absl::OkStatus() : freshness_->CheckReady();
}

absl::Time ReadAccess::EndOfSession(const grpc::ServerContextBase& context) {
  common::v1::SignedCommand statement;
  directory::v1::ReadSession session;
  const std::optional<std::string> bytes = MetadataOf(context, kSessionMetadata);
  if (!bytes.has_value() || !ParseSession(*bytes, &statement, &session))
    return absl::InfiniteFuture();
  return FromTimestamp(session.expire_time());
}

absl::StatusOr<Reader> ReadAccess::Identify(const grpc::ServerContextBase& context) const {
  RETURN_IF_ERROR(CheckReady());
  Reader reader;
  const std::optional<std::string> session = MetadataOf(context, kSessionMetadata);
  if (!session.has_value()) return reader;
  RETURN_IF_ERROR(replica_.WithState([&](const Fold& fold) -> absl::Status {
    const directory::DirectoryMachine& directory = fold.world().directory();
    ASSIGN_OR_RETURN(reader.person_id,
                     PersonOfSession(directory, service_, *session, absl::Now(), cache_));
    reader.audience = AudienceOf(directory, reader.person_id);
    reader.rights = RightsOf(directory, reader.person_id);
    return absl::OkStatus();
  }));
  return reader;
}

absl::StatusOr<std::optional<uint64_t>> MinIndexOf(const grpc::ServerContextBase& context) {
  const std::optional<std::string> text = MetadataOf(context, kMinIndexMetadata);
  if (!text.has_value()) return std::nullopt;
  const std::optional<uint64_t> index = ParseDecimal(*text);
  if (!index.has_value())
    return Refuse(Reason::kBadMinIndex, "votum-min-index must be a decimal number");
  return index;
}

void ReadAccess::RememberUnmet(const grpc::ServerContextBase& context, absl::Status why) const {
  const std::lock_guard<std::mutex> lock(unmet_->mutex);
  unmet_->calls[&context] = std::move(why);
}

void ReadAccess::ForgetUnmet(const grpc::ServerContextBase& context) const {
  const std::lock_guard<std::mutex> lock(unmet_->mutex);
  unmet_->calls.erase(&context);
}

absl::Status ReadAccess::CheckMinIndex(const grpc::ServerContextBase& context) const {
  ASSIGN_OR_RETURN(const std::optional<uint64_t> index, MinIndexOf(context));
  if (!index.has_value() || replica_.next_index() > *index) return absl::OkStatus();
  {
    const std::lock_guard<std::mutex> lock(unmet_->mutex);
    const auto found = unmet_->calls.find(&context);
    if (found != unmet_->calls.end()) return found->second;
  }
  return Refuse(Reason::kNotFoldedYet,
                absl::StrCat("record ", *index, " is not folded yet; ask again"));
}

grpc::Status ReadAccess::Read(
    const grpc::ServerContextBase& context, absl::string_view method,
    const std::function<absl::Status(const World&, const Reader&)>& read) const {
  return ReadFold(context, method, [&read](const Fold& fold, const Reader& reader) {
    return read(fold.world(), reader);
  });
}

grpc::Status ReadAccess::ReadFold(
    const grpc::ServerContextBase& context, absl::string_view method,
    const std::function<absl::Status(const Fold&, const Reader&)>& read) const {
  const absl::StatusOr<Reader> reader = Identify(context);
  if (reader.ok()) return ReadFoldAs(*reader, context, method, read);
  metrics_.CountRead(method, false);
  return ToGrpc(reader.status());
}

grpc::Status ReadAccess::ReadFoldAs(
    const Reader& reader, const grpc::ServerContextBase& context, absl::string_view method,
    const std::function<absl::Status(const Fold&, const Reader&)>& read) const {
  const absl::Status status = [&]() -> absl::Status {
    RETURN_IF_ERROR(CheckMinIndex(context));
    return replica_.WithState([&](const Fold& fold) { return read(fold, reader); });
  }();
  metrics_.CountRead(method, status.ok());
  return ToGrpc(status);
}

}  // namespace votum
