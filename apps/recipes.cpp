// `mog recipes`: the recipes that the program carries, and the text of one to copy and edit.
#include <cstdio>
#include <memory>

#include "apps/commands.hpp"
#include "core/printable.hpp"
#include "train/recipe_file.hpp"

namespace mog::apps {

void add_recipes(CLI::App& app) {
  CLI::App* command = app.add_subcommand("recipes", "List the recipes for training, or print one as a file");
  auto name = std::make_shared<std::string>();
  command->add_option("NAME", *name, "Print this recipe: mog recipes hour > mine.ini; mog train --recipe mine.ini");
  command->callback([name] {
    if (!name->empty()) {
      const std::string text = recipe_file_text(find_recipe(*name));
      for (std::size_t at = 0; at < text.size(); at = text.find('\n', at) + 1) {
        std::printf("%s\n", printable(std::string_view(text).substr(at, text.find('\n', at) - at)).c_str());
      }
      return;
    }
    for (const Recipe& recipe : recipes())
      std::printf("%-15s %s\n", printable(recipe.name).c_str(), printable(recipe.about).c_str());
  });
}

}  // namespace mog::apps
