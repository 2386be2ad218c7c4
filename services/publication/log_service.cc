#include "services/publication/log_service.h"

#include <algorithm>
#include <functional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "base/refusal.h"
#include "base/status_macros.h"
#include "crypto/checkpoint.h"
#include "platform/grpc/status.h"
#include "services/runtime/caller_shares.h"
#include "services/runtime/host.h"
#include "services/runtime/paging.h"

namespace votum::publication {
namespace {

using Stub = ledger::v1::LedgerService::StubInterface;

constexpr uint64_t kStretchEntries = 1000;
constexpr size_t kDefaultOpenings = 500;
constexpr size_t kMostOpenings = 1000;
// The most pages of the ledger that are read for one page of openings.
constexpr int kMostPages = 8;
// Below gRPC's default limit of 4 MiB for a message that a client receives.
constexpr size_t kPageBytes = size_t{2} << 20;
// A bundle asks for those of one meeting's people. Their proofs take some 600 bytes each.
constexpr int kMostObjects = 256;
constexpr absl::Duration kLedgerTimeout = absl::Seconds(10);
// The most threads that wait for the fold: a quarter of those that a server has.
constexpr size_t kMostWaiting = kMaxThreads / 4;

// Asks the ledger for `size` entries from `start` on, with the records that are `shown`. Where the
// ledger ends the page depends on these alone: by the sizes of others, whoever is not shown them
// could tell, for example, which name a vote has.
ledger::v1::ListEntriesRequest PageWith(uint64_t start, size_t size,
                                        const std::function<bool(uint64_t)>& shown) {
  ledger::v1::ListEntriesRequest page;
  page.set_start_index(start);
  page.set_page_size(static_cast<int>(size));
  for (uint64_t index = start; index < start + size; ++index) {
    if (!shown(index)) page.add_leaf_only(index);
  }
  return page;
}

// The number of entries from wanted[first] to the last of those after it that one page of the
// ledger can reach, going up.
size_t DistanceToLast(const std::vector<Opening>& wanted, size_t first) {
  const uint64_t start = wanted[first].index;
  uint64_t last = start;
  for (size_t i = first + 1; i < wanted.size(); ++i) {
    if (wanted[i].index < last || wanted[i].index >= start + kMostOpenings) break;
    last = wanted[i].index;
  }
  return static_cast<size_t>(last - start) + 1;
}

}  // namespace

LogServiceImpl::LogServiceImpl(const ReadAccess* access, LedgerClient* ledger)
    : access_(*access),
      replica_(access->replica()),
      ledger_(*ledger),
      hub_([this](uint64_t* next, ledger::v1::SubscribeResponse* stretch) {
        return ReadForPublic(next, stretch);
      }),
      checkpoints_(&replica_, kCheckpoints),
      waiting_({kMostWaiting, kMostWaiting}),
      listener_(replica_.AddListener([this] { hub_.Wake(); })) {}

LogServiceImpl::~LogServiceImpl() { replica_.RemoveListener(listener_); }

absl::Status LogServiceImpl::AwaitFold(uint64_t index, absl::Time deadline) {
  if (replica_.next_index() > index) return absl::OkStatus();
  if (waiting_.Take("", 1) != CallerShares::Taken::kYes) {
    return Refuse(Reason::kTooManyWaitingReads,
                  absl::StrCat(kMostWaiting,
                               " reads wait for newer records already; ask again in a "
                               "moment"));
  }
  const absl::Status folded = replica_.WaitFor(index, deadline);
  waiting_.GiveBack("", 1);
  return folded;
}

absl::Status LogServiceImpl::AwaitEntry(uint64_t index, absl::Time deadline) {
  if (replica_.next_index() > index) return absl::OkStatus();
  ledger::v1::ListEntriesResponse there;
  RETURN_IF_ERROR(Ask(&Stub::ListEntries, PageWith(index, 1, [](uint64_t) { return false; }),
                      &there, deadline));
  return there.entries().empty() ? absl::OkStatus() : AwaitFold(index, deadline);
}

template <typename Request, typename Response>
absl::Status LogServiceImpl::Ask(grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&,
                                                              Response*),
                                 const Request& request, Response* response,
                                 absl::Time deadline) const {
  grpc::ClientContext context;
  ledger_.Prepare(context, std::min(deadline, absl::Now() + kLedgerTimeout));
  return FromGrpc((ledger_.stub().*method)(&context, request, response));
}

grpc::Status LogServiceImpl::ListEntries(grpc::ServerContext* context,
                                         const ledger::v1::ListEntriesRequest* request,
                                         ledger::v1::ListEntriesResponse* response) {
  const absl::Time deadline = WaitDeadline(*context);
  // First, so that a caller with an invalid session causes no work.
  const absl::StatusOr<Reader> caller = access_.Identify(*context);
  const absl::StatusOr<EntryRange> range = ParseEntryRange(*request);
  const absl::Status folded = [&]() -> absl::Status {
    RETURN_IF_ERROR(caller.status());
    RETURN_IF_ERROR(range.status());
    return AwaitEntry(range->start, deadline);
  }();
  if (!folded.ok()) return ToGrpc(folded);
  ledger::v1::ListEntriesRequest page;
  const auto choose = [&](const Fold& fold, const Reader& reader) {
    const uint64_t left = fold.next_index() - std::min(fold.next_index(), range->start);
    page = PageWith(range->start, std::min<uint64_t>(range->size, left), [&](uint64_t index) {
      return MaySee(fold.world(), fold.reach_log(), reader.person_id, index);
    });
    return absl::OkStatus();
  };
  const grpc::Status chosen = access_.ReadFoldAs(*caller, *context, "ListEntries", choose);
  if (!chosen.ok() || page.page_size() == 0) return chosen;
  return ToGrpc(Ask(&Stub::ListEntries, page, response, deadline));
}

grpc::Status LogServiceImpl::GetReceipt(grpc::ServerContext* context,
                                        const ledger::v1::GetReceiptRequest* request,
                                        ledger::v1::GetReceiptResponse* response) {
  const absl::Time deadline = WaitDeadline(*context);
  const absl::StatusOr<Reader> caller = access_.Identify(*context);
  const absl::Status asked = [&]() -> absl::Status {
    RETURN_IF_ERROR(caller.status());
    // Waiting for witnesses here would hold threads of two services.
    ledger::v1::GetReceiptRequest at_once = *request;
    at_once.set_at_once(true);
    RETURN_IF_ERROR(Ask(&Stub::GetReceipt, at_once, response, deadline));
    return AwaitFold(request->index(), deadline);
  }();
  if (!asked.ok()) return ToGrpc(asked);
  const auto hide = [&](const Fold& fold, const Reader& reader) {
    if (!MaySee(fold.world(), fold.reach_log(), reader.person_id, request->index())) {
      response->mutable_receipt()->clear_salt();
      response->mutable_receipt()->clear_record();
    }
    return absl::OkStatus();
  };
  return access_.ReadFoldAs(*caller, *context, "GetReceipt", hide);
}

// One call: asks the ledger, waits until as much is folded as the checkpoint stands for, answers.
class LogServiceImpl::CheckpointCall final : public grpc::ServerUnaryReactor {
 public:
  // `context` and `response` are the call's and live until OnDone.
  CheckpointCall(LogServiceImpl* service, const grpc::CallbackServerContext* context,
                 ledger::v1::GetCheckpointResponse* response)
      : service_(*service),
        caller_(CallerOf(*context)),
        deadline_(WaitDeadline(*context)),
        response_(*response) {
    service_.ledger_.Prepare(asking_, std::min(deadline_, absl::Now() + kLedgerTimeout));
  }
  void Start() {
    service_.ledger_.stub().async()->GetCheckpoint(
        &asking_, &request_, &response_,
        [this](const grpc::Status& status) { Answered(FromGrpc(status)); });
  }
  void OnCancel() override { asking_.TryCancel(); }
  void OnDone() override { delete this; }

 private:
  void Answered(const absl::Status& status) {
    const absl::StatusOr<uint64_t> size =
        status.ok() ? crypto::SizeOfCheckpoint(response_.checkpoint()) : status;
    if (!size.ok() || *size == 0) return Finish(ToGrpc(size.status()));
    service_.checkpoints_.Wait(caller_, *size - 1, deadline_,
                               [this](const absl::Status& folded) { Finish(ToGrpc(folded)); });
  }

  LogServiceImpl& service_;
  const std::string caller_;
  const absl::Time deadline_;
  const ledger::v1::GetCheckpointRequest request_;
  ledger::v1::GetCheckpointResponse& response_;
  grpc::ClientContext asking_;
};

grpc::ServerUnaryReactor* LogServiceImpl::GetCheckpoint(
    grpc::CallbackServerContext* context, const ledger::v1::GetCheckpointRequest*,
    ledger::v1::GetCheckpointResponse* response) {
  if (const absl::Status ready = access_.CheckReady(); !ready.ok()) {
    grpc::ServerUnaryReactor* const refused = context->DefaultReactor();
    refused->Finish(ToGrpc(ready));
    return refused;
  }
  auto* const call = new CheckpointCall(this, context, response);
  call->Start();
  return call;
}

grpc::Status LogServiceImpl::GetConsistencyProof(
    grpc::ServerContext* context, const ledger::v1::GetConsistencyProofRequest* request,
    ledger::v1::GetConsistencyProofResponse* response) {
  if (const absl::Status ready = access_.CheckReady(); !ready.ok()) return ToGrpc(ready);
  return ToGrpc(Ask(&Stub::GetConsistencyProof, *request, response, WaitDeadline(*context)));
}

grpc::Status LogServiceImpl::GetAttachments(grpc::ServerContext* context,
                                            const ledger::v1::GetAttachmentsRequest* request,
                                            ledger::v1::GetAttachmentsResponse* response) {
  if (request->commitments_size() > kMostCommitments) {
    return ToGrpc(Refuse(Reason::kTooMany, absl::StrCat("ask for at most ", kMostCommitments,
                                                        " attachments at a time")));
  }
  // The ledger is asked only for those that the caller may read, so nothing has to be removed.
  ledger::v1::GetAttachmentsRequest readable;
  const auto choose = [&](const Fold& fold, const Reader& reader) {
    for (const std::string& commitment : request->commitments()) {
      if (MayRead(fold.world(), fold.reach_log(), reader.person_id, commitment))
        readable.add_commitments(commitment);
    }
    return absl::OkStatus();
  };
  const grpc::Status chosen = access_.ReadFold(*context, "GetAttachments", choose);
  if (!chosen.ok() || readable.commitments().empty()) return chosen;
  return ToGrpc(Ask(&Stub::GetAttachments, readable, response, WaitDeadline(*context)));
}

grpc::Status LogServiceImpl::ListOpenings(grpc::ServerContext* context,
                                          const v1::ListOpeningsRequest* request,
                                          v1::ListOpeningsResponse* response) {
  std::vector<Opening> wanted;
  const grpc::Status listed =
      access_.ReadFold(*context, "ListOpenings", [&](const Fold& fold, const Reader&) {
        const Table<uint64_t, Opening>& all = fold.reach_log().openings();
        response->set_total(all.size());
        response->set_size(fold.next_index());
        const size_t page = request->page_size() <= 0
                                ? kDefaultOpenings
                                : std::min<size_t>(request->page_size(), kMostOpenings);
        const auto end = all.end();
        auto it = all.lower_bound(request->start_number());
        for (; it != end && wanted.size() < page; ++it) wanted.push_back(it->second);
        return absl::OkStatus();
      });
  if (!listed.ok()) return listed;
  // Ballots of a vote lie close together: one page of the log has many of them.
  ledger::v1::ListEntriesResponse page;
  size_t bytes = 0;
  int pages = 0;
  const absl::Time deadline = WaitDeadline(*context);
  for (size_t i = 0; i < wanted.size(); ++i) {
    const uint64_t index = wanted[i].index;
    if (page.entries().empty() || index < page.entries(0).index() ||
        index > page.entries().rbegin()->index()) {
      // The caller goes on from the first that is missing.
      if (i > 0 && (++pages == kMostPages || absl::Now() >= deadline || context->IsCancelled()))
        break;
      std::set<uint64_t> shown;
      for (size_t j = i; j < wanted.size(); ++j) shown.insert(wanted[j].index);
      const ledger::v1::ListEntriesRequest around =
          PageWith(index, DistanceToLast(wanted, i),
                   [&shown](uint64_t each) { return shown.count(each) > 0; });
      page.Clear();
      const absl::Status read = Ask(&Stub::ListEntries, around, &page, deadline);
      if (!read.ok()) return ToGrpc(read);
      if (page.entries().empty())
        return ToGrpc(absl::UnavailableError("the ledger is behind; try again"));
    }
    const ledger::v1::Entry& entry =
        page.entries(static_cast<int>(index - page.entries(0).index()));
    bytes += entry.ByteSizeLong();
    if (i > 0 && bytes > kPageBytes) break;
    v1::Opening* opening = response->add_openings();
    opening->set_number(request->start_number() + i);
    opening->set_opened_by(wanted[i].opened_by);
    *opening->mutable_entry() = entry;
  }
  return grpc::Status::OK;
}

grpc::Status LogServiceImpl::ProveObjects(grpc::ServerContext* context,
                                          const v1::ProveObjectsRequest* request,
                                          v1::ProveObjectsResponse* response) {
  if (request->objects_size() > kMostObjects) {
    return ToGrpc(Refuse(Reason::kTooMany,
                         absl::StrCat("ask for at most ", kMostObjects, " objects at a time")));
  }
  return access_.ReadFold(*context, "ProveObjects", [&](const Fold& fold, const Reader&) {
    const AttestationsState& state = fold.world().attestations().state();
    response->set_record(state.attested_by);
    if (state.attested_by == 0) return absl::OkStatus();
    const crypto::Digest root = state.attested.Digest();
    response->set_root(std::string(crypto::AsBytes(root)));
    for (const std::string& object : request->objects())
      response->add_proofs(state.attested.Prove(object));
    return absl::OkStatus();
  });
}

absl::Status LogServiceImpl::ReadForPublic(uint64_t* next,
                                           ledger::v1::SubscribeResponse* stretch) const {
  stretch->Clear();
  const uint64_t folded = replica_.next_index();
  if (*next >= folded) return absl::OkStatus();
  const auto request = replica_.WithState([&](const Fold& fold) {
    return PageWith(*next, std::min<uint64_t>(kStretchEntries, folded - *next),
                    [&](uint64_t index) { return fold.reach_log().OwnReach(index).is_public(); });
  });
  ledger::v1::ListEntriesResponse page;
  RETURN_IF_ERROR(Ask(&Stub::ListEntries, request, &page, absl::InfiniteFuture()));
  *stretch->mutable_entries() = std::move(*page.mutable_entries());
  *next += static_cast<uint64_t>(stretch->entries_size());
  return absl::OkStatus();
}

grpc::ServerWriteReactor<ledger::v1::SubscribeResponse>* LogServiceImpl::Subscribe(
    grpc::CallbackServerContext* context, const ledger::v1::SubscribeRequest* request) {
  if (const absl::Status ready = access_.CheckReady(); !ready.ok())
    return new RefusedSubscription(ToGrpc(ready));
  const uint64_t size = replica_.next_index();
  if (request->start_index() > size) {
    return new RefusedSubscription(
        ToGrpc(Refuse(Reason::kBeyondTheLog, absl::StrCat("the log has ", size, " records"))));
  }
  return hub_.Subscribe(context, CallerOf(*context), request->start_index());
}

}  // namespace votum::publication
