// `mog recipes`: the recipes that the program carries, and the text of one to copy and edit.
#include <cstdio>
#include <memory>

#include "apps/commands.hpp"
#include "train/recipe_file.hpp"

namespace mog::apps {

void add_recipes(CLI::App& app) {
  CLI::App* command = app.add_subcommand("recipes", "List the recipes for training, or print one as a file");
  auto name = std::make_shared<std::string>();
  command->add_option("NAME", *name, "Print this recipe: mog recipes hour > mine.ini; mog train --recipe mine.ini");
  command->callback([name] {
    if (!name->empty()) {
      std::printf("%s", recipe_file_text(find_recipe(*name)).c_str());
      return;
    }
    for (const Recipe& recipe : recipes()) std::printf("%-15s %s\n", recipe.name.c_str(), recipe.about.c_str());
  });
}

}  // namespace mog::apps
