#include "core/error.h"

#include <cstring>

namespace quern {

std::string Error::describe() const {
  std::string text;
  if (!where_.path.empty()) {
    text += where_.path;
    if (where_.line != 0) text += ":" + std::to_string(where_.line);
    if (where_.has_byte) text += ":" + std::to_string(where_.byte);
    text += ": ";
  }
  text += what();
  if (!remedy_.empty()) text += "; " + remedy_;
  return text;
}

int exit_status(ErrorCode code) {
  switch (code) {
    case ErrorCode::usage:
    case ErrorCode::config:
      return 2;
    case ErrorCode::interrupted:
      return 130;
    default:
      return 1;
  }
}

Error system_error(const std::string& what, int errno_value, std::string path) {
  Error error(ErrorCode::io, what + ": " + std::strerror(errno_value));
  if (!path.empty()) error.at(std::move(path));
  return error;
}

}  // namespace quern
