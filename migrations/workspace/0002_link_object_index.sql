-- No statement looks for links by their object, and the index costs every new link an entry.
DROP INDEX {schema}.syncline_link_object;
