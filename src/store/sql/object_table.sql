-- What the catalogue knows of an object type's table; its DDL is built in store/object_table.cc.

-- name: ObjectTableLock
-- Until the end of the transaction; one caller at a time makes or extends a table.
SELECT pg_advisory_xact_lock(hashtextextended('syncline object table ' || $1, 0));

-- name: ObjectTableColumns
-- By join and not by to_regclass, which answers from the session's cache and may not know a table that
-- another session made while this one waited for ObjectTableLock.
SELECT a.attname::text, format_type(a.atttypid, a.atttypmod), a.attnotnull
FROM pg_attribute a
JOIN pg_class c ON c.oid = a.attrelid
JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE '"' || n.nspname || '"."' || c.relname || '"' = $1 AND a.attnum > 0 AND NOT a.attisdropped;

-- name: ObjectTableIndexes
SELECT c.relname::text
FROM pg_index i
JOIN pg_class c ON c.oid = i.indexrelid
JOIN pg_class t ON t.oid = i.indrelid
JOIN pg_namespace n ON n.oid = t.relnamespace
WHERE '"' || n.nspname || '"."' || t.relname || '"' = $1 AND i.indisunique AND i.indisvalid;
