#include "base/log.h"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

#include "base/status.h"

namespace syncline::base {
namespace {

constexpr std::size_t kFieldBytesMax = 2048;

spdlog::level::level_enum SpdlogLevel(LogLevel level) {
  switch (level) {
    case LogLevel::kDebug: return spdlog::level::debug;
    case LogLevel::kInfo: return spdlog::level::info;
    case LogLevel::kWarning: return spdlog::level::warn;
    case LogLevel::kError: return spdlog::level::err;
  }
  return spdlog::level::info;
}

void AppendJsonString(std::string& line, std::string_view text) {
  line.push_back('"');
  for (const char c : text) {
    switch (c) {
      case '"': line += "\\\""; break;
      case '\\': line += "\\\\"; break;
      case '\n': line += "\\n"; break;
      case '\t': line += "\\t"; break;
      default:
        if (static_cast<unsigned char>(c) < 0x20) {
          line += fmt::format("\\u{:04x}", static_cast<unsigned char>(c));
        } else {
          line.push_back(c);
        }
    }
  }
  line.push_back('"');
}

std::string_view Cut(std::string_view text) { return text.substr(0, kFieldBytesMax); }

bool NeedsQuotes(std::string_view text) {
  return text.empty() || text.find_first_of(" \"=\n\t\r") != std::string_view::npos;
}

class SpdlogLogger final : public Logger {
 public:
  SpdlogLogger(LogFormat format, LogLevel level)
      : format_(format),
        logger_("syncline", std::make_shared<spdlog::sinks::stderr_color_sink_mt>()) {
    logger_.set_level(SpdlogLevel(level));
    // The JSON line carries time and level itself, so that the whole line is one document.
    logger_.set_pattern(format == LogFormat::kJson
                            ? R"({"time":"%Y-%m-%dT%H:%M:%S.%fZ","level":"%l",%v})"
                            : "%Y-%m-%dT%H:%M:%S.%eZ %^%-7l%$ %v",
                        spdlog::pattern_time_type::utc);
    logger_.flush_on(spdlog::level::debug);
  }

  void Write(LogLevel level, std::string_view event,
             std::initializer_list<LogField> fields) override {
    if (!logger_.should_log(SpdlogLevel(level))) return;
    logger_.log(SpdlogLevel(level), "{}",
                format_ == LogFormat::kJson ? JsonLine(event, fields) : ConsoleLine(event, fields));
  }

 private:
  static std::string JsonLine(std::string_view event, std::initializer_list<LogField> fields) {
    std::string line = "\"event\":";
    AppendJsonString(line, event);
    for (const LogField& field : fields) {
      line.push_back(',');
      AppendJsonString(line, field.key);
      line.push_back(':');
      if (field.is_number) {
        line += field.value;
      } else {
        AppendJsonString(line, Cut(field.value));
      }
    }
    return line;
  }

  static std::string ConsoleLine(std::string_view event, std::initializer_list<LogField> fields) {
    std::string line(event);
    for (const LogField& field : fields) {
      line += ' ' + field.key + '=';
      if (NeedsQuotes(field.value)) {
        AppendJsonString(line, Cut(field.value));
      } else {
        line += Cut(field.value);
      }
    }
    return line;
  }

  const LogFormat format_;
  spdlog::logger logger_;
};

class NullLogger final : public Logger {
 public:
  void Write(LogLevel, std::string_view, std::initializer_list<LogField>) override {}
};

}  // namespace

LogField::LogField(std::string_view name, const absl::Status& status)
    : key(name),
      value(status.ok() ? "OK"
                        : fmt::format("{}: {}", ReasonName(ReasonOf(status)), MessageOf(status))) {}

void Logger::Debug(std::string_view event, std::initializer_list<LogField> fields) {
  Write(LogLevel::kDebug, event, fields);
}
void Logger::Info(std::string_view event, std::initializer_list<LogField> fields) {
  Write(LogLevel::kInfo, event, fields);
}
void Logger::Warning(std::string_view event, std::initializer_list<LogField> fields) {
  Write(LogLevel::kWarning, event, fields);
}
void Logger::Error(std::string_view event, std::initializer_list<LogField> fields) {
  Write(LogLevel::kError, event, fields);
}

std::unique_ptr<Logger> MakeStderrLogger(LogFormat format, LogLevel level) {
  return std::make_unique<SpdlogLogger>(format, level);
}

std::unique_ptr<Logger> MakeNullLogger() { return std::make_unique<NullLogger>(); }

}  // namespace syncline::base
