#include "services/runtime/waiting_room.h"

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "base/refusal.h"

namespace votum {
namespace {

absl::Status Closed() { return absl::UnavailableError("the service is stopping; try again"); }

absl::Status TooManyReads(size_t limit, absl::string_view of_whom) {
  return Refuse(Reason::kTooManyWaitingReads,
                absl::StrCat(limit, " reads ", of_whom,
                             " wait for a record already; wait for their answers first, or read "
                             "without votum-min-index"));
}

}  // namespace

WaitingRoom::WaitingRoom(const Replica* replica, Limits limits)
    : replica_(*replica), limits_(limits) {
  listener_ = replica_.AddListener([this] {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (!by_index_.empty() && by_index_.begin()->first < replica_.next_index())
      changed_.notify_all();
  });
  for (int i = 0; i < limits_.threads; ++i) threads_.emplace_back([this] { GoOn(); });
}

WaitingRoom::~WaitingRoom() { Close(); }

void WaitingRoom::Wait(const std::string& caller, uint64_t index, absl::Time deadline, Then then) {
  if (replica_.next_index() > index) return then(absl::OkStatus());
  Enter(caller, index, deadline, std::move(then));
}

void WaitingRoom::Enter(const std::string& caller, uint64_t index, absl::Time deadline, Then then) {
  absl::Status refused;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    refused = MayEnter(caller);
    if (refused.ok()) {
      const Number number = ++last_;
      const bool earliest = by_deadline_.empty() || deadline < by_deadline_.begin()->first;
      entries_.emplace(number, Entry{caller, index, deadline, std::move(then)});
      by_index_.emplace(index, number);
      by_deadline_.emplace(deadline, number);
      ++by_caller_[caller].waiting;
      // Otherwise somebody wakes early enough: at the earliest deadline, or when the record is folded.
      if (earliest || index < replica_.next_index()) changed_.notify_one();
      return;
    }
  }
  then(refused);
}

absl::Status WaitingRoom::MayEnter(const std::string& caller) const {
  if (closed_) return Closed();
  if (entries_.size() >= limits_.in_all) return TooManyReads(limits_.in_all, "like this one");
  if (caller.empty()) return absl::OkStatus();
  const auto own = by_caller_.find(caller);
  if (own == by_caller_.end()) return absl::OkStatus();
  const auto& [waiting, going_on] = own->second;
  const bool may = waiting < limits_.of_caller && waiting + going_on < limits_.of_caller + kGoingOn;
  return may ? absl::OkStatus() : TooManyReads(limits_.of_caller, "of this caller");
}

size_t WaitingRoom::waiting() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return entries_.size();
}

void WaitingRoom::Close() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (closed_) return;
    closed_ = true;
    changed_.notify_all();
  }
  for (std::thread& thread : threads_) thread.join();
  replica_.RemoveListener(listener_);
}

WaitingRoom::Entry WaitingRoom::Remove(Number number) {
  const auto found = entries_.find(number);
  Entry entry = std::move(found->second);
  entries_.erase(found);
  by_index_.erase({entry.index, number});
  by_deadline_.erase({entry.deadline, number});
  OfCaller& own = by_caller_.at(entry.caller);
  --own.waiting;
  ++own.going_on;
  return entry;
}

bool WaitingRoom::TakeReady(Entry* entry, absl::Status* status) {
  if (entries_.empty()) return false;
  if (by_index_.begin()->first < replica_.next_index()) {
    *entry = Remove(by_index_.begin()->second);
    *status = absl::OkStatus();
    return true;
  }
  if (!closed_ && by_deadline_.begin()->first > absl::Now()) return false;
  *entry = Remove(by_deadline_.begin()->second);
  *status = closed_ ? Closed()
                    : Refuse(Reason::kNotFoldedYet, absl::StrCat("record ", entry->index,
                                                                 " is not folded yet; ask again"));
  return true;
}

void WaitingRoom::GoOn() {
  std::unique_lock<std::mutex> lock(mutex_);
  for (;;) {
    Entry entry;
    absl::Status status;
    if (TakeReady(&entry, &status)) {
      if (!entries_.empty()) changed_.notify_one();  // somebody has to watch the others meanwhile
      lock.unlock();
      entry.then(status);
      entry.then = nullptr;  // whatever it holds goes without the lock
      lock.lock();
      const auto own = by_caller_.find(entry.caller);
      if (--own->second.going_on + own->second.waiting == 0) by_caller_.erase(own);
    } else if (closed_) {
      return;
    } else if (by_deadline_.empty()) {
      changed_.wait(lock);
    } else {
      changed_.wait_until(lock, absl::ToChronoTime(by_deadline_.begin()->first));
    }
  }
}

}  // namespace votum
