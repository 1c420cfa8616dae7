// Learning rates of the epochs of a stage.
#include "optim/schedule.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "core/error.hpp"

namespace mog {
namespace {

void require_first(double first) {
  require(std::isfinite(first) && first > 0, "schedule: learning rate ", first, ", expected more than 0");
}

}  // namespace

Schedule Schedule::constant(double first) {
  require_first(first);
  return {.kind = Kind::constant, .first = first};
}

Schedule Schedule::exponential(double first, Index hold, double rate) {
  require_first(first);
  require(hold >= 0, "schedule: hold for ", hold, " epochs, expected 0 or more");
  require(rate > 0 && rate <= 1, "schedule: times ", rate, " each epoch, expected above 0, at most 1");
  return {.kind = Kind::exponential, .first = first, .hold = hold, .rate = rate};
}

Schedule Schedule::drop(double first, Index hold, double last) {
  require_first(first);
  require(hold >= 0, "schedule: hold for ", hold, " epochs, expected 0 or more");
  require(std::isfinite(last) && last >= 0, "schedule: last rate ", last, ", expected 0 or more");
  return {.kind = Kind::drop, .first = first, .hold = hold, .last = last};
}

Schedule Schedule::cosine(double first, Index epochs, double last) {
  require_first(first);
  require(epochs >= 1, "schedule: cosine over ", epochs, " epochs, expected at least 1");
  require(std::isfinite(last) && last >= 0, "schedule: last rate ", last, ", expected 0 or more");
  return {.kind = Kind::cosine, .first = first, .hold = epochs, .last = last};
}

double Schedule::at(Index epoch) const {
  require(epoch >= 0, "schedule: epoch ", epoch, ", expected 0 or more");
  switch (kind) {
    case Kind::constant: break;
    case Kind::exponential: return epoch < hold ? first : first * std::pow(rate, static_cast<double>(epoch - hold + 1));
    case Kind::drop: return epoch < hold ? first : last;
    case Kind::cosine: {
      if (epoch >= hold) return last;
      const double turn = std::numbers::pi * static_cast<double>(epoch) / static_cast<double>(hold);
      return last + (first - last) * (1 + std::cos(turn)) / 2;
    }
  }
  return first;
}

Schedule Schedule::scaled(Index planned, Index epochs) const {
  require(planned >= 1 && epochs >= 0, "schedule: scaled from ", planned, " to ", epochs, " epochs");
  Schedule other = *this;
  const double share = static_cast<double>(hold) / static_cast<double>(planned);
  other.hold = std::llround(share * static_cast<double>(epochs));
  if (kind == Kind::cosine) other.hold = std::max<Index>(other.hold, 1);
  return other;
}

std::string Schedule::text() const {
  switch (kind) {
    case Kind::constant: break;
    case Kind::exponential: return concat(first, ", times ", rate, " each epoch after ", hold);
    case Kind::drop: return concat(first, " for ", hold, ", then ", last);
    case Kind::cosine: return concat(first, ", by a cosine to ", last, " over ", hold);
  }
  return concat(first);
}

}  // namespace mog
