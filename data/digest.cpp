// Feeds a data set to MD5.
#include "data/digest.hpp"

#include "core/error.hpp"
#include "core/md5.hpp"

namespace mog {

std::string digest(const Dataset& data) {
  Md5 md5;
  const auto add = [&md5](const std::string& text) {
    md5.update({reinterpret_cast<const std::uint8_t*>(text.c_str()), text.size() + 1});  // with the zero at its end
  };
  add(concat(data.size(), ' ', data.height, ' ', data.width, ' ', data.channels));
  for (const std::string& name : data.class_names) add(name);
  for (const std::int32_t label : data.labels) add(std::to_string(label));
  md5.update(data.pixels);
  return md5.hex();
}

}  // namespace mog
