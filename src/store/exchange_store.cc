#include "store/exchange_store.h"

#include <fmt/format.h>

#include <chrono>

#include "base/status.h"
#include "store/proto_json.h"
#include "store/resource_row.h"
#include "store/sql.h"
#include "store/workspace_schema.h"
#include "store/workspace_store.h"

namespace syncline::store {
namespace {

google::protobuf::Duration ToDuration(std::chrono::microseconds time) {
  google::protobuf::Duration duration;
  duration.set_seconds(time.count() / 1'000'000);
  duration.set_nanos(static_cast<std::int32_t>(time.count() % 1'000'000 * 1'000));
  return duration;
}

void AddHeaders(const model::Exchange::Pairs& headers,
                google::protobuf::RepeatedPtrField<v1::Header>* to) {
  for (const auto& [name, value] : headers) {
    v1::Header* const header = to->Add();
    header->set_name(name);
    header->set_value(value);
  }
}

v1::Exchange::Purpose PurposeOf(model::ExchangePurpose purpose) {
  v1::Exchange::Purpose value = v1::Exchange::PURPOSE_UNSPECIFIED;
  v1::Exchange::Purpose_Parse(fmt::format("PURPOSE_{}", model::ExchangePurposeName(purpose)),
                              &value);
  return value;
}

}  // namespace

v1::Exchange ToProto(const model::Exchange& exchange) {
  v1::Exchange to;
  to.set_exchange_id(exchange.exchange_id);
  *to.mutable_send_time() = ToTimestamp(exchange.send_time);
  *to.mutable_duration() = ToDuration(exchange.duration);
  to.set_purpose(PurposeOf(exchange.purpose));
  to.set_page_number(exchange.page_number);
  to.set_partition(exchange.partition);
  to.set_cause(exchange.cause);
  to.set_attempt(exchange.attempt);
  if (exchange.wait.count() > 0) *to.mutable_wait() = ToDuration(exchange.wait);
  to.set_wait_cause(exchange.wait_cause);
  to.set_method(exchange.method);
  to.set_url(exchange.url);
  AddHeaders(exchange.request_headers, to.mutable_request_headers());
  to.set_request_body(exchange.request_body);
  to.set_status(exchange.status);
  AddHeaders(exchange.response_headers, to.mutable_response_headers());
  to.set_response_body(exchange.response_body);
  to.set_response_bytes(exchange.response_bytes);
  to.set_judgement(exchange.judgement);
  to.set_reason(exchange.reason);
  return to;
}

absl::StatusOr<ExchangesBefore> FindExchanges(Transaction& transaction, std::string_view workspace,
                                              std::string_view run_id) {
  SYNCLINE_ASSIGN_OR_RETURN(
      const Result row,
      transaction.Execute(ExpandSchema(sql::kExchangeBefore, SchemaNameOf(workspace)),
                          Parameters().Uuid(run_id)));
  return ExchangesBefore{row.Int64(0, 0), row.Int64(0, 1)};
}

absl::Status WriteExchanges(Transaction& transaction, const ExchangeOwner& owner,
                            const std::vector<model::Exchange>& exchanges, std::int64_t newest) {
  std::vector<std::int64_t> ids;
  std::vector<std::int64_t> failed;
  std::vector<std::string> texts;
  for (const model::Exchange& exchange : exchanges) {
    ids.push_back(exchange.exchange_id);
    failed.push_back(exchange.failed ? 1 : 0);
    texts.push_back(ToProtoJson(ToProto(exchange)));
  }
  const std::string schema(SchemaNameOf(owner.workspace));
  SYNCLINE_RETURN_IF_ERROR(transaction.Execute(sql::kExchangeCommitLater).status());
  SYNCLINE_RETURN_IF_ERROR(transaction
                               .Execute(ExpandSchema(sql::kExchangeWrite, schema),
                                        Parameters()
                                            .Uuid(owner.run_id)
                                            .Uuid(owner.worker_id)
                                            .Int64(owner.epoch)
                                            .Int64Array(ids)
                                            .Int64Array(failed)
                                            .TextArray({texts.begin(), texts.end()}))
                               .status());
  SYNCLINE_RETURN_IF_ERROR(transaction
                               .Execute(ExpandSchema(sql::kExchangeTrim, schema),
                                        Parameters().Uuid(owner.run_id).Int64(newest))
                               .status());
  return transaction
      .Execute(ExpandSchema(sql::kExchangePurge, schema),
               Parameters().Uuid(owner.run_id).Int64(kExchangeRunsMax))
      .status();
}

absl::StatusOr<std::vector<v1::Exchange>> ListExchanges(Transaction& transaction,
                                                        std::string_view workspace,
                                                        std::string_view run_id,
                                                        std::int64_t after_id, std::int64_t limit) {
  SYNCLINE_ASSIGN_OR_RETURN(
      const Result rows,
      transaction.Execute(ExpandSchema(sql::kExchangeList, SchemaNameOf(workspace)),
                          Parameters().Uuid(run_id).Int64(after_id).Int64(limit)));
  std::vector<v1::Exchange> exchanges;
  for (int row = 0; row < rows.size(); ++row) {
    v1::Exchange& exchange = exchanges.emplace_back();
    SYNCLINE_RETURN_IF_ERROR(FromProtoJson(rows.Text(row, 1), &exchange));
    exchange.set_exchange_id(rows.Int64(row, 0));
  }
  return exchanges;
}

}  // namespace syncline::store
