#include "services/runtime/metrics.h"

#include <exception>

#include "absl/strings/str_cat.h"
#include "base/refusal.h"
#include "prometheus/counter.h"
#include "prometheus/exposer.h"
#include "prometheus/gauge.h"
#include "prometheus/histogram.h"
#include "prometheus/registry.h"
#include "votum/common/v1/options.pb.h"

namespace votum {
namespace {
// Seconds; a vote should take milliseconds.
const prometheus::Histogram::BucketBoundaries kSecondBuckets = {
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10};
}  // namespace

std::string CountedName(const google::protobuf::Descriptor& command) {
  const bool sealed =
      command.options().GetExtension(common::v1::command).audience() == common::v1::AUDIENCE_SEALED;
  return sealed ? "sealed" : command.name();
}

struct Metrics::Families {
  std::shared_ptr<prometheus::Registry> registry = std::make_shared<prometheus::Registry>();
  prometheus::Family<prometheus::Counter>& commands = prometheus::BuildCounter()
                                                          .Name("votum_commands_total")
                                                          .Help("Commands answered")
                                                          .Register(*registry);
  prometheus::Family<prometheus::Histogram>& command_seconds =
      prometheus::BuildHistogram()
          .Name("votum_command_seconds")
          .Help("Time from a command's arrival to its answer")
          .Register(*registry);
  prometheus::Family<prometheus::Counter>& reads = prometheus::BuildCounter()
                                                       .Name("votum_reads_total")
                                                       .Help("Reads answered")
                                                       .Register(*registry);
  prometheus::Gauge& next_index = prometheus::BuildGauge()
                                      .Name("votum_folded_records")
                                      .Help("Records folded into this process's state")
                                      .Register(*registry)
                                      .Add({});
  prometheus::Gauge& records_left =
      prometheus::BuildGauge()
          .Name("votum_start_records_left")
          .Help("Records that this process has still to read or fold before it serves")
          .Register(*registry)
          .Add({});
  prometheus::Gauge& state_age =
      prometheus::BuildGauge()
          .Name("votum_state_age_seconds")
          .Help("How long ago the state was last known to be the ledger's newest")
          .Register(*registry)
          .Add({});
  prometheus::Gauge& scrub_time =
      prometheus::BuildGauge()
          .Name("votum_scrub_last_timestamp_seconds")
          .Help("When this process last compared its state with the whole log; 0 before the first")
          .Register(*registry)
          .Add({});
  prometheus::Gauge& scrub_same =
      prometheus::BuildGauge()
          .Name("votum_scrub_last_success")
          .Help("1 if that comparison found the state to be that of the log")
          .Register(*registry)
          .Add({});
  prometheus::Gauge& longest_wait_for_reads =
      prometheus::BuildGauge()
          .Name("votum_fold_longest_wait_for_reads_seconds")
          .Help("The longest that the fold, and so a command, waited for reads of the state")
          .Register(*registry)
          .Add({});
  prometheus::Gauge& long_waits_for_reads =
      prometheus::BuildGauge()
          .Name("votum_fold_long_waits_for_reads")
          .Help("How often the fold waited 10 ms or more for reads of the state")
          .Register(*registry)
          .Add({});
  prometheus::Family<prometheus::Gauge>& ledger =
      prometheus::BuildGauge()
          .Name("votum_ledger")
          .Help("The ledger's size, appends and batches")
          .Register(*registry);
  std::unique_ptr<prometheus::Exposer> exposer;
};

Metrics::Metrics() : families_(std::make_unique<Families>()) {}
Metrics::~Metrics() = default;

absl::Status Metrics::Serve(const std::string& address) {
  // The library reports with exceptions; they end here.
  try {
    families_->exposer = std::make_unique<prometheus::Exposer>(address, 1);
    families_->exposer->RegisterCollectable(families_->registry);
  } catch (const std::exception&) {
    // Its message is about its own objects, not about the address.
    return Refuse(Reason::kMetricsAddress,
                  absl::StrCat("cannot listen at ", address,
                               " for metrics: another program does, perhaps another `votumd serve` "
                               "of this deployment, or the address is not one of this machine's; "
                               "stop the other, or change metrics_address in DIR/votum.textproto"));
  }
  return absl::OkStatus();
}

void Metrics::CountCommand(absl::string_view command, absl::string_view result,
                           absl::Duration taken) {
  families_->commands.Add({{"command", std::string(command)}, {"result", std::string(result)}})
      .Increment();
  families_->command_seconds.Add({{"command", std::string(command)}}, kSecondBuckets)
      .Observe(absl::ToDoubleSeconds(taken));
}

void Metrics::CountRead(absl::string_view method, bool ok) {
  families_->reads.Add({{"method", std::string(method)}, {"result", ok ? "ok" : "error"}})
      .Increment();
}

void Metrics::SetNextIndex(uint64_t next_index) {
  families_->next_index.Set(static_cast<double>(next_index));
}

void Metrics::SetRecordsLeft(uint64_t records) {
  families_->records_left.Set(static_cast<double>(records));
}

void Metrics::SetStateAge(absl::Duration age) {
  families_->state_age.Set(absl::ToDoubleSeconds(age));
}

void Metrics::SetScrub(absl::Time time, bool same) {
  families_->scrub_time.Set(absl::ToDoubleSeconds(time - absl::UnixEpoch()));
  families_->scrub_same.Set(same ? 1 : 0);
}

void Metrics::SetWaitsForReads(absl::Duration longest, uint64_t long_count) {
  families_->longest_wait_for_reads.Set(absl::ToDoubleSeconds(longest));
  families_->long_waits_for_reads.Set(static_cast<double>(long_count));
}

void Metrics::SetLedger(uint64_t size, uint64_t appends, uint64_t batches) {
  families_->ledger.Add({{"what", "size"}}).Set(static_cast<double>(size));
  families_->ledger.Add({{"what", "appends"}}).Set(static_cast<double>(appends));
  families_->ledger.Add({{"what", "batches"}}).Set(static_cast<double>(batches));
}

}  // namespace votum
