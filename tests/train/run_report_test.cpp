// report.md against rows made by hand.
#include "train/run_report.hpp"

#include <doctest/doctest.h>

using namespace mog;

TEST_CASE("each run has its last and its best epoch, and the times add up") {
  RunReport report;
  report.header.description.words = {{"model", "mognet"}, {"n", "8"}};
  report.header.training = "a line of training";
  report.header.seed = 5;
  report.measured_on = "10 images of something";
  report.weight_bits = 1234;
  report.machine = {"a machine"};
  report.rows = {{.stage = Stage::full_precision, .epoch = 1, .test_accuracy = 0.5, .seconds = 3599.6},
                 {.stage = Stage::quantized, .epoch = 1, .test_accuracy = 0.75, .seconds = 60},
                 {.stage = Stage::quantized,
                  .epoch = 2,
                  .train_loss = 0.25,
                  .train_accuracy = 0.875,
                  .test_accuracy = 0.75,
                  .seconds = 1},
                 {.stage = Stage::quantized,
                  .epoch = 3,
                  .train_loss = 0.25,
                  .train_accuracy = 0.875,
                  .test_accuracy = 0.625,
                  .seconds = 60.4}};
  const std::string text = run_report(report);
  for (const char* part : {"| network | model mognet, n 8 |", "| weight bits | 1234 |",
                           "| trained by | a line of training |", "| first weights | drawn from seed 5 |",
                           "| measured on | 10 images of something |", "| trained on | a machine |",
                           "| full-precision | 1 | 0.0000 | 0.00 % | 50.00 % | 50.00 % (epoch 1) | 1:00:00 |",
                           "| quantized | 3 | 0.2500 | 87.50 % | 62.50 % | 75.00 % (epoch 1) | 0:02:01 |",
                           "4 epochs of training steps in 1:02:01"}) {
    CAPTURE(text);
    CHECK(text.find(part) != std::string::npos);
  }
  report.header.start = "another run's end";
  CHECK(run_report(report).find("| first weights | another run's end |") != std::string::npos);
}
