#pragma once

// Sign-ins of vendors that want a login first, as definitions (reference: their API manuals). Each
// stands in protobuf text, with the secret "sentinel".
namespace syncline::auth {

// Tanium: a JSON login whose session goes into the header `session`, and a JSON logout.
inline constexpr const char* kTanium = R"(
  allowed_hosts: 'tanium.example'
  session {
    secrets { key: 'password' value: 'sentinel' }
    vars { key: 'username' value: 'svc' }
    login {
      request {
        method: METHOD_POST url: 'https://tanium.example/api/v2/session/login'
        body { struct_value {
          fields { key: 'username' value { string_value: '{{vars.username}}' } }
          fields { key: 'password' value { string_value: '{{secrets.password}}' } } } }
      }
      capture { key: 'token' value: 'response.data.session' }
    }
    headers { key: 'session' value: '{{session.token}}' }
    lifetime { seconds: 300 }
    logout {
      method: METHOD_POST url: 'https://tanium.example/api/v2/session/logout'
      body { struct_value {
        fields { key: 'session' value { string_value: '{{session.token}}' } } } }
    }
  })";

// Open-AudIT: a form login that sets the cookie PHPSESSID and answers with a redirect.
inline constexpr const char* kOpenAudit = R"(
  allowed_hosts: 'audit.example'
  session {
    secrets { key: 'password' value: 'sentinel' }
    login {
      request {
        method: METHOD_POST url: 'https://audit.example/open-audit/index.php/logon'
        form { key: 'username' value: 'admin' }
        form { key: 'password' value: '{{secrets.password}}' }
      }
    }
  })";

// Zoom server-to-server: a token for an account, with Basic on the token call.
inline constexpr const char* kZoom = R"(
  allowed_hosts: ['zoom.us', 'api.zoom.us']
  session {
    secrets { key: 'client_secret' value: 'sentinel' }
    vars { key: 'account' value: 'acc' } vars { key: 'client' value: 'cli' }
    login {
      request {
        method: METHOD_POST url: 'https://zoom.us/oauth/token'
        form { key: 'grant_type' value: 'account_credentials' }
        form { key: 'account_id' value: '{{vars.account}}' }
        headers {
          key: 'Authorization'
          value: "Basic {{base64_encode(join(':', [vars.client, secrets.client_secret]))}}"
        }
      }
      capture { key: 'token' value: 'response.access_token' }
      capture { key: 'expires_in' value: 'response.expires_in' }
    }
    headers { key: 'Authorization' value: 'Bearer {{session.token}}' }
  })";

// Facebook pages: the user's token yields the page's token.
inline constexpr const char* kFacebook = R"(
  allowed_hosts: 'graph.example'
  session {
    secrets { key: 'user_token' value: 'sentinel' }
    vars { key: 'page' value: '42' }
    login {
      request {
        url: 'https://graph.example/me'
        headers { key: 'Authorization' value: 'Bearer {{secrets.user_token}}' }
      }
      capture { key: 'user' value: 'response.id' }
    }
    login {
      request {
        url: 'https://graph.example/{{session.user}}/accounts'
        query { key: 'fields' value: 'access_token' }
        query { key: 'page' value: '{{vars.page}}' }
        headers { key: 'Authorization' value: 'Bearer {{secrets.user_token}}' }
      }
      capture { key: 'page_token' value: 'response.data[0].access_token' }
    }
    query { key: 'access_token' value: '{{session.page_token}}' }
  })";

}  // namespace syncline::auth
