"""The kit's tables as DDL, for a service's first migration. A version is never edited: a change is a new function."""

from alembic import op

_TABLES_V1 = (
    """CREATE TABLE app_clock (
        id boolean PRIMARY KEY DEFAULT true CONSTRAINT app_clock_single_row CHECK (id),
        "offset" interval NOT NULL DEFAULT '0'::interval)""",
    "INSERT INTO app_clock DEFAULT VALUES",
    """CREATE FUNCTION app_now() RETURNS timestamptz LANGUAGE sql STABLE
        AS $$ SELECT now() + (SELECT "offset" FROM app_clock) $$""",
    "CREATE SEQUENCE outbox_sequence",
    """CREATE TABLE outbox (
        id uuid PRIMARY KEY,
        type text NOT NULL,
        subject text NOT NULL,
        sequence bigint NOT NULL DEFAULT nextval('outbox_sequence'),
        time timestamptz NOT NULL DEFAULT app_now(),
        correlation_id text,
        causation_id text,
        traceparent text,
        data text NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        next_attempt_at timestamptz NOT NULL DEFAULT now(),
        attempts integer NOT NULL DEFAULT 0,
        sent_at timestamptz,
        last_error text) PARTITION BY RANGE (id)""",
    "CREATE INDEX outbox_due ON outbox (next_attempt_at, id) WHERE sent_at IS NULL",
    """CREATE TABLE inbox (
        event_id uuid NOT NULL,
        handler text NOT NULL,
        source text NOT NULL,
        received_at timestamptz NOT NULL DEFAULT now(),
        rejection text,
        PRIMARY KEY (event_id, handler, source)) PARTITION BY RANGE (event_id)""",
    """CREATE TABLE running (
        event_id uuid NOT NULL,
        handler text NOT NULL,
        source text NOT NULL,
        worker uuid NOT NULL,
        starts integer NOT NULL DEFAULT 1,
        started_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (event_id, handler, source))""",
    """CREATE TABLE idempotency_key (
        scope text NOT NULL,
        key text NOT NULL,
        fingerprint bytea NOT NULL,
        status integer,
        headers jsonb,
        body bytea,
        created_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (scope, key))""",
    "CREATE INDEX idempotency_key_age ON idempotency_key (created_at)",
)

# UUIDv7 (RFC 9562) starts with 48 bits of Unix milliseconds, so a month is a range of ids.
_PARTITIONS_V1 = (
    """CREATE FUNCTION uuid7_floor(moment timestamptz) RETURNS uuid LANGUAGE sql IMMUTABLE
        AS $$ SELECT (lpad(to_hex((extract(epoch FROM moment) * 1000)::bigint), 12, '0')
                      || repeat('0', 20))::uuid $$""",
    """CREATE FUNCTION partition_key(parent text) RETURNS text LANGUAGE sql STABLE
        AS $$ SELECT substring(pg_get_partkeydef(to_regclass(parent)) FROM '\\((\\w+)\\)') $$""",
    # A month's rows that came before their partition wait in the default one, which must let go of them first.
    """CREATE FUNCTION ensure_partitions(parent text, ahead integer) RETURNS void LANGUAGE plpgsql
        SECURITY DEFINER SET search_path = public, pg_temp AS $$
        DECLARE
            month timestamptz := date_trunc('month', now(), 'UTC');
            key text := partition_key(parent);
            part text;
            low uuid;
            high uuid;
        BEGIN
            PERFORM pg_advisory_xact_lock(hashtext('partitions:' || parent));
            FOR step IN 0..ahead LOOP
                part := parent || '_p' || to_char(month AT TIME ZONE 'UTC', 'YYYYMM');
                low := uuid7_floor(month);
                month := month + interval '1 month';
                high := uuid7_floor(month);
                CONTINUE WHEN to_regclass(part) IS NOT NULL;
                EXECUTE format('LOCK TABLE %I IN ACCESS EXCLUSIVE MODE', parent);
                EXECUTE format('CREATE TEMP TABLE moved ON COMMIT DROP AS SELECT * FROM %I WHERE %I >= %L AND %I < %L',
                               parent || '_default', key, low, key, high);
                EXECUTE format('DELETE FROM %I WHERE %I >= %L AND %I < %L', parent || '_default', key, low, key, high);
                EXECUTE format(
                    'CREATE TABLE %I PARTITION OF %I FOR VALUES FROM (%L) TO (%L) WITH (fillfactor = 85,'
                    ' autovacuum_vacuum_scale_factor = 0.01, autovacuum_analyze_scale_factor = 0.02)',
                    part, parent, low, high);
                EXECUTE format('INSERT INTO %I SELECT * FROM moved', part);
                DROP TABLE moved;
            END LOOP;
        END $$""",
    """CREATE FUNCTION drop_partitions(parent text, keep interval) RETURNS integer LANGUAGE plpgsql
        SECURITY DEFINER SET search_path = public, pg_temp AS $$
        DECLARE
            part record;
            unsent boolean;
            dropped integer := 0;
        BEGIN
            IF parent NOT IN ('outbox', 'inbox') THEN
                RAISE EXCEPTION 'only outbox and inbox are pruned';
            END IF;
            FOR part IN
                SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
                WHERE i.inhparent = to_regclass(parent) AND c.relname ~ '_p[0-9]{6}$'
            LOOP
                IF to_date(right(part.relname, 6), 'YYYYMM') + interval '1 month' < now() - keep THEN
                    IF parent = 'outbox' THEN
                        EXECUTE format('SELECT EXISTS (SELECT FROM %I WHERE sent_at IS NULL)', part.relname)
                            INTO unsent;
                        CONTINUE WHEN unsent;
                    END IF;
                    EXECUTE format('DROP TABLE %I', part.relname);
                    dropped := dropped + 1;
                END IF;
            END LOOP;
            EXECUTE format('DELETE FROM %I WHERE %I < %L', parent || '_default', partition_key(parent),
                           uuid7_floor(now() - keep)) || CASE parent WHEN 'outbox' THEN ' AND sent_at IS NOT NULL'
                                                         ELSE '' END;
            RETURN dropped;
        END $$""",
    "REVOKE ALL ON FUNCTION ensure_partitions(text, integer), drop_partitions(text, interval) FROM PUBLIC",
)


def create_kit_tables_v1() -> None:
    """Creates outbox, inbox, running, idempotency_key, the application clock and the partition functions."""
    for statement in (*_TABLES_V1, *_PARTITIONS_V1):
        op.execute(statement)
    partition_by_uuid7("outbox")
    partition_by_uuid7("inbox")


def partition_by_uuid7(parent: str, *, ahead: int = 3) -> None:
    """Gives a table that is `PARTITION BY RANGE (<uuidv7 column>)` a default partition and the coming months."""
    op.execute(f'CREATE TABLE "{parent}_default" PARTITION OF "{parent}" DEFAULT')
    op.execute(f"SELECT ensure_partitions('{parent}', {ahead})")
