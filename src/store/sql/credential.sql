-- Sign-ins. Columns of a resource: spec, revision, create_time, update_time; then secret_version and
-- what is known of the tokens.

-- name: CredentialInsert
INSERT INTO syncline.credential (workspace_id, credential_id, spec)
VALUES ($1, $2, $3)
ON CONFLICT DO NOTHING;

-- name: CredentialFind
SELECT spec, revision, create_time, update_time, secret_version,
       t.reauth_required, t.state_message, t.expire_time
FROM syncline.credential LEFT JOIN syncline.credential_token_state t USING (workspace_id, credential_id)
WHERE workspace_id = $1 AND credential_id = $2;

-- name: CredentialFindForUpdate
SELECT spec, revision, create_time, update_time, secret_version,
       t.reauth_required, t.state_message, t.expire_time
FROM syncline.credential c LEFT JOIN syncline.credential_token_state t USING (workspace_id, credential_id)
WHERE workspace_id = $1 AND credential_id = $2
FOR UPDATE OF c;

-- name: CredentialList
SELECT spec, revision, create_time, update_time, secret_version,
       t.reauth_required, t.state_message, t.expire_time, credential_id
FROM syncline.credential LEFT JOIN syncline.credential_token_state t USING (workspace_id, credential_id)
WHERE workspace_id = $1 AND credential_id > $2
ORDER BY credential_id
LIMIT $3;

-- name: CredentialUpdate
UPDATE syncline.credential
SET spec = $3, revision = revision + 1, update_time = clock_timestamp()
WHERE workspace_id = $1 AND credential_id = $2;

-- name: CredentialDelete
DELETE FROM syncline.credential WHERE workspace_id = $1 AND credential_id = $2;

-- name: CredentialUsers
SELECT integration_id
FROM syncline.integration
WHERE workspace_id = $1 AND credential_id = $2
ORDER BY integration_id
LIMIT $3;

-- name: CredentialAlternativeUsers
SELECT integration_id
FROM syncline.integration
WHERE workspace_id = $1 AND credential_id = $2 AND spec->>'credentialAlternative' = $3
ORDER BY integration_id
LIMIT $4;

-- name: CredentialRaiseSecretVersion
UPDATE syncline.credential
SET secret_version = $3
WHERE workspace_id = $1 AND credential_id = $2 AND secret_version = $3::bigint - 1;

-- name: CredentialSecretDeleteAll
DELETE FROM syncline.credential_secret WHERE workspace_id = $1 AND credential_id = $2;

-- name: CredentialSecretInsert
INSERT INTO syncline.credential_secret
  (workspace_id, credential_id, field, version, algorithm, key_id, wrapped_key, ciphertext)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8);

-- name: CredentialSecretList
SELECT field, version, algorithm, key_id, wrapped_key, ciphertext
FROM syncline.credential_secret
WHERE workspace_id = $1 AND credential_id = $2
ORDER BY field;
