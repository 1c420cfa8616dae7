// Sessions: which program trained a run on which machine, and what it cost the processor, in sessions.csv.
#pragma once

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

#include "train/trainer.hpp"

namespace mog {

/// One process that trained in a run folder; a run that was stopped and resumed has had several.
struct Session {
  std::string version, commit;  // of the program
  std::string processor;        // its model, as the system names it
  int cores = 0;                // that the system offers
  int threads = 0;              // that the training used
  std::string instruction_set;  // that its kernels chose
  Index epochs = 0;             // completed
  double seconds = 0;           // since the process began to train, up to its last epoch or its end
  double cpu_seconds = 0;       // of all its threads, reading the pictures included

  friend bool operator==(const Session&, const Session&) = default;
};

/// This process, on this machine, before its first epoch.
Session this_session(const std::string& version, const std::string& commit);

/// The file's text: a line of names, a line for each session.
std::string sessions_text(const std::vector<Session>& sessions);
/// Reads sessions.csv back. A last line that is cut off is left out. Throws IoError, DataError with the line's number.
std::vector<Session> read_sessions(const std::filesystem::path& path);

/// Hears a run and keeps its folder's sessions.csv up to date after every epoch; passes all on to another listener. A
/// file that cannot be written is a message.
class SessionLog final : public TrainListener {
 public:
  /// `next` must outlive it. The sessions that a folder has so far are read at the first epoch.
  SessionLog(std::filesystem::path path, Session session, TrainListener& next);

  void on_step(const Progress& progress) override {
    stepped_ = true;
    next_.on_step(progress);
  }
  void on_epoch(const EpochRow& row) override;
  void on_message(const std::string& text) override { next_.on_message(text); }
  /// At the end, for the steps since the last epoch. A process that made no step leaves no line.
  void close();

 private:
  void write();

  std::filesystem::path path_;
  Session session_;
  TrainListener& next_;
  std::vector<Session> earlier_;
  bool known_ = false;    // whether earlier_ has been read
  bool stepped_ = false;  // since the file was written
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

}  // namespace mog
