#include "witness/routes.h"

#include "absl/strings/match.h"
#include "absl/strings/strip.h"

namespace votum::witness {
namespace {

constexpr absl::string_view kAddCheckpoint = "/add-checkpoint";
constexpr absl::string_view kCheckpoint = "/checkpoint";

http::Answer WrongMethod() {
  return {405, "text/plain; charset=utf-8", "another method is needed\n"};
}

}  // namespace

http::Answer Route(Witness& witness, const http::Request& request) {
  absl::string_view target = request.target;
  if (target == kAddCheckpoint) {
    return request.method == "POST" ? witness.AddCheckpoint(request.body) : WrongMethod();
  }
  if (absl::ConsumePrefix(&target, "/") && absl::ConsumeSuffix(&target, kCheckpoint)) {
    const bool reads = request.method == "GET" || request.method == "HEAD";
    return reads ? witness.GetCheckpoint(target) : WrongMethod();
  }
  return {404, "text/plain; charset=utf-8", "there is nothing here\n"};
}

}  // namespace votum::witness
