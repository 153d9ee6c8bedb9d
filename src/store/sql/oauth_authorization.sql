-- Consents that were begun. Single use; the database's clock ends them.

-- name: OAuthAuthorizationPrune
-- What has ended, of whichever credential, and of this one all but the newest $3.
DELETE FROM syncline.oauth_authorization
WHERE expire_time <= clock_timestamp()
   OR state_hash IN (
     SELECT state_hash FROM syncline.oauth_authorization
     WHERE workspace_id = $1 AND credential_id = $2
     ORDER BY expire_time DESC OFFSET $3);

-- name: OAuthAuthorizationInsert
INSERT INTO syncline.oauth_authorization
  (workspace_id, credential_id, state_hash, alternative, token_epoch, redirect_uri,
   poll_interval_seconds, algorithm, key_id, wrapped_key, ciphertext, expire_time)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11,
        clock_timestamp() + $12::bigint * interval '1 second')
RETURNING expire_time;

-- name: OAuthAuthorizationTake
-- It serves once, whatever comes of it.
DELETE FROM syncline.oauth_authorization
WHERE workspace_id = $1 AND credential_id = $2 AND state_hash = $3
RETURNING alternative, token_epoch, redirect_uri, poll_interval_seconds::bigint,
          algorithm, key_id, wrapped_key, ciphertext, expire_time > clock_timestamp();

-- name: OAuthAuthorizationFind
SELECT alternative, token_epoch, redirect_uri, poll_interval_seconds::bigint,
       algorithm, key_id, wrapped_key, ciphertext, expire_time > clock_timestamp()
FROM syncline.oauth_authorization
WHERE workspace_id = $1 AND credential_id = $2 AND state_hash = $3;

-- name: OAuthAuthorizationSetInterval
UPDATE syncline.oauth_authorization SET poll_interval_seconds = $4
WHERE workspace_id = $1 AND credential_id = $2 AND state_hash = $3;
