#include "store/built_in_types.h"

#include <initializer_list>

namespace syncline::store {
namespace {

using v1::Field;

struct FieldRow {
  const char* name;
  Field::Type type;
  bool unique;
  const char* description;
};

v1::ObjectType Make(const char* display_name, std::initializer_list<FieldRow> fields) {
  v1::ObjectType object_type;
  object_type.set_display_name(display_name);
  for (const FieldRow& row : fields) {
    Field* field = object_type.add_fields();
    field->set_name(row.name);
    field->set_type(row.type);
    field->set_unique(row.unique);
    field->set_description(row.description);
  }
  return object_type;
}

// No field is required: vendors know different halves of a thing, and any unique field may be the
// one by which it is found.
v1::ObjectType Asset() {
  return Make(
      "Asset",
      {
          {"asset_tag", Field::TYPE_STRING, true, "The label on the device"},
          {"serial_number", Field::TYPE_STRING, true, "As the manufacturer gave it"},
          {"hostname", Field::TYPE_STRING, true, "Host name or device name on the network"},
          {"external_id", Field::TYPE_STRING, true, "The vendor's own id of the asset"},
          {"name", Field::TYPE_STRING, false, "For people"},
          {"category", Field::TYPE_STRING, false, "Laptop, phone, server, …"},
          {"manufacturer", Field::TYPE_STRING, false, ""},
          {"model", Field::TYPE_STRING, false, ""},
          {"status", Field::TYPE_STRING, false, "Where it stands in its life"},
          {"operating_system", Field::TYPE_STRING, false, ""},
          {"os_version", Field::TYPE_STRING, false, "Text: 1.10 is not 1.1"},
          {"ip_address", Field::TYPE_STRING, false, ""},
          {"mac_address", Field::TYPE_STRING, false, ""},
          {"assigned_user", Field::TYPE_STRING, false, "E-mail or user name of its holder"},
          {"location", Field::TYPE_STRING, false, ""},
          {"department", Field::TYPE_STRING, false, ""},
          {"memory_bytes", Field::TYPE_INTEGER, false, ""},
          {"storage_bytes", Field::TYPE_INTEGER, false, ""},
          {"is_managed", Field::TYPE_BOOLEAN, false, ""},
          {"purchase_date", Field::TYPE_DATE, false, ""},
          {"purchase_price", Field::TYPE_NUMBER, false, "In the currency of purchase_currency"},
          {"purchase_currency", Field::TYPE_STRING, false, "ISO 4217"},
          {"warranty_end_date", Field::TYPE_DATE, false, ""},
          {"last_seen_time", Field::TYPE_TIMESTAMP, false, ""},
          {"tags", Field::TYPE_JSON, false, ""},
          {"notes", Field::TYPE_STRING, false, ""},
      });
}

v1::ObjectType User() {
  return Make("User", {
                          {"email", Field::TYPE_STRING, true, ""},
                          {"username", Field::TYPE_STRING, true, "Sign-in name"},
                          {"employee_id", Field::TYPE_STRING, true, ""},
                          {"external_id", Field::TYPE_STRING, true, "The vendor's own id"},
                          {"first_name", Field::TYPE_STRING, false, ""},
                          {"last_name", Field::TYPE_STRING, false, ""},
                          {"display_name", Field::TYPE_STRING, false, ""},
                          {"phone", Field::TYPE_STRING, false, ""},
                          {"title", Field::TYPE_STRING, false, "Job title"},
                          {"department", Field::TYPE_STRING, false, ""},
                          {"location", Field::TYPE_STRING, false, ""},
                          {"manager_email", Field::TYPE_STRING, false, ""},
                          {"status", Field::TYPE_STRING, false, ""},
                          {"is_active", Field::TYPE_BOOLEAN, false, ""},
                          {"hire_date", Field::TYPE_DATE, false, ""},
                          {"last_login_time", Field::TYPE_TIMESTAMP, false, ""},
                          {"groups", Field::TYPE_JSON, false, ""},
                          {"tags", Field::TYPE_JSON, false, ""},
                      });
}

v1::ObjectType Location() {
  return Make("Location", {
                              {"code", Field::TYPE_STRING, true, "Short name of the place"},
                              {"external_id", Field::TYPE_STRING, true, "The vendor's own id"},
                              {"name", Field::TYPE_STRING, true, ""},
                              {"address", Field::TYPE_STRING, false, "Street and number"},
                              {"city", Field::TYPE_STRING, false, ""},
                              {"postal_code", Field::TYPE_STRING, false, ""},
                              {"region", Field::TYPE_STRING, false, ""},
                              {"country", Field::TYPE_STRING, false, "ISO 3166-1 alpha-2"},
                              {"time_zone", Field::TYPE_STRING, false, "IANA name"},
                              {"parent", Field::TYPE_STRING, false, "Name of the place around it"},
                          });
}

v1::ObjectType Department() {
  return Make("Department", {
                                {"code", Field::TYPE_STRING, true, ""},
                                {"external_id", Field::TYPE_STRING, true, "The vendor's own id"},
                                {"name", Field::TYPE_STRING, true, ""},
                                {"cost_center", Field::TYPE_STRING, false, ""},
                                {"manager_email", Field::TYPE_STRING, false, ""},
                                {"parent", Field::TYPE_STRING, false, ""},
                            });
}

v1::ObjectType Software() {
  return Make("Software",
              {
                  {"identifier", Field::TYPE_STRING, true, "Bundle id, package name or the like"},
                  {"external_id", Field::TYPE_STRING, true, "The vendor's own id"},
                  {"name", Field::TYPE_STRING, false, ""},
                  {"version", Field::TYPE_STRING, false, "Text: 1.10 is not 1.1"},
                  {"publisher", Field::TYPE_STRING, false, ""},
                  {"category", Field::TYPE_STRING, false, ""},
                  {"license_count", Field::TYPE_INTEGER, false, ""},
                  {"install_count", Field::TYPE_INTEGER, false, ""},
                  {"is_approved", Field::TYPE_BOOLEAN, false, ""},
                  {"last_used_time", Field::TYPE_TIMESTAMP, false, ""},
              });
}

v1::ObjectType Contract() {
  return Make("Contract", {
                              {"number", Field::TYPE_STRING, true, ""},
                              {"external_id", Field::TYPE_STRING, true, "The vendor's own id"},
                              {"name", Field::TYPE_STRING, false, ""},
                              {"vendor", Field::TYPE_STRING, false, "The other party"},
                              {"kind", Field::TYPE_STRING, false, "Lease, support, license, …"},
                              {"status", Field::TYPE_STRING, false, ""},
                              {"start_date", Field::TYPE_DATE, false, ""},
                              {"end_date", Field::TYPE_DATE, false, ""},
                              {"amount", Field::TYPE_NUMBER, false, ""},
                              {"currency", Field::TYPE_STRING, false, "ISO 4217"},
                              {"owner_email", Field::TYPE_STRING, false, ""},
                              {"auto_renews", Field::TYPE_BOOLEAN, false, ""},
                          });
}

}  // namespace

const std::map<std::string, v1::ObjectType>& BuiltInTypes() {
  static const auto* const types = new std::map<std::string, v1::ObjectType>{
      {"asset", Asset()},       {"contract", Contract()}, {"department", Department()},
      {"location", Location()}, {"software", Software()}, {"user", User()},
  };  // never destroyed: readers may outlive static destruction
  return *types;
}

const v1::ObjectType* FindBuiltInType(std::string_view id) {
  const auto found = BuiltInTypes().find(std::string(id));
  return found == BuiltInTypes().end() ? nullptr : &found->second;
}

}  // namespace syncline::store
