#include "tests/harness/secret_search.h"

#include <fcntl.h>
#include <openssl/bn.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "base/file.h"
#include "crypto/encoding.h"
#include "gtest/gtest.h"

namespace votum::testing {
namespace {

constexpr size_t kStart = sizeof(uint64_t);
constexpr int kHashBits = 20;
constexpr size_t kChunk = size_t{16} << 20;

uint64_t StartOf(const char* bytes) {
  uint64_t start;
  std::memcpy(&start, bytes, kStart);
  return start;
}

size_t HashOf(uint64_t start) {
  return static_cast<size_t>((start * 0x9E3779B97F4A7C15u) >> (64 - kHashBits));
}

std::string Decimal(const std::string& bytes) {
  BIGNUM* number = BN_bin2bn(reinterpret_cast<const unsigned char*>(bytes.data()),
                             static_cast<int>(bytes.size()), nullptr);
  char* text = BN_bn2dec(number);
  std::string decimal = text;
  OPENSSL_free(text);
  BN_free(number);
  return decimal;
}

// The characters that must occur in the Base64 text of data that contains the bytes after `before`
// other bytes.
std::string Base64Within(const std::string& bytes, size_t before) {
  const std::string text = crypto::Base64Encode(std::string(before, '\0') + bytes);
  const size_t first = (before * 8 + 5) / 6;
  const size_t end = (before + bytes.size()) * 8 / 6;
  return text.substr(first, end - first);
}

}  // namespace

SecretSearch::SecretSearch() : starts_(size_t{1} << kHashBits) {}

void SecretSearch::AddNeedle(const std::string& name, const std::string& bytes) {
  ASSERT_GE(bytes.size(), kStart) << name;
  by_start_[StartOf(bytes.data())].push_back(needles_.size());
  starts_[HashOf(StartOf(bytes.data()))] = true;
  longest_ = std::max(longest_, bytes.size());
  needles_.push_back({name, bytes});
}

void SecretSearch::AddText(const std::string& name, const std::string& text) {
  AddNeedle(absl::StrCat(name, " (text)"), text);
  for (size_t before = 0; before < 3; ++before) {
    AddNeedle(absl::StrCat(name, " (text in Base64)"), Base64Within(text, before));
  }
}

void SecretSearch::AddBytes(const std::string& name, const std::string& bytes) {
  ASSERT_GE(bytes.size(), 32u) << name;
  const auto add = [&](absl::string_view form, const std::string& text) {
    const size_t half = text.size() / 2;
    AddNeedle(absl::StrCat(name, " (", form, ")"), text.substr(0, half));
    AddNeedle(absl::StrCat(name, " (", form, ", second half)"), text.substr(half));
  };
  add("decimal", Decimal(bytes));
  const std::string reversed(bytes.rbegin(), bytes.rend());
  for (const auto& [order, in_order] :
       {std::pair<const char*, const std::string&>("", bytes),
        std::pair<const char*, const std::string&>("least significant byte first, ", reversed)}) {
    add(absl::StrCat(order, "raw"), in_order);
    const std::string hex = crypto::HexEncode(in_order);
    add(absl::StrCat(order, "hexadecimal"), hex);
    add(absl::StrCat(order, "hexadecimal"), absl::AsciiStrToUpper(hex));
    for (size_t before = 0; before < 3; ++before) {
      const std::string base64 = Base64Within(in_order, before);
      add(absl::StrCat(order, "Base64"), base64);
      add(absl::StrCat(order, "Base64url"), absl::StrReplaceAll(base64, {{"+", "-"}, {"/", "_"}}));
    }
  }
}

void SecretSearch::Search(absl::string_view bytes, std::set<std::string>* found) const {
  for (size_t i = 0; i + kStart <= bytes.size(); ++i) {
    const uint64_t start = StartOf(bytes.data() + i);
    if (!starts_[HashOf(start)]) continue;
    const auto candidates = by_start_.find(start);
    if (candidates == by_start_.end()) continue;
    for (const size_t candidate : candidates->second) {
      const Needle& needle = needles_[candidate];
      if (bytes.substr(i, needle.bytes.size()) == needle.bytes) found->insert(needle.name);
    }
  }
}

std::set<std::string> SecretSearch::In(absl::string_view bytes) const {
  std::set<std::string> found;
  Search(bytes, &found);
  return found;
}

std::set<std::string> SecretSearch::InFiles(const std::string& path, int* files) const {
  std::vector<std::string> paths;
  if (std::filesystem::is_directory(path)) {
    for (const auto& entry : std::filesystem::recursive_directory_iterator(path)) {
      if (entry.is_regular_file()) paths.push_back(entry.path().string());
    }
  } else {
    paths.push_back(path);
  }
  std::set<std::string> found;
  for (const std::string& file : paths) {
    const auto bytes = ReadFile(file);
    EXPECT_TRUE(bytes.ok()) << bytes.status();
    if (!bytes.ok()) continue;
    ++*files;
    for (const std::string& name : In(*bytes)) found.insert(absl::StrCat(file, ": ", name));
  }
  return found;
}

std::set<std::string> SecretSearch::InMemoryOf(pid_t pid, uint64_t* bytes) const {
  std::set<std::string> found;
  const std::string folder = absl::StrCat("/proc/", pid);
  std::ifstream maps(folder + "/maps");
  const int memory = open((folder + "/mem").c_str(), O_RDONLY | O_CLOEXEC);
  EXPECT_TRUE(maps.good() && memory >= 0) << "the memory of process " << pid << " is not readable";
  std::string chunk(kChunk + longest_, '\0');
  for (std::string line; memory >= 0 && std::getline(maps, line);) {
    uint64_t start = 0;
    uint64_t end = 0;
    char readable = '-';
    if (std::sscanf(line.c_str(), "%lx-%lx %c", &start, &end, &readable) != 3) continue;
    if (readable != 'r') continue;
    // Chunks overlap, so that nothing hides at their borders.
    for (uint64_t at = start; at < end; at += kChunk) {
      const size_t size = std::min<uint64_t>(chunk.size(), end - at);
      const ssize_t got = pread(memory, chunk.data(), size, static_cast<off_t>(at));
      if (got <= 0) break;  // the kernel's own pages
      *bytes += std::min(static_cast<uint64_t>(got), static_cast<uint64_t>(kChunk));
      Search(absl::string_view(chunk).substr(0, static_cast<size_t>(got)), &found);
    }
  }
  if (memory >= 0) close(memory);
  return found;
}

}  // namespace votum::testing
