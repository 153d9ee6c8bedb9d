"""Workspace ONE, Open-AudIT, Meraki and AWS IAM: lists within lists, and several accounts in one run."""

import urllib.parse

from vendors.scripted import Answer, Vendor, pages_of

SECRET = "sentinel-vendor-secret"
TOKEN = "sentinel-access-token"
REFUSED = Answer({"error": "sign in first"}, 401)
UNKNOWN = Answer({"error": "no such thing"}, 404)

PHONES = [{"Uuid": f"u-{n}" if n % 2 else {"Value": f"u-{n}"}, "SerialNumber": f"F{n}", "Model": "iPhone",
           "UserEmailAddress": f"u{n}@example.com"} for n in range(150)]
APPS = [{"name": "Clock", "bundle_id": "com.apple.clock", "installed_version": "1.0"},
        {"name": "Mail", "bundle_id": "com.example.mail", "installed_version": "1.10"},
        {"name": "Notes", "bundle_id": "com.example.notes"}]


def workspace_one(request):
    if request.path == "/connect/token":
        form = dict(urllib.parse.parse_qsl(request.body.decode()))
        if request.basic() != ("syncline", SECRET) or form != {"grant_type": "client_credentials"}:
            return Answer({"error": "invalid_client"}, 401)
        return Answer({"access_token": TOKEN, "token_type": "Bearer", "expires_in": 3600})
    if request.headers.get("Authorization") != f"Bearer {TOKEN}":
        return REFUSED
    if request.path == "/api/mdm/devices/search":
        size = int(request.query["pageSize"])
        page, _ = pages_of(PHONES, size, size * int(request.query["page"]))
        return Answer({"Devices": page, "Page": int(request.query["page"])}) if page else Answer(status=204)
    first = request.query["page"] == "0"
    return Answer({"app_items": APPS if first else []})


AUDITED = [str(n) for n in range(1, 1004)]  # a full page, and three more


def open_audit(request):
    root = "/open-audit/index.php/"
    if request.path == root + "logon":
        good = urllib.parse.parse_qs(request.body.decode()) == {"username": ["admin"], "password": [SECRET]}
        return Answer(None, 303 if good else 401, (("Set-Cookie", f"PHPSESSID={TOKEN}; Path=/open-audit"),))
    if request.headers.get("Cookie") != f"PHPSESSID={TOKEN}":
        return REFUSED
    assert request.query["format"] == "json" and request.query.get("limit", "1000") == "1000"
    if request.path == root + "devices":
        page, _ = pages_of(AUDITED, int(request.query["limit"]), int(request.query["offset"]))
        return Answer({"meta": {"filtered": len(page), "total": len(AUDITED)},
                       "data": [{"id": key, "attributes": {}} for key in page]})
    key = request.path.removeprefix(root + "devices/")
    part = request.query.get("sub_resource")
    if part is None:
        return Answer({"data": [{"attributes": {"name": f"host{key}", "serial": f"00{key}"}}]})
    if part == "ip":
        return Answer({"data": [{"attributes": {"ip": f"192.0.2.{key}"}}, {"attributes": {"ip": "2001:db8::1"}}]})
    return Answer({"data": [{"attributes": {"name": "bash", "version": "5.2", "license": "GPL"}}]})


# Two full pages of networks and a part of one; none; one. Most networks are empty.
NETWORKS = {"1": [f"N_{n}" for n in range(205)], "2": [], "3": ["N_999"]}
DEVICES = {"N_0": ["Q1", "Q2"], "N_7": ["Q3"], "N_204": ["Q4", "Q5"], "N_999": ["Q6"]}
MANAGED = [{"serialNumber": f"M{n:03}", "name": f"Tablet {n}", "systemModel": "iPad", "osName": "iOS 17.10"}
           for n in range(120)]


def meraki(request):
    if request.headers.get("X-Cisco-Meraki-API-Key") != SECRET:
        return REFUSED
    if request.path == "/api/v0/networks/N_7/sm/devices":
        start = int(request.query.get("batchToken", "b0")[1:])
        page, more = pages_of(MANAGED, 50, start)
        return Answer({"devices": page, **({"batchToken": f"b{start + 50}"} if more else {})})
    parts = request.path.removeprefix("/api/v1/").split("/")
    if parts == ["organizations"]:
        return Answer([{"id": key, "name": f"Org {key}"} for key in NETWORKS])
    if parts[0] == "organizations" and parts[2] == "networks":
        names = NETWORKS[parts[1]]
        after = request.query.get("startingAfter")
        assert request.query["perPage"] == "100"
        page, _ = pages_of(names, int(request.query["perPage"]), 0 if after is None else names.index(after) + 1)
        return Answer([{"id": name, "name": f"Network {name}"} for name in page])
    if parts[0] == "networks" and parts[2] == "devices":
        return Answer([{"serial": serial, "name": None, "model": "MR36", "mac": f"00:00:{serial}"}
                       for serial in DEVICES.get(parts[1], [])])
    return UNKNOWN


def meraki_object(network, serial):
    organization = next(key for key, names in NETWORKS.items() if network in names)
    return {"serial_number": serial, "model": "MR36", "mac_address": f"00:00:{serial}",
            "location": f"Org {organization}: Network {network}"}


# Access key of each account: its users, in pages. The first one has none, the third a single one; the role of the second
# may not be assumed, that of the fourth not list.
ACCOUNTS = {
    "ASIA1": [[]],
    "ASIA3": [["ada"]],
    "AKIAIOSFODNN7EXAMPLE": [["kurt", "grace"], ["alan"]],
}


def aws_role(digit):
    return f"arn:aws:iam::{str(digit) * 12}:role/inventory-reader"


def xml(name, body):
    text = f'<?xml version="1.0"?><{name}Response xmlns="https://example.com/"><{name}Result>{body}</{name}Result></{name}Response>'
    return Answer(text.encode(), content_type="text/xml")


def denied(action):
    error = ("<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code>"
             f"<Message>not authorized to perform {action}</Message></Error></ErrorResponse>")
    return Answer(error.encode(), 403, content_type="text/xml")


def aws(request):
    """Whose key signed is enough here; the signature itself has tests of its own."""
    parameters = {**request.query, **dict(urllib.parse.parse_qsl(request.body.decode()))}
    key = request.headers["Authorization"].split("Credential=")[1].split("/")[0]
    if parameters["Action"] == "AssumeRole":
        assert parameters["ExternalId"] == "acme-7f3a"
        assert key == "AKIAIOSFODNN7EXAMPLE"
        digit = parameters["RoleArn"].removeprefix("arn:aws:iam::")[0]
        if digit == "2":
            return denied("sts:AssumeRole")
        return xml("AssumeRole", f"<Credentials><AccessKeyId>ASIA{digit}</AccessKeyId><SecretAccessKey>s</SecretAccessKey>"
                   "<SessionToken>t</SessionToken><Expiration>2099-01-01T00:00:00Z</Expiration></Credentials>")
    assert (parameters["Action"], parameters["PathPrefix"]) == ("ListUsers", "/")
    if key == "ASIA4":
        return denied("iam:ListUsers")
    page = int(parameters.get("Marker", "0"))
    pages = ACCOUNTS[key]
    members = "".join(f"<member><UserName>{name}</UserName><UserId>AIDA{name}</UserId>"
                      f"<Arn>arn:aws:iam::1:user/{name}</Arn></member>" for name in pages[page])
    more = page + 1 < len(pages)
    marker = f"<IsTruncated>true</IsTruncated><Marker>{page + 1}</Marker>" if more else "<IsTruncated>false</IsTruncated>"
    return xml("ListUsers", f"<Users>{members}</Users>{marker}")


VENDORS = [
    Vendor("workspace-one-devices", "Workspace ONE devices", workspace_one, [
        {"uuid": f"u-{n}", "serial_number": f"F{n}", "model": "iPhone", "user": f"u{n}@example.com",
         "apps": [{"name": "Mail", "version": "1.10"}, {"name": "Notes", "version": "0.0"}]} for n in range(150)],
           "phone", "uuid", {"WORKSPACE_ONE_SECRET": SECRET}, requests=1 + 3 + 2 * 150),
    Vendor("open-audit-devices", "Open-AudIT devices", open_audit, [
        {"device_id": key, "name": f"host{key}", "serial": f"00{key}",
         "ip_addresses": [f"192.0.2.{key}", "2001:db8::1"], "software": [{"name": "bash", "version": "5.2"}]}
        for key in AUDITED], "audited_device", "device_id", {"AUDIT_PASSWORD": SECRET},
           requests=1 + 2 + 3 * len(AUDITED)),
    Vendor("meraki-devices", "Meraki devices", meraki, [
        meraki_object(network, serial) for network, serials in DEVICES.items() for serial in serials],
           # The organizations; four pages, an empty one and two of networks; the devices of each network.
           key="serial_number", secrets={"MERAKI_KEY": SECRET}, requests=1 + 4 + 1 + 2 + 206),
    Vendor("meraki-managed-devices", "Meraki devices", meraki, [
        {"serial_number": one["serialNumber"], "name": one["name"], "model": "iPad", "operating_system": "iOS 17.10"}
        for one in MANAGED], key="serial_number", secrets={"MERAKI_KEY": SECRET}, requests=3),
    Vendor("aws-users", "AWS IAM users", aws, [
        {"external_id": f"arn:aws:iam::1:user/{name}", "username": f"AIDA{name}", "display_name": name}
        for name in ("ada", "kurt", "grace", "alan")], "user", "external_id", {"AWS_SECRET_ACCESS_KEY": SECRET},
           requests=4 + 3 + 2, verdict="VERDICT_PARTIAL", refusals=[aws_role(2), aws_role(4)]),
]
