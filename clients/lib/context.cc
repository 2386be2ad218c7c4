#include "clients/lib/context.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <system_error>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/file.h"
#include "base/refusal.h"
#include "base/status_macros.h"
#include "nlohmann/json.hpp"

namespace votum::client {
namespace {

using nlohmann::ordered_json;
constexpr size_t kMaxContextBytes = 64 << 10;
constexpr char kSuffix[] = ".json";

struct Member {
  const char* name;
  std::string Context::*field;
  bool required;
};
constexpr Member kMembers[] = {{"deployment", &Context::deployment, true},
                               {"log_vkey", &Context::log_vkey, true},
                               {"ca_certificate_file", &Context::ca_certificate_file, true},
                               {"person_id", &Context::person_id, false},
                               {"key_file", &Context::key_file, false},
                               {"passphrase_file", &Context::passphrase_file, false}};

absl::Status Bad(const std::string& path, absl::string_view what) {
  return RefuseArgument("BAD_CONTEXT", absl::StrCat(path, ": ", what));
}

}  // namespace

absl::StatusOr<Context> LoadContext(const std::string& path) {
  const auto text = ReadFile(path, kMaxContextBytes);
  if (absl::IsNotFound(text.status())) {
    return RefuseNotFound("NO_CONTEXT", absl::StrCat("there is no context ", path,
                                                     "; make one with: votum context add NAME "
                                                     "--from DIR/client.json"));
  }
  RETURN_IF_ERROR(text.status());
  const ordered_json json = ordered_json::parse(*text, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object()) return Bad(path, "is not a JSON object");
  Context context;
  for (const auto& [name, value] : json.items()) {
    if (name == "endpoints" && value.is_object()) {
      for (const auto& [service, address] : value.items()) {
        if (!address.is_string())
          return Bad(path, absl::StrCat("\"endpoints\": \"", service, "\" must be a text"));
        context.endpoints[service] = address.get<std::string>();
      }
      continue;
    }
    const auto* member = std::find_if(std::begin(kMembers), std::end(kMembers),
                                      [key = name](const Member& m) { return key == m.name; });
    if (member == std::end(kMembers) || !value.is_string()) {
      return Bad(path, absl::StrCat("\"", name, "\" is unknown, or not a text"));
    }
    context.*(member->field) = value.get<std::string>();
  }
  for (const Member& member : kMembers) {
    if (member.required && (context.*(member.field)).empty()) {
      return Bad(path, absl::StrCat("\"", member.name, "\" is missing"));
    }
  }
  return context;
}

absl::Status SaveNewContext(const Context& context, const std::string& path) {
  ordered_json json;
  for (const Member& member : kMembers) {
    if (!(context.*(member.field)).empty()) json[member.name] = context.*(member.field);
  }
  json["endpoints"] = context.endpoints;
  std::error_code error;
  std::filesystem::create_directories(std::filesystem::path(path).parent_path(), error);
  const absl::Status written = WriteNewFile(path, json.dump(2) + "\n");
  if (absl::IsAlreadyExists(written)) {
    return RefuseExists("CONTEXT_EXISTS", absl::StrCat("there is a context ", path,
                                                       "; choose another name, or remove it"));
  }
  return written;
}

std::string ContextFolder() {
  if (const char* folder = std::getenv("VOTUM_CONFIG")) return folder;
  if (const char* folder = std::getenv("XDG_CONFIG_HOME")) return absl::StrCat(folder, "/votum");
  const char* home = std::getenv("HOME");
  return absl::StrCat(home == nullptr ? "." : home, "/.config/votum");
}

std::string ContextPath(const std::string& name) {
  if (absl::StrContains(name, '/')) return name;
  return absl::StrCat(ContextFolder(), "/", name, kSuffix);
}

std::vector<std::string> ContextNames() {
  std::vector<std::string> names;
  std::error_code error;
  for (const auto& file : std::filesystem::directory_iterator(ContextFolder(), error)) {
    if (file.path().extension() == kSuffix) names.push_back(file.path().stem().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace votum::client
