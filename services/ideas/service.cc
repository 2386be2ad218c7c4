#include "services/ideas/service.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/clock.h"
#include "base/status_macros.h"
#include "core/fold/rights.h"
#include "services/runtime/paging.h"
#include "services/runtime/sealed_contents.h"

namespace votum::ideas {
namespace {

// Pending lists of voting codes in one answer: ten of the largest lists fit.
constexpr size_t kMostPendingBytes = size_t{2} << 20;

// The store of ideas does not know the outcome of an idea; the papers do.
void FillProposal(const World& world, v1::Idea& idea) {
  idea.set_proposal_id(world.papers().ProposalOf(idea.id()));
}

// What is shown of `idea` beside its state: its text, and the grounds of rejections to those for whom
// they are.
void AddContents(bool with_grounds, v1::Idea& idea, std::vector<ShownContent>* shown) {
  shown->push_back({&idea.text(), idea.mutable_text_content()});
  if (!with_grounds) return;
  for (v1::Moderation& moderation : *idea.mutable_moderations())
    shown->push_back({&moderation.sealed_ground(), moderation.mutable_ground()});
}

bool MayReadGrounds(const Fold& fold, const Reader& reader) {
  return reader.audience == Audience::kAuditor ||
         HoldsOffice(fold.world().directory(), reader.person_id);
}

}  // namespace

HooksByType IdeasServiceImpl::hooks() {
  HooksByType hooks;
  hooks[v1::SubmitIdea::descriptor()].admit = [this](const std::string& caller) {
    return intake_.Admit(caller, absl::Now());
  };
  return hooks;
}

size_t IdeasServiceImpl::OnlineIdeasSince(absl::Time since) const {
  const std::shared_ptr<const Fold> fold = access_.replica().State();
  size_t count = 0;
  for (const auto& [id, idea] : fold->world().ideas().state().ideas) {
    const IdeaDetails details = idea.details.Unpack();
    if (details.channel == v1::CHANNEL_ONLINE && details.created > since) ++count;
  }
  return count;
}

grpc::Status IdeasServiceImpl::GetIdea(grpc::ServerContext* context,
                                       const v1::GetIdeaRequest* request,
                                       v1::GetIdeaResponse* response) {
  const auto read = [&](const World& world, const Reader& reader) -> absl::Status {
    ASSIGN_OR_RETURN(*response->mutable_idea(),
                     world.ideas().GetIdea(request->idea_id(), reader.audience));
    FillProposal(world, *response->mutable_idea());
    return absl::OkStatus();
  };
  const auto contents = [&](const Fold& fold, const Reader& reader) {
    std::vector<ShownContent> shown;
    AddContents(MayReadGrounds(fold, reader), *response->mutable_idea(), &shown);
    return shown;
  };
  return ReadWithContents(access_, ledger_, *context, "GetIdea", response, read, contents);
}

grpc::Status IdeasServiceImpl::GetIdeaByReceiptCode(grpc::ServerContext* context,
                                                    const v1::GetIdeaByReceiptCodeRequest* request,
                                                    v1::GetIdeaByReceiptCodeResponse* response) {
  const auto read = [&](const World& world, const Reader&) -> absl::Status {
    ASSIGN_OR_RETURN(*response->mutable_idea(),
                     world.ideas().GetIdeaByReceiptCode(request->receipt_code_digest()));
    FillProposal(world, *response->mutable_idea());
    return absl::OkStatus();
  };
  const auto contents = [&](const Fold&, const Reader&) {
    std::vector<ShownContent> shown;
    AddContents(true, *response->mutable_idea(), &shown);
    return shown;
  };
  return ReadWithContents(access_, ledger_, *context, "GetIdeaByReceiptCode", response, read,
                          contents);
}

grpc::Status IdeasServiceImpl::ListIdeas(grpc::ServerContext* context,
                                         const v1::ListIdeasRequest* request,
                                         v1::ListIdeasResponse* response) {
  const auto read = [&](const World& world, const Reader& reader) -> absl::Status {
    ASSIGN_OR_RETURN(const Page page, ParsePage(request->page_size(), request->page_token()));
    for (v1::Idea& idea :
         world.ideas().ListIdeas(request->state(), page.after, page.size, reader.audience)) {
      FillProposal(world, idea);
      *response->add_ideas() = std::move(idea);
    }
    if (static_cast<size_t>(response->ideas_size()) == page.size) {
      response->set_next_page_token(
          NextPageToken(response->ideas(response->ideas_size() - 1).id()));
    }
    return absl::OkStatus();
  };
  const auto contents = [&](const Fold& fold, const Reader& reader) {
    std::vector<ShownContent> shown;
    const bool with_grounds = MayReadGrounds(fold, reader);
    for (v1::Idea& idea : *response->mutable_ideas()) AddContents(with_grounds, idea, &shown);
    return shown;
  };
  return ReadWithContents(access_, ledger_, *context, "ListIdeas", response, read, contents);
}

grpc::Status IdeasServiceImpl::GetRound(grpc::ServerContext* context,
                                        const v1::GetRoundRequest* request,
                                        v1::GetRoundResponse* response) {
  const auto read = [&](const World& world, const Reader& reader) -> absl::Status {
    ASSIGN_OR_RETURN(*response->mutable_round(), world.ideas().GetRound(request->round_id()));
    // Those who may be the second person; everybody else learns nothing of these sealed records.
    if (!world.directory().HasAnyOffice(reader.person_id,
                                        {common::v1::OFFICE_CLERK, common::v1::OFFICE_ADMINISTRATOR,
                                         common::v1::OFFICE_SECRETARY, common::v1::OFFICE_AUDITOR}))
      return absl::OkStatus();
    for (directory::v1::Act& act :
         world.round_acts().OfRound(request->round_id(), kMostPendingBytes))
      *response->add_pending_voters() = std::move(act);
    return absl::OkStatus();
  };
  return access_.Read(*context, "GetRound", read);
}

grpc::Status IdeasServiceImpl::ListRounds(grpc::ServerContext* context,
                                          const v1::ListRoundsRequest* request,
                                          v1::ListRoundsResponse* response) {
  const auto read = [&](const World& world, const Reader&) -> absl::Status {
    ASSIGN_OR_RETURN(const Page page, ParsePage(request->page_size(), request->page_token()));
    for (v1::Round& round : world.ideas().ListRounds(page.after, page.size))
      *response->add_rounds() = std::move(round);
    if (static_cast<size_t>(response->rounds_size()) == page.size) {
      response->set_next_page_token(
          NextPageToken(response->rounds(response->rounds_size() - 1).id()));
    }
    return absl::OkStatus();
  };
  return access_.Read(*context, "ListRounds", read);
}

}  // namespace votum::ideas
