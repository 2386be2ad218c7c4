#include "tests/harness/writers.h"

#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <map>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "clients/lib/context.h"
#include "crypto/checkpoint.h"
#include "crypto/merkle.h"
#include "tests/harness/await.h"
#include "tests/harness/people.h"
#include "votum/directory/v1/directory.pb.h"
#include "votum/ledger/v1/ledger_service.pb.h"

namespace votum::testing {
namespace {

constexpr char kAdministrator[] = "anna.amt";

template <typename T>
T Must(absl::StatusOr<T> value) {
  if (value.ok()) return *std::move(value);
  std::cerr << "writers: " << value.status() << std::endl;
  std::abort();
}

client::Context ContextOf(const City& city) {
  client::Context context = Must(client::LoadContext(city.client_path()));
  context.person_id = kAdministrator;
  context.key_file = city.folder() + ".writers.key";
  const absl::Status saved = city.KeyOf(kAdministrator).SavePkcs8FileUnencrypted(context.key_file);
  if (!saved.ok()) std::cerr << "writers: " << saved << std::endl;
  return context;
}

}  // namespace

Writers::Writers(City& city, int count, absl::Duration patience) : city_(city), last_(absl::Now()) {
  const client::Context context = ContextOf(city);
  client_ = Must(client::Client::Open(
      context, Must(client::Channels::Open(context)),
      [](const std::string&) { return crypto::SecretBytes(); }, patience));
  for (int writer = 0; writer < count; ++writer)
    threads_.emplace_back([this, writer] { Write(writer); });
}

void Writers::Write(int writer) {
  for (int n = 0; !stop_; ++n) {
    directory::v1::RegisterPerson person = NewPerson(absl::StrCat("w", writer, "-", n));
    const auto receipt = client_->Do(&person, {About(person.person_id(), "Name").attachment});
    const std::lock_guard<std::mutex> lock(mutex_);
    if (!receipt.ok()) {
      failures_.push_back(absl::StrCat(person.person_id(), ": ", receipt.status().ToString()));
      continue;
    }
    const absl::Time now = absl::Now();
    longest_ = std::max(longest_, now - last_);
    last_ = now;
    receipts_.push_back(*receipt);
    ++acknowledged_;
  }
}

bool Writers::Await(int count, absl::Duration time) const {
  const int goal = acknowledged_ + count;
  return testing::Await([&] { return acknowledged_ >= goal; }, time);
}

absl::Duration Writers::TakeLongestPause() {
  const std::lock_guard<std::mutex> lock(mutex_);
  return std::exchange(longest_, absl::ZeroDuration());
}

void Writers::Stop() {
  stop_ = true;
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
}

std::vector<std::string> Writers::Problems() {
  std::vector<std::string> problems = failures_;
  city_.AwaitReady();
  CheckLog(problems);
  CheckProjections(problems);
  return problems;
}

void Writers::CheckLog(std::vector<std::string>& problems) {
  crypto::MerkleTree tree;
  std::vector<std::string> records;
  std::set<std::string> payloads;
  ledger::v1::ListEntriesRequest request;
  request.set_page_size(5000);
  ledger::v1::ListEntriesResponse page;
  do {
    const absl::Status read =
        city_.Read(kAdministrator, "publication", "ListEntries", request, &page);
    if (!read.ok()) return problems.push_back(absl::StrCat("ListEntries: ", read.ToString()));
    for (const ledger::v1::Entry& entry : page.entries()) {
      common::v1::Record record;
      // Ballots are not shown to the administrator.
      if (!entry.record().empty() &&
          (!record.ParseFromString(entry.record()) || !payloads.insert(record.payload()).second))
        problems.push_back(absl::StrCat("record ", entry.index(), " stands twice"));
      tree.Append(entry.leaf());
      records.push_back(entry.record());
    }
    request.set_page_token(page.next_page_token());
  } while (!page.next_page_token().empty());

  for (const common::v1::Receipt& receipt : receipts_) {
    if (receipt.index() >= records.size() || records[receipt.index()] != receipt.record())
      problems.push_back(absl::StrCat("acknowledged record ", receipt.index(), " is not there"));
    const auto checkpoint =
        crypto::OpenCheckpoint(receipt.checkpoint(), city_.log(), city_.deployment());
    const auto root = checkpoint.ok() ? tree.RootAt(checkpoint->size) : checkpoint.status();
    if (!root.ok() || *root != checkpoint->root) {
      problems.push_back(
          absl::StrCat("the checkpoint given with record ", receipt.index(), " is of another log"));
    }
  }
}

void Writers::CheckProjections(std::vector<std::string>& problems) {
  std::map<std::string, std::string> by_domain;
  for (const auto& [process, domains] : city_.Projections()) {
    for (const auto& [domain, digest] : domains) {
      if (by_domain.emplace(domain, digest).first->second != digest)
        problems.push_back(absl::StrCat(process, " disagrees on ", domain));
    }
  }
}

}  // namespace votum::testing
