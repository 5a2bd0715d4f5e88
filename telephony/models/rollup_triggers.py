"""How PostgreSQL notes which days of calls have changed: by statement, for COPY, upserts and cascades alike.

A mark is added in the transaction that touched the calls, and only added: writers neither wait for each other nor for
whoever counts. It names the day in UTC, so that it holds whatever zone the tenant has when it is counted.

Days before those of which a tenant keeps its calls are never marked: what was counted of them stands (retention.py).
"""

_IS_KEPT = """NOT EXISTS (
        SELECT FROM telephony_retention WHERE tenant_id = seen.tenant_id AND calls_from > seen.day)"""

_MARK = f"""
CREATE FUNCTION mark_calls() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO telephony_rollupmark (tenant_id, connection_id, day)
    SELECT * FROM (
        SELECT DISTINCT tenant_id, connection_id, (started_at AT TIME ZONE 'UTC')::date AS day FROM touched) AS seen
     WHERE {_IS_KEPT};
    RETURN NULL;
END $$;
CREATE TRIGGER mark_inserted AFTER INSERT ON telephony_call
    REFERENCING NEW TABLE AS touched FOR EACH STATEMENT EXECUTE FUNCTION mark_calls();
CREATE TRIGGER mark_updated_from AFTER UPDATE ON telephony_call
    REFERENCING OLD TABLE AS touched FOR EACH STATEMENT EXECUTE FUNCTION mark_calls();
CREATE TRIGGER mark_updated_to AFTER UPDATE ON telephony_call
    REFERENCING NEW TABLE AS touched FOR EACH STATEMENT EXECUTE FUNCTION mark_calls();
CREATE TRIGGER mark_deleted AFTER DELETE ON telephony_call
    REFERENCING OLD TABLE AS touched FOR EACH STATEMENT EXECUTE FUNCTION mark_calls();
"""
_FORGET = """
CREATE FUNCTION forget_rollups() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM telephony_callday;
    DELETE FROM telephony_callmonth;
    DELETE FROM telephony_callquarter;
    DELETE FROM telephony_callweekhour;
    DELETE FROM telephony_rollupmark;
    RETURN NULL;
END $$;
CREATE TRIGGER forget_rollups AFTER TRUNCATE ON telephony_call
    FOR EACH STATEMENT EXECUTE FUNCTION forget_rollups();
"""
# A day of another zone holds other calls: all days are counted again. No two zones are more than two days apart.
_ZONE = f"""
CREATE FUNCTION mark_tenant() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO telephony_rollupmark (tenant_id, connection_id, day)
    SELECT * FROM (
        SELECT NEW.id AS tenant_id, connection_id, cell.day + step AS day
        FROM (SELECT DISTINCT connection_id, day FROM telephony_callday WHERE tenant_id = NEW.id) AS cell
        CROSS JOIN generate_series(-2, 2) AS step) AS seen
     WHERE {_IS_KEPT};
    RETURN NULL;
END $$;
CREATE TRIGGER mark_tenant AFTER UPDATE OF time_zone ON accounts_tenant
    FOR EACH ROW WHEN (OLD.time_zone IS DISTINCT FROM NEW.time_zone) EXECUTE FUNCTION mark_tenant();
"""
CREATE_TRIGGERS = _MARK + _FORGET + _ZONE
DROP_TRIGGERS = """
DROP TRIGGER mark_tenant ON accounts_tenant;
DROP TRIGGER forget_rollups ON telephony_call;
DROP TRIGGER mark_deleted ON telephony_call;
DROP TRIGGER mark_updated_to ON telephony_call;
DROP TRIGGER mark_updated_from ON telephony_call;
DROP TRIGGER mark_inserted ON telephony_call;
DROP FUNCTION mark_tenant, forget_rollups, mark_calls;
"""
