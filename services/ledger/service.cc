#include "services/ledger/service.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/numbers.h"
#include "base/refusal.h"
#include "base/status_macros.h"
#include "crypto/hash.h"
#include "platform/grpc/status.h"
#include "services/runtime/paging.h"

namespace votum::ledger {
namespace {

constexpr size_t kDefaultPage = 500;
constexpr size_t kLargestPage = 5000;
// Below gRPC's default limit of 4 MiB for a message that a client receives.
constexpr size_t kPageBytes = size_t{2} << 20;
constexpr int kMaxCommitments = 500;

// A stream that ends at once.
class Refused : public grpc::ServerWriteReactor<v1::SubscribeResponse> {
 public:
  explicit Refused(const grpc::Status& status) { Finish(status); }
  void OnDone() override { delete this; }
};

absl::Status RequireAuditor(Audience audience) {
  if (audience == Audience::kAuditor) return absl::OkStatus();
  return Refuse(Reason::kNotAnAuditor,
                "sealed attachments are given to services and auditors; give the read session "
                "of an auditor");
}

}  // namespace

grpc::Status LedgerServiceImpl::Append(grpc::ServerContext* context,
                                       const v1::AppendRequest* request,
                                       v1::AppendResponse* response) {
  const auto service = access_.ServiceOf(*context);
  if (!service.ok()) return ToGrpc(service.status());
  auto receipt = ledger_.Append(request->command(), request->disclosure(), *service);
  if (receipt.ok() && witnessing_ != nullptr && witnessing_->required()) {
    receipt = witnessing_->Settle(*std::move(receipt), absl::FromChrono(context->deadline()));
  }
  if (!receipt.ok()) return ToGrpc(receipt.status());
  *response->mutable_receipt() = *std::move(receipt);
  return grpc::Status::OK;
}

grpc::Status LedgerServiceImpl::GetReceipt(grpc::ServerContext* context,
                                           const v1::GetReceiptRequest* request,
                                           v1::GetReceiptResponse* response) {
  const auto audience = access_.AudienceOf(*context);
  if (!audience.ok()) return ToGrpc(audience.status());
  auto receipt = ledger_.GetReceipt(request->index());
  if (receipt.ok() && witnessing_ != nullptr) {
    // A service asks for somebody who sent a command again; others would hold threads of ours.
    const bool waits = access_.ServiceOf(*context).ok();
    receipt = witnessing_->Settle(
        *std::move(receipt), waits ? absl::FromChrono(context->deadline()) : absl::InfinitePast());
  }
  if (!receipt.ok()) return ToGrpc(receipt.status());
  const v1::Entry shown =
      Shown({request->index(), "", receipt->salt(), receipt->record()}, *audience);
  receipt->set_salt(shown.salt());
  receipt->set_record(shown.record());
  *response->mutable_receipt() = *std::move(receipt);
  return grpc::Status::OK;
}

grpc::Status LedgerServiceImpl::GetCheckpoint(grpc::ServerContext*, const v1::GetCheckpointRequest*,
                                              v1::GetCheckpointResponse* response) {
  response->set_checkpoint(ledger_.GetCheckpoint());
  if (witnessing_ != nullptr) {
    response->set_witnessed_checkpoint(witnessing_->Witnessed());
    response->set_witnesses_required(witnessing_->required());
  }
  return grpc::Status::OK;
}

grpc::Status LedgerServiceImpl::GetConsistencyProof(grpc::ServerContext*,
                                                    const v1::GetConsistencyProofRequest* request,
                                                    v1::GetConsistencyProofResponse* response) {
  const auto proof = ledger_.ConsistencyProof(request->old_size(), request->new_size());
  if (!proof.ok()) return ToGrpc(proof.status());
  for (const crypto::Digest& hash : *proof) response->add_proof(std::string(crypto::AsBytes(hash)));
  return grpc::Status::OK;
}

grpc::Status LedgerServiceImpl::ListEntries(grpc::ServerContext* context,
                                            const v1::ListEntriesRequest* request,
                                            v1::ListEntriesResponse* response) {
  return ToGrpc([&]() -> absl::Status {
    ASSIGN_OR_RETURN(const Audience audience, access_.AudienceOf(*context));
    ASSIGN_OR_RETURN(const Page page, ParsePage(request->page_size(), request->page_token(),
                                                kDefaultPage, kLargestPage));
    const std::optional<uint64_t> start =
        page.after.empty() ? std::optional<uint64_t>(0) : ParseDecimal(page.after);
    if (!start.has_value())
      return Refuse(Reason::kBadPage, "page_token is not one that a response gave");
    ASSIGN_OR_RETURN(const std::vector<StoredEntry> entries,
                     ledger_.Read(*start, page.size, kPageBytes));
    for (const StoredEntry& entry : entries) *response->add_entries() = Shown(entry, audience);
    const uint64_t next = *start + entries.size();
    if (next < ledger_.size()) response->set_next_page_token(NextPageToken(absl::StrCat(next)));
    return absl::OkStatus();
  }());
}

grpc::Status LedgerServiceImpl::GetAttachments(grpc::ServerContext* context,
                                               const v1::GetAttachmentsRequest* request,
                                               v1::GetAttachmentsResponse* response) {
  return ToGrpc([&]() -> absl::Status {
    ASSIGN_OR_RETURN(const Audience audience, access_.AudienceOf(*context));
    RETURN_IF_ERROR(RequireAuditor(audience));
    if (request->commitments_size() > kMaxCommitments) {
      return Refuse(Reason::kTooMany,
                    absl::StrCat("ask for at most ", kMaxCommitments, " attachments at a time"));
    }
    for (const std::string& commitment : request->commitments()) {
      auto attachment = ledger_.GetAttachment(commitment);
      if (absl::IsNotFound(attachment.status())) continue;
      RETURN_IF_ERROR(attachment.status());
      *response->add_attachments() = *std::move(attachment);
    }
    return absl::OkStatus();
  }());
}

grpc::ServerWriteReactor<v1::SubscribeResponse>* LedgerServiceImpl::Subscribe(
    grpc::CallbackServerContext* context, const v1::SubscribeRequest* request) {
  const auto audience = access_.AudienceOf(*context);
  if (!audience.ok()) return new Refused(ToGrpc(audience.status()));
  if (request->start_index() > ledger_.size()) {
    return new Refused(ToGrpc(
        Refuse(Reason::kBeyondTheLog, absl::StrCat("the log has ", ledger_.size(), " records"))));
  }
  return hub_.Subscribe(request->start_index(), *audience);
}

}  // namespace votum::ledger
