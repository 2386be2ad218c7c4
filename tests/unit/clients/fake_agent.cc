#include "tests/unit/clients/fake_agent.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace votum::client {
namespace {

// Numbers from draft-miller-ssh-agent, repeated here because a test that took them from the program
// would not notice a wrong one.
constexpr char kFailure[] = "\x05";
constexpr char kSuccess[] = "\x06";
constexpr size_t kSeedBytes = 32;

std::string Number(size_t number) {
  std::string bytes;
  for (const int shift : {24, 16, 8, 0})
    bytes.push_back(static_cast<char>((number >> shift) & 0xff));
  return bytes;
}
std::string Text(absl::string_view bytes) { return absl::StrCat(Number(bytes.size()), bytes); }

size_t NumberAt(absl::string_view bytes) {
  size_t number = 0;
  for (size_t i = 0; i < 4; ++i) number = number << 8 | static_cast<uint8_t>(bytes[i]);
  return number;
}
// Takes a string from the front of `*rest`.
std::string TakeText(absl::string_view* rest) {
  const size_t size = NumberAt(*rest);
  std::string text(rest->substr(4, size));
  rest->remove_prefix(4 + size);
  return text;
}

std::string ReadExactly(int connection, size_t size) {
  std::string bytes(size, '\0');
  size_t got = 0;
  while (got < size) {
    const ssize_t count = read(connection, bytes.data() + got, size - got);
    if (count <= 0) return "";
    got += static_cast<size_t>(count);
  }
  return bytes;
}

}  // namespace

FakeAgent::FakeAgent(std::string socket)
    : socket_(std::move(socket)), listener_(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(static_cast<char*>(address.sun_path), socket_.c_str(), sizeof(address.sun_path) - 1);
  EXPECT_EQ(bind(listener_, reinterpret_cast<const sockaddr*>(&address), sizeof(address)), 0);
  EXPECT_EQ(listen(listener_, 64), 0);
  thread_ = std::thread([this] { Serve(); });
}

FakeAgent::~FakeAgent() {
  stops_ = true;
  shutdown(listener_, SHUT_RDWR);
  thread_.join();
  close(listener_);
  unlink(socket_.c_str());
}

size_t FakeAgent::held() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return held_.size();
}
std::string FakeAgent::comment() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return held_.size() == 1 ? held_[0].comment : "";
}
std::string FakeAgent::constraints() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return held_.size() == 1 ? held_[0].constraints : "";
}
void FakeAgent::ForgetAll() {
  const std::lock_guard<std::mutex> lock(mutex_);
  held_.clear();
}
void FakeAgent::AnswerAlways(std::string answer) {
  const std::lock_guard<std::mutex> lock(mutex_);
  always_ = std::move(answer);
}

void FakeAgent::Serve() {
  while (!stops_) {
    const int connection = accept(listener_, nullptr, nullptr);
    if (connection < 0) continue;
    ServeOne(connection);
    close(connection);
  }
}

void FakeAgent::ServeOne(int connection) {
  const std::string length = ReadExactly(connection, 4);
  if (length.empty()) return;
  const std::string request = ReadExactly(connection, NumberAt(length));
  std::string answer;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    answer = always_.has_value() ? *always_ : Text(AnswerTo(request));
  }
  if (write(connection, answer.data(), answer.size()) < 0) return;
}

std::string FakeAgent::AnswerTo(absl::string_view request) {
  if (request.empty()) return kFailure;
  const absl::string_view rest = request.substr(1);
  switch (request[0]) {
    case 11:
      return List();
    case 13:
      return Sign(rest);
    case 18:
      return Remove(rest);
    case 25:
      return Add(rest);
    default:
      return kFailure;
  }
}

std::string FakeAgent::Add(absl::string_view rest) {
  const std::string type = TakeText(&rest);
  if (type != "ssh-ed25519") return kFailure;
  const std::string point = TakeText(&rest);
  std::string both = TakeText(&rest);
  both.resize(kSeedBytes);
  auto key = crypto::PrivateKey::FromEd25519Seed(crypto::SecretBytes::TakeFrom(&both));
  if (!key.ok() || key->public_key().Point() != point) return kFailure;
  const std::string blob = absl::StrCat(Text(type), Text(point));
  Remove(Text(blob));  // the new terms count
  std::string comment = TakeText(&rest);
  held_.push_back({blob, std::move(comment), std::string(rest), *std::move(key)});
  return kSuccess;
}

std::string FakeAgent::List() const {
  std::string answer = absl::StrCat("\x0c", Number(held_.size()));
  for (const Held& held : held_) absl::StrAppend(&answer, Text(held.blob), Text(held.comment));
  return answer;
}

std::string FakeAgent::Remove(absl::string_view rest) {
  const std::string blob = TakeText(&rest);
  const auto gone = std::find_if(held_.begin(), held_.end(),
                                 [&blob](const Held& held) { return held.blob == blob; });
  if (gone == held_.end()) return kFailure;
  held_.erase(gone);
  return kSuccess;
}

std::string FakeAgent::Sign(absl::string_view rest) {
  const std::string blob = TakeText(&rest);
  const std::string data = TakeText(&rest);
  for (const Held& held : held_) {
    if (held.blob != blob || declines_) continue;
    ++signatures_;
    return absl::StrCat("\x0e",
                        Text(absl::StrCat(Text("ssh-ed25519"), Text(*held.key.Sign(data)))));
  }
  return kFailure;
}

}  // namespace votum::client
