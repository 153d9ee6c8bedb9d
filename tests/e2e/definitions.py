"""Definitions as the tests need them: one custom type and one integration per case, as YAML (JSON is
YAML), so that every case counts its own objects."""

import json
import time

# Half a day from now: without a schedule an integration gets one, daily, at a minute that its name
# decides, and a test that runs in that minute would meet a run that it did not start.
FAR_FROM_NOW = {"daily": time.strftime("%H:%M", time.gmtime(time.time() + 12 * 3600))}

FIELDS = [
    {"name": "device_id", "type": "STRING", "required": True, "unique": True},
    {"name": "serial", "type": "STRING", "unique": True},
    {"name": "tag", "type": "STRING"},
    {"name": "title", "type": "STRING"},
    {"name": "price", "type": "NUMBER"},
    {"name": "warranty_days", "type": "INTEGER"},
    {"name": "active", "type": "BOOLEAN"},
    {"name": "bought", "type": "DATE"},
    {"name": "seen", "type": "TIMESTAMP"},
    {"name": "model", "type": "JSON"},
]

MAPPING = {
    "syncKeys": ["device_id"],
    "fields": {
        "device_id": "id", "serial": "serial", "tag": "asset_tag",
        "title": {"template": "{{record.model.vendor}} {{record.model.name}}"},
        "price": "purchase.price", "warranty_days": "warranty_days", "active": "active",
        "bought": "purchase.date", "seen": "last_seen", "model": "model",
    },
}


def documents(*items):
    return "\n---\n".join(json.dumps(item, ensure_ascii=False) for item in items)


def type_of(name):
    return name.replace("-", "_")


def object_type(name):
    return {"kind": "ObjectType", "name": type_of(name), "fields": FIELDS}


def credentials(vendor):
    """One per kind of sign-in; the secrets come from DEMO_PASSWORD and DEMO_TOKEN."""
    hosts = [vendor.url.removeprefix("http://")]
    token = {"fromEnv": "DEMO_TOKEN"}
    return [
        {"kind": "Credential", "name": "open", "allowedHosts": hosts, "none": {}},
        {"kind": "Credential", "name": "basic", "allowedHosts": hosts,
         "basic": {"username": "demo", "password": {"fromEnv": "DEMO_PASSWORD"}}},
        {"kind": "Credential", "name": "header", "allowedHosts": hosts,
         "apiToken": {"header": "X-Api-Key", "token": token}},
        {"kind": "Credential", "name": "prefix", "allowedHosts": hosts,
         "apiToken": {"header": "Authorization", "prefix": "SSWS ", "token": token}},
        {"kind": "Credential", "name": "query", "allowedHosts": hosts,
         "apiToken": {"query": "api_key", "token": token}},
    ]


def pagination(paging, limit):
    return {
        "all": {"none": {}},
        "offset": {"limitOffset": {"limit": limit}, "total": "response.total"},
        "page": {"limitPage": {"limit": limit, "pageCount": "response.page_count"},
                 "total": "response.total"},
        "cursor": {"cursor": {"token": {"from": "response.meta.next", "queryParameter": "cursor"},
                              "limitParameter": "limit", "limit": limit}},
        "next": {"cursor": {"nextUrl": "response.links.next", "limitParameter": "limit",
                            "limit": limit}},
    }[paging]


def integration(name, vendor, paging="offset", limit=100, credential=None, query=None, limits=None,
                post=False, records=None):
    path = {"header": "header", "prefix": "header"}.get(credential, credential or "open")
    request = {"url": f"{vendor.url}/{path}/devices/{paging}", "query": query or {}}
    pages = pagination(paging, limit)
    if post:
        request["method"] = "POST"
        request["body"] = {"limit": limit, "offset": "{{page.offset}}"}
        pages["limitOffset"].update({"limitParameter": "", "offsetParameter": ""})
    out = {
        "kind": "Integration", "name": name, "objectType": type_of(name), "request": request,
        "pagination": pages, "records": records or ("@" if paging == "all" else "items"),
        "limits": limits or {}, "mapping": MAPPING, "schedule": FAR_FROM_NOW,
    }
    if credential:
        out["credential"] = credential
    return out


def case(name, vendor, **options):
    return [object_type(name), integration(name, vendor, **options)]
