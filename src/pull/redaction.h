#pragma once

#include <span>
#include <string>
#include <string_view>

#include "model/exchange.h"
#include "pull/exchange_log.h"

namespace syncline::pull {

// What stands in place of a value that is not shown.
inline constexpr const char* kWithheldValue = "[withheld]";

// Makes exchanges fit to be stored and shown (I5): no secret of the sign-in in any form, no value
// of a header or parameter whose name says that it is one (cookies, tokens, signatures), printable
// UTF-8, cut to ExchangeLog's bounds. Bodies keep their lines; one that is compressed by its
// content is shown plain. A null `scrub` finds no secret by value; another one is called once, and
// once for each body that was cut. May be repeated.
void Redact(const ExchangeLog::Scrub& scrub, std::span<model::Exchange* const> exchanges);

// A URL, or a text in which URLs stand, without the values of parameters that are secrets by their
// name, such as the signature of a link that needs no further sign-in.
std::string WithoutSecretParameters(std::string_view text);

}  // namespace syncline::pull
