-- The RPC function that stores the answer of a refused request under its idempotency key.

create function farthing_public.idempotency_store(
  p_idempotency_key text, p_fingerprint text, p_status int, p_data jsonb, p_user_id uuid default null,
  p_now timestamptz default now())
returns jsonb
language plpgsql security definer -- service_role has no rights on tables
set search_path = pg_catalog, pg_temp
as $$
begin
  insert into farthing.idempotency_keys (key, fingerprint, status, answer, created_at)
  values (decode(p_idempotency_key, 'hex'), decode(p_fingerprint, 'hex'), p_status,
    farthing.json_argument(p_data), p_now)
  on conflict (key) do update -- the stored answer is older than 24 hours and does not count
  set fingerprint = excluded.fingerprint, status = excluded.status, answer = excluded.answer,
    created_at = excluded.created_at
  where idempotency_keys.created_at <= p_now - farthing.idempotency_key_life();
  -- A refusal is counted here, once per key, because the transaction that refused the charge is rolled
  -- back, and a count in it would be lost.
  if found and p_user_id is not null
    and farthing.json_argument(p_data) ->> 'code' = 'insufficient_credits' then
    perform farthing.note_refusal(p_user_id, p_now);
  end if;
  return '{}'::jsonb;
end
$$;
grant execute on function farthing_public.idempotency_store to service_role;
comment on function farthing_public.idempotency_store is
  'Stores the answer of a refused request (402, 404, 409 or 422). The request changed nothing, so '
  'its answer is stored in a transaction of its own. A stored answer is not replaced within 24 '
  'hours. If p_user_id is given, a refusal with insufficient_credits is counted for this user.';
