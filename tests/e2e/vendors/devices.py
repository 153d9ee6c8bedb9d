"""NetBox, ServiceNow, Tanium, Jamf Pro and MobileIron: lists of devices."""

import json

from vendors.scripted import Answer, Vendor, pages_of

PASSWORD = "sentinel-vendor-password"
REFUSED = Answer({"error": "sign in first"}, 401)
UNKNOWN = Answer({"error": "no such thing"}, 404)

NETBOX = [{"id": n, "name": f"switch-{n}", "serial": f"S{n:04d}", "asset_tag": None if n == 2 else f"T{n}",
           "device_type": {"manufacturer": {"name": "Cisco"}, "model": "C9300"}, "site": {"name": "Graz"},
           "status": {"value": "active", "label": "Active"}, "tags": [{"name": "core"}]} for n in range(120)]


def netbox(request):
    if request.headers.get("Authorization") != f"Token {PASSWORD}":
        return REFUSED
    if request.path != "/api/dcim/devices/":
        return UNKNOWN
    limit, offset = int(request.query["limit"]), int(request.query.get("offset", 0))
    assert limit == 50
    page, more = pages_of(NETBOX, limit, offset)
    following = f"{request.base}/api/dcim/devices/?limit={limit}&offset={offset + limit}"
    return Answer({"count": len(NETBOX), "next": following if more else None, "previous": None, "results": page})


def both(display, value=None):
    return {"display_value": display, "value": display if value is None else value}


# 250 assets: a full page is followed by another, and the last by an empty one.
SERVICENOW = [{
    "sys_id": both(f"a{n:031d}"), "asset_tag": both(f"P100{n:04d}"), "serial_number": both(f"SN-{n}"),
    "model": both("Dell Latitude 1.10", "m-1"), "purchase_date": both("05.04.2024", "2024-04-05"),
    "sys_updated_on": both("31.03.2024 12:00:00", "2024-03-31 10:00:00"),
    "ci": both(f"Computer {n}", f"c{n}") if n % 50 == 0 else both(""),
} for n in range(250)]


def servicenow(request):
    if request.basic() != ("inventory", PASSWORD):
        return REFUSED
    table, _, key = request.path.removeprefix("/api/now/table/").partition("/")
    if table == "alm_asset":
        assert request.query["sysparm_display_value"] == "all"
        assert request.query["sysparm_query"] == "^ORDERBYsys_id"
        page, _ = pages_of(SERVICENOW, int(request.query["sysparm_limit"]), int(request.query["sysparm_offset"]))
        return Answer({"result": page})
    if table == "cmdb_ci_computer":
        return UNKNOWN if key == "c100" else Answer({"result": {"os": both("Windows 1.10", "w")}})
    if table == "cmdb_software_instance":
        key = request.query["sysparm_query"].removeprefix("installed_on=")
        assert request.query["sysparm_fields"] == "software.name,software.version"
        return Answer({"result": [{"software.name": f"Editor of {key}", "software.version": "5E10"}]})
    return UNKNOWN


def servicenow_object(number, asset):
    row = {"sys_id": asset["sys_id"]["value"], "asset_tag": asset["asset_tag"]["value"],
           "serial_number": f"SN-{number}", "model": "Dell Latitude 1.10", "purchase_date": "2024-04-05",
           "updated": "2024-03-31T10:00:00+00:00"}
    if number % 50 == 0:
        row["software"] = [{"name": f"Editor of c{number}", "version": "5E10"}]
        if number != 100:
            row["operating_system"] = "Windows 1.10"
    return row


SESSION, FIXED = "sentinel-tanium-session", "sentinel-tanium-token"
TANIUM = [{"id": n, "computer_name": f"host{n}", "serial_number": f"{n:05d}",
           "ci_installed_application": None if n % 2 else [{"name": "vim", "version": "9.10", "size": 1}]}
          for n in range(1, 231)]


def tanium(request):
    if request.path == "/api/v2/session/login":
        good = json.loads(request.body) == {"username": "svc-syncline", "password": PASSWORD}
        return Answer({"data": {"session": SESSION}}) if good else Answer({"text": "no"}, 403)
    if request.headers.get("session") not in (SESSION, FIXED):
        return REFUSED
    first, limit = int(request.query["minimumAssetId"]), int(request.query["limit"])
    page = [asset for asset in TANIUM if asset["id"] >= first][:limit]
    following = page[-1]["id"] + 1 if page else first
    return Answer({"data": page, "meta": {"nextAssetId": following}})


def tanium_object(asset):
    row = {"id": str(asset["id"]), "computer_name": asset["computer_name"], "serial_number": asset["serial_number"]}
    if asset["ci_installed_application"] is not None:
        row["software"] = [{"name": "vim", "version": "9.10"}]
    return row


def jamf(request):
    if request.basic() != ("inventory", PASSWORD):
        return REFUSED
    if request.path == "/JSSResource/computers":
        return Answer({"computers": [{"id": n, "name": f"mac-{n}"} for n in range(1, 8)]})
    number = int(request.path.removeprefix("/JSSResource/computers/id/"))
    if number == 4:
        return Answer({"error": "this record is broken"}, 400)
    return Answer({"computer": {
        "general": {"id": number, "name": f"mac-{number}", "serial_number": f"C02{number:05d}",
                    "report_date": "2024-05-01 12:00:00"},
        "purchasing": {"warranty_expires": "2026-01-31"},
        "extension_attributes": [{"name": "Floor", "value": "3"}, {"name": "Cost center", "value": "00123"}]}})


def jamf_object(number):
    return {"jamf_id": str(number), "serial_number": f"C02{number:05d}", "name": f"mac-{number}",
            "last_report": "2024-05-01T12:00:00+00:00", "warranty_end_date": "2026-01-31T00:00:00+00:00",
            "cost_center": "00123"}


MOBILEIRON = [{"guid": f"g{n}", "serialNumber": f"F{n}", "deviceModel": "Pixel", "emailAddress": f"u{n}@example.com"}
              for n in range(100)]


def mobileiron(request):
    """Two full pages: only the flag tells that there is no third."""
    if request.basic() != ("inventory", PASSWORD):
        return REFUSED
    if request.path == "/api/v2/device":
        page, more = pages_of(MOBILEIRON, int(request.query["limit"]), int(request.query["offset"]))
        return Answer({"results": page, "hasMore": more})
    page, _ = pages_of(MOBILEIRON, int(request.query["rows"]), int(request.query["start"]))
    return Answer({"result": {"searchResults": page, "totalCount": len(MOBILEIRON)}})


TANIUM_SECRETS = {"TANIUM_PASSWORD": PASSWORD, "TANIUM_TOKEN": FIXED}

VENDORS = [
    Vendor("netbox-devices", "NetBox devices", netbox, [
        {"serial_number": one["serial"], "name": one["name"], "manufacturer": "Cisco", "model": "C9300",
         "location": "Graz", "status": "active", "tags": ["core"],
         **({"asset_tag": one["asset_tag"]} if one["asset_tag"] else {})} for one in NETBOX],
           key="serial_number", secrets={"NETBOX_TOKEN": PASSWORD}, requests=3),
    Vendor("servicenow-assets", "ServiceNow assets", servicenow,
           [servicenow_object(number, asset) for number, asset in enumerate(SERVICENOW)],
           "servicenow_asset", "sys_id", {"SERVICENOW_PASSWORD": PASSWORD}, requests=4 + 5 + 5),
    Vendor("tanium-assets", "Tanium assets", tanium, [tanium_object(asset) for asset in TANIUM],
           "tanium_asset", "id", TANIUM_SECRETS, requests=1 + 4),
    Vendor("tanium-assets-by-token", "Tanium assets", tanium, [tanium_object(asset) for asset in TANIUM],
           "tanium_asset", "id", TANIUM_SECRETS, requests=4),
    Vendor("jamf-computers", "Jamf Pro computers", jamf, [jamf_object(n) for n in range(1, 8) if n != 4],
           "mac", "jamf_id", {"JAMF_PASSWORD": PASSWORD}, requests=8,
           rejected=[("DETAIL_FAILED", "this record is broken")]),
    Vendor("mobileiron-devices", "MobileIron devices", mobileiron, [
        {"external_id": one["guid"], "serial_number": one["serialNumber"], "model": "Pixel",
         "assigned_user": one["emailAddress"]} for one in MOBILEIRON],
           secrets={"MOBILEIRON_PASSWORD": PASSWORD}, requests=2),
    Vendor("mobileiron-v1-devices", "MobileIron devices", mobileiron, [
        {"external_id": one["guid"], "serial_number": one["serialNumber"]} for one in MOBILEIRON],
           secrets={"MOBILEIRON_PASSWORD": PASSWORD}, requests=2),
]
