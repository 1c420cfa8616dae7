// The packed file of an integer network; docs/packed-file.md has the grammar of its bytes.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "core/file.hpp"
#include "deploy/runtime/model_part.hpp"
#include "deploy/runtime/proof.hpp"

namespace mog {

/// The file's bytes. Layers are named by their kind and number, so that names are not stored. Throws
/// std::invalid_argument when a class name is empty or has a line break, or they are more than kMostModelBytes.
std::vector<std::byte> model_bytes(const ProvenNetwork& proven);
/// Writes them as write_file does.
void write_model(const std::filesystem::path& path, const ProvenNetwork& network);

/// A network out of a file's bytes, which may be mapped memory. Everything is checked before it is used: throws
/// DataError, beginning with `name` and the byte where it went wrong, for anything that is no such file, truncated,
/// changed, of a newer version, or describes a network that prove() refuses. Memory and time are bounded by the size.
ProvenNetwork parse_model(Bytes bytes, const std::string& name);
/// The bytes of a file that begins as a packed network does. Throws IoError when it cannot be read, DataError when it
/// is something else or has more than kMostModelBytes.
std::vector<std::byte> model_file_bytes(const std::filesystem::path& path);
/// Throws IoError when the file cannot be read, DataError as parse_model does.
ProvenNetwork read_model(const std::filesystem::path& path);

/// Where each byte of a file goes, in the order of the file, by its header and layer table: throws DataError when these
/// are none; what they describe is parse_model's to check.
std::vector<ModelPart> model_parts(Bytes bytes, const std::string& name);

}  // namespace mog
