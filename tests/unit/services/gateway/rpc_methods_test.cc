// Every RPC that the protos declare is either public or listed as internal; a new service or method
// fails here until somebody has said which.

#include "services/gateway/rpc_methods.h"

#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "base/file.h"
#include "base/status_matchers.h"
#include "gtest/gtest.h"

namespace votum::gateway {
namespace {

// "votum.meetings.v1.MeetingsService" to its methods, as the files under proto/ say.
std::map<std::string, std::vector<std::string>> DeclaredRpcs() {
  std::map<std::string, std::vector<std::string>> declared;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(PROTO_FOLDER)) {
    if (!absl::EndsWith(entry.path().string(), "_service.proto")) continue;
    const auto text = ReadFile(entry.path().string());
    EXPECT_OK(text);
    std::string package;
    std::string service;
    for (const absl::string_view whole : absl::StrSplit(*text, '\n')) {
      absl::string_view line = absl::StripLeadingAsciiWhitespace(whole);
      if (absl::ConsumePrefix(&line, "package "))
        package = std::string(line.substr(0, line.find(';')));
      if (absl::ConsumePrefix(&line, "service "))
        service = absl::StrCat(package, ".", line.substr(0, line.find(' ')));
      if (absl::ConsumePrefix(&line, "rpc "))
        declared[service].emplace_back(line.substr(0, line.find('(')));
    }
  }
  return declared;
}

// Services of every process, for the deployment's own processes and its operators.
const std::set<std::string>& Unreachable() {
  static const auto* const kUnreachable =
      new std::set<std::string>{"votum.runtime.v1.RuntimeService"};
  return *kUnreachable;
}

TEST(RpcMethodsTest, EachMethodIsPublicOrListedAsInternal) {
  const RpcMethods methods;
  std::set<std::string> internal(InternalRpcs().begin(), InternalRpcs().end());
  std::set<std::string> used;
  size_t found = 0;
  for (const auto& [service, names] : DeclaredRpcs()) {
    for (const std::string& name : names) {
      const std::string full = absl::StrCat(service, ".", name);
      const bool is_public = methods.Find(absl::StrCat("/", service, "/", name)) != nullptr;
      const bool is_internal = internal.count(service) + internal.count(full) > 0;
      if (is_internal) used.insert(internal.count(service) > 0 ? service : full);
      EXPECT_NE(is_public, is_internal || Unreachable().count(service) > 0)
          << full << ": list it in InternalRpcs, or its service in core/fold/services.inc";
      if (is_public) ++found;
    }
  }
  EXPECT_EQ(found, methods.by_path().size());
  EXPECT_EQ(used, internal) << "InternalRpcs names what does not exist";
}

TEST(RpcMethodsTest, NothingOfTheLedgersOrOfTheProcessesIsPublic) {
  const RpcMethods methods;
  for (const char* path :
       {"/votum.ledger.v1.LedgerService/Append", "/votum.ledger.v1.LedgerService/Subscribe",
        "/votum.ledger.v1.LedgerService/ListEntries",
        "/votum.ledger.v1.LedgerService/GetAttachments",
        "/votum.publication.v1.LogService/Subscribe",
        "/votum.runtime.v1.RuntimeService/GetProjection", "/grpc.health.v1.Health/Check",
        "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo",
        "/votum.meetings.v1.MeetingsService/", "/votum.meetings.v1.MeetingsService/NoSuch", "/",
        ""}) {
    EXPECT_EQ(methods.Find(path), nullptr) << path;
  }
  const RpcMethod* const cast = methods.Find("/votum.meetings.v1.MeetingsService/CastVote");
  ASSERT_NE(cast, nullptr);
  EXPECT_TRUE(cast->is_command);
  EXPECT_EQ(cast->service, "meetings");
  const RpcMethod* const entries = methods.Find("/votum.publication.v1.LogService/ListEntries");
  ASSERT_NE(entries, nullptr);
  EXPECT_FALSE(entries->is_command);
}

}  // namespace
}  // namespace votum::gateway
