#include "clients/lib/context.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <system_error>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "base/file.h"
#include "base/nearest.h"
#include "base/refusal.h"
#include "base/status_macros.h"
#include "nlohmann/json.hpp"

namespace votum::client {
namespace {

using nlohmann::ordered_json;
constexpr size_t kMaxContextBytes = 64 << 10;
constexpr char kSuffix[] = ".json";
constexpr char kHttps[] = "https://";
// In the folder of contexts: the name of the one in use.
constexpr char kUsed[] = "/current";

struct Member {
  const char* name;
  std::string Context::*field;
  bool required;
};
constexpr Member kMembers[] = {{"deployment", &Context::deployment, true},
                               {"log_vkey", &Context::log_vkey, true},
                               {"ca_certificate_file", &Context::ca_certificate_file, false},
                               {"edge", &Context::edge, false},
                               {"identity_file", &Context::identity_file, false},
                               {"person_id", &Context::person_id, false},
                               {"key_file", &Context::key_file, false},
                               {"passphrase_file", &Context::passphrase_file, false},
                               {"clock_offset_file", &Context::clock_offset_file, false}};

absl::Status Bad(const std::string& path, absl::string_view what) {
  return Refuse(Reason::kBadContext, absl::StrCat(path, ": ", what));
}

// There is no file at `path`: names the context that may be meant, or says how to make one.
absl::Status NoContext(const std::string& path) {
  const std::filesystem::path file(path);
  const std::string nearest =
      file.parent_path() == ContextFolder() ? NearestOf(file.stem().string(), ContextNames()) : "";
  return Refuse(Reason::kNoContext,
                absl::StrCat("there is no context ", path, "; ",
                             nearest.empty() ? "" : absl::StrCat("did you mean ", nearest, "? Or "),
                             "make one with: votum context add NAME --from DIR/client.json"));
}

}  // namespace

absl::StatusOr<Context> LoadContext(const std::string& path) {
  const auto text = ReadFile(path, kMaxContextBytes);
  if (absl::IsNotFound(text.status())) return NoContext(path);
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
  if (context.edge.empty() && context.ca_certificate_file.empty())
    return Bad(path, "\"ca_certificate_file\" is missing");
  if (!context.edge.empty() && !context.endpoints.empty())
    return Bad(path, "has both \"edge\" and \"endpoints\"; keep one of them");
  if (!context.edge.empty() && !context.identity_file.empty())
    return Bad(path, "has both \"edge\" and \"identity_file\", which is for \"endpoints\" alone");
  if (!context.edge.empty()) {
    const absl::Status address = CheckEdge(context.edge);
    if (!address.ok()) return Bad(path, absl::StrCat("\"edge\": ", address.message()));
  }
  return context;
}

absl::Status CheckEdge(const std::string& url) {
  const absl::string_view host = absl::StripPrefix(url, kHttps);
  if (host.size() == url.size() || host.empty() || host.find_first_of("/?#@ ") != host.npos) {
    return Refuse(Reason::kBadContext,
                  absl::StrCat("\"", url,
                               "\" must be an address as https://votum.musterstadt.example or "
                               "https://127.0.0.1:8443, without a path"));
  }
  return absl::OkStatus();
}

absl::Status SaveNewContext(const Context& context, const std::string& path) {
  ordered_json json;
  for (const Member& member : kMembers) {
    if (!(context.*(member.field)).empty()) json[member.name] = context.*(member.field);
  }
  if (!context.endpoints.empty()) json["endpoints"] = context.endpoints;
  std::error_code error;
  std::filesystem::create_directories(std::filesystem::path(path).parent_path(), error);
  absl::Status written = WriteNewFile(path, json.dump(2) + "\n");
  if (absl::IsAlreadyExists(written)) {
    return Refuse(Reason::kContextExists,
                  absl::StrCat("there is a context ", path, "; choose another name, or remove it"));
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

std::string UsedContext() {
  const auto name = ReadFile(ContextFolder() + kUsed, kMaxContextBytes);
  return name.ok() ? std::string(absl::StripAsciiWhitespace(*name)) : std::string();
}

absl::StatusOr<std::string> CurrentContextPath() {
  const std::string used = UsedContext();
  if (!used.empty()) return ContextPath(used);
  const std::vector<std::string> names = ContextNames();
  if (names.size() == 1) return ContextPath(names[0]);
  return Refuse(Reason::kNoContext,
                names.empty()
                    ? absl::StrCat("there is no context in ", ContextFolder(),
                                   "; make one with: votum context add NAME --from DIR/client.json")
                    : absl::StrCat("there are several contexts (", absl::StrJoin(names, ", "),
                                   "); choose one with --context NAME or: votum context use NAME"));
}

absl::Status UseContext(const std::string& name) {
  RETURN_IF_ERROR(LoadContext(ContextPath(name)).status());
  // An absolute path keeps its meaning in other working directories.
  const std::string kept =
      absl::StrContains(name, '/') ? std::filesystem::absolute(name).string() : name;
  std::error_code error;
  std::filesystem::create_directories(ContextFolder(), error);
  return WriteFile(ContextFolder() + kUsed, kept + "\n");
}

}  // namespace votum::client
