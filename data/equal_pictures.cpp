// Sorts by pixels: equal pictures lie side by side.
#include "data/equal_pictures.hpp"

#include <algorithm>
#include <cstring>

#include "core/error.hpp"

namespace mog {

std::vector<std::vector<PictureIndex>> equal_pictures(const DatasetPair& data,
                                                      const std::function<bool(const PictureIndex&)>& left_out) {
  const Index bytes = data.train.size() > 0 ? data.train.image_bytes() : data.test.image_bytes();
  require(data.test.size() == 0 || data.test.image_bytes() == bytes, "equal_pictures: pictures of ", bytes, " and ",
          data.test.image_bytes(), " bytes, expected one size");
  std::vector<PictureIndex> all;
  for (Index i = 0; i < data.train.size(); ++i) all.push_back({false, i});
  for (Index i = 0; i < data.test.size(); ++i) all.push_back({true, i});
  if (left_out) std::erase_if(all, left_out);
  const auto compare = [&](const PictureIndex& a, const PictureIndex& b) {
    const auto pixels = [&](const PictureIndex& at) { return (at.test ? data.test : data.train).image(at.index); };
    return std::memcmp(pixels(a), pixels(b), static_cast<std::size_t>(bytes));
  };
  std::stable_sort(all.begin(), all.end(), [&](const auto& a, const auto& b) { return compare(a, b) < 0; });

  std::vector<std::vector<PictureIndex>> groups;
  for (auto first = all.begin(); first != all.end();) {
    const auto end = std::find_if(first, all.end(), [&](const auto& other) { return compare(*first, other) != 0; });
    if (end - first > 1) groups.emplace_back(first, end);
    first = end;
  }
  std::sort(groups.begin(), groups.end(),
            [](const auto& a, const auto& b) { return a[0].test != b[0].test ? !a[0].test : a[0].index < b[0].index; });
  return groups;
}

}  // namespace mog
