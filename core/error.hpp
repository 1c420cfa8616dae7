// Errors: the four kinds that a program tells apart, and how their one-line messages are made.
#pragma once

#include <locale>
#include <sstream>
#include <stdexcept>
#include <string>

namespace mog {

/// Joins its arguments into one message: concat("cifar: ", path, ": ", size, " bytes"). Numbers are written as in C,
/// whatever locale the host program has set: files are made of such texts, and read back.
template <class... Parts>
std::string concat(const Parts&... parts) {
  std::ostringstream text;
  text.imbue(std::locale::classic());
  (text << ... << parts);
  return text.str();
}

/// The caller's mistake (a shape, a range, an option) is a std::invalid_argument.
/// A file's content is wrong: truncated, corrupt, of another format or architecture.
struct DataError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// The system refused: a file cannot be opened, written or renamed; the disk is full.
struct IoError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// A number went wrong: NaN or infinity in the loss, a gradient or a weight.
struct NumericError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// Throws std::invalid_argument with the joined message unless `condition` holds.
template <class... Parts>
void require(bool condition, const Parts&... parts) {
  if (!condition) throw std::invalid_argument(concat(parts...));
}

}  // namespace mog
