#include "tests/simulator/recipes.h"

#include <map>

#include "core/fold/command_table.h"

namespace votum::simulator {
namespace {

using Recipes = std::map<std::string, Recipe, std::less<>>;

Recipes MakeAll() {
  Recipes all;
  for (const CommandType& type : CommandTable()) all[type.name].name = type.name;
  for (const auto& list : {DirectoryRecipes(), IdeasRecipes(), MeetingRecipes(), VoteRecipes(),
                           SecretVoteRecipes(), DecisionRecipes()}) {
    for (const Recipe& recipe : list) all[recipe.name] = recipe;
  }
  return all;
}

}  // namespace

const Recipe& RecipeOf(absl::string_view command_name) {
  static const auto* const kAll = new Recipes(MakeAll());
  return kAll->find(command_name)->second;
}

}  // namespace votum::simulator
