#include "cli/table_json.h"

#include "cli/help.h"
#include "cli/universal.h"
#include "cli/version.h"
#include "core/json.h"

namespace quern::cli {
namespace {

Json option_json(const OptionSpec& spec) {
  Json json;
  json["name"] = spec.name;
  if (spec.short_name != 0) json["short"] = std::string(1, spec.short_name);
  json["kind"] = name(spec.kind);
  if (!spec.value_name.empty()) json["value_name"] = spec.value_name;
  if (!spec.choices.empty()) json[spec.kind == ValueKind::choice ? "choices" : "suggestions"] = spec.choices;
  if (!spec.default_text.empty()) json["default"] = spec.default_text;
  if (!spec.implied_text.empty()) json["implied"] = spec.implied_text;
  json["required"] = spec.is_required;
  json["list"] = spec.is_list;
  json["operand"] = spec.is_operand;
  json["negatable"] = spec.kind == ValueKind::flag && !spec.is_action;
  if (const std::string variable = environment_name(spec); !variable.empty()) json["environment"] = variable;
  json["group"] = spec.group;
  json["help"] = spec.help_text;
  if (!spec.details_text.empty()) json["details"] = spec.details_text;
  return json;
}

Json command_json(const Command& command) {
  Universal universal;
  const auto bound = bind(command, universal);
  Json json;
  json["name"] = command.name;
  json["group"] = title(command.group);
  json["summary"] = command.summary;
  json["usage"] = usage_line(command, bound->options);
  json["description"] = command.description;
  json["examples"] = Json::array();
  for (const auto& example : command.examples) {
    json["examples"].push_back({{"command", example.command}, {"says", example.says}});
  }
  json["see_also"] = command.see_also;
  json["options"] = Json::array();
  for (const auto& spec : bound->options.specs()) {
    if (!spec->is_hidden) json["options"].push_back(option_json(*spec));
  }
  return json;
}

}  // namespace

std::string table_json() {
  Json json;
  json["schema"] = 1;
  json["version"] = kVersion;
  json["exit_status"] = Json::object();
  for (const auto& [status, meaning] : exit_meanings()) json["exit_status"][status] = meaning;
  json["commands"] = Json::array();
  for (const Command* command : commands()) json["commands"].push_back(command_json(*command));
  return json.dump(2) + "\n";
}

}  // namespace quern::cli
