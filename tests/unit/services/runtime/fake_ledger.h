// A ledger within the process that streams the records it is told to show, and answers when the test
// answers for it.
#ifndef VOTUM_TESTS_UNIT_SERVICES_RUNTIME_FAKE_LEDGER_H_
#define VOTUM_TESTS_UNIT_SERVICES_RUNTIME_FAKE_LEDGER_H_

#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/clock.h"
#include "base/refusal.h"
#include "base/status_macros.h"
#include "crypto/merkle.h"
#include "crypto/note.h"
#include "crypto/record_leaf.h"
#include "grpcpp/create_channel.h"
#include "grpcpp/security/credentials.h"
#include "services/runtime/ledger_client.h"

namespace votum::testing {

// A clock that stands still.
class FixedClock final : public Clock {
 public:
  explicit FixedClock(absl::Time time) : time_(time) {}
  absl::Time Now() override { return time_; }

 private:
  const absl::Time time_;
};

// Thread-safe. Outlives its streams.
class FakeLedger final : public LedgerClient {
 public:
  // Nothing is ever sent on the channel.
  FakeLedger()
      : LedgerClient(grpc::CreateChannel("unix:/nobody", grpc::InsecureChannelCredentials()),
                     "directory") {}

  // From now on `records` are the log, which only grows.
  void Show(const std::vector<std::string>& records) {
    const std::lock_guard<std::mutex> lock(mutex_);
    records_ = records;
    changed_.notify_all();
  }

  // From now on each stream ends, for this reason, when it has shown the records.
  void EndStreams(const absl::Status& why) {
    const std::lock_guard<std::mutex> lock(mutex_);
    end_ = why;
    changed_.notify_all();
  }

  std::unique_ptr<LogStream> Subscribe(uint64_t start) override {
    return std::make_unique<Stream>(this, start);
  }

  // That of each record.
  static std::string Salt() { return std::string(32, 's'); }
  // By the records that are shown; no answer as long as there is none about the size.
  absl::Status VerifyBeginning(const crypto::CompactTree& tree, const crypto::NoteVerifier&,
                               absl::Time) override {
    const std::lock_guard<std::mutex> lock(mutex_);
    RETURN_IF_ERROR(size_.status());
    if (tree.size() > records_.size())
      return absl::FailedPreconditionError("the ledger's log is shorter");
    crypto::CompactTree shown;
    for (uint64_t i = 0; i < tree.size(); ++i) {
      const crypto::Digest leaf = crypto::RecordLeaf(Salt(), records_[i]);
      shown.Append(crypto::AsBytes(leaf));
    }
    return shown.Root() == tree.Root() ? absl::OkStatus()
                                       : Refuse(Reason::kBadProof, "the roots differ");
  }

  // A command that somebody appends, and waits for its receipt.
  struct Appending {
    common::v1::SignedCommand command;
    uint64_t judged_at = 0;
    Then<common::v1::Receipt> then;
  };
  void Append(const common::v1::SignedCommand& command, uint64_t judged_at, absl::Time,
              Then<common::v1::Receipt> then) override {
    const std::lock_guard<std::mutex> lock(mutex_);
    appending_.push_back({command, judged_at, std::move(then)});
    ++appends_;
    changed_.notify_all();
  }
  // Waits until somebody appends, and takes the command, the first first: the test answers.
  Appending TakeAppending() {
    std::unique_lock<std::mutex> lock(mutex_);
    changed_.wait(lock, [this] { return !appending_.empty(); });
    Appending first = std::move(appending_.front());
    appending_.pop_front();
    return first;
  }
  // Waits until `count` commands have been appended, taken or not.
  void AwaitAppends(size_t count) {
    std::unique_lock<std::mutex> lock(mutex_);
    changed_.wait(lock, [&] { return appends_ >= count; });
  }
  // How many commands have been appended.
  size_t appends() {
    const std::lock_guard<std::mutex> lock(mutex_);
    return appends_;
  }

  // From now on the log has `size` records, of which those after the shown ones come later, or it
  // does not say so.
  void SetSize(absl::StatusOr<uint64_t> size) {
    const std::lock_guard<std::mutex> lock(mutex_);
    size_ = std::move(size);
  }
  void GetSize(absl::Time, Tries, Then<uint64_t> then) override {
    std::unique_lock<std::mutex> lock(mutex_);
    ++sizes_asked_;
    changed_.notify_all();
    const absl::StatusOr<uint64_t> size = size_;
    lock.unlock();
    then(size);
  }
  // Waits until the size has been asked for `count` times.
  void AwaitSizeAsked(size_t count) {
    std::unique_lock<std::mutex> lock(mutex_);
    changed_.wait(lock, [&] { return sizes_asked_ >= count; });
  }

  // The receipt of a record that is shown has its index and bytes.
  void GetReceipt(uint64_t index, absl::Time, Then<common::v1::Receipt> then) override {
    std::unique_lock<std::mutex> lock(mutex_);
    common::v1::Receipt receipt;
    receipt.set_index(index);
    receipt.set_record(records_.at(index));
    lock.unlock();
    then(std::move(receipt));
  }

  // The content of an attachment.
  void Keep(const common::v1::Attachment& attachment) {
    const std::lock_guard<std::mutex> lock(mutex_);
    contents_[attachment.commitment()] = attachment;
  }
  // It is erased.
  void Forget(const std::string& commitment) {
    const std::lock_guard<std::mutex> lock(mutex_);
    contents_.erase(commitment);
  }
  // Something that happens once, when contents are asked for and before they are given.
  void BeforeNextAttachments(std::function<void()> happens) {
    const std::lock_guard<std::mutex> lock(mutex_);
    before_attachments_ = std::move(happens);
  }
  absl::StatusOr<std::vector<common::v1::Attachment>> GetAttachments(
      const std::vector<std::string>& commitments, absl::Time, Tries) override {
    std::function<void()> before;
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      before = std::exchange(before_attachments_, nullptr);
    }
    if (before != nullptr) before();
    const std::lock_guard<std::mutex> lock(mutex_);
    std::vector<common::v1::Attachment> kept;
    for (const std::string& commitment : commitments) {
      const auto found = contents_.find(commitment);
      if (found != contents_.end()) kept.push_back(found->second);
    }
    return kept;
  }

 private:
  class Stream final : public LogStream {
   public:
    Stream(FakeLedger* ledger, uint64_t next) : ledger_(*ledger), next_(next) {}

    bool Next(ledger::v1::SubscribeResponse* stretch) override {
      stretch->Clear();
      std::unique_lock<std::mutex> lock(ledger_.mutex_);
      ledger_.changed_.wait(lock, [this] {
        return cancelled_ || ledger_.end_.has_value() || next_ < ledger_.records_.size();
      });
      if (cancelled_ || next_ >= ledger_.records_.size()) return false;
      for (; next_ < ledger_.records_.size(); ++next_) {
        stretch->add_entries()->set_index(next_);
        stretch->mutable_entries()->rbegin()->set_record(ledger_.records_[next_]);
        stretch->mutable_entries()->rbegin()->set_salt(Salt());
      }
      return true;
    }
    void Cancel() override {
      const std::lock_guard<std::mutex> lock(ledger_.mutex_);
      cancelled_ = true;
      ledger_.changed_.notify_all();
    }
    absl::Status End() override {
      const std::lock_guard<std::mutex> lock(ledger_.mutex_);
      return ledger_.end_.value_or(absl::CancelledError(""));
    }

   private:
    FakeLedger& ledger_;
    uint64_t next_;
    bool cancelled_ = false;  // guarded by ledger_.mutex_
  };

  std::mutex mutex_;
  std::condition_variable changed_;
  // All guarded by mutex_.
  std::map<std::string, common::v1::Attachment> contents_;  // by commitment
  std::function<void()> before_attachments_;
  std::vector<std::string> records_;
  std::optional<absl::Status> end_;  // of streams
  std::deque<Appending> appending_;
  size_t appends_ = 0;
  size_t sizes_asked_ = 0;
  absl::StatusOr<uint64_t> size_ = 0;
};

}  // namespace votum::testing

#endif  // VOTUM_TESTS_UNIT_SERVICES_RUNTIME_FAKE_LEDGER_H_
