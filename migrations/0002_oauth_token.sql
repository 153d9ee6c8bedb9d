-- Tokens of credentials, and consents under way. Both go when the sign-in of their credential
-- changes: token_epoch rises then, and what was sealed or asked for before fits no more.

ALTER TABLE syncline.credential ADD COLUMN token_epoch bigint NOT NULL DEFAULT 0;

-- One row per sign-in of a credential. Whoever holds the lease asks the provider, outside of any
-- transaction, and stores what it says if the version is still the one it set out from.
CREATE TABLE syncline.oauth_token (
  workspace_id text NOT NULL,
  credential_id text NOT NULL,
  alternative text NOT NULL,        -- '' = the credential's own kind
  version bigint NOT NULL DEFAULT 0,
  access_algorithm text,
  access_key_id text,
  access_wrapped_key bytea,
  access_ciphertext bytea,          -- NULL = no access token
  refresh_algorithm text,
  refresh_key_id text,
  refresh_wrapped_key bytea,
  refresh_ciphertext bytea,         -- NULL = no refresh token
  issue_time timestamptz,           -- when the request for it was sent
  expire_time timestamptz,          -- issue_time + lifetime; NULL = nobody knows
  lease_owner uuid,
  lease_until timestamptz,
  -- The attempt marker: requests with this version whose outcome was not stored, and when the last
  -- of them was sent.
  attempt_count integer NOT NULL DEFAULT 0,
  attempt_time timestamptz,
  state text NOT NULL DEFAULT 'ACTIVE' CHECK (state IN ('ACTIVE', 'REAUTH_REQUIRED')),
  state_message text NOT NULL DEFAULT '',
  PRIMARY KEY (workspace_id, credential_id, alternative),
  FOREIGN KEY (workspace_id, credential_id) REFERENCES syncline.credential ON DELETE CASCADE
) WITH (fillfactor = 50);

-- What the tokens of a credential say of it; no row for one without tokens.
CREATE VIEW syncline.credential_token_state AS
SELECT workspace_id, credential_id,
       bool_or(state = 'REAUTH_REQUIRED') AS reauth_required,
       COALESCE(string_agg(CASE WHEN alternative = '' THEN '' ELSE alternative || ': ' END || state_message,
                           '; ' ORDER BY alternative) FILTER (WHERE state = 'REAUTH_REQUIRED'), '')
         AS state_message,
       min(expire_time) FILTER (WHERE access_ciphertext IS NOT NULL AND state = 'ACTIVE') AS expire_time
FROM syncline.oauth_token
GROUP BY workspace_id, credential_id;

-- A consent that was begun: single use, for ten minutes.
CREATE TABLE syncline.oauth_authorization (
  state_hash bytea PRIMARY KEY,     -- SHA-256 of what the provider sends back
  workspace_id text NOT NULL,
  credential_id text NOT NULL,
  alternative text NOT NULL,
  token_epoch bigint NOT NULL,
  redirect_uri text NOT NULL,       -- '' with a device code
  poll_interval_seconds integer NOT NULL DEFAULT 0,
  algorithm text NOT NULL,          -- the sealed PKCE verifier, or device code
  key_id text NOT NULL,
  wrapped_key bytea NOT NULL,
  ciphertext bytea NOT NULL,
  expire_time timestamptz NOT NULL,
  FOREIGN KEY (workspace_id, credential_id) REFERENCES syncline.credential ON DELETE CASCADE
);
CREATE INDEX oauth_authorization_credential
  ON syncline.oauth_authorization (workspace_id, credential_id);

-- Why the system paused a schedule, by the name of an error; '' = somebody did, or it is not paused.
ALTER TABLE syncline.schedule ADD COLUMN pause_reason text NOT NULL DEFAULT '';
