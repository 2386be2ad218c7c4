// The printout of a check: first the standing, then its findings, then the oddities, and at last the
// verdict, which counts void records and names what was not there to be checked.
#ifndef VOTUM_CLIENTS_CLI_VERDICT_H_
#define VOTUM_CLIENTS_CLI_VERDICT_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "clients/audit/auditor.h"
#include "clients/audit/finding.h"
#include "clients/cli/cli.h"

namespace votum::cli {

// Collects the findings of one check ("audit", "verify").
class Verdict {
 public:
  explicit Verdict(std::string what) : what_(std::move(what)) {}

  void Add(const audit::Finding& finding) { findings_.push_back(finding); }
  audit::Report report() {
    return [this](const audit::Finding& finding) { Add(finding); };
  }

  // Prints everything and sets the exit code. DATA_LOSS/FAULTS_FOUND; NOT_CHECKABLE if there is no
  // fault and not all could be judged.
  absl::Status Print(Run& run, const audit::Summary& summary) const;

 private:
  std::vector<std::string> Of(audit::Finding::Kind kind) const;
  void PrintText(Run& run) const;
  void PrintJson(Run& run, const audit::Summary& summary, bool passed) const;
  // "507 records, 3 void, 2 oddities; not there to be checked: tiles".
  std::string InNumbers(const audit::Summary& summary) const;

  const std::string what_;
  std::vector<audit::Finding> findings_;
};

}  // namespace votum::cli

#endif  // VOTUM_CLIENTS_CLI_VERDICT_H_
