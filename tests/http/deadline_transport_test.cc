#include "http/deadline_transport.h"

#include <gtest/gtest.h>

#include "base/status.h"
#include "tests/support/fake_clock.h"
#include "tests/support/scripted_transport.h"

namespace syncline::http {
namespace {

using std::chrono::milliseconds;

// Notes the limits that it was given.
class LimitsTransport final : public Transport {
 public:
  absl::StatusOr<Response> Send(const Request&, const TransportLimits& limits,
                                std::stop_token) override {
    given = limits;
    return test::JsonResponse("{}");
  }
  std::optional<TransportLimits> given;
};

TEST(DeadlineTransportTest, EachExchangeGetsWhatIsLeft) {
  struct Row {
    const char* name;
    milliseconds passed;
    milliseconds total;
    milliseconds connect;
  };
  const std::vector<Row> rows = {
      {"its own limits are shorter", milliseconds(0), milliseconds(8'000), milliseconds(5'000)},
      {"less is left than it may take", milliseconds(4'000), milliseconds(6'000),
       milliseconds(5'000)},
      {"less than a connection may take", milliseconds(9'000), milliseconds(1'000),
       milliseconds(1'000)},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.name);
    test::FakeClock clock;
    LimitsTransport inner;
    DeadlineTransport transport(inner, clock, clock.SteadyNow() + milliseconds(10'000));
    clock.Advance(row.passed);
    ASSERT_TRUE(transport.Send({}, {.total_timeout = milliseconds(8'000)}, {}).ok());
    EXPECT_EQ(inner.given->total_timeout, row.total);
    EXPECT_EQ(inner.given->connect_timeout, row.connect);
  }
}

TEST(DeadlineTransportTest, WithNothingLeftNothingIsSent) {
  test::FakeClock clock;
  LimitsTransport inner;
  DeadlineTransport transport(inner, clock, clock.SteadyNow());
  const auto answer = transport.Send({}, {}, {});
  ASSERT_FALSE(answer.ok());
  EXPECT_EQ(base::ReasonOf(answer.status()), base::Reason::kDeadlineExceeded);
  EXPECT_FALSE(inner.given.has_value());
}

}  // namespace
}  // namespace syncline::http
