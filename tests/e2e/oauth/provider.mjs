// A vendor that signs in by OAuth 2.0: the certified server `oidc-provider`, with refresh tokens that
// rotate, and a list of people that wants an access token.
//   node provider.mjs PORT   (MODULES = the folder of node_modules; LIFETIME = of access tokens, s)
// Prints "ready". GET /control/ledger tells what was asked for; POST /control/hold?when=before|after
// keeps the next answer of the token endpoint back until POST /control/release; POST /control/forget
// takes every access token back that was used so far.
import { createHash } from "node:crypto";
import http from "node:http";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const port = Number(process.argv[2]);
const lifetime = Number(process.env.LIFETIME ?? 60);
const modules = createRequire(`${process.env.MODULES}/`);
const { default: Provider } = await import(pathToFileURL(modules.resolve("oidc-provider")).href);
const issuer = `http://127.0.0.1:${port}`;

// refreshes: {arrived, answered (ms since 1970), presented (a digest of the refresh token), status}
const ledger = { token: {}, errors: [], refreshes: [], refused: 0, served: 0, revoked: 0 };
const seen = new Set(); // access tokens that were used
const forgotten = new Set(); // and those that were taken back
let hold = null; // {when, release}

const redirect_uris = ["http://127.0.0.1/callback"];
const provider = new Provider(issuer, {
  clients: [
    { client_id: "robot", client_secret: "robot-secret", grant_types: ["client_credentials"],
      redirect_uris: [], response_types: [] },
    { client_id: "signer", grant_types: ["client_credentials"], redirect_uris: [], response_types: [],
      token_endpoint_auth_method: "private_key_jwt",
      jwks: { keys: [JSON.parse(process.env.SIGNER_JWK ?? "{}")].filter((key) => key.kty) } },
    { client_id: "person", client_secret: "person-secret", application_type: "native", redirect_uris,
      grant_types: ["authorization_code", "refresh_token"], response_types: ["code"],
      token_endpoint_auth_method: "client_secret_basic" },
    { client_id: "tv", application_type: "native", token_endpoint_auth_method: "none",
      grant_types: ["urn:ietf:params:oauth:grant-type:device_code", "refresh_token"],
      redirect_uris: [], response_types: [] },
  ],
  features: {
    clientCredentials: { enabled: true },
    deviceFlow: { enabled: true },
    revocation: { enabled: true, allowedPolicy: () => true },
    devInteractions: { enabled: true },
  },
  cookies: { keys: ["not-a-secret"] },
  issueRefreshToken: async (_, client) => client.grantTypeAllowed("refresh_token"),
  rotateRefreshToken: true,
  ttl: { AccessToken: lifetime, ClientCredentials: lifetime, RefreshToken: 3600, Session: 3600,
         Grant: 3600, Interaction: 600, IdToken: 600, DeviceCode: 300, AuthorizationCode: 60 },
  pkce: { required: () => true },
});

async function maybeHold(when) {
  if (hold?.when !== when) return;
  hold.reached = true;
  await new Promise((resolve) => { hold.release = resolve; });
}

provider.use(async (ctx, next) => {
  if (ctx.path !== "/token") {
    await next();
    if (ctx.path === "/token/revocation" && ctx.status === 200) ledger.revoked += 1;
    return;
  }
  const arrived = Date.now();
  await maybeHold("before");
  await next();
  const grant = ctx.oidc?.params?.grant_type ?? "none";
  ledger.token[grant] = (ledger.token[grant] ?? 0) + 1;
  if (ctx.status !== 200) ledger.errors.push(ctx.body?.error ?? String(ctx.status));
  if (grant === "refresh_token") {
    const presented = createHash("sha256").update(String(ctx.oidc.params.refresh_token)).digest("hex");
    ledger.refreshes.push({ arrived, answered: Date.now(), presented, status: ctx.status });
  }
  await maybeHold("after");
});
function answer(response, status, body) {
  response.writeHead(status, { "Content-Type": "application/json" });
  response.end(JSON.stringify(body));
}

// 10 people a page; `pages` and `delay` (ms a page) by the query.
async function serve(request, response, url) {
  const token = (request.headers.authorization ?? "").replace(/^Bearer /, "");
  const known = token && !forgotten.has(token) && ((await provider.AccessToken.find(token)) ??
                          (await provider.ClientCredentials.find(token)));
  if (known) seen.add(token);
  if (!known) {
    ledger.refused += 1;
    return answer(response, 401, { error: "invalid_token" });
  }
  const offset = Number(url.searchParams.get("offset") ?? 0);
  const pages = Number(url.searchParams.get("pages") ?? 1);
  await new Promise((resolve) => setTimeout(resolve, Number(url.searchParams.get("delay") ?? 0)));
  ledger.served += 1;
  const list = url.searchParams.get("list") ?? "people";
  const rows = [];
  for (let i = offset; i < Math.min(offset + 10, pages * 10); i += 1) {
    rows.push({ email: `${list}-${i}@vendor.example`, name: `Person ${i}` });
  }
  return answer(response, 200, { people: rows });
}

const callback = provider.callback();
http.createServer((request, response) => {
  const url = new URL(request.url, issuer);
  if (url.pathname === "/api/people") return serve(request, response, url);
  if (url.pathname === "/control/ledger") {
    return answer(response, 200, { ...ledger, held: hold?.reached ?? false });
  }
  if (url.pathname === "/control/hold") {
    hold = { when: url.searchParams.get("when") };
    return answer(response, 200, {});
  }
  if (url.pathname === "/control/forget") {
    seen.forEach((token) => forgotten.add(token));
    return answer(response, 200, {});
  }
  if (url.pathname === "/control/release") {
    hold?.release?.();
    hold = null;
    return answer(response, 200, {});
  }
  return callback(request, response);
}).listen(port, "127.0.0.1", () => console.log("ready"));
