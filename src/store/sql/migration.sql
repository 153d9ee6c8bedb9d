-- Which migrations a database has had.

-- name: MigrationLock
-- The number is arbitrary and belongs to Syncline: "syncline" in ASCII.
SELECT pg_advisory_lock(8320803159843368549);

-- name: MigrationTableExists
SELECT to_regclass('syncline.schema_version') IS NOT NULL;

-- name: MigrationTableCreate
CREATE SCHEMA IF NOT EXISTS syncline;
CREATE TABLE IF NOT EXISTS syncline.schema_version (
  version bigint PRIMARY KEY,
  name text NOT NULL,
  apply_time timestamptz NOT NULL DEFAULT clock_timestamp()
);

-- name: MigrationVersion
SELECT coalesce(max(version), 0) FROM syncline.schema_version;

-- name: MigrationRecord
INSERT INTO syncline.schema_version (version, name) VALUES ($1, $2);
