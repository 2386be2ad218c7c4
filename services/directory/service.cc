#include "services/directory/service.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "base/refusal.h"
#include "base/status_macros.h"
#include "services/runtime/paging.h"
#include "services/runtime/sealed_contents.h"

namespace votum::directory {
namespace {
constexpr size_t kLargestDirectoryPage = 1000;

// The first record that `page` of a list by record may show.
absl::StatusOr<uint64_t> FirstRecord(const Page& page) {
  if (page.after.empty()) return 0;
  uint64_t last = 0;
  if (absl::SimpleAtoi(page.after, &last)) return last + 1;
  return Refuse(Reason::kBadPage, "page_token is not one that a response of this list gave");
}

ShownContent NameOf(v1::Person& person) { return {&person.sealed_name(), person.mutable_name()}; }

}  // namespace

grpc::Status DirectoryServiceImpl::GetBody(grpc::ServerContext* context,
                                           const v1::GetBodyRequest* request,
                                           v1::GetBodyResponse* response) {
  const auto read = [&](const World& world, const Reader& reader) -> absl::Status {
    *response->mutable_body() = world.directory().GetBody();
    return absl::OkStatus();
  };
  return access_.Read(*context, "GetBody", read);
}

grpc::Status DirectoryServiceImpl::GetPerson(grpc::ServerContext* context,
                                             const v1::GetPersonRequest* request,
                                             v1::GetPersonResponse* response) {
  const auto read = [&](const World& world, const Reader& reader) -> absl::Status {
    ASSIGN_OR_RETURN(*response->mutable_person(),
                     world.directory().GetPerson(request->person_id()));
    return absl::OkStatus();
  };
  const auto contents = [&](const Fold&, const Reader&) -> std::vector<ShownContent> {
    return {NameOf(*response->mutable_person())};
  };
  return ReadWithContents(access_, ledger_, *context, "GetPerson", response, read, contents);
}

grpc::Status DirectoryServiceImpl::GetOrganization(grpc::ServerContext* context,
                                                   const v1::GetOrganizationRequest* request,
                                                   v1::GetOrganizationResponse* response) {
  const auto read = [&](const World& world, const Reader& reader) -> absl::Status {
    ASSIGN_OR_RETURN(*response->mutable_organization(),
                     world.directory().GetOrganization(request->organization_id()));
    return absl::OkStatus();
  };
  return access_.Read(*context, "GetOrganization", read);
}

grpc::Status DirectoryServiceImpl::ListPersons(grpc::ServerContext* context,
                                               const v1::ListPersonsRequest* request,
                                               v1::ListPersonsResponse* response) {
  const auto read = [&](const World& world, const Reader& reader) -> absl::Status {
    ASSIGN_OR_RETURN(const Page page, ParsePage(request->page_size(), request->page_token(),
                                                kDefaultPage, kLargestDirectoryPage));
    for (auto& resource : world.directory().ListPersons(page.after, page.size))
      *response->add_persons() = std::move(resource);
    if (static_cast<size_t>(response->persons_size()) == page.size) {
      response->set_next_page_token(
          NextPageToken(response->persons(response->persons_size() - 1).id()));
    }
    return absl::OkStatus();
  };
  const auto contents = [&](const Fold&, const Reader&) {
    std::vector<ShownContent> shown;
    for (v1::Person& person : *response->mutable_persons()) shown.push_back(NameOf(person));
    return shown;
  };
  return ReadWithContents(access_, ledger_, *context, "ListPersons", response, read, contents);
}

grpc::Status DirectoryServiceImpl::ListOrganizations(grpc::ServerContext* context,
                                                     const v1::ListOrganizationsRequest* request,
                                                     v1::ListOrganizationsResponse* response) {
  const auto read = [&](const World& world, const Reader& reader) -> absl::Status {
    ASSIGN_OR_RETURN(const Page page, ParsePage(request->page_size(), request->page_token(),
                                                kDefaultPage, kLargestDirectoryPage));
    for (auto& resource : world.directory().ListOrganizations(page.after, page.size))
      *response->add_organizations() = std::move(resource);
    if (static_cast<size_t>(response->organizations_size()) == page.size) {
      response->set_next_page_token(
          NextPageToken(response->organizations(response->organizations_size() - 1).id()));
    }
    return absl::OkStatus();
  };
  return access_.Read(*context, "ListOrganizations", read);
}

grpc::Status DirectoryServiceImpl::ListMemberships(grpc::ServerContext* context,
                                                   const v1::ListMembershipsRequest* request,
                                                   v1::ListMembershipsResponse* response) {
  const auto read = [&](const World& world, const Reader& reader) -> absl::Status {
    ASSIGN_OR_RETURN(const Page page, ParsePage(request->page_size(), request->page_token(),
                                                kDefaultPage, kLargestDirectoryPage));
    for (auto& resource :
         world.directory().ListMemberships(request->organization_id(), page.after, page.size))
      *response->add_memberships() = std::move(resource);
    if (static_cast<size_t>(response->memberships_size()) == page.size) {
      response->set_next_page_token(
          NextPageToken(response->memberships(response->memberships_size() - 1).id()));
    }
    return absl::OkStatus();
  };
  return access_.Read(*context, "ListMemberships", read);
}

grpc::Status DirectoryServiceImpl::ListKeys(grpc::ServerContext* context,
                                            const v1::ListKeysRequest* request,
                                            v1::ListKeysResponse* response) {
  const auto read = [&](const World& world, const Reader& reader) -> absl::Status {
    const bool own = !reader.person_id.empty() && request->person_id() == reader.person_id;
    if (reader.audience == Audience::kPublic && !own) {
      return Refuse(
          Reason::kNotPublic,
          "keys are listed for members, the administration and auditors, and to everybody one's "
          "own; give a read session");
    }
    ASSIGN_OR_RETURN(const Page page, ParsePage(request->page_size(), request->page_token(),
                                                kDefaultPage, kLargestDirectoryPage));
    for (auto& resource : world.directory().ListKeys(request->person_id(), page.after, page.size))
      *response->add_keys() = std::move(resource);
    if (static_cast<size_t>(response->keys_size()) == page.size) {
      response->set_next_page_token(NextPageToken(response->keys(response->keys_size() - 1).id()));
    }
    return absl::OkStatus();
  };
  const auto contents = [&](const Fold&, const Reader&) {
    std::vector<ShownContent> shown;
    for (v1::Key& key : *response->mutable_keys()) {
      shown.push_back({&key.sealed_label(), key.mutable_label()});
      shown.push_back({&key.sealed_revocation_reason(), key.mutable_revocation_reason()});
    }
    return shown;
  };
  return ReadWithContents(access_, ledger_, *context, "ListKeys", response, read, contents);
}

grpc::Status DirectoryServiceImpl::ListErasures(grpc::ServerContext* context,
                                                const v1::ListErasuresRequest* request,
                                                v1::ListErasuresResponse* response) {
  const auto read = [&](const World& world, const Reader&) -> absl::Status {
    ASSIGN_OR_RETURN(const Page page, ParsePage(request->page_size(), request->page_token(),
                                                kDefaultPage, kLargestDirectoryPage));
    ASSIGN_OR_RETURN(const uint64_t first, FirstRecord(page));
    for (auto& resource : world.directory().ListErasures(first, page.size))
      *response->add_erasures() = std::move(resource);
    if (static_cast<size_t>(response->erasures_size()) == page.size) {
      response->set_next_page_token(
          NextPageToken(absl::StrCat(response->erasures().rbegin()->record())));
    }
    return absl::OkStatus();
  };
  return access_.Read(*context, "ListErasures", read);
}

grpc::Status DirectoryServiceImpl::ListActs(grpc::ServerContext* context,
                                            const v1::ListActsRequest* request,
                                            v1::ListActsResponse* response) {
  // The directory's commands that ask for a second person are public, and so are these acts.
  const auto read = [&](const World& world, const Reader&) -> absl::Status {
    ASSIGN_OR_RETURN(const Page page, ParsePage(request->page_size(), request->page_token(),
                                                kDefaultPage, kLargestDirectoryPage));
    ASSIGN_OR_RETURN(const uint64_t first, FirstRecord(page));
    const uint64_t from = std::max(first, request->first_record());
    for (auto& resource : world.acts().List(request->state(), from, page.size))
      *response->add_acts() = std::move(resource);
    if (static_cast<size_t>(response->acts_size()) == page.size)
      response->set_next_page_token(
          NextPageToken(absl::StrCat(response->acts().rbegin()->record())));
    return absl::OkStatus();
  };
  return access_.Read(*context, "ListActs", read);
}

}  // namespace votum::directory
