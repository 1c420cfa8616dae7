// The bar is drawn again at most ten times a second.
#include "train/progress.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>

#include "core/printable.hpp"

namespace mog {
namespace {

constexpr std::chrono::milliseconds kRedraw{100};

/// "1:02:03", or "2:03" below an hour.
void append_time(char* text, std::size_t size, double seconds) {
  const long whole = std::isfinite(seconds) ? std::lround(std::clamp(seconds, 0.0, 1e8)) : 0;
  if (whole >= 3600) {
    std::snprintf(text, size, "%ld:%02ld:%02ld", whole / 3600, whole / 60 % 60, whole % 60);
  } else {
    std::snprintf(text, size, "%ld:%02ld", whole / 60, whole % 60);
  }
}

int columns_of(std::FILE* out) {
  winsize size{};
  return ::ioctl(::fileno(out), TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

}  // namespace

ProgressBar::ProgressBar(std::FILE* out) : out_(out), terminal_(::isatty(::fileno(out)) != 0) {}

ProgressBar::~ProgressBar() { clear_bar(); }

void ProgressBar::clear_bar() {
  if (drawn_) std::fputs("\r\x1b[K", out_);
  drawn_ = false;
  std::fflush(out_);
}

/// Once, when the speed is known well enough: what the run will cost.
void ProgressBar::estimate(const Progress& p) {
  char left[32];
  append_time(left, sizeof(left), p.seconds_left);
  clear_bar();
  std::fprintf(out_, "about %s (h:mm:ss, or m:ss) to go at the present %.0f images/s\n", left, p.images_per_second);
}

void ProgressBar::on_step(const Progress& p) {
  constexpr Index kKnown = 40;  // steps, of which the first are slower
  if (++steps_ == kKnown) estimate(p);
  const auto now = std::chrono::steady_clock::now();
  if (!terminal_ || (now - drawn_at_ < kRedraw && p.step < p.steps)) return;
  drawn_at_ = now;
  drawn_ = true;

  char left[32];
  append_time(left, sizeof(left), p.seconds_left);
  char head[128];
  char tail[160];
  const int head_length = std::snprintf(head, sizeof(head), "%s %lld/%lld ", p.stage, static_cast<long long>(p.epoch),
                                        static_cast<long long>(p.epochs));
  const int tail_length =
      std::snprintf(tail, sizeof(tail), " %3.0f %%  loss %.3f  accuracy %.1f %%  %.0f images/s  %s left",
                    100.0 * static_cast<double>(p.step) / static_cast<double>(p.steps), p.loss, 100 * p.accuracy,
                    p.images_per_second, left);
  const int room = columns_of(out_) - 1;
  const int width = std::clamp(room - head_length - tail_length - 2, 0, 40);
  const int full = static_cast<int>(p.step * width / p.steps);
  char bar[41];
  for (int i = 0; i < width; ++i) bar[i] = i < full ? '#' : '.';
  bar[width] = '\0';
  char line[400];
  std::snprintf(line, sizeof(line), width >= 5 ? "%s[%s]%s" : "%s%s%s", head, width >= 5 ? bar : "", tail);
  std::fprintf(out_, "\r%.*s\x1b[K", room, line);
  std::fflush(out_);
}

void ProgressBar::on_epoch(const EpochRow& row) {
  clear_bar();
  std::fprintf(out_, "%-17s epoch %3lld  lr %-8s loss %.4f  train %5.2f %%  test %5.2f %%  %.1f s  %.0f images/s\n",
               printable(row.name()).c_str(), static_cast<long long>(row.epoch),
               printable(concat(row.learning_rate)).c_str(), row.train_loss, 100 * row.train_accuracy,
               100 * row.test_accuracy, row.seconds, row.images_per_second);
  std::fflush(out_);
}

void ProgressBar::on_message(const std::string& text) {
  clear_bar();
  std::fprintf(out_, "%s\n", printable(text).c_str());
  std::fflush(out_);
}

}  // namespace mog
