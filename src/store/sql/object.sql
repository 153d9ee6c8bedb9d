-- Statements on the tables of object types are built in store/object_table and store/object_store.

-- name: ObjectTableExists
SELECT to_regclass($1) IS NOT NULL;
