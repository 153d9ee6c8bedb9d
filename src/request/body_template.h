#pragma once

#include <google/protobuf/struct.pb.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "expression/expression.h"

namespace syncline::request {

// The JSON body of a request, with templates in its strings: compiled into pieces of JSON text with
// templates between them. A string that is one expression and nothing else becomes its value with
// its type. Immutable, safe for concurrent use.
class BodyTemplate {
 public:
  static constexpr int kDepthMax = 32;
  static constexpr std::size_t kBytesMax = std::size_t{1} << 20;  // of the rendered body

  // INVALID_ARGUMENT names every wrong string by its path: "filter.since", "[0]".
  // With `omit_empty`, members of objects whose string holds an expression are left out when that
  // yields null or the whole is empty; the other members come before them.
  static absl::StatusOr<BodyTemplate> Compile(const google::protobuf::Value& body,
                                              bool omit_empty = false);

  // What Template::Evaluate says; EXPRESSION_TOO_COSTLY past kBytesMax.
  absl::StatusOr<std::string> Render(const expression::Value& scope,
                                     expression::Evaluation& evaluation) const;
  std::vector<std::string> RootPaths() const;
  // Whether an expression in it refers to `name`, a name in scope.
  bool Mentions(std::string_view name) const;

 private:
  friend class BodyCompiler;
  struct Piece {
    std::string json;  // stands before the value
    std::string key;   // `"name":` of a member that may be left out, without its comma
    std::optional<expression::Template> expression;  // absent only in the last piece
  };
  static absl::Status RenderValue(const Piece& piece, const expression::Value& scope,
                                  expression::Evaluation& evaluation, std::string* out);
  std::vector<Piece> pieces_;
};

}  // namespace syncline::request
