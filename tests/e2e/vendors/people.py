"""Okta, Zendesk, BambooHR and a directory: lists of people."""

from vendors.scripted import Answer, Vendor

TOKEN = "sentinel-vendor-token"
REFUSED = Answer({"error": "sign in first"}, 401)


def okta_user(number, status="ACTIVE"):
    return {"id": f"00u{number}", "status": status, "profile": {
        "login": f"login{number}@example.com", "email": f"user{number}@example.com",
        "firstName": f"First{number}", "lastName": f"Last{number}",
        "mobilePhone": None if number % 3 else f"+43 1 {number:05d}"}}


OKTA_CURRENT = [okta_user(number) for number in range(1, 251)]
OKTA_LEFT = [okta_user(number, "DEPROVISIONED") for number in range(900, 903)]


def okta(request):
    if request.headers.get("Authorization") != f"SSWS {TOKEN}":
        return REFUSED
    if request.path != "/api/v1/users" or request.query.get("limit") != "100":
        return Answer({"errorCode": "E0000022"}, 404)
    wanted = request.query.get("filter")
    if wanted not in (None, 'status eq "DEPROVISIONED"'):
        return Answer({"errorCode": "E0000031", "errorSummary": "Invalid search criteria."}, 400)
    records = OKTA_LEFT if wanted else OKTA_CURRENT
    after = request.query.get("after")
    start = 0 if after is None else 1 + [user["id"] for user in records].index(after)
    page = records[start:start + 100]
    links = [("Link", f'<{request.base}/api/v1/users?limit=100>; rel="self"')]
    if start + 100 < len(records):
        links.append(("Link", f'<{request.base}/api/v1/users?after={page[-1]["id"]}&limit=100>; rel="next"'))
    return Answer(page, headers=tuple(links))


def okta_object(user):
    profile = user["profile"]
    return {"username": profile["login"], "email": profile["email"], "first_name": profile["firstName"],
            "last_name": profile["lastName"], "title": "Employee",
            "status": "active" if user["status"] == "ACTIVE" else "left",
            **({"phone": profile["mobilePhone"]} if profile["mobilePhone"] else {})}


ZENDESK_ORGANIZATIONS = {7: "Sales", 8: "Support"}
ZENDESK_USERS = [
    {"id": 1, "name": "Ada", "email": "ada@example.com", "organization_id": 7},
    {"id": 2, "name": "Grace Brewster Murray Hopper", "email": "grace@example.com", "organization_id": 8},
    {"id": 3, "name": "Kurt Gödel", "email": "kurt@example.com", "organization_id": None},
]


def zendesk(request):
    if request.basic() != ("me@example.com/token", TOKEN):
        return REFUSED
    if request.path == "/api/v2/users.json":
        page = int(request.query.get("page", 1))
        url = f"{request.base}/api/v2/users.json?page={page + 1}"
        return Answer({"users": ZENDESK_USERS[2 * page - 2:2 * page], "count": 3,
                       "next_page": url if 2 * page < len(ZENDESK_USERS) else None})
    key = int(request.path.removeprefix("/api/v2/organizations/").removesuffix(".json"))
    return Answer({"organization": {"id": key, "name": ZENDESK_ORGANIZATIONS[key]}})


BAMBOO = [{"id": str(n), "workEmail": f"bamboo{n}@example.com", "jobTitle": "Gärtner",
           "mobilePhone": "312-800-9919"} for n in range(5)]


def bamboohr(request):
    if request.basic() != (TOKEN, "x"):
        return REFUSED
    assert request.headers["Accept"] == "application/json"
    if request.path != "/api/gateway.php/acme/v1/employees/directory":
        return Answer({"error": request.path}, 404)
    return Answer({"fields": [{"id": "workEmail"}], "employees": BAMBOO})


PEOPLE = {f"p-{n}": {"name": f"Person {n}", "mail": f"person{n}@example.com"} for n in range(12)}


def directory(request):
    if request.query.get("api_key") != TOKEN:
        return REFUSED
    assert request.path == "/generic_users_list"
    if "external_id" not in request.query:
        return Answer({"users": [{"external_id": key} for key in PEOPLE]})
    return Answer({"users": [PEOPLE[request.query["external_id"]]]})


VENDORS = [
    Vendor("okta-users", "Okta users", okta, [okta_object(user) for user in OKTA_CURRENT + OKTA_LEFT],
           "user", "email", {"OKTA_TOKEN": TOKEN}, requests=4),
    Vendor("zendesk-users", "Zendesk users", zendesk, [
        {"email": "ada@example.com", "username": "ada@example.com", "first_name": "Ada", "last_name": "Ada",
         "department": "Sales"},
        {"email": "grace@example.com", "username": "grace@example.com", "first_name": "Grace",
         "last_name": "Hopper", "department": "Support"},
        {"email": "kurt@example.com", "username": "kurt@example.com", "first_name": "Kurt", "last_name": "Gödel"},
    ], "user", "email", {"ZENDESK_KEY": TOKEN}, requests=4),
    Vendor("bamboohr-employees", "BambooHR employees", bamboohr, [
        {"email": one["workEmail"], "employee_id": one["id"], "title": "Gärtner", "phone": "312-800-9919"}
        for one in BAMBOO], "user", "email", {"BAMBOOHR_KEY": TOKEN, "BAMBOOHR_PASSWORD": "x"}, requests=1),
    Vendor("directory-users", "A directory with details", directory, [
        {"external_id": key, "email": person["mail"], "display_name": person["name"]}
        for key, person in PEOPLE.items()], "user", "external_id", {"DIRECTORY_KEY": TOKEN}, requests=13),
]
