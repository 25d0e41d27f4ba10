-- Idempotency keys: for 24 hours the same request gets the same answer. If the whole operation is
-- SQL, the key, its work and its answer commit together, so a stored key means that its work is
-- done. If the request is sent again while it still runs, the second request waits for an advisory
-- lock on the key and then finds the answer. If the operation calls Stripe or a model, the key is
-- committed as `started` before that call.

create function farthing.idempotency_key_life()
returns interval
language sql immutable
set search_path = ''
as $$
  select interval '24 hours'
$$;
comment on function farthing.idempotency_key_life() is
  'Returns how long a stored answer stays valid if the client sent the key itself, as '
  'Idempotency-Key.';

create function farthing.idempotency_find(
  p_key text, p_fingerprint text, p_now timestamptz, p_kept interval default null)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
  v_key bytea := decode(p_key, 'hex');
  v_stored farthing.idempotency_keys;
  -- The lock is taken in an expression, because `perform` would run a query and cost more. A null
  -- key locks nothing.
  v_is_locked boolean := pg_advisory_xact_lock(hashtextextended(p_key, 0)) is not null;
begin
  if not v_is_locked then
    return null;
  end if;
  select * into v_stored from farthing.idempotency_keys where key = v_key;
  if not found then
    return null;
  end if;
  if v_stored.created_at <= p_now - coalesce(p_kept, farthing.idempotency_key_life()) then
    delete from farthing.idempotency_keys where key = v_stored.key;
    return null;
  end if;
  if v_stored.fingerprint <> decode(p_fingerprint, 'hex') then
    perform farthing.fail('idempotency_key_reused',
      'This Idempotency-Key was used with another request. Send a new key.');
  end if;
  if v_stored.status is not null then
    return jsonb_build_object('status', v_stored.status, 'replayed', true, 'data', coalesce(v_stored.answer,
      (select p.answer from farthing.private_answers p where p.key = v_stored.key)));
  end if;
  -- A request ends within 150 seconds: a key that is still `started` after 3 minutes belongs to a
  -- request that ended without an answer.
  if v_stored.created_at > p_now - interval '3 minutes' then
    perform farthing.fail('idempotency_in_progress',
      'A request with this Idempotency-Key is still running. Try again shortly.');
  end if;
  delete from farthing.idempotency_keys where key = v_stored.key;
  return null;
end
$$;
comment on function farthing.idempotency_find(text, text, timestamptz, interval) is
  'Locks a key until commit and looks up its answer. Returns null if the caller may proceed, else '
  '{status, replayed: true, data}. p_kept: how long an answer stays valid; null for 24 hours. For '
  'a key that is derived from the request''s content, this time is shorter. Fails with '
  'idempotency_key_reused, idempotency_in_progress.';

create function farthing.idempotency_keep(p_key text, p_fingerprint text, p_status int, p_data jsonb,
  p_now timestamptz)
returns jsonb
language plpgsql
set search_path = ''
as $$
begin
  if p_key is not null then
    insert into farthing.idempotency_keys (key, fingerprint, status, answer, created_at)
    values (decode(p_key, 'hex'), decode(p_fingerprint, 'hex'), p_status, p_data, p_now);
  end if;
  return jsonb_build_object('status', p_status, 'replayed', false, 'data', p_data);
end
$$;
comment on function farthing.idempotency_keep(text, text, int, jsonb, timestamptz) is
  'Stores the answer of a request and returns {status, replayed: false, data}. Runs in the '
  'transaction that does the work of the request. Without a key, stores nothing.';

create function farthing.idempotency_start(p_key text, p_fingerprint text, p_now timestamptz)
returns void
language plpgsql
set search_path = ''
as $$
begin
  if p_key is not null then
    insert into farthing.idempotency_keys (key, fingerprint, created_at)
    values (decode(p_key, 'hex'), decode(p_fingerprint, 'hex'), p_now);
  end if;
end
$$;
comment on function farthing.idempotency_start(text, text, timestamptz) is
  'Stores a key as `started`, because an external call comes between the request and its answer.';

create function farthing.idempotency_finish(p_key text, p_status int, p_data jsonb)
returns jsonb
language plpgsql
set search_path = ''
as $$
begin
  update farthing.idempotency_keys set status = p_status, answer = p_data
  where key = decode(p_key, 'hex') and status is null;
  return jsonb_build_object('status', p_status, 'replayed', false, 'data', p_data);
end
$$;
comment on function farthing.idempotency_finish(text, int, jsonb) is
  'Stores the answer of a started key, unless another request has stored one; returns {status, replayed: '
  'false, data}.';

create function farthing.idempotency_finish_private(
  p_key text, p_status int, p_data jsonb, p_account_id bigint)
returns jsonb
language plpgsql
set search_path = ''
as $$
begin
  -- If the user has been deleted, nobody repeats the request. So the key is deleted and the answer
  -- is not stored.
  if exists (select from farthing.accounts where account_id = p_account_id and left_at is null) then
    update farthing.idempotency_keys set status = p_status
    where key = decode(p_key, 'hex') and status is null;
    if found then
      insert into farthing.private_answers (key, account_id, answer)
      values (decode(p_key, 'hex'), p_account_id, p_data);
    end if;
  else
    perform farthing.idempotency_free(p_key);
  end if;
  return jsonb_build_object('status', p_status, 'replayed', false, 'data', p_data);
end
$$;
comment on function farthing.idempotency_finish_private(text, int, jsonb, bigint) is
  'Stores the answer of a started key, as idempotency_finish() does, but in private_answers, so '
  'that the answer is deleted with its user. The caller has locked the account.';

create function farthing.forget_private_answers(p_account_id bigint)
returns void
language sql
set search_path = ''
as $$
  delete from farthing.idempotency_keys k using farthing.private_answers p
  where p.account_id = p_account_id and k.key = p.key
$$;
comment on function farthing.forget_private_answers(bigint) is
  'Deletes the private answers of an account, and their keys.';

create function farthing.idempotency_free(p_key text)
returns void
language sql
set search_path = ''
as $$
  delete from farthing.idempotency_keys where key = decode(p_key, 'hex') and status is null
$$;
comment on function farthing.idempotency_free(text) is
  'Deletes a started key after its external call has failed, so that a repeated request runs at '
  'once.';

create function farthing.delete_old_idempotency_keys(p_now timestamptz default now(),
  p_limit int default 60000)
returns int
language sql
set search_path = ''
as $$
  select farthing.delete_older('idempotency_keys', 'key', 'created_at',
    p_now - farthing.idempotency_key_life(), p_limit)
$$;
comment on function farthing.delete_old_idempotency_keys(timestamptz, int) is
  'Deletes keys older than 24 hours, and returns their number.';

create function farthing.refuse_new_answer()
returns trigger
language plpgsql
set search_path = ''
as $$
begin
  if old.status is not null and new.created_at < old.created_at + farthing.idempotency_key_life()
    and (new.fingerprint <> old.fingerprint or new.status is distinct from old.status
      or (new.answer is not null and new.answer is distinct from old.answer))
  then
    raise exception 'A stored answer must not change in its first 24 hours.'
      using errcode = 'restrict_violation';
  end if;
  return null;
end
$$;
comment on function farthing.refuse_new_answer() is
  'Trigger: refuses to replace a stored answer in its first 24 hours. Erasing the answer is '
  'allowed. After 24 hours the key may be used again.';
