// Progress of a run for a person: a bar on a terminal, a line for each epoch elsewhere, on standard error.
#pragma once

#include <chrono>
#include <cstdio>

#include "train/trainer.hpp"

namespace mog {

class ProgressBar final : public TrainListener {
 public:
  /// Draws a bar when `out` is a terminal.
  explicit ProgressBar(std::FILE* out = stderr);
  /// Leaves the terminal's last line clean.
  ~ProgressBar() override;
  ProgressBar(const ProgressBar&) = delete;
  ProgressBar& operator=(const ProgressBar&) = delete;

  void on_step(const Progress& progress) override;
  void on_epoch(const EpochRow& row) override;
  void on_message(const std::string& text) override;

 private:
  void clear_bar();
  void estimate(const Progress& progress);

  std::FILE* out_;
  bool terminal_;
  Index steps_ = 0;     // heard of
  bool drawn_ = false;  // whether a bar stands on the current line
  std::chrono::steady_clock::time_point drawn_at_{};
};

}  // namespace mog
