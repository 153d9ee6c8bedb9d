-- What the catalogue knows of an object type's table; its DDL is built in store/object_table.cc.

-- name: ObjectTableLock
-- Until the end of the transaction; one caller at a time makes or extends a table.
SELECT pg_advisory_xact_lock(hashtextextended('syncline object table ' || $1, 0));

-- name: ObjectTableColumns
SELECT a.attname::text, format_type(a.atttypid, a.atttypmod), a.attnotnull
FROM pg_attribute a
WHERE a.attrelid = to_regclass($1) AND a.attnum > 0 AND NOT a.attisdropped;

-- name: ObjectTableIndexes
SELECT c.relname::text
FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
WHERE i.indrelid = to_regclass($1) AND i.indisunique AND i.indisvalid;
