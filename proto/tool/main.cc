// votum_generate CONTRACTS header FILE   writes the C++ list of all commands
// votum_generate CONTRACTS write ROOT    brings generated sections of committed files up to date
// votum_generate CONTRACTS check ROOT    exits with 1 if one of them is stale, and names it
//
// CONTRACTS is the output of `protoc --descriptor_set_out` for all contracts.

#include <fstream>
#include <iostream>
#include <iterator>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "proto/tool/declarations.h"
#include "proto/tool/texts.h"

namespace votum::generate {
namespace {

constexpr int kStale = 1;
constexpr int kUsage = 2;

std::string Read(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(file), {});
}

bool Write(const std::string& path, const std::string& text) {
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file << text;
  file.close();
  if (!file) std::cerr << "cannot write " << path << "\n";
  return static_cast<bool>(file);
}

// Brings `sections` up to date, or only checks that they are.
int Refresh(const std::string& root, const std::vector<Section>& sections, bool write) {
  int result = 0;
  for (const Section& section : sections) {
    const std::string path = absl::StrCat(root, "/", section.path);
    const std::string before = Read(path);
    const auto after = WithSection(before, section);
    if (!after.ok()) {
      std::cerr << after.status().message() << "\n";
      return kUsage;
    }
    if (*after == before) continue;
    if (write) {
      if (!Write(path, *after)) return kUsage;
      continue;
    }
    std::cerr << section.path << " is not what the declarations say; run script/generate\n";
    result = kStale;
  }
  return result;
}

int Main(const std::vector<std::string>& arguments) {
  if (arguments.size() != 3) return kUsage;
  google::protobuf::FileDescriptorSet contracts;
  if (!contracts.ParseFromString(Read(arguments[0])) || contracts.file().empty()) {
    std::cerr << "no contracts in " << arguments[0] << "\n";
    return kUsage;
  }
  const auto commands = ReadCommands(contracts);
  if (!commands.ok()) {
    std::cerr << commands.status().message();
    return kUsage;
  }
  const std::string& what = arguments[1];
  if (what == "header") return Write(arguments[2], CommandsHeader(*commands)) ? 0 : kUsage;
  if (what == "write" || what == "check")
    return Refresh(arguments[2], Sections(*commands), what == "write");
  return kUsage;
}

}  // namespace
}  // namespace votum::generate

int main(int argc, char** argv) {
  return votum::generate::Main(std::vector<std::string>(argv + 1, argv + argc));
}
