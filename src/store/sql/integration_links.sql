-- What an integration leaves in its workspace's schema.

-- name: IntegrationLinksDelete
DELETE FROM {schema}.syncline_link WHERE integration_uid = $1;

-- name: IntegrationStatesDelete
DELETE FROM {schema}.syncline_state WHERE integration_uid = $1;

-- name: IntegrationPendingStatesDelete
DELETE FROM {schema}.syncline_state_pending
WHERE run_id IN (SELECT run_id FROM syncline.run WHERE integration_uid = $1);

-- name: IntegrationRecordVersionsDelete
DELETE FROM {schema}.syncline_record_version WHERE integration_uid = $1;

-- name: IntegrationSeenDelete
DELETE FROM {schema}.syncline_seen
WHERE run_id IN (SELECT run_id FROM syncline.run WHERE integration_uid = $1);
