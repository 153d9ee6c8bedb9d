"""What a fleet that shares one token may ask of its provider: a refresh per expiry, each alone.

Three witnesses on one machine's clock are laid side by side: a trigger that the test puts on the row
of the token, the row's own word for when a token's life began, and the ledger of the provider."""

import dataclasses

# Date.now() of the provider cuts to the millisecond, and so does the server when it reads how long a
# token lives on (it rounds): neither tells more than this, in seconds.
RESOLUTION = 0.001

# The trigger writes down when a lease was taken, when an attempt was marked, and when what the
# provider granted was stored. In a schema of its own, so that it is nobody else's.
TRIGGER = """
CREATE SCHEMA witness;
CREATE TABLE witness.step (number bigserial, kind text, at timestamptz, version bigint,
                           issue_time timestamptz);
CREATE FUNCTION witness.see() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE kind text := CASE
  WHEN NEW.version <> OLD.version THEN 'stored'
  WHEN NEW.attempt_count > OLD.attempt_count THEN 'marked'
  WHEN NEW.lease_owner IS DISTINCT FROM OLD.lease_owner AND NEW.lease_owner IS NOT NULL THEN 'leased'
  ELSE 'other' END;
BEGIN
  INSERT INTO witness.step (kind, at, version, issue_time)
  VALUES (kind, clock_timestamp(), NEW.version, NEW.issue_time);
  RETURN NULL;
END $$;
CREATE TRIGGER witness AFTER UPDATE ON syncline.oauth_token
FOR EACH ROW EXECUTE FUNCTION witness.see();
"""
STEPS = ("SELECT kind, extract(epoch FROM at), version, extract(epoch FROM issue_time) "
         "FROM witness.step ORDER BY number")


@dataclasses.dataclass
class Step:
    kind: str  # leased, marked, stored, other
    at: float  # seconds since 1970, as all times here
    version: int  # of the tokens after the step
    issue_time: float  # when the life of this version's token began, by the row


def watch(server):
    """From now on the steps of the one row are written down."""
    server.psql(TRIGGER)


def steps(server):
    rows = [line.split("|") for line in server.psql(STEPS).splitlines()]
    return [Step(kind, float(at), int(version), float(issue)) for kind, at, version, issue in rows]


def check(seen, asked, first_issue, lifetime):
    """`seen`: the steps from a row at version 1 whose token's life began at `first_issue`; `asked`:
    the refreshes of the provider's ledger. Returns the gaps between what was asked, in seconds.

    Holds when each token was renewed once and by one worker, which had the lease from before its
    request until after the answer; when nobody reached for the lease before half of the token's life
    was over, counted from when its own request was sent, whatever the time on the way; and when the
    next token was there before the end of the last."""
    asked = sorted(asked, key=lambda request: request["arrived"])
    presented = [request["presented"] for request in asked]
    assert len(set(presented)) == len(presented), "a refresh token was presented twice"
    assert all(request["status"] == 200 for request in asked), asked
    assert [step.kind for step in seen] == ["leased", "marked", "stored"] * len(asked), \
        (len(asked), [(step.kind, step.version) for step in seen])
    issue = first_issue
    for number, request in enumerate(asked):
        leased, marked, stored = seen[3 * number:3 * number + 3]
        arrived, answered = request["arrived"] / 1000, request["answered"] / 1000
        assert (leased.version, marked.version, stored.version) == (number + 1, number + 1, number + 2)
        # The row's word for the beginning of a life is worth as much as what stands around it.
        moments = (leased.at, stored.issue_time, arrived + RESOLUTION, answered + 2 * RESOLUTION,
                   stored.at + 3 * RESOLUTION)
        assert list(moments) == sorted(moments), (number, moments)
        assert leased.at >= issue + lifetime / 2 - RESOLUTION, \
            f"refresh {number + 1} was begun {leased.at - issue:.3f} s into a life of {lifetime} s"
        assert stored.at < issue + lifetime, \
            f"refresh {number + 1} ended {stored.at - issue:.3f} s into a life of {lifetime} s"
        issue = stored.issue_time
    arrivals = [request["arrived"] / 1000 for request in asked]
    return [later - sooner for sooner, later in zip(arrivals, arrivals[1:])]
