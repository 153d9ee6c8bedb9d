-- Tokens of credentials (reliability.md 3.3). The database's clock decides; every write is fenced by
-- (version, lease_owner).

-- name: OAuthTokenEpoch
SELECT token_epoch FROM syncline.credential WHERE workspace_id = $1 AND credential_id = $2;

-- name: OAuthTokenRead
-- Durations in milliseconds. No row for an unknown credential; NULLs for one without tokens.
SELECT c.token_epoch, t.version,
       t.access_algorithm, t.access_key_id, t.access_wrapped_key, t.access_ciphertext,
       t.refresh_algorithm, t.refresh_key_id, t.refresh_wrapped_key, t.refresh_ciphertext,
       (extract(epoch FROM t.expire_time - t.issue_time) * 1000)::bigint,
       (extract(epoch FROM t.expire_time - clock_timestamp()) * 1000)::bigint,
       (extract(epoch FROM clock_timestamp() - t.issue_time) * 1000)::bigint,
       t.lease_owner IS NOT NULL AND t.lease_until > clock_timestamp(),
       t.state = 'REAUTH_REQUIRED', t.state_message
FROM syncline.credential c
LEFT JOIN syncline.oauth_token t
  ON t.workspace_id = c.workspace_id AND t.credential_id = c.credential_id AND t.alternative = $3
WHERE c.workspace_id = $1 AND c.credential_id = $2;

-- name: OAuthTokenTakeLease
-- The credential's row is locked against a change of its sign-in: no row of an old epoch is made.
INSERT INTO syncline.oauth_token AS t
  (workspace_id, credential_id, alternative, lease_owner, lease_until)
SELECT c.workspace_id, c.credential_id, $3, $6, clock_timestamp() + $7::bigint * interval '1 millisecond'
FROM syncline.credential c
WHERE c.workspace_id = $1 AND c.credential_id = $2 AND c.token_epoch = $4::bigint
  AND ($5::bigint = 0 OR EXISTS (
    SELECT FROM syncline.oauth_token o
    WHERE o.workspace_id = $1 AND o.credential_id = $2 AND o.alternative = $3))
FOR KEY SHARE OF c
ON CONFLICT (workspace_id, credential_id, alternative) DO UPDATE
SET lease_owner = EXCLUDED.lease_owner, lease_until = EXCLUDED.lease_until
WHERE t.version = $5::bigint AND t.state = 'ACTIVE'
  AND (t.lease_owner IS NULL OR t.lease_until <= clock_timestamp())
RETURNING t.attempt_count;

-- name: OAuthTokenMarkAttempt
-- What went before it, a wait for keys, is not taken off the lease.
UPDATE syncline.oauth_token
SET attempt_count = attempt_count + 1, attempt_time = clock_timestamp(),
    lease_until = clock_timestamp() + $6::bigint * interval '1 millisecond'
WHERE workspace_id = $1 AND credential_id = $2 AND alternative = $3
  AND version = $4 AND lease_owner = $5;

-- name: OAuthTokenStore
UPDATE syncline.oauth_token
SET version = version + 1,
    access_algorithm = $6, access_key_id = $7, access_wrapped_key = $8, access_ciphertext = $9,
    refresh_algorithm = $10, refresh_key_id = $11, refresh_wrapped_key = $12, refresh_ciphertext = $13,
    issue_time = attempt_time, expire_time = attempt_time + $14::bigint * interval '1 second',
    lease_owner = NULL, lease_until = NULL, attempt_count = 0, attempt_time = NULL
WHERE workspace_id = $1 AND credential_id = $2 AND alternative = $3
  AND version = $4 AND lease_owner = $5;

-- name: OAuthTokenRelease
UPDATE syncline.oauth_token
SET lease_owner = NULL, lease_until = NULL, attempt_count = $6
WHERE workspace_id = $1 AND credential_id = $2 AND alternative = $3
  AND version = $4 AND lease_owner = $5;

-- name: OAuthTokenRequireReauthorization
UPDATE syncline.oauth_token
SET state = 'REAUTH_REQUIRED', state_message = $6, lease_owner = NULL, lease_until = NULL
WHERE workspace_id = $1 AND credential_id = $2 AND alternative = $3
  AND version = $4 AND lease_owner = $5;

-- name: OAuthTokenLockVersion
SELECT version FROM syncline.oauth_token
WHERE workspace_id = $1 AND credential_id = $2 AND alternative = $3
FOR UPDATE;

-- name: OAuthTokenAuthorize
-- What a person's consent brought, in place of whatever was there; a refresh under way is fenced by
-- the version.
INSERT INTO syncline.oauth_token
  (workspace_id, credential_id, alternative, version,
   access_algorithm, access_key_id, access_wrapped_key, access_ciphertext,
   refresh_algorithm, refresh_key_id, refresh_wrapped_key, refresh_ciphertext,
   issue_time, expire_time)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12,
        $13, $13::timestamptz + $14::bigint * interval '1 second')
ON CONFLICT (workspace_id, credential_id, alternative) DO UPDATE
SET version = EXCLUDED.version,
    access_algorithm = EXCLUDED.access_algorithm, access_key_id = EXCLUDED.access_key_id,
    access_wrapped_key = EXCLUDED.access_wrapped_key, access_ciphertext = EXCLUDED.access_ciphertext,
    refresh_algorithm = EXCLUDED.refresh_algorithm, refresh_key_id = EXCLUDED.refresh_key_id,
    refresh_wrapped_key = EXCLUDED.refresh_wrapped_key, refresh_ciphertext = EXCLUDED.refresh_ciphertext,
    issue_time = EXCLUDED.issue_time, expire_time = EXCLUDED.expire_time,
    lease_owner = NULL, lease_until = NULL, attempt_count = 0, attempt_time = NULL,
    state = 'ACTIVE', state_message = '';

-- name: OAuthTokenForget
-- The sign-in changed: tokens and consents under way fit no more.
WITH raised AS (
  UPDATE syncline.credential SET token_epoch = token_epoch + 1
  WHERE workspace_id = $1 AND credential_id = $2
), consents AS (
  DELETE FROM syncline.oauth_authorization WHERE workspace_id = $1 AND credential_id = $2
)
DELETE FROM syncline.oauth_token WHERE workspace_id = $1 AND credential_id = $2;

-- name: OAuthTokenExpireAccess
-- Something about the request for a token changed: the refresh token stays good, the access token may
-- not be what is wanted now.
UPDATE syncline.oauth_token
SET expire_time = clock_timestamp(), issue_time = COALESCE(issue_time, clock_timestamp())
WHERE workspace_id = $1 AND credential_id = $2 AND access_ciphertext IS NOT NULL;

-- name: OAuthTokenPauseSchedules
UPDATE syncline.schedule s
SET paused = true, next_fire_time = NULL, pause_reason = 'REAUTH_REQUIRED',
    revision = s.revision + 1, update_time = clock_timestamp()
FROM syncline.integration i
WHERE i.workspace_id = $1 AND i.credential_id = $2
  AND COALESCE(i.spec ->> 'credentialAlternative', '') = $3
  AND s.workspace_id = i.workspace_id AND s.integration_id = i.integration_id
  AND NOT s.paused;

-- name: OAuthTokenPausedSchedules
-- Of the sign-in $3, or with $4 of every sign-in of the credential.
SELECT s.integration_id, s.schedule_id
FROM syncline.schedule s JOIN syncline.integration i USING (workspace_id, integration_id)
WHERE i.workspace_id = $1 AND i.credential_id = $2
  AND ($4::boolean OR COALESCE(i.spec ->> 'credentialAlternative', '') = $3)
  AND s.pause_reason IN ('REAUTH_REQUIRED', 'AUTH_FAILED')
ORDER BY s.integration_id, s.schedule_id
FOR UPDATE OF s;

-- name: OAuthTokenReauthRequired
-- Why the sign-in $3 wants a person; no row when it does not.
SELECT state_message FROM syncline.oauth_token
WHERE workspace_id = $1 AND credential_id = $2 AND alternative = $3 AND state = 'REAUTH_REQUIRED';
