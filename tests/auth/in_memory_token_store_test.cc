#include "tests/support/in_memory_token_store.h"

#include "tests/contract/token_store_contract.h"

namespace syncline::test {
namespace {

class InMemoryTokenHarness final : public TokenStoreHarness {
 public:
  auth::TokenStore& first() override { return first_; }
  auth::TokenStore& second() override { return second_; }
  void Advance(std::chrono::seconds duration) override { clock_.Advance(duration); }
  void ChangeSignIn() override { row_.ChangeSignIn(); }

 private:
  FakeClock clock_;
  InMemoryTokenRow row_{clock_};
  InMemoryTokenStore first_{row_};
  InMemoryTokenStore second_{row_};
};

INSTANTIATE_TEST_SUITE_P(InMemory, TokenStoreContract, testing::Values([] {
                           return std::unique_ptr<TokenStoreHarness>(new InMemoryTokenHarness());
                         }));

}  // namespace
}  // namespace syncline::test
