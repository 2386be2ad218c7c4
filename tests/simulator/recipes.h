// Recipes: what makes a command acceptable, where its declaration does not say it. A command without
// one is filled by its declaration alone; a new command needs at most a row here.
#ifndef VOTUM_TESTS_SIMULATOR_RECIPES_H_
#define VOTUM_TESTS_SIMULATOR_RECIPES_H_

#include <functional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "google/protobuf/message.h"
#include "tests/simulator/scene.h"

namespace votum::simulator {

struct Recipe {
  std::string name;  // of the command
  // How often it is given: 10 for most, fewer for what ends something.
  int weight = 10;
  // Called after Fill; sets what it knows. May be empty.
  std::function<void(Scene&, google::protobuf::Message&)> complete;
  // Attempts at one command that the state accepts.
  int attempts = 30;
};

template <typename Command>
Recipe For(int weight, void (*complete)(Scene&, Command&) = nullptr, int attempts = 30) {
  Recipe recipe{Command::descriptor()->name(), weight, nullptr, attempts};
  if (complete == nullptr) return recipe;
  recipe.complete = [complete](Scene& scene, google::protobuf::Message& command) {
    complete(scene, static_cast<Command&>(command));
  };
  return recipe;
}

std::vector<Recipe> DirectoryRecipes();
std::vector<Recipe> IdeasRecipes();       // and papers
std::vector<Recipe> MeetingRecipes();     // convening, course, motions
std::vector<Recipe> VoteRecipes();        // votes, counts, results, lots
std::vector<Recipe> SecretVoteRecipes();  // key ceremonies, votes on devices
std::vector<Recipe> DecisionRecipes();    // and projects

// The recipe of a command; one without any knowledge if there is none.
const Recipe& RecipeOf(absl::string_view command_name);

}  // namespace votum::simulator

#endif  // VOTUM_TESTS_SIMULATOR_RECIPES_H_
