#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "auth/aws_signature.h"

// What the names of AWS's hosts say. Pure functions, safe for concurrent use.
namespace syncline::auth {

// Region and signing name of a host: "ec2.eu-west-1.amazonaws.com", "bucket.s3.amazonaws.com",
// "iam.amazonaws.com" (global: us-east-1), "x.execute-api.us-east-2.amazonaws.com",
// "sts.cn-north-1.amazonaws.com.cn", "ec2.us-west-2.api.aws", "x.lambda-url.eu-west-1.on.aws".
// nullopt for a host that is none of AWS's, and where the name does not tell the service.
std::optional<AwsScope> AwsScopeOfHost(std::string_view host);

// The Security Token Service of a region; empty = us-east-1.
std::string AwsStsUrl(std::string_view region);

}  // namespace syncline::auth
