#include "services/runtime/sealed_contents.h"

#include <map>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/status_macros.h"
#include "core/command/fields.h"
#include "platform/grpc/status.h"

namespace votum {
namespace {

// Fills in the texts that the ledger has. Whether it had all.
absl::StatusOr<bool> FillContents(LedgerClient& ledger, absl::Time deadline,
                                  const std::vector<ShownContent>& shown) {
  std::vector<std::string> commitments;
  commitments.reserve(shown.size());
  for (const ShownContent& one : shown) commitments.push_back(one.ref->commitment());
  ASSIGN_OR_RETURN(std::vector<common::v1::Attachment> attachments,
                   ledger.GetAttachments(commitments, deadline, LedgerClient::Tries::kOne));
  std::map<std::string, std::string> texts;
  for (common::v1::Attachment& attachment : attachments)
    texts[attachment.commitment()] = std::move(*attachment.mutable_content());
  bool all = true;
  for (const ShownContent& one : shown) {
    const auto text = texts.find(one.ref->commitment());
    if (text == texts.end()) {
      all = false;
    } else if (IsTextType(one.ref->media_type()) &&
               CheckContent(one.ref->media_type(), text->second).ok()) {
      *one.text = text->second;
    }
  }
  return all;
}

// Waits until all is folded that the ledger has recorded by now.
absl::Status CatchUp(const Replica& replica, LedgerClient& ledger, absl::Time deadline) {
  ASSIGN_OR_RETURN(const uint64_t size, ledger.AwaitSize(deadline, LedgerClient::Tries::kOne));
  return size == 0 ? absl::OkStatus() : replica.WaitFor(size - 1, deadline);
}

}  // namespace

grpc::Status ReadWithContents(
    const ReadAccess& access, LedgerClient& ledger, const grpc::ServerContextBase& context,
    absl::string_view method, google::protobuf::MessageLite* response,
    const std::function<absl::Status(const World&, const Reader&)>& read,
    const std::function<std::vector<ShownContent>(const Fold&, const Reader&)>& contents) {
  const absl::Time deadline = WaitDeadline(context);
  for (bool again = false;; again = true) {
    std::vector<ShownContent> shown;
    const auto look = [&](const Fold& fold, const Reader& reader) -> absl::Status {
      response->Clear();
      RETURN_IF_ERROR(read(fold.world(), reader));
      for (const ShownContent& one : contents(fold, reader)) {
        if (!one.ref->commitment().empty() &&
            !fold.world().directory().IsErased(one.ref->subject())) {
          shown.push_back(one);
        }
      }
      return absl::OkStatus();
    };
    const grpc::Status status = access.ReadFold(context, method, look);
    if (!status.ok()) return status;
    const absl::StatusOr<bool> all = FillContents(ledger, deadline, shown);
    if (!all.ok()) return ToGrpc(all.status());
    // A content that is missing twice was never sent, or is lost: an audit reports it.
    if (*all || again) return grpc::Status::OK;
    // The ledger destroys a content only after it has recorded the erasure.
    const absl::Status caught_up = CatchUp(access.replica(), ledger, deadline);
    if (!caught_up.ok()) return ToGrpc(caught_up);
  }
}

}  // namespace votum
