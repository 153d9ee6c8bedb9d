#pragma once

#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/status.h"

namespace syncline::base {

enum class LogFormat { kConsole, kJson };
enum class LogLevel { kDebug, kInfo, kWarning, kError };

// One key and its value. The value is text: a secret has no conversion to it (I5).
struct LogField {
  LogField(std::string_view name, std::string_view text) : key(name), value(text) {}
  LogField(std::string_view name, const char* text) : key(name), value(text) {}
  LogField(std::string_view name, const std::string& text) : key(name), value(text) {}
  LogField(std::string_view name, std::int64_t number)
      : key(name), value(std::to_string(number)), is_number(true) {}
  LogField(std::string_view name, int number) : LogField(name, static_cast<std::int64_t>(number)) {}
  // Puts "REASON: message".
  LogField(std::string_view name, const absl::Status& status);

  std::string key;
  std::string value;
  bool is_number = false;
};

// Structured lines: one line per event, an event name of the form "run.started", and fields whose
// keys equal the names used on the wire. Either log an error or return it, never both. Owned by the
// composition root, passed by reference, safe for concurrent use. Field values are cut at 2,048
// bytes (I7).
class Logger {
 public:
  virtual ~Logger() = default;
  virtual void Write(LogLevel level, std::string_view event,
                     std::initializer_list<LogField> fields) = 0;

  void Debug(std::string_view event, std::initializer_list<LogField> fields = {});
  void Info(std::string_view event, std::initializer_list<LogField> fields = {});
  void Warning(std::string_view event, std::initializer_list<LogField> fields = {});
  void Error(std::string_view event, std::initializer_list<LogField> fields = {});
};

// Lines on standard error, below `level` dropped.
std::unique_ptr<Logger> MakeStderrLogger(LogFormat format, LogLevel level);

// Drops every line; for tests.
std::unique_ptr<Logger> MakeNullLogger();

}  // namespace syncline::base
