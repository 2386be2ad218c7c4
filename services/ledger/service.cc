#include "services/ledger/service.h"

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "base/refusal.h"
#include "base/status_macros.h"
#include "crypto/hash.h"
#include "ledger/vault.h"
#include "platform/grpc/status.h"
#include "services/runtime/call_bytes.h"
#include "services/runtime/ledger_client.h"
#include "services/runtime/paging.h"

namespace votum::ledger {
namespace {

// Below gRPC's default limit of 4 MiB for a message that a client receives.
constexpr size_t kPageBytes = size_t{2} << 20;

// The most stretches of a page with or without records: each is a read of the database.
constexpr int kMostRuns = 128;

constexpr size_t kStretchEntries = 1000;
constexpr size_t kStretchBytes = size_t{1} << 20;
// Services refuse what the ledger would refuse.
static_assert(kMostAttachments == kMaxAttachments);

// The publication service shows the log to people and appends nothing.
constexpr absl::string_view kReader = "publication";

v1::Entry ToEntry(const StoredEntry& stored) {
  v1::Entry entry;
  entry.set_index(stored.index);
  entry.set_leaf(stored.leaf);
  entry.set_salt(stored.salt);
  entry.set_record(stored.record);
  return entry;
}

// How many positions from `at` on, at most `most`, are all among `leaf_only` from `first` on, which
// is where `at` would be, or all not.
size_t RunLength(const google::protobuf::RepeatedField<uint64_t>& leaf_only, int first, uint64_t at,
                 size_t most) {
  if (first == leaf_only.size()) return most;
  if (leaf_only[first] != at) return std::min<uint64_t>(most, leaf_only[first] - at);
  size_t run = 1;
  while (run < most && first + static_cast<int>(run) < leaf_only.size() &&
         leaf_only[first + static_cast<int>(run)] == at + run)
    ++run;
  return run;
}

// The entries of a page, up to the one whose record fills it.
absl::Status ReadPage(Ledger& ledger, const EntryRange& range,
                      const google::protobuf::RepeatedField<uint64_t>& leaf_only,
                      v1::ListEntriesResponse* page) {
  size_t bytes = 0;
  int next_leaf = 0;
  int runs = 0;
  for (size_t count = 0; count < range.size && bytes < kPageBytes && runs < kMostRuns; ++runs) {
    const uint64_t at = range.start + count;
    while (next_leaf < leaf_only.size() && leaf_only[next_leaf] < at) ++next_leaf;
    const size_t run = RunLength(leaf_only, next_leaf, at, range.size - count);
    const bool only_leaves = next_leaf < leaf_only.size() && leaf_only[next_leaf] == at;
    ASSIGN_OR_RETURN(
        const std::vector<StoredEntry> entries,
        only_leaves ? ledger.ReadLeaves(at, run) : ledger.Read(at, run, kPageBytes - bytes));
    if (entries.empty()) break;
    for (const StoredEntry& entry : entries) {
      bytes += entry.record.size();
      *page->add_entries() = ToEntry(entry);
    }
    count += entries.size();
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status MayAppend(absl::string_view service) {
  if (service != kReader) return absl::OkStatus();
  return Refuse(Reason::kNotAService, absl::StrCat("the service ", service, " only reads the log"));
}

absl::StatusOr<std::vector<common::v1::Attachment>> ReadAttachments(
    const Ledger& ledger, absl::Span<const std::string> commitments) {
  std::vector<common::v1::Attachment> attachments;
  for (const std::string& commitment : commitments) {
    auto attachment = ledger.GetAttachment(commitment);
    if (absl::IsNotFound(attachment.status())) continue;
    RETURN_IF_ERROR(attachment.status());
    attachments.push_back(*std::move(attachment));
  }
  return attachments;
}

absl::Status ReadStretch(Ledger& ledger, uint64_t* next, v1::SubscribeResponse* stretch) {
  stretch->Clear();
  ASSIGN_OR_RETURN(const std::vector<StoredEntry> entries,
                   ledger.Read(*next, kStretchEntries, kStretchBytes));
  for (const StoredEntry& entry : entries) *stretch->add_entries() = ToEntry(entry);
  *next += entries.size();
  return absl::OkStatus();
}

grpc::ServerUnaryReactor* LedgerServiceImpl::Append(grpc::CallbackServerContext* context,
                                                    const grpc::ByteBuffer* request,
                                                    grpc::ByteBuffer* response) {
  grpc::ServerUnaryReactor* const reactor = context->DefaultReactor();
  const auto service = access_.ServiceOf(*context);
  const absl::Status may = service.ok() ? MayAppend(*service) : service.status();
  if (!may.ok()) {
    reactor->Finish(ToGrpc(may));
    return reactor;
  }
  const absl::Time deadline = absl::FromChrono(context->deadline());
  const bool added = desk_.OnThread([this, name = *service, deadline, request, response, reactor] {
    // The bytes of a call that is over are not parsed: those that wait behind it may be in time.
    if (absl::Now() >= deadline)
      return reactor->Finish(ToGrpc(absl::DeadlineExceededError("the call is over")));
    const auto append = std::make_shared<v1::AppendRequest>();  // lives until the answer
    if (!ParseBuffer(*request, append.get())) {
      return reactor->Finish(ToGrpc(
          Refuse(Reason::kBadCommand, "the request is not a votum.ledger.v1.AppendRequest")));
    }
    desk_.Append(append->command(), {name, append->judged_at()}, deadline,
                 [append, response, reactor](absl::StatusOr<common::v1::Receipt> receipt) {
                   if (!receipt.ok()) return reactor->Finish(ToGrpc(receipt.status()));
                   v1::AppendResponse answer;
                   *answer.mutable_receipt() = *std::move(receipt);
                   *response = BufferOf(answer);
                   reactor->Finish(grpc::Status::OK);
                 });
  });
  if (!added) {
    reactor->Finish(
        ToGrpc(Refuse(Reason::kLedgerBusy, "too many commands wait; try again in a moment")));
  }
  return reactor;
}

grpc::ServerUnaryReactor* LedgerServiceImpl::GetReceipt(grpc::CallbackServerContext* context,
                                                        const v1::GetReceiptRequest* request,
                                                        v1::GetReceiptResponse* response) {
  grpc::ServerUnaryReactor* const reactor = context->DefaultReactor();
  const auto service = access_.ServiceOf(*context);
  if (!service.ok()) {
    reactor->Finish(ToGrpc(service.status()));
    return reactor;
  }
  desk_.GetReceipt(
      request->index(),
      request->at_once() ? absl::InfinitePast() : absl::FromChrono(context->deadline()),
      [reactor, response](absl::StatusOr<common::v1::Receipt> receipt) {
        if (!receipt.ok()) return reactor->Finish(ToGrpc(receipt.status()));
        *response->mutable_receipt() = *std::move(receipt);
        reactor->Finish(grpc::Status::OK);
      });
  return reactor;
}

grpc::ServerUnaryReactor* LedgerServiceImpl::GetCheckpoint(grpc::CallbackServerContext* context,
                                                           const v1::GetCheckpointRequest*,
                                                           v1::GetCheckpointResponse* response) {
  grpc::ServerUnaryReactor* const reactor = context->DefaultReactor();
  const auto service = access_.ServiceOf(*context);
  if (service.ok()) {
    response->set_checkpoint(ledger_.GetCheckpoint());
    if (const Witnessing* const witnessing = desk_.witnessing(); witnessing != nullptr) {
      response->set_witnessed_checkpoint(witnessing->Witnessed());
      response->set_witnesses_required(witnessing->required());
    }
  }
  reactor->Finish(ToGrpc(service.status()));
  return reactor;
}

grpc::Status LedgerServiceImpl::GetConsistencyProof(grpc::ServerContext* context,
                                                    const v1::GetConsistencyProofRequest* request,
                                                    v1::GetConsistencyProofResponse* response) {
  const auto service = access_.ServiceOf(*context);
  if (!service.ok()) return ToGrpc(service.status());
  const auto proof = ledger_.ConsistencyProof(request->old_size(), request->new_size());
  if (!proof.ok()) return ToGrpc(proof.status());
  for (const crypto::Digest& hash : *proof) response->add_proof(std::string(crypto::AsBytes(hash)));
  return grpc::Status::OK;
}

grpc::Status LedgerServiceImpl::ListEntries(grpc::ServerContext* context,
                                            const v1::ListEntriesRequest* request,
                                            v1::ListEntriesResponse* response) {
  return ToGrpc([&]() -> absl::Status {
    RETURN_IF_ERROR(access_.ServiceOf(*context).status());
    ASSIGN_OR_RETURN(const EntryRange range, ParseEntryRange(*request));
    RETURN_IF_ERROR(ReadPage(ledger_, range, request->leaf_only(), response));
    const uint64_t next = range.start + static_cast<uint64_t>(response->entries_size());
    if (next < ledger_.size()) response->set_next_page_token(NextPageToken(absl::StrCat(next)));
    return absl::OkStatus();
  }());
}

grpc::Status LedgerServiceImpl::GetAttachments(grpc::ServerContext* context,
                                               const v1::GetAttachmentsRequest* request,
                                               v1::GetAttachmentsResponse* response) {
  return ToGrpc([&]() -> absl::Status {
    RETURN_IF_ERROR(access_.ServiceOf(*context).status());
    if (request->commitments_size() > kMostCommitments) {
      return Refuse(Reason::kTooMany,
                    absl::StrCat("ask for at most ", kMostCommitments, " attachments at a time"));
    }
    const std::vector<std::string> commitments(request->commitments().begin(),
                                               request->commitments().end());
    ASSIGN_OR_RETURN(std::vector<common::v1::Attachment> attachments,
                     ReadAttachments(ledger_, commitments));
    for (common::v1::Attachment& attachment : attachments)
      *response->add_attachments() = std::move(attachment);
    return absl::OkStatus();
  }());
}

grpc::ServerWriteReactor<v1::SubscribeResponse>* LedgerServiceImpl::Subscribe(
    grpc::CallbackServerContext* context, const v1::SubscribeRequest* request) {
  const auto service = access_.ServiceOf(*context);
  if (!service.ok()) return new RefusedSubscription(ToGrpc(service.status()));
  if (request->start_index() > ledger_.size()) {
    return new RefusedSubscription(ToGrpc(
        Refuse(Reason::kBeyondTheLog, absl::StrCat("the log has ", ledger_.size(), " records"))));
  }
  return hub_.Subscribe(context, *service, request->start_index());
}

}  // namespace votum::ledger
