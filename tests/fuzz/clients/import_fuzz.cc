// Files of ideas, which people get from anywhere.
#include <cstdio>
#include <cstdlib>
#include <set>
#include <string>

#include "absl/strings/string_view.h"
#include "clients/lib/import.h"
#include "core/command/fields.h"

namespace votum::client {
namespace {

void Require(bool holds, const char* property) {
  if (holds) return;
  std::fprintf(stderr, "does not hold: %s\n", property);
  std::abort();
}

void Fuzz(absl::string_view content, ImportFormat format) {
  const auto rows = ReadImport(content, format, {});
  if (!rows.ok()) {
    Require(!rows.status().message().empty(), "a refusal says why");
    return;
  }
  Require(!rows->empty(), "a file that is taken has ideas");
  std::set<std::string> ids;
  for (const ImportRow& row : *rows) {
    Require(ids.insert(row.id).second, "ids differ");
    Require(row.line >= 1, "a row stands in a line");
    Require(CheckText("text", row.text, size_t{16} << 10).ok(), "texts are sound and short enough");
    Require(CheckId("id", ImportedIdeaId("source", row.id)).ok(), "every row has an idea's id");
  }
  size_t ideas = 0;
  for (const ImportPart& part : MakeImport("source", *rows)) {
    ideas += static_cast<size_t>(part.command.ideas_size());
  }
  Require(ideas == rows->size(), "every row is imported");
}

}  // namespace
}  // namespace votum::client

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const absl::string_view content(reinterpret_cast<const char*>(data), size);
  votum::client::Fuzz(content, votum::client::ImportFormat::kCsv);
  votum::client::Fuzz(content, votum::client::ImportFormat::kJsonLines);
  return 0;
}
