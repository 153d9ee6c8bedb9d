// The public test suite of AWS Signature Version 4 (awslabs/aws-c-auth), every case byte for byte.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <iostream>
#include <string>
#include <vector>

#include "auth/aws_canonical_request.h"
#include "auth/aws_signature.h"
#include "json/document.h"
#include "secret/digest.h"
#include "tests/support/vectors.h"

namespace syncline::auth {
namespace {

namespace fs = std::filesystem;

struct VectorRequest {
  std::string method;
  std::string path;
  std::string query;
  http::Headers headers;
  std::string body;
};

VectorRequest ParseRequest(std::string_view text) {
  VectorRequest request;
  const auto take_line = [&text] {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    return line;
  };
  std::string_view line = take_line();
  const std::size_t space = line.find(' ');
  request.method = line.substr(0, space);
  line = line.substr(space + 1, line.rfind(" HTTP/1.1") - space - 1);  // a target may hold spaces
  const std::size_t question = std::min(line.find('?'), line.size());
  request.path = line.substr(0, question);
  request.query = line.substr(std::min(question + 1, line.size()));
  std::vector<std::pair<std::string, std::string>> fields;
  for (line = take_line(); !line.empty(); line = take_line()) {
    if (line.front() == ' ') {  // a folded line goes on
      fields.back().second += "\n" + std::string(line);
    } else {
      fields.emplace_back(line.substr(0, line.find(':')), line.substr(line.find(':') + 1));
    }
  }
  for (auto& [name, value] : fields) request.headers.Add(name, value);
  request.body = text;
  return request;
}

// A member of the case's context, or "".
std::string Member(const json::Node& node, std::string_view key) {
  json::Node value;
  return node.Find(key, &value) && !value.is_container() ? json::ToJson(value) : "";
}
std::string TextMember(const json::Node& node, std::string_view key) {
  json::Node value;
  return node.Find(key, &value) ? std::string(value.text()) : "";
}

void CheckCase(const fs::path& folder) {
  SCOPED_TRACE(folder.filename().string());
  const auto read = [&](const char* name) { return support::ReadFile(folder / name); };
  const auto context = json::Document::Parse(read("context.json"));
  ASSERT_TRUE(context.ok());
  const json::Node root = (*context)->root();
  json::Node credentials;
  ASSERT_TRUE(root.Find("credentials", &credentials));
  ASSERT_EQ(TextMember(root, "timestamp"), "2015-08-30T12:36:00Z");
  const std::string timestamp =
      AwsTimestamp(std::chrono::sys_days(std::chrono::year(2015) / 8 / 30) +
                   std::chrono::hours(12) + std::chrono::minutes(36));
  const AwsScope scope{TextMember(root, "region"), TextMember(root, "service")};

  VectorRequest request = ParseRequest(read("request.txt"));
  const std::string body_sha256 = secret::EncodeHex(secret::Sha256(request.body));
  request.headers.Add("X-Amz-Date", timestamp);
  if (Member(root, "sign_body") == "true") {
    request.headers.Add("X-Amz-Content-Sha256", body_sha256);
  }
  const std::string token = TextMember(credentials, "token");
  if (!token.empty() && Member(root, "omit_session_token") != "true") {
    request.headers.Add("X-Amz-Security-Token", token);
  }
  const AwsCanonicalRequest canonical =
      CanonicalizeForAws(request.method, request.path, request.query, request.headers, body_sha256,
                         {.normalize_path = Member(root, "normalize") == "true"});
  EXPECT_EQ(canonical.text, read("header-canonical-request.txt"));
  const std::string string_to_sign = AwsStringToSign(timestamp, scope, canonical.text);
  EXPECT_EQ(string_to_sign, read("header-string-to-sign.txt"));
  const std::string signature =
      AwsSignature(secret::Secret(TextMember(credentials, "secret_access_key")), timestamp, scope,
                   string_to_sign);
  EXPECT_EQ(signature, read("header-signature.txt"));
  const std::string authorization =
      "\nAuthorization:" +
      AwsAuthorization(TextMember(credentials, "access_key_id"), timestamp, scope,
                       canonical.signed_headers, signature) +
      "\n";
  EXPECT_NE(read("header-signed-request.txt").find(authorization), std::string::npos)
      << authorization;
}

TEST(AwsVectors, EveryCaseIsSignedByteForByte) {
  const auto root = support::VectorFolder("aws-sigv4");
  if (!root.has_value()) {
    GTEST_SKIP()
        << "SKIPPED: the public test vectors of AWS Signature Version 4 are not there; set "
           "SYNCLINE_VECTORS to their folder";
  }
  std::vector<fs::path> cases;
  for (const fs::directory_entry& entry : fs::directory_iterator(*root)) {
    if (entry.is_directory()) cases.push_back(entry.path());
  }
  std::ranges::sort(cases);
  for (const fs::path& folder : cases) CheckCase(folder);
  std::cout << "aws-sigv4: " << cases.size() << " cases\n";
  EXPECT_GE(cases.size(), 26U);
}

}  // namespace
}  // namespace syncline::auth
