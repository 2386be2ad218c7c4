#include "clients/audit/published_log.h"

#include <algorithm>
#include <cstdint>
#include <optional>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "base/numbers.h"
#include "base/refusal.h"
#include "base/status_macros.h"
#include "crypto/checkpoint.h"
#include "crypto/tlog/tile.h"
#include "nlohmann/json.hpp"

namespace votum::audit {
namespace {

constexpr absl::string_view kEntriesFolder = "tile/entries/";

// "records/000", "records/000.p/17": bundle `index` of a list of `size`.
std::string PathOf(absl::string_view list, uint64_t index, uint64_t size) {
  const uint64_t width = std::min<uint64_t>(crypto::kTileWidth, size - index * crypto::kTileWidth);
  const std::string tile =
      crypto::TilePath({crypto::kEntriesLevel, index, static_cast<int>(width)});
  return absl::StrCat(list, "/", absl::StripPrefix(tile, kEntriesFolder));
}

// Calls `each` with the lines of a list of `size`, each with its newline, until it returns an error.
absl::Status ForEachLine(const Fetch& fetch, absl::string_view list, uint64_t size,
                         const std::function<absl::Status(absl::string_view)>& each,
                         const std::function<void(double)>& progress) {
  for (uint64_t index = 0; index * crypto::kTileWidth < size; ++index) {
    ASSIGN_OR_RETURN(const std::string bundle, fetch(PathOf(list, index, size)));
    absl::string_view rest = bundle;
    while (!rest.empty()) {
      const absl::string_view line = rest.substr(0, rest.find('\n') + 1);
      RETURN_IF_ERROR(each(line.empty() ? rest : line));
      rest.remove_prefix(line.empty() ? rest.size() : line.size());
    }
    progress(std::min(
        1.0, static_cast<double>((index + 1) * crypto::kTileWidth) / static_cast<double>(size)));
  }
  return absl::OkStatus();
}

absl::StatusOr<uint64_t> NumberOfOpenings(const Fetch& fetch) {
  ASSIGN_OR_RETURN(const std::string text, fetch("openings"));
  const auto json = nlohmann::json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object() || !json.contains("openings") || !json["openings"].is_number_unsigned())
    return Refuse(Reason::kBadArchive, "the address does not say how many openings there are");
  return json["openings"].get<uint64_t>();
}

}  // namespace

absl::StatusOr<FetchedLog> FetchPublished(const Fetch& fetch, const crypto::NoteVerifier& log,
                                          const std::function<void(double)>& progress) {
  FetchedLog fetched;
  ASSIGN_OR_RETURN(fetched.checkpoint, fetch("checkpoint"));
  ASSIGN_OR_RETURN(const crypto::Checkpoint checkpoint,
                   crypto::OpenCheckpoint(fetched.checkpoint, log, log.name()));
  fetched.size = checkpoint.size;
  RETURN_IF_ERROR(ForEachLine(
      fetch, "records", checkpoint.size,
      [&fetched](absl::string_view line) -> absl::Status {
        ASSIGN_OR_RETURN(ArchivedEntry entry, ParseEntryLine(line));
        fetched.entries.push_back(std::move(entry));
        return absl::OkStatus();
      },
      progress));
  ASSIGN_OR_RETURN(const uint64_t openings, NumberOfOpenings(fetch));
  RETURN_IF_ERROR(ForEachLine(
      fetch, "openings", openings,
      [&fetched](absl::string_view line) -> absl::Status {
        ASSIGN_OR_RETURN(ArchivedOpening opening, ParseOpening(absl::StripSuffix(line, "\n")));
        // The log may have grown since the checkpoint.
        if (opening.opened_by < fetched.size) fetched.openings.push_back(std::move(opening));
        return absl::OkStatus();
      },
      progress));
  return fetched;
}

}  // namespace votum::audit
