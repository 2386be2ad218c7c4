#include "crypto/tlog/tile.h"
#include "tests/fuzz/crypto/fuzz_check.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace votum::crypto;
  const absl::string_view path = Text(data, size);
  const absl::StatusOr<Tile> tile = ParseTilePath(path);
  if (!tile.ok()) return 0;
  Require(TilePath(*tile) == path, "a path is written as it was read");
  Require(tile->width >= 1 && tile->width <= kTileWidth, "the width is in its range");
  Require(tile->level >= kEntriesLevel && tile->level <= kMaxTileLevel, "so is the level");
  return 0;
}
