-- Holds: open, settle, release, read.

create function farthing_public.holds_open(
  p_user_id uuid, p_ttl_seconds int, p_amount text default null, p_estimate jsonb default null,
  p_reason text default null, p_correlation_id text default null,
  p_idempotency_key text default null, p_fingerprint text default null,
  p_author text default null, p_now timestamptz default now())
returns jsonb
language plpgsql security definer -- service_role has no rights on tables
set search_path = pg_catalog, pg_temp
as $$
declare
  v_author text := coalesce(p_author, 'sql:' || session_user);
  v_answer jsonb := farthing.idempotency_find(p_idempotency_key, p_fingerprint, p_now);
  v_terms farthing.holds;
  v_opened farthing.opened_hold;
begin
  if v_answer is not null then
    return v_answer;
  end if;
  if p_ttl_seconds is null or p_ttl_seconds not between 1 and 86400 then
    perform farthing.fail('invalid_request', 'ttl_seconds must be between 1 and 86400.', null, 'ttl_seconds');
  end if;
  if p_estimate is null then
    v_terms.amount := farthing.parse_amount(p_amount, 'amount');
  else
    v_terms := farthing.terms_of_estimate(farthing.json_argument(p_estimate), p_now);
  end if;
  v_terms.reason := p_reason;
  v_terms.correlation_id := coalesce(p_correlation_id, farthing.trace_id());
  v_terms.author := v_author;
  v_terms.expires_at := p_now + make_interval(secs => p_ttl_seconds);
  v_opened := farthing.open_hold(farthing.lock_account(p_user_id, p_now), v_terms, p_now);
  return farthing.idempotency_keep(p_idempotency_key, p_fingerprint, 201, farthing.hold_answer(v_opened.hold)
    || jsonb_build_object('available_after', trim_scale(v_opened.available_after)::text), p_now);
end
$$;
grant execute on function farthing_public.holds_open to service_role;
comment on function farthing_public.holds_open is
  'Reserves an amount, or the price of an estimate at the current rate. The hold pins that rate. '
  'Returns {status, replayed, data: hold + available_after}. Fails with insufficient_credits, '
  'spend_cap_reached, unknown_model, not_found, invalid_request.';

create function farthing_public.holds_settle(
  p_hold_id uuid, p_amount text default null, p_usage jsonb default null, p_correlation_id text default null,
  p_idempotency_key text default null, p_fingerprint text default null,
  p_author text default null, p_now timestamptz default now())
returns jsonb
language plpgsql security definer -- service_role has no rights on tables
set search_path = pg_catalog, pg_temp
as $$
declare
  v_author text := coalesce(p_author, 'sql:' || session_user);
  v_answer jsonb := farthing.idempotency_find(p_idempotency_key, p_fingerprint, p_now);
  v_usage jsonb := farthing.json_argument(p_usage);
  v_hold farthing.holds;
  v_settlement farthing.settlement;
begin
  if v_answer is not null then
    return v_answer;
  end if;
  v_hold := farthing.lock_open_hold(p_hold_id, p_now, p_or_late => true);
  perform farthing.release_expired_holds(v_hold.account_id, p_now);
  v_settlement := farthing.settle(v_hold, array[row(
    case when v_usage is null then farthing.parse_amount(p_amount, 'amount', true) end,
    jsonb_build_object('reason', v_hold.reason), v_usage, 'hold', null,
    coalesce(p_correlation_id, farthing.trace_id()), v_author)::farthing.bill], p_now);
  return farthing.idempotency_keep(p_idempotency_key, p_fingerprint, 200, jsonb_build_object(
    'hold_id', p_hold_id, 'status', 'settled', 'settled', trim_scale(v_settlement.settled)::text,
    'released', trim_scale(v_settlement.rest)::text,
    'shortfall', trim_scale(v_settlement.shortfall)::text,
    'transaction_id', (v_settlement.charge).transaction_id,
    'lots', coalesce((v_settlement.charge).lots, '[]'),
    'balance_after', trim_scale(v_settlement.balance_after)::text), p_now);
end
$$;
grant execute on function farthing_public.holds_settle to service_role;
comment on function farthing_public.holds_settle is
  'Settles a hold below, at or above its amount. Missing credits become debt, up to the policy''s '
  'overdraft limit, and are returned as shortfall. An expired hold can still be settled once, from '
  'the available credits, within the policy''s late_settle_within. Returns {status, replayed, '
  'data}. Fails with hold_not_open, not_found, unknown_model, overdraft_exceeded (the hold is not '
  'changed), usage_conflict, invalid_request.';

create function farthing_public.holds_release(
  p_hold_id uuid, p_correlation_id text default null,
  p_idempotency_key text default null, p_fingerprint text default null, p_now timestamptz default now(),
  p_author text default null)
returns jsonb
language plpgsql security definer -- service_role has no rights on tables
set search_path = pg_catalog, pg_temp
as $$
declare
  v_answer jsonb := farthing.idempotency_find(p_idempotency_key, p_fingerprint, p_now);
  v_hold farthing.holds;
begin
  if v_answer is not null then
    return v_answer;
  end if;
  v_hold := farthing.lock_open_hold(p_hold_id, p_now);
  perform farthing.release_hold(v_hold.account_id, p_hold_id,
    coalesce(p_correlation_id, farthing.trace_id()), p_now, coalesce(p_author, 'sql:' || session_user));
  return farthing.idempotency_keep(p_idempotency_key, p_fingerprint, 200,
    jsonb_build_object('hold_id', p_hold_id, 'status', 'released'), p_now);
end
$$;
grant execute on function farthing_public.holds_release to service_role;
comment on function farthing_public.holds_release is
  'Releases an open hold. Returns {status, replayed, data: {hold_id, status}}. Fails with hold_not_open, '
  'not_found.';

create function farthing_public.holds_read(p_hold_id uuid, p_user_id uuid default null,
  p_now timestamptz default now(),
  p_author text default null)
returns jsonb
language plpgsql security definer -- service_role has no rights on tables
set search_path = pg_catalog, pg_temp
as $$
declare
  v_hold farthing.holds;
begin
  select * into v_hold from farthing.holds where hold_id = p_hold_id;
  if v_hold.hold_id is null
    or p_user_id is not null and not farthing.acts_for(p_user_id, v_hold.account_id) then
    perform farthing.fail('not_found', 'There is no such hold.', null, 'id');
  end if;
  perform farthing.note_account_read(v_hold.account_id, p_author, 'GET /credits/holds/{id}', p_now);
  if v_hold.status = 'open' and v_hold.expires_at <= p_now then
    v_hold.status := 'released';
    v_hold.resolved_at := v_hold.expires_at;
  end if;
  return farthing.hold_answer(v_hold)
    || jsonb_strip_nulls(jsonb_build_object('chat', farthing.chat_charge(v_hold, p_now)));
end
$$;
grant execute on function farthing_public.holds_read to service_role;
comment on function farthing_public.holds_read is
  'Returns a hold. If the hold has ended and belongs to a chat, adds the chat''s cost: chat {credits, '
  'is_final}. Fails with not_found if there is no such hold, or if p_user_id is given and that user cannot '
  'act for the hold''s account. Credits are text.';

create view farthing_public.credit_holds with (security_invoker = true) as
select h.hold_id as id, h.status, trim_scale(h.amount)::text as amount, trim_scale(h.settled)::text
  as settled,
  trim_scale(h.shortfall)::text as shortfall, h.expires_at, h.created_at, h.resolved_at
from farthing.holds h;

comment on view farthing_public.credit_holds is 'The caller''s own holds. Credits are text.';

grant select on farthing_public.credit_holds to authenticated;
