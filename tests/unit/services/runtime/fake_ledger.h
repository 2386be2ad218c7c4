// A ledger that streams the records it is told to show, within the process.
#ifndef VOTUM_TESTS_UNIT_SERVICES_RUNTIME_FAKE_LEDGER_H_
#define VOTUM_TESTS_UNIT_SERVICES_RUNTIME_FAKE_LEDGER_H_

#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "grpcpp/create_channel.h"
#include "grpcpp/security/credentials.h"
#include "services/runtime/ledger_client.h"

namespace votum::testing {

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

  std::unique_ptr<LogStream> Subscribe(uint64_t start) override {
    return std::make_unique<Stream>(this, start);
  }

 private:
  class Stream final : public LogStream {
   public:
    Stream(FakeLedger* ledger, uint64_t next) : ledger_(*ledger), next_(next) {}

    bool Next(ledger::v1::SubscribeResponse* stretch) override {
      stretch->Clear();
      std::unique_lock<std::mutex> lock(ledger_.mutex_);
      ledger_.changed_.wait(lock, [this] { return cancelled_ || next_ < ledger_.records_.size(); });
      if (cancelled_) return false;
      for (; next_ < ledger_.records_.size(); ++next_) {
        stretch->add_entries()->set_index(next_);
        stretch->mutable_entries()->rbegin()->set_record(ledger_.records_[next_]);
      }
      return true;
    }
    void Cancel() override {
      const std::lock_guard<std::mutex> lock(ledger_.mutex_);
      cancelled_ = true;
      ledger_.changed_.notify_all();
    }
    absl::Status End() override { return absl::CancelledError(""); }

   private:
    FakeLedger& ledger_;
    uint64_t next_;
    bool cancelled_ = false;  // guarded by ledger_.mutex_
  };

  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::string> records_;  // guarded by mutex_
};

}  // namespace votum::testing

#endif  // VOTUM_TESTS_UNIT_SERVICES_RUNTIME_FAKE_LEDGER_H_
