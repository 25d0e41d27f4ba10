-- AI logs: one row for each call of a model, with as much of its text as the user has agreed to.
-- The Edge Functions pass every field, redacted. SQL decides which fields are stored, because SQL
-- can read the consent in the same transaction that charges the call. A check constraint of the
-- table enforces the consent, too. An error while a log is stored never makes the charge fail.

create function farthing.date_consent()
returns trigger
language plpgsql
set search_path = ''
as $$
begin
  new.updated_at := now();
  return new;
end
$$;
comment on function farthing.date_consent() is
  'Trigger: sets the time of a consent, so that the user can''t choose that time.';

create function farthing.erase_ai_logs()
returns trigger
language plpgsql security definer -- the user may delete log rows, but not edit them
set search_path = pg_catalog, pg_temp
as $$
begin
  update farthing.ai_logs
  set consent = new.level, prompt = null, response = null, structured = null,
    usage = case when new.level <> 'none' then usage end,
    classification = case when new.level <> 'none' then classification end
  where user_id = new.user_id and consent > new.level;
  return null;
end
$$;
comment on function farthing.erase_ai_logs() is
  'Trigger: when a user lowers their consent, erases from the user''s stored logs each field that '
  'the new consent does not allow. This happens in the statement that changes the consent.';

create function farthing.cut_text(p_text text, p_most int)
returns text
language sql immutable
set search_path = ''
as $$
  select case when length(p_text) > p_most then left(p_text, p_most - 6) || ' [cut]' else p_text end
$$;
comment on function farthing.cut_text(text, int) is
  'Cuts a text to at most p_most characters; a cut text ends in " [cut]".';

create function farthing.cut_json(p_value jsonb, p_most int)
returns jsonb
language sql immutable
set search_path = ''
as $$
  select case when pg_column_size(p_value) > p_most
    then jsonb_build_object('cut', true, 'bytes', pg_column_size(p_value)) else p_value end
$$;
comment on function farthing.cut_json(jsonb, int) is
  'Returns a JSON value, or {"cut": true, "bytes": n} if the value takes more than p_most bytes in '
  'storage.';

create function farthing.write_ai_log(p_user_id uuid, p_log jsonb, p_now timestamptz)
returns void
language plpgsql
set search_path = ''
-- The caller has locked an account, and the insert of a log locks the user's row in auth.users. The
-- deletion of that user locks these two rows in the opposite order. To avoid a deadlock, this
-- function stops waiting for a lock long before the deadlock timeout.
set lock_timeout = '200ms'
as $$
declare
  v_log jsonb := farthing.json_argument(p_log);
  v_level farthing.ai_consent;
begin
  if p_user_id is null or v_log is null then
    return;
  end if;
  -- The consent is locked: a change that lowers the consent waits for this transaction, and then
  -- erases fields of the new log as well. If another transaction is already changing the consent,
  -- the level `none` applies.
  select level into v_level from farthing.ai_consents where user_id = p_user_id for share skip locked;
  v_level := coalesce(v_level, 'none');
  insert into farthing.ai_logs (user_id, kind, model, consent, prompt, response, structured, usage,
    classification, duration_ms, error_code, request_id, trace_id, created_at, expires_at)
  select p_user_id, v_log ->> 'kind', farthing.cut_text(v_log ->> 'model', 200), v_level,
    case when v_level = 'full_redacted' then farthing.cut_text(v_log ->> 'prompt', 32768) end,
    case when v_level = 'full_redacted' then farthing.cut_text(v_log ->> 'response', 32768) end,
    case when v_level = 'full_redacted'
      then farthing.cut_json(nullif(v_log -> 'structured', 'null'), 16384) end,
    case when v_level <> 'none' then farthing.cut_json(nullif(v_log -> 'usage', 'null'), 2048) end,
    case when v_level <> 'none' then v_log ->> 'classification' end,
    least(greatest((v_log ->> 'duration_ms')::numeric, 0), 2147483647)::int,
    farthing.cut_text(v_log ->> 'error_code', 64), farthing.cut_text(v_log ->> 'request_id', 64),
    farthing.cut_text(v_log ->> 'trace_id', 64), p_now, p_now + interval '720 hours';
exception when others then
  -- Only the SQLSTATE is reported: an error's message can quote the text to be logged.
  raise warning 'an AI log was lost: %', sqlstate;
end
$$;
comment on function farthing.write_ai_log(uuid, jsonb, timestamptz) is
  'Stores an AI log, but only the fields that the user''s consent allows. p_log: {model, kind, '
  'prompt, response, structured, usage, classification, duration_ms, error_code, request_id, '
  'trace_id}. Never fails: a log that cannot be stored is lost, with a warning.';

create function farthing.delete_old_ai_logs(p_now timestamptz default now(), p_limit int default 10000)
returns int
language sql
set search_path = ''
as $$
  select farthing.delete_older('ai_logs', 'log_id', 'expires_at', p_now, p_limit)
$$;
comment on function farthing.delete_old_ai_logs(timestamptz, int) is
  'Deletes AI logs that are 30 days old, and returns their number.';
