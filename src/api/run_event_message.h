#pragma once

#include "model/run_event.h"
#include "syncline/v1/run_event.pb.h"

namespace syncline::api {

// The wire form of an event. Pure.
v1::RunEvent ToProto(const model::RunEvent& event);

}  // namespace syncline::api
