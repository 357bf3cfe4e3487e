// The one error type of quern: what happened, where, and what to do about it.
//
//   throw Error(ErrorCode::format, "field \"text\" is a number, expected a string")
//       .at(path, line)
//       .remedy("choose another with --jsonl FIELD, or skip such records with --on-bad-record skip");
//
// Libraries throw it and never print, exit or abort; cli/main.cpp prints `quern: where: message; remedy` and turns the
// code into the exit status. Messages are lower case and without a final full stop.
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>

namespace quern {

enum class ErrorCode {
  usage,        // the command line asks for something that cannot be
  config,       // a configuration file or variable does
  input,        // data that cannot be used: bad record, invalid UTF-8 under --on-invalid error
  io,           // reading or writing failed
  format,       // a file is not what it claims to be
  memory,       // more memory than --memory allows, or than there is
  device,       // the accelerator is missing or failed
  unsupported,  // well-formed, understood, and not something quern can do
  interrupted,  // a stop was asked for and obeyed
  internal,     // a bug in quern
};

// A place in a file. Zero means unknown; line counts from 1, byte from 0 (printed only when has_byte).
struct Where {
  std::string path;
  std::uint64_t line = 0;
  std::uint64_t byte = 0;
  bool has_byte = false;
};

class Error : public std::runtime_error {
 public:
  Error(ErrorCode code, const std::string& message) : std::runtime_error(message), code_(code) {}

  Error& at(std::string path) & { return where_.path = std::move(path), *this; }
  Error& at(std::string path, std::uint64_t line) & { return where_.line = line, at(std::move(path)); }
  Error& at(std::string path, std::uint64_t line, std::uint64_t byte) & {
    return where_.byte = byte, where_.has_byte = true, at(std::move(path), line);
  }
  Error& at(Where where) & { return where_ = std::move(where), *this; }
  Error& remedy(std::string text) & { return remedy_ = std::move(text), *this; }
  template <class... Args>
  Error&& at(Args&&... args) && { return std::move(at(std::forward<Args>(args)...)); }
  Error&& remedy(std::string text) && { return std::move(remedy(std::move(text))); }

  ErrorCode code() const { return code_; }
  std::string message() const { return what(); }
  const Where& where() const { return where_; }
  const std::string& remedy() const { return remedy_; }

  // "path:line:byte: message; remedy", with what is unknown left out.
  std::string describe() const;

 private:
  ErrorCode code_;
  Where where_;
  std::string remedy_;
};

// 2 for usage and config, 130 for interrupted, 1 for all else.
int exit_status(ErrorCode code);

// An Error{io} that carries strerror(errno_value): "write failed: No space left on device".
Error system_error(const std::string& what, int errno_value, std::string path = {});

}  // namespace quern
