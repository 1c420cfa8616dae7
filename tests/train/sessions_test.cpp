// sessions.csv: sessions come back, one is added for each process, and a file that is broken stays as it is.
#include "train/sessions.hpp"

#include <doctest/doctest.h>

#include <ctime>

#include "core/error.hpp"
#include "tests/core/temporary_folder.hpp"

using namespace mog;
using testing::bytes_of_file;
using testing::put_file;
using testing::TemporaryFolder;

namespace {

const std::vector<Session> kSessions = {
    {"0.1.0", "90b78e9", "Some CPU @ 2.50GHz", 4, 2, "avx512vnni", 12, 345.5, 680.25},
    {"0.2.0", "unknown", "Another, \"quoted\" one", 64, 64, "reference", 0, 0, 0},
};

struct Listener final : TrainListener {
  int epochs = 0;
  std::vector<std::string> messages;
  void on_epoch(const EpochRow&) override { ++epochs; }
  void on_message(const std::string& text) override { messages.push_back(text); }
};

}  // namespace

TEST_CASE("the text is a line of names and a line for each session, whatever a processor is called") {
  CHECK(sessions_text(kSessions) ==
        "version,commit,processor,cores,threads,instruction_set,epochs,seconds,cpu_seconds\n"
        "0.1.0,90b78e9,Some CPU @ 2.50GHz,4,2,avx512vnni,12,345.5,680.2\n"
        "0.2.0,unknown,Another   quoted  one,64,64,reference,0,0.0,0.0\n");
}

TEST_CASE("sessions read back; a last line that is cut off is left out, any other is named") {
  const TemporaryFolder folder;
  const std::string text = sessions_text(kSessions);
  put_file(folder / "s", text);
  REQUIRE(read_sessions(folder / "s").size() == 2);
  CHECK(sessions_text(read_sessions(folder / "s")) == text);
  put_file(folder / "s", text.substr(0, text.size() - 3));
  CHECK(read_sessions(folder / "s").size() == 1);
  put_file(folder / "s", text + "1,2,3\n");
  CHECK_THROWS_WITH_AS(static_cast<void>(read_sessions(folder / "s")), doctest::Contains("line 4"), DataError);
  put_file(folder / "s", "");
  CHECK_THROWS_AS(static_cast<void>(read_sessions(folder / "s")), DataError);
}

TEST_CASE("each process adds its own line, kept up to date; one that made no step adds none") {
  const TemporaryFolder folder;
  Listener listener;
  while (std::clock() < CLOCKS_PER_SEC / 5) {  // long enough to be seen in the file
  }
  for (const int epochs : {2, 0, 1}) {
    SessionLog log(folder / "s", this_session("1", "abc"), listener);
    for (int i = 0; i < epochs; ++i) {
      log.on_step({});
      log.on_epoch({});
    }
    log.close();
  }
  const auto sessions = read_sessions(folder / "s");
  REQUIRE(sessions.size() == 2);
  CHECK(sessions[0].epochs == 2);
  CHECK(sessions[1].epochs == 1);
  CHECK(sessions[0].cpu_seconds > 0);
  CHECK(sessions[0].cores >= 1);
  CHECK(listener.epochs == 3);
  SessionLog stopped(folder / "s", this_session("1", "abc"), listener);
  stopped.on_step({});
  stopped.close();
  CHECK(read_sessions(folder / "s").size() == 3);
  CHECK(listener.messages.empty());
}

TEST_CASE("a file that cannot be read or written is a message, and stays as it is") {
  const TemporaryFolder folder;
  Listener listener;
  put_file(folder / "s", "something else\n");
  SessionLog broken(folder / "s", this_session("1", "abc"), listener);
  broken.on_epoch({});
  REQUIRE(listener.messages.size() == 1);
  CHECK(listener.messages[0].find("expected version,commit") != std::string::npos);
  CHECK(bytes_of_file(folder / "s") == "something else\n");
  SessionLog nowhere(folder / "no/s", this_session("1", "abc"), listener);
  nowhere.on_epoch({});
  CHECK(listener.messages.size() == 2);
}
