#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "model/row.h"

namespace syncline::store {

// Mapped cells in PostgreSQL's binary formats, for COPY and for array parameters. Pure functions.

// int32 length and bytes, or length -1 for an empty cell. Texts must be as mapping makes them:
// valid UTF-8 without U+0000, canonical decimals, JSON that jsonb takes.
void AppendCell(std::string& out, model::FieldType type, const model::Cell& cell);

// The binary form of `numeric` (numeric_send: groups of four decimal digits) of a canonical
// decimal.
void AppendNumeric(std::string& out, std::string_view decimal);

std::uint32_t ElementOid(model::FieldType type);
std::uint32_t ArrayOid(model::FieldType type);

// The head of a one-dimensional array of `count` elements that may be NULL; AppendCell adds each.
std::string CellArrayHeader(model::FieldType type, std::size_t count);

}  // namespace syncline::store
