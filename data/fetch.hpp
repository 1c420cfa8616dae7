// Downloads CIFAR-10 and CIFAR-100: verified before it is unpacked, and renamed into place only when it is whole.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "data/cifar.hpp"

namespace mog {

struct FetchOptions {
  std::string url;                                // empty: the official archive
  std::string md5;                                // of the archive, 32 hexadecimal digits; empty: the official one's
  std::uint64_t room = std::uint64_t{400} << 20;  // free bytes that must be there before anything begins
  int patience = 60;                              // seconds without data after which curl gives up
  bool progress = true;                           // curl's bar on standard error, if that is a terminal
};

/// Downloads the official binary archive with curl into dir, unpacks it with tar, and returns the folder with the
/// files: dir/cifar-10-batches-bin or dir/cifar-100-binary. Where that is there and whole, nothing is done. An
/// interrupted download stays as ARCHIVE.part, and the next call goes on with it. An archive with another MD5 is
/// removed. Throws IoError (no curl or tar, no network, no room), DataError (wrong MD5, archive without the files, or
/// a folder of that name that is not whole); each says what to do.
std::filesystem::path fetch_cifar(Cifar which, const std::filesystem::path& dir, const FetchOptions& options = {});

}  // namespace mog
