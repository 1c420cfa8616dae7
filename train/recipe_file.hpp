// Recipe files: a recipe as lines that a person reads, copies and edits; docs/run-files.md has the list of keys.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "train/recipe.hpp"

namespace mog {

/// The recipe that a file's text describes; a key that is left out is as the paper has it. Throws DataError, which
/// begins with `where` and the line's number, on anything that is no recipe.
Recipe parse_recipe(std::string_view text, const std::string& name, const std::string& where);
/// Whether a word of the command line means a file, not a name: it ends in .ini, or has a slash.
bool is_recipe_file(std::string_view word);
/// The recipe in a file, named by it. Throws IoError, DataError.
Recipe read_recipe(const std::filesystem::path& path);
/// The text of a file that describes this recipe.
std::string recipe_file_text(const Recipe& recipe);

/// The recipes that were compiled into the program: recipes/*.ini of the source.
std::vector<Recipe> built_in_recipes();

}  // namespace mog
