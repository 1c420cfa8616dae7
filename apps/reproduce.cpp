// `mog reproduce`: the paper's Table II, its Fig. 4, the recipe's ablations and other systems as plans of trainings.
#include <cstdio>
#include <map>
#include <memory>

#include "apps/carry_out.hpp"
#include "apps/commands.hpp"
#include "apps/program.hpp"
#include "core/error.hpp"
#include "core/printable.hpp"
#include "core/shell_words.hpp"
#include "reproduce/report_files.hpp"

namespace mog::apps {
namespace {

struct Words {
  std::string target;
  PlanRequest request;
  Place place;
  bool list = false, report = false;
  Index level = 0;
};

void add_options(CLI::App& command, Words& words) {
  PlanRequest& request = words.request;
  command.add_option("target", words.target, "What: table2, fig4, ablations or systems")
      ->required()
      ->check(CLI::IsMember({"table2", "fig4", "ablations", "systems"}));
  command.add_option("--out", words.place.out, "Folder of the run folders and of the report")->required();
  command.add_option("--data", words.place.data, "Folder of cifar-10-batches-bin and cifar-100-binary");
  command
      .add_option("--budget", request.budget,
                  "How long: paper (Table I's epochs), night, hour, or another recipe's name or file")
      ->capture_default_str();
  command.add_option("--rows", request.rows, "Only these rows, by name or by what names begin with: A,B")
      ->delimiter(',');
  command.add_option("--seeds", request.seeds, "Runs of each row (ablations 3, else 1)")->check(whole(1, 1000));
  command.add_option("--n", request.maps, "Of the ablations' network")->capture_default_str()->check(whole(8, 2048));
  command
      .add_option("--dataset", request.pictures,
                  "A rehearsal with other pictures, builtin or folder, and a quarter of the maps")
      ->check(CLI::IsMember({"builtin", "folder"}));
  command.add_option("--threads", words.place.threads, "Of each run")->check(whole(1, 4096));
  command.add_flag("--list", words.list, "Print the plan as command lines, each after those that it needs");
  command.add_option("--level", words.level, "With --list: only lines that need levels below this one; the first is 1")
      ->check(whole(1));
  command.add_flag("--report", words.report, "Write the report of what there is so far, train nothing");
}

Target target_of(const std::string& word) {
  for (const Target target : {Target::table2, Target::fig4, Target::systems}) {
    if (word == name(target)) return target;
  }
  return Target::ablations;
}

/// Throws unless options go together.
void check(const Words& words) {
  const bool builtin = words.request.pictures == "builtin";
  require(!words.list || !words.report, "reproduce: --list and --report, expected one of them");
  require(words.level == 0 || words.list, "reproduce: --level without --list");
  require(!builtin || words.place.data.empty(), "reproduce: --data ", words.place.data.string(),
          ": the built-in pictures need none");
  require(builtin || words.report || !words.place.data.empty(),
          "reproduce: say where the pictures are with --data DIR; mog data fetch cifar10 DIR brings them");
}

/// The command that goes on with a plan.
std::vector<std::string> words_of(const Words& words) {
  const PlanRequest& request = words.request;
  std::vector<std::string> line = {program_command(), "reproduce", words.target};
  const auto add = [&line](const char* option, const std::string& value) {
    line.emplace_back(option);
    line.push_back(value);
  };
  if (!words.place.data.empty()) add("--data", words.place.data.string());
  add("--out", words.place.out.string());
  add("--budget", request.budget);
  std::string rows;
  for (const std::string& row : request.rows) rows += (rows.empty() ? "" : ",") + row;
  if (!rows.empty()) add("--rows", rows);
  if (request.seeds > 0) add("--seeds", std::to_string(request.seeds));
  if (request.maps != PlanRequest().maps) add("--n", std::to_string(request.maps));
  if (!request.pictures.empty()) add("--dataset", request.pictures);
  if (words.place.threads > 0) add("--threads", std::to_string(words.place.threads));
  return line;
}

void print_lines(const Plan& plan, const Words& words) {
  write_recipes(plan, words.place);
  for (const PlannedRun& run : plan.runs) {
    if (words.level > 0 && level_of(plan, run) != words.level) continue;
    std::vector<std::string> line = train_words(plan, run, words.place);
    line.insert(line.begin(), program_command());
    std::printf("%s\n", printable(command_line(line)).c_str());
  }
}

void run(Words words) {
  check(words);
  words.request.target = target_of(words.target);
  const Plan plan = make_plan(words.request);
  if (words.list) return print_lines(plan, words);
  const int code = words.report ? kSuccess : carry_out(plan, words.place);
  if (code == kStopped) {
    std::fprintf(stderr, "mog: stopped; to go on: %s\n", printable(command_line(words_of(words))).c_str());
    throw Exit{kStopped};
  }
  for (const auto& file : write_report(make_report(plan, words.place.out), words.place.out)) {
    std::printf("%s\n", printable(file).c_str());
  }
  if (code != kSuccess) throw Exit{code};
}

}  // namespace

void add_reproduce(CLI::App& app) {
  CLI::App* command = app.add_subcommand("reproduce", "Train the networks of the paper's table or figure, and report");
  auto words = std::make_shared<Words>();
  add_options(*command, *words);
  command->callback([words] { run(*words); });
}

}  // namespace mog::apps
