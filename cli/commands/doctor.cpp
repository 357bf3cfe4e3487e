// What this build is and what it finds on this machine: the first thing to put into a bug report.
#include <sys/statvfs.h>

#include <cstdlib>

#include "cli/build_facts.h"
#include "cli/commands/registry.h"
#include "cli/shared_options.h"
#include "cli/version.h"
#include "core/hardware.h"
#include "core/io/output.h"
#include "core/json.h"
#include "core/memory.h"
#include "core/threads.h"

extern char** environ;

namespace quern::cli {
namespace {

struct Config {
  bool json = false;
};

void declare(Options& options, Config& config) { shared::json(options, config.json); }

Json temporary_folder() {
  const char* variable = std::getenv("TMPDIR");
  const std::string path = variable != nullptr && *variable != '\0' ? variable : "/tmp";
  Json json = {{"path", path}, {"free_bytes", nullptr}};
  struct statvfs facts {};
  if (::statvfs(path.c_str(), &facts) == 0) json["free_bytes"] = std::uint64_t{facts.f_bavail} * facts.f_frsize;
  return json;
}

// Variables that change what quern does.
Json environment() {
  Json json = Json::object();
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string text = *entry;
    const std::size_t equals = text.find('=');
    const std::string name = text.substr(0, equals);
    const bool matters = name.rfind("QUERN_", 0) == 0 || name == "NO_COLOR" || name == "TMPDIR";
    if (matters && equals != std::string::npos) json[name] = text.substr(equals + 1);
  }
  return json;
}

Json examine() {
  const Hardware hardware = probe_hardware();
  Json json;
  json["schema"] = 1;
  json["version"] = kVersion;
  json["compiler"] = compiler_name();
  json["build"] = build_kind();
  for (const auto& [library, version] : library_versions()) json["libraries"][library] = version;
  json["processor"] = hardware.processor;
  json["isa"] = name(isa());
  json["threads"] = available_threads();
  json["memory_bytes"] = machine_memory();
  json["memory_budget_bytes"] = default_memory_budget();
  json["temporary"] = temporary_folder();
  json["cuda"] = nullptr;
  json["environment"] = environment();
  return json;
}

std::string table(const Json& facts) {
  std::string out;
  const auto row = [&](const std::string& left, const std::string& right) {
    out += left + std::string(left.size() < 18 ? 18 - left.size() : 1, ' ') + right + "\n";
  };
  const auto bytes = [](const Json& json) { return format_size(json.get<std::uint64_t>()); };
  row("quern", facts["version"]);
  row("build", facts["build"].get<std::string>() + ", " + facts["compiler"].get<std::string>());
  for (const auto& [library, version] : facts["libraries"].items()) row("  " + library, version);
  row("processor", facts["processor"]);
  row("instructions", facts["isa"]);
  row("threads", std::to_string(facts["threads"].get<int>()));
  row("memory", bytes(facts["memory_bytes"]));
  row("default budget", bytes(facts["memory_budget_bytes"]));
  const Json& temporary = facts["temporary"];
  row("temporary data", temporary["path"].get<std::string>() +
                            (temporary["free_bytes"].is_null() ? ", not usable" : ", " + bytes(temporary["free_bytes"]) + " free"));
  row("cuda", "not in this build");
  for (const auto& [variable, value] : facts["environment"].items()) row(variable, value);
  return out;
}

void run(const Config& config, Context&) {
  const Json facts = examine();
  Output out = Output::to_stdout();
  out.write(config.json ? facts.dump(2) + "\n" : table(facts));
  out.commit();
}

}  // namespace

const Command doctor = make_command<Config>({
    .name = "doctor",
    .group = Group::about,
    .summary = "report the build, the machine and what would be used",
    .description = "Prints the version, the compiler and libraries, the processor and the instruction set that is chosen, "
                   "the threads and memory that commands use by default, where temporary data goes, and the environment "
                   "variables that change anything. Put its output into a bug report.",
    .examples = {{"quern doctor", "what is there and what would be used"},
                 {"quern doctor --json > doctor.json", "the same for a program"}},
    .see_also = {"help"},
}, declare, run);

}  // namespace quern::cli
