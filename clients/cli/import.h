// Ideas from files: CSV (RFC 4180) and JSON Lines.
//
// Columns (CSV header) or members (JSON): id and text are needed; title, agrees, disagrees, channel
// (paper, workshop, spoken, import), group (citizens, employees, companies, council) and origin may
// be there. Unknown ones are refused.
#ifndef VOTUM_CLIENTS_CLI_IMPORT_H_
#define VOTUM_CLIENTS_CLI_IMPORT_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "votum/ideas/v1/ideas.pb.h"

namespace votum::cli {

struct ImportRow {
  std::string key;
  std::string text;  // title, a newline, and text where there is a title
  uint64_t agrees = 0;
  uint64_t disagrees = 0;
  ideas::v1::Channel channel = ideas::v1::CHANNEL_IMPORT;
  ideas::v1::SubmitterGroup group = ideas::v1::SUBMITTER_GROUP_CITIZENS;
  std::string origin;
};

// INVALID_ARGUMENT/BAD_FILE with line, column and what is wrong.
absl::StatusOr<std::vector<ImportRow>> ParseCsv(absl::string_view text);
absl::StatusOr<std::vector<ImportRow>> ParseJsonLines(absl::string_view text);

}  // namespace votum::cli

#endif  // VOTUM_CLIENTS_CLI_IMPORT_H_
