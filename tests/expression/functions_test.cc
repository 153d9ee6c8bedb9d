// Every function beside JMESPath's own, and what JMESPath's own do with exact numbers and text.
#include <gtest/gtest.h>

#include "tests/expression/evaluate.h"

namespace syncline::expression {
namespace {

struct Case {
  const char* name;
  const char* expression;
  const char* given;
  const char* expected;  // JSON, or the reason of the error
};

class FunctionTest : public testing::TestWithParam<Case> {};

TEST_P(FunctionTest, Yields) {
  EXPECT_EQ(EvaluateToText(GetParam().expression, GetParam().given), GetParam().expected);
}

const auto kName = [](const auto& test) { return test.param.name; };
constexpr const char* kFailed = "EXPRESSION_FAILED";
constexpr const char* kInvalid = "EXPRESSION_INVALID";

INSTANTIATE_TEST_SUITE_P(
    Choice, FunctionTest,
    testing::Values(Case{"if_true", "if(a > `1`, 'big', 'small')", R"({"a":2})", R"("big")"},
                    Case{"if_false", "if(a > `1`, 'big', 'small')", R"({"a":1})", R"("small")"},
                    Case{"if_null", "if(missing, 'a', 'b')", "{}", R"("b")"},
                    Case{"if_skips_other_branch", "if(`true`, 'a', abs('x'))", "{}", R"("a")"},
                    Case{"if_arity", "if(a, b)", "{}", kInvalid},
                    Case{"default_null", "default(a, 'x')", "{}", R"("x")"},
                    Case{"default_empty", "default(a, 'x')", R"({"a":""})", R"("x")"},
                    Case{"default_false_stays", "default(a, 'x')", R"({"a":false})", "false"},
                    Case{"default_zero_stays", "default(a, 'x')", R"({"a":0})", "0"},
                    Case{"default_skips_fallback", "default(a, abs('x'))", R"({"a":1})", "1"}),
    kName);

INSTANTIATE_TEST_SUITE_P(
    Text, FunctionTest,
    testing::Values(
        Case{"lower", "lower(@)", R"("ÄÖÜ Straße ΑΣ ЖЁ ŽŸ 123")", R"("äöü straße ασ жё žÿ 123")"},
        Case{"upper", "upper(@)", R"("äöü straße ασ жё žÿ ış")", R"("ÄÖÜ STRAßE ΑΣ ЖЁ ŽŸ ıŞ")"},
        Case{"lower_type", "lower(@)", "1", kFailed},
        Case{"trim", "trim(@)", R"(" \t a b\r\n")", R"("a b")"},
        Case{"trim_blanks", "trim(@)", R"("  ")", R"("")"},
        Case{"split", "split(@, ',')", R"("a,,b,")", R"(["a","","b",""])"},
        Case{"split_nothing", "split(@, ',')", R"("")", R"([""])"},
        Case{"split_empty_separator", "split(@, '')", R"("a")", kFailed},
        Case{"replace", "replace(@, 'aa', 'b')", R"("aaaaa")", R"("bba")"},
        Case{"replace_empty", "replace(@, '', 'b')", R"("a")", kFailed},
        Case{"substring", "substring(@, `1`, `2`)", R"("aäöü")", R"("äö")"},
        Case{"substring_rest", "substring(@, `2`)", R"("aäöü")", R"("öü")"},
        Case{"substring_from_end", "substring(@, `-2`)", R"("aäöü")", R"("öü")"},
        Case{"substring_before_start", "substring(@, `-9`, `1`)", R"("aä")", R"("a")"},
        Case{"substring_past_end", "substring(@, `9`)", R"("aä")", R"("")"},
        Case{"substring_fraction", "substring(@, `1.5`)", R"("aä")", kFailed},
        Case{"substring_negative_length", "substring(@, `0`, `-1`)", R"("aä")", kFailed},
        Case{"length_in_code_points", "length(@)", R"("äöü")", "3"},
        Case{"reverse_in_code_points", "reverse(@)", R"("aäb")", R"("bäa")"},
        Case{"encode_0", "base64_encode(@)", R"("")", R"("")"},
        Case{"encode_1", "base64_encode(@)", R"("f")", R"("Zg==")"},
        Case{"encode_2", "base64_encode(@)", R"("fo")", R"("Zm8=")"},
        Case{"encode_3", "base64_encode(@)", R"("foo")", R"("Zm9v")"},
        Case{"encode_4", "base64_encode(@)", R"("foob")", R"("Zm9vYg==")"},
        Case{"decode", "base64_decode(@)", R"("Zm9vYg==")", R"("foob")"},
        Case{"decode_unpadded", "base64_decode(@)", R"("Zm9vYg")", R"("foob")"},
        Case{"decode_url_alphabet", "base64_decode(@)", R"("w7_Dvw")", R"("ÿÿ")"},
        Case{"decode_wrong_letter", "base64_decode(@)", R"("Zm!v")", kFailed},
        Case{"decode_wrong_length", "base64_decode(@)", R"("Zm9vY")", kFailed},
        Case{"decode_stray_bits", "base64_decode(@)", R"("Zh==")", kFailed},
        Case{"decode_no_text", "base64_decode(@)", R"("/w==")", kFailed},
        Case{"nul_is_data", "split(@, 'b')", R"("a\u0000b")", R"(["a\u0000",""])"}),
    kName);

INSTANTIATE_TEST_SUITE_P(
    Numbers, FunctionTest,
    testing::Values(
        Case{"text_stays", "[a, to_number(b), abs(c)]", R"({"a":1.10,"b":"5E10","c":-1.50})",
             "[1.10,5E10,1.50]"},
        Case{"to_number_not_json", "to_number('0123')", "null", "null"},
        Case{"to_number_trailing", "to_number('1x')", "null", "null"},
        Case{"to_string_keeps_text", "to_string(@)", "1.10", R"("1.10")"},
        Case{"large_integers_differ", "a == b", R"({"a":9007199254740993,"b":9007199254740992})",
             "false"},
        Case{"order_beyond_64_bits", "a > b",
             R"({"a":100000000000000000000001,"b":100000000000000000000000})", "true"},
        Case{"equal_by_value", "[`1` == `1.0`, `100` == `1e2`, `0` == `-0.0`, `0.1` == `1e-1`]",
             "0", "[true,true,true,true]"},
        Case{"order_of_exponents", "[`1e400` > `1e399`, `-1e400` < `0`, `1e-400` > `0`]", "0",
             "[true,true,true]"},
        Case{"order_of_fractions", "[`0.09` < `0.1`, `1.25` < `1.3`, `-1.25` > `-1.3`]", "0",
             "[true,true,true]"},
        Case{"sum_exact", "sum(@)", "[9007199254740993,1]", "9007199254740994"},
        Case{"sum_of_nothing", "sum(@)", "[]", "0"}, Case{"sum_real", "sum(@)", "[0.5,1]", "1.5"},
        Case{"sum_too_large", "sum(@)", "[1e308,1e308]", kFailed},
        Case{"sum_beyond_double", "sum(@)", "[1e400]", kFailed},
        Case{"sum_overflows_to_double", "sum(@)", "[9223372036854775807,1]", "9223372036854775808"},
        Case{"avg_whole", "avg(@)", "[1,3]", "2"}, Case{"avg_half", "avg(@)", "[1,2]", "1.5"},
        Case{"ceil_keeps_integers", "ceil(@)", "123456789012345678901", "123456789012345678901"},
        Case{"floor_negative", "floor(@)", "-1.5", "-2"},
        Case{"max_exact", "max(@)", "[9007199254740992,9007199254740993]", "9007199254740993"},
        Case{"sort_exact", "sort(@)", "[1e1,9.5,9007199254740993,9007199254740992]",
             "[9.5,1e1,9007199254740992,9007199254740993]"}),
    kName);

INSTANTIATE_TEST_SUITE_P(
    Times, FunctionTest,
    testing::Values(Case{"format_text", "format_time(@, '%Y/%m/%d %H:%M')",
                         R"("2024-03-31T00:30:00Z")", R"("2024/03/31 00:30")"},
                    Case{"format_zone", "format_time(@, '%H:%M %z', 'Europe/Vienna')",
                         R"("2024-03-31T01:30:00Z")", R"("03:30 +0200")"},
                    Case{"format_epoch", "format_time(@, '%Y-%m-%dT%H:%M:%SZ')", "1700000000",
                         R"("2023-11-14T22:13:20Z")"},
                    Case{"format_epoch_fraction", "format_time(@, '%E3S')", "1.25", R"("01.250")"},
                    Case{"format_date", "format_time(@, '%d.%m.%Y')", R"("2024-02-29")",
                         R"("29.02.2024")"},
                    Case{"format_milliseconds", "format_time(@, '%Y')", "1700000000000", kFailed},
                    Case{"format_no_time", "format_time(@, '%Y')", R"("yesterday")", kFailed},
                    Case{"format_huge", "format_time(@, '%Y')", "1e400", kFailed},
                    Case{"parse_utc", "parse_time(@, '%d/%m/%Y %H:%M')", R"("05/04/2024 09:15")",
                         R"("2024-04-05T09:15:00Z")"},
                    Case{"parse_zone", "parse_time(@, '%d.%m.%Y %H:%M', 'Europe/Vienna')",
                         R"("05.04.2024 09:15")", R"("2024-04-05T07:15:00Z")"},
                    Case{"parse_offset_in_text", "parse_time(@, '%Y-%m-%d %H:%M:%E*S %Ez')",
                         R"("2024-04-05 09:15:00.5 +02:00")", R"("2024-04-05T07:15:00.5Z")"},
                    Case{"parse_mismatch", "parse_time(@, '%Y-%m-%d')", R"("05.04.2024")", kFailed},
                    Case{"parse_infinite", "parse_time(@, '%Y')", R"("infinite-future")", kFailed},
                    Case{"zone_unknown", "format_time(@, '%Y', 'Europe/Atlantis')", "0", kInvalid},
                    Case{"zone_path", "format_time(@, '%Y', '../../../etc/passwd')", "0", kInvalid},
                    Case{"zone_computed", "format_time(@, '%Y', zone)", "0", kInvalid}),
    kName);

TEST(FunctionsTest, NowIsTheTimeOfTheEvaluation) {
  const base::Time now{std::chrono::seconds(1'700'000'000)};
  EXPECT_EQ(EvaluateToText("now()", "null", now), R"("2023-11-14T22:13:20Z")");
}

TEST(FunctionsTest, FormatIsBounded) {
  const std::string format(256, 'x');
  EXPECT_EQ(EvaluateToText("format_time(`0`, '" + format + "')"), "\"" + format + "\"");
  EXPECT_EQ(EvaluateToText("format_time(`0`, '" + format + "x')"), kFailed);
}

}  // namespace
}  // namespace syncline::expression
