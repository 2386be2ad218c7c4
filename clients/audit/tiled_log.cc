#include "clients/audit/tiled_log.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "base/file.h"
#include "base/refusal.h"
#include "base/status_macros.h"
#include "crypto/tlog/entry_bundle.h"

namespace votum::audit {
namespace {

constexpr char kTileFolder[] = "/tile";
// 256 entries of the longest kind.
constexpr size_t kMaxTileBytes = crypto::kTileWidth * (crypto::kMaxEntryBytes + 2);

absl::Status BadTiles(absl::string_view why) { return Refuse(Reason::kBadTiles, why); }

// The paths, from "tile/" on, of everything below `folder`/tile that is not a folder itself.
absl::StatusOr<std::set<std::string>> FilesIn(const std::string& folder) {
  std::set<std::string> files;
  std::error_code error;
  std::filesystem::recursive_directory_iterator file(folder + kTileFolder, error);
  while (!error && file != std::filesystem::recursive_directory_iterator()) {
    // Links are not followed here: their targets are compared elsewhere, or are faults.
    if (!std::filesystem::is_directory(file->symlink_status(error))) {
      files.insert(file->path().string().substr(folder.size() + 1));
    }
    if (!error) file.increment(error);
  }
  if (error) {
    return BadTiles(absl::StrCat("cannot list ", folder, kTileFolder, ": ", error.message()));
  }
  return files;
}

}  // namespace

void TiledLog::Add(absl::string_view leaf) {
  tree_.Append(leaf);
  leaves_.emplace_back(leaf);
}

absl::StatusOr<std::string> TiledLog::BytesOf(const crypto::Tile& tile) const {
  if (tile.level != crypto::kEntriesLevel) return crypto::TileBytes(tree_, tile);
  const auto width = static_cast<uint64_t>(tile.width);
  if (tile.index > size() / crypto::kTileWidth ||
      tile.index * crypto::kTileWidth + width > size()) {
    return Refuse(Reason::kNotInTree, "the log is not that long");
  }
  return crypto::FormatEntryBundle(
      absl::MakeConstSpan(leaves_).subspan(tile.index * crypto::kTileWidth, width));
}

absl::Status TiledLog::Write(const std::string& folder) const {
  for (const crypto::Tile& tile : crypto::NewTiles(0, size())) {
    const std::string path = absl::StrCat(folder, "/", crypto::TilePath(tile));
    std::error_code error;
    std::filesystem::create_directories(std::filesystem::path(path).parent_path(), error);
    if (error) {
      return BadTiles(absl::StrCat("cannot make the folder of ", path, ": ", error.message()));
    }
    ASSIGN_OR_RETURN(const std::string bytes, BytesOf(tile));
    std::ofstream file(path, std::ios::binary | std::ios::trunc);
    file << bytes;
    file.close();
    if (!file) {
      return Refuse(Reason::kNotWritten,
                    absl::StrCat("could not write ", path, "; is the disk full?"));
    }
  }
  return absl::OkStatus();
}

bool TiledLog::IsIn(const std::string& folder) {
  std::error_code error;
  return std::filesystem::exists(std::filesystem::symlink_status(folder + kTileFolder, error));
}

absl::Status TiledLog::CompareFile(const std::string& folder, const std::string& path) const {
  const auto tile = crypto::ParseTilePath(path);
  if (!tile.ok()) return BadTiles("a log has no file of this name");
  const auto wanted = BytesOf(*tile);
  if (!wanted.ok()) {
    return BadTiles(absl::StrCat("the log of ", size(), " records has no such tile"));
  }
  RETURN_IF_ERROR(CheckRegularFile(absl::StrCat(folder, "/", path)));
  const auto found = ReadFile(absl::StrCat(folder, "/", path), kMaxTileBytes);
  if (!found.ok()) return found.status();
  if (*found == *wanted) return absl::OkStatus();
  const size_t shorter = std::min(found->size(), wanted->size());
  size_t first = 0;
  while (first < shorter && (*found)[first] == (*wanted)[first]) ++first;
  return BadTiles(
      absl::StrCat("it is not what the records' leaves give, from byte ", first, " on"));
}

uint64_t TiledLog::Compare(const std::string& folder,
                           const std::function<void(const std::string&)>& fault) const {
  const auto files = FilesIn(folder);
  if (!files.ok()) {
    fault(std::string(files.status().message()));
    return 0;
  }
  uint64_t right = 0;
  for (const std::string& path : *files) {
    const absl::Status compared = CompareFile(folder, path);
    if (compared.ok()) {
      ++right;
    } else {
      fault(absl::StrCat(path, ": ", compared.message()));
    }
  }
  for (const crypto::Tile& tile : crypto::NewTiles(0, size())) {
    const std::string path = crypto::TilePath(tile);
    if (files->count(path) == 0) fault(absl::StrCat(path, ": it is missing"));
  }
  return right;
}

}  // namespace votum::audit
