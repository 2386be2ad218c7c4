// Reads that show the contents of sealed attachments: the state has only the commitments, and the
// ledger the contents.
//
//   const auto contents = [&](const Fold&, const Reader&) -> std::vector<ShownContent> {
//     v1::Person& person = *response->mutable_person();
//     return {{&person.sealed_name(), person.mutable_name()}};
//   };
//   return ReadWithContents(access_, ledger_, *context, "GetPerson", response, read, contents);
#ifndef VOTUM_SERVICES_RUNTIME_SEALED_CONTENTS_H_
#define VOTUM_SERVICES_RUNTIME_SEALED_CONTENTS_H_

#include <functional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "google/protobuf/message_lite.h"
#include "grpcpp/server_context.h"
#include "services/runtime/ledger_client.h"
#include "services/runtime/read_access.h"
#include "votum/common/v1/command.pb.h"

namespace votum {

// A field of an answer that shows the content of an attachment.
struct ShownContent {
  const common::v1::AttachmentRef* ref;
  std::string* text;
};

// Answers a read: `read` fills `response` from the state, and `contents` says, from the same state,
// which fields of it show what. Then the contents that the ledger has are fetched.
//
// A content whose subject is erased stays empty, from the record of the erasure on, whether or not
// the ledger has destroyed it already; the state says so to `read` too. If one was destroyed
// between the look at the state and the fetching, the state is looked at again, so that no answer
// shows an empty name as if it were one. A content that is no sound text (CheckContent) stays empty:
// only a service that does not check what it takes has recorded it. References without commitment stand for nothing. UNAVAILABLE/LEDGER_UNREACHABLE at
// once if the ledger is away: whoever reads asks again, which holds no thread meanwhile.
grpc::Status ReadWithContents(
    const ReadAccess& access, LedgerClient& ledger, const grpc::ServerContextBase& context,
    absl::string_view method, google::protobuf::MessageLite* response,
    const std::function<absl::Status(const World&, const Reader&)>& read,
    const std::function<std::vector<ShownContent>(const Fold&, const Reader&)>& contents);

}  // namespace votum

#endif  // VOTUM_SERVICES_RUNTIME_SEALED_CONTENTS_H_
