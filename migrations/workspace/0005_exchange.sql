-- What runs sent and what came back, redacted: of each run the newest and the failed ones, of each
-- integration those of its newest runs (src/store/sql/exchange.sql).
CREATE TABLE {schema}.syncline_exchange (
  run_id uuid NOT NULL,
  exchange_id bigint NOT NULL,              -- in the order of sending
  integration_uid bigint NOT NULL,
  failed boolean NOT NULL,
  exchange jsonb NOT NULL,                  -- proto JSON of syncline.v1.Exchange
  PRIMARY KEY (run_id, exchange_id)
);
CREATE INDEX syncline_exchange_integration ON {schema}.syncline_exchange (integration_uid, run_id);
