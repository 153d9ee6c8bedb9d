#include "model/exchange.h"

namespace syncline::model {

std::string_view ExchangePurposeName(ExchangePurpose purpose) {
  switch (purpose) {
    case ExchangePurpose::kPage: return "PAGE";
    case ExchangePurpose::kParents: return "PARENTS";
    case ExchangePurpose::kDetail: return "DETAIL";
    case ExchangePurpose::kSignIn: return "SIGN_IN";
    case ExchangePurpose::kExportJob: return "EXPORT_JOB";
  }
  return "PAGE";
}

}  // namespace syncline::model
