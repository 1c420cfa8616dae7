// sessions.csv: its lines, and what the system says about itself.
#include "train/sessions.hpp"

#include <sys/resource.h>

#include <algorithm>
#include <optional>
#include <thread>

#include "core/error.hpp"
#include "core/file.hpp"
#include "core/kernels/isa.hpp"
#include "core/machine.hpp"
#include "core/parallel.hpp"
#include "core/text.hpp"

namespace mog {
namespace {

constexpr std::string_view kNames = "version,commit,processor,cores,threads,instruction_set,epochs,seconds,cpu_seconds";

/// A word of a table: without what separates words.
std::string word(std::string text) {
  std::replace_if(
      text.begin(), text.end(), [](char c) { return c == ',' || c == '"' || static_cast<unsigned char>(c) < ' '; },
      ' ');
  return text;
}

double cpu_seconds() {
  rusage usage{};
  if (::getrusage(RUSAGE_SELF, &usage) != 0) return 0;
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + 1e-6 * static_cast<double>(time.tv_usec);
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

std::optional<Session> parse(std::string_view line) {
  const auto fields = split(line, ',');
  if (fields.size() != 9) return std::nullopt;
  const auto cores = from_text<int>(fields[3]), threads = from_text<int>(fields[4]);
  const auto epochs = from_text<Index>(fields[6]);
  const auto seconds = from_text<double>(fields[7]), cpu = from_text<double>(fields[8]);
  if (!cores || !threads || !epochs || !seconds || !cpu) return std::nullopt;
  return Session{fields[0], fields[1], fields[2], *cores, *threads, fields[5], *epochs, *seconds, *cpu};
}

}  // namespace

Session this_session(const std::string& version, const std::string& commit) {
  return {.version = version,
          .commit = commit,
          .processor = processor_name(),
          .cores = static_cast<int>(std::thread::hardware_concurrency()),
          .threads = threads(),
          .instruction_set = kernels::name(kernels::chosen_isa())};
}

std::string sessions_text(const std::vector<Session>& sessions) {
  std::string text(kNames);
  text += '\n';
  for (const Session& one : sessions) {
    text += concat(word(one.version), ',', word(one.commit), ',', word(one.processor), ',', one.cores, ',', one.threads,
                   ',', word(one.instruction_set), ',', one.epochs, ',', to_text(one.seconds, 1), ',',
                   to_text(one.cpu_seconds, 1), '\n');
  }
  return text;
}

std::vector<Session> read_sessions(const std::filesystem::path& path) {
  constexpr Index kLargest = 1 << 20;
  const std::vector<std::byte> bytes = read_bytes(path, kLargest);
  auto lines = split<std::string_view>({reinterpret_cast<const char*>(bytes.data()), bytes.size()}, '\n');
  lines.pop_back();  // what follows the last line's end: nothing, or a line that is cut off
  if (lines.empty() || lines[0] != kNames) throw DataError(concat(path.string(), ": line 1: expected ", kNames));
  std::vector<Session> sessions;
  for (std::size_t i = 1; i < lines.size(); ++i) {
    const auto session = parse(lines[i]);
    if (!session) throw DataError(concat(path.string(), ": line ", i + 1, ": no session: ", lines[i]));
    sessions.push_back(*session);
  }
  return sessions;
}

SessionLog::SessionLog(std::filesystem::path path, Session session, TrainListener& next)
    : path_(std::move(path)), session_(std::move(session)), next_(next) {}

void SessionLog::write() {
  stepped_ = false;
  session_.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
  session_.cpu_seconds = cpu_seconds();
  try {
    if (!known_ && std::filesystem::exists(path_)) earlier_ = read_sessions(path_);
    known_ = true;
    std::vector<Session> all = earlier_;
    all.push_back(session_);
    write_file(path_, sessions_text(all));
  } catch (const std::runtime_error& error) {
    next_.on_message(concat(error.what(), "; training goes on"));
  }
}

void SessionLog::on_epoch(const EpochRow& row) {
  next_.on_epoch(row);
  ++session_.epochs;
  write();
}

void SessionLog::close() {
  if (stepped_) write();
}

}  // namespace mog
