// Learning rates against their formulas.
#include "optim/schedule.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <stdexcept>

using mog::Schedule;

TEST_CASE("a constant schedule never changes") {
  CHECK(Schedule::constant(0.1).at(0) == 0.1);
  CHECK(Schedule::constant(0.1).at(1000) == 0.1);
}

TEST_CASE("the paper's schedule holds 1e-3 for 120 epochs, and has lost 0.9^60 of it in the 180th") {
  const Schedule paper = Schedule::exponential(1e-3, 120, 0.9);
  CHECK(paper.at(0) == 1e-3);
  CHECK(paper.at(119) == 1e-3);
  CHECK(paper.at(120) == doctest::Approx(9e-4));
  CHECK(paper.at(179) == doctest::Approx(1e-3 * std::pow(0.9, 60)));
}

TEST_CASE("steps hold each rate for as many epochs") {
  const Schedule steps = Schedule::step(0.1, 55, 0.2);
  CHECK(steps.at(0) == 0.1);
  CHECK(steps.at(54.9) == 0.1);
  CHECK(steps.at(55) == doctest::Approx(0.02));
  CHECK(steps.at(109.5) == doctest::Approx(0.02));
  CHECK(steps.at(165) == doctest::Approx(0.0008).scale(0));
  CHECK(steps.text() == "0.1, times 0.2 every 55");
  CHECK(steps.scaled(200, 20).hold == 6);  // 5.5, rounded
  CHECK(steps.scaled(200, 1).hold == 1);
  CHECK_THROWS_AS(Schedule::step(0.1, 0, 0.2), std::invalid_argument);
}

TEST_CASE("a drop holds one rate, then the other; a cosine falls from the first to the last") {
  CHECK(Schedule::drop(1e-3, 2, 5e-5).at(1) == 1e-3);
  CHECK(Schedule::drop(1e-3, 2, 5e-5).at(2) == 5e-5);
  const Schedule cosine = Schedule::cosine(1, 10, 0.2);
  CHECK(cosine.at(0) == doctest::Approx(1));
  CHECK(cosine.at(5) == doctest::Approx(0.6));
  CHECK(cosine.at(10) == 0.2);
  CHECK(cosine.at(11) == 0.2);
}

TEST_CASE("a line and a cosine fall with every step, the others between epochs") {
  const Schedule line = Schedule::linear(1, 10, 0.5);
  CHECK(line.at(0) == 1);
  CHECK(line.at(2.5) == doctest::Approx(0.875));
  CHECK(line.at(10) == 0.5);
  CHECK(line.at(12) == 0.5);
  CHECK(Schedule::cosine(1, 4).at(1.5) == doctest::Approx((1 + std::cos(1.5 / 4 * 3.14159265358979)) / 2));
  CHECK(Schedule::exponential(1, 2, 0.5).at(1.99) == 1);
  CHECK(Schedule::exponential(1, 2, 0.5).at(2.99) == 0.5);
  CHECK(Schedule::exponential(1, 2, 0.5).at(3) == 0.25);
  CHECK(Schedule::drop(1, 2, 0.25).at(1.99) == 1);
}

TEST_CASE("a warm-up rises in a line from 0 to whatever the rate is then") {
  Schedule schedule = Schedule::linear(1, 10);
  schedule.warm_up = 2;
  CHECK(schedule.at(0) == 0);
  CHECK(schedule.at(1) == doctest::Approx(0.9 / 2));
  CHECK(schedule.at(2) == doctest::Approx(0.8));
  CHECK(schedule.scaled(10, 5).warm_up == 1);
}

TEST_CASE("another first rate keeps the last one's proportion") {
  CHECK(Schedule::drop(1e-3, 2, 5e-5).from(2e-3) == Schedule::drop(2e-3, 2, 1e-4));
  CHECK(Schedule::exponential(1e-3, 2, 0.9).from(0.5).at(2) == doctest::Approx(0.45));
  CHECK_THROWS_AS(static_cast<void>(Schedule::constant(1).from(0)), std::invalid_argument);
}

TEST_CASE("scaling keeps the share of the epochs at the first rate") {
  CHECK(Schedule::exponential(1e-3, 120, 0.9).scaled(180, 3).hold == 2);
  CHECK(Schedule::exponential(1e-3, 120, 0.9).scaled(180, 1).hold == 1);
  CHECK(Schedule::exponential(1e-3, 80, 0.9).scaled(150, 300).hold == 160);
  CHECK(Schedule::drop(1e-3, 2, 0).scaled(3, 0).hold == 0);
  CHECK(Schedule::cosine(1, 3).scaled(3, 30).hold == 30);
}

TEST_CASE("rates and epochs out of range are refused") {
  CHECK_THROWS_AS(Schedule::constant(0), std::invalid_argument);
  CHECK_THROWS_AS(Schedule::constant(NAN), std::invalid_argument);
  CHECK_THROWS_AS(Schedule::exponential(1, -1, 0.9), std::invalid_argument);
  CHECK_THROWS_AS(Schedule::exponential(1, 1, 0), std::invalid_argument);
  CHECK_THROWS_AS(Schedule::exponential(1, 1, 1.1), std::invalid_argument);
  CHECK_THROWS_AS(Schedule::drop(1, 1, -1), std::invalid_argument);
  CHECK_THROWS_AS(Schedule::cosine(1, 0), std::invalid_argument);
  CHECK_THROWS_AS(Schedule::linear(1, 0), std::invalid_argument);
  CHECK_THROWS_AS(Schedule::linear(1, 2, -1), std::invalid_argument);
  CHECK_THROWS_AS(static_cast<void>(Schedule::constant(1).at(-1)), std::invalid_argument);
}

TEST_CASE("a schedule says in words what it does") {
  CHECK(Schedule::constant(0.5).text() == "0.5");
  CHECK(Schedule::exponential(0.5, 3, 0.9).text() == "0.5, times 0.9 each epoch after 3");
  CHECK(Schedule::drop(0.5, 2, 0.25).text() == "0.5 for 2, then 0.25");
  CHECK(Schedule::cosine(0.5, 4, 0.25).text() == "0.5, by a cosine to 0.25 over 4");
  Schedule line = Schedule::linear(0.5, 4);
  line.warm_up = 0.5;
  CHECK(line.text() == "0.5, by a line to 0 over 4, rising for 0.5");
}
