// Learning rates over the epochs of a stage.
#include "optim/schedule.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "core/error.hpp"
#include "core/float_environment.hpp"

namespace mog {
namespace {

/// A schedule whose numbers are in range.
Schedule checked(const Schedule& schedule) {
  check(schedule);
  return schedule;
}

}  // namespace

void check(const Schedule& s) {
  using Kind = Schedule::Kind;
  const bool falls = s.kind == Kind::linear || s.kind == Kind::cosine;
  require(std::isfinite(s.first) && s.first > 0, "schedule: learning rate ", s.first, ", expected more than 0");
  const bool some = falls || s.kind == Kind::step;
  require(s.hold >= (some ? 1 : 0), "schedule: ", falls ? "over " : "hold for ", s.hold, " epochs, expected ",
          some ? "at least 1" : "0 or more");
  require(s.rate > 0 && s.rate <= 1, "schedule: times ", s.rate, " each epoch, expected above 0, at most 1");
  require(std::isfinite(s.last) && s.last >= 0, "schedule: last rate ", s.last, ", expected 0 or more");
  require(std::isfinite(s.warm_up) && s.warm_up >= 0, "schedule: rises for ", s.warm_up, " epochs, expected 0 or more");
}

const char* name(Schedule::Kind kind) {
  switch (kind) {
    case Schedule::Kind::constant: break;
    case Schedule::Kind::exponential: return "exponential";
    case Schedule::Kind::step: return "step";
    case Schedule::Kind::drop: return "drop";
    case Schedule::Kind::linear: return "linear";
    case Schedule::Kind::cosine: return "cosine";
  }
  return "constant";
}

Schedule Schedule::constant(double first) { return checked({.kind = Kind::constant, .first = first}); }

Schedule Schedule::exponential(double first, Index hold, double rate) {
  return checked({.kind = Kind::exponential, .first = first, .hold = hold, .rate = rate});
}

Schedule Schedule::step(double first, Index hold, double rate) {
  return checked({.kind = Kind::step, .first = first, .hold = hold, .rate = rate});
}

Schedule Schedule::drop(double first, Index hold, double last) {
  return checked({.kind = Kind::drop, .first = first, .hold = hold, .last = last});
}

Schedule Schedule::linear(double first, Index epochs, double last) {
  return checked({.kind = Kind::linear, .first = first, .hold = epochs, .last = last});
}

Schedule Schedule::cosine(double first, Index epochs, double last) {
  return checked({.kind = Kind::cosine, .first = first, .hold = epochs, .last = last});
}

double Schedule::at(double epochs) const {
  require(epochs >= 0, "schedule: after ", epochs, " epochs, expected 0 or more");
  const FloatEnvironment standard;
  const double held = static_cast<double>(hold);
  const double share = std::min(epochs / std::max(held, 1.0), 1.0);  // of the way from the first rate to the last
  const double now = [&] {
    switch (kind) {
      case Kind::constant: break;
      case Kind::exponential: return epochs < held ? first : first * std::pow(rate, std::floor(epochs) - held + 1);
      case Kind::step: return first * std::pow(rate, std::floor(epochs / std::max(held, 1.0)));
      case Kind::drop: return epochs < held ? first : last;
      case Kind::linear: return share < 1 ? first + (last - first) * share : last;
      case Kind::cosine: return share < 1 ? last + (first - last) * (1 + std::cos(std::numbers::pi * share)) / 2 : last;
    }
    return first;
  }();
  return epochs < warm_up ? now * epochs / warm_up : now;
}

Schedule Schedule::scaled(Index planned, Index epochs) const {
  require(planned >= 1 && epochs >= 0, "schedule: scaled from ", planned, " to ", epochs, " epochs");
  Schedule other = *this;
  const double factor = static_cast<double>(epochs) / static_cast<double>(planned);
  other.hold = std::llround(static_cast<double>(hold) * factor);
  other.warm_up = warm_up * factor;
  if (kind == Kind::step || kind == Kind::linear || kind == Kind::cosine) other.hold = std::max<Index>(other.hold, 1);
  return other;
}

Schedule Schedule::from(double other_first) const {
  Schedule other = *this;
  other.first = other_first;
  other.last = last * other_first / first;
  return checked(other);
}

std::string Schedule::text() const {
  const std::string rise = warm_up > 0 ? concat(", rising for ", warm_up) : "";
  switch (kind) {
    case Kind::constant: break;
    case Kind::exponential: return concat(first, ", times ", rate, " each epoch after ", hold, rise);
    case Kind::step: return concat(first, ", times ", rate, " every ", hold, rise);
    case Kind::drop: return concat(first, " for ", hold, ", then ", last, rise);
    case Kind::linear: return concat(first, ", by a line to ", last, " over ", hold, rise);
    case Kind::cosine: return concat(first, ", by a cosine to ", last, " over ", hold, rise);
  }
  return concat(first, rise);
}

}  // namespace mog
