-- Usage: functions that charge one event or a batch of events, and estimate the price of one event.

create function farthing_public.usage_charge(
  p_user_id uuid, p_usage jsonb, p_correlation_id text default null,
  p_idempotency_key text default null, p_fingerprint text default null,
  p_author text default null, p_now timestamptz default now())
returns jsonb
language plpgsql security definer -- service_role has no rights on tables
set search_path = pg_catalog, pg_temp
as $$
declare
  v_author text := coalesce(p_author, 'sql:' || session_user);
  v_answer jsonb := farthing.idempotency_find(p_idempotency_key, p_fingerprint, p_now);
  v_account farthing.accounts;
  v_event farthing.priced_usage;
  v_result farthing.charge_result;
begin
  if v_answer is not null then
    return v_answer;
  end if;
  v_account := farthing.lock_account(p_user_id, p_now);
  v_event := farthing.price_usage(jsonb_build_array(farthing.json_argument(p_usage)), p_now);
  v_answer := farthing.usage_answer(v_account.account_id, 'caller', v_event.event_id);
  if v_answer is not null then
    perform farthing.refuse_other_usage(v_account.account_id, v_event);
    return farthing.idempotency_keep(p_idempotency_key, p_fingerprint, 200, v_answer || '{"duplicate": true}',
      p_now);
  end if;
  if v_event.problem is not null then
    perform farthing.refuse_usage(v_event);
  end if;
  v_result := (farthing.charge_usage(v_account, array[v_event],
    coalesce(p_correlation_id, farthing.trace_id()), v_author, null, p_now))[1];
  if not v_result.accepted then
    perform farthing.refuse_charge(v_account, v_event.credits, v_result.available, p_now);
  end if;
  return farthing.idempotency_keep(p_idempotency_key, p_fingerprint, 201, jsonb_build_object(
    'transaction_id', v_result.transaction_id, 'event_id', v_event.event_id,
    'credits', trim_scale(v_event.credits)::text, 'balance_after', trim_scale(v_result.balance_after)::text,
    'rate_version', v_event.rate_version, 'lots', v_result.lots), p_now);
end
$$;
grant execute on function farthing_public.usage_charge to service_role;
comment on function farthing_public.usage_charge is
  'Charges one usage event. Each event_id of a user is charged only once, with no time limit. Returns '
  '{status, replayed, data}; a known event returns status 200 and duplicate: true. Fails with '
  'insufficient_credits, spend_cap_reached, unknown_model, usage_conflict (a known event with different '
  'contents), not_found, invalid_request.';

create function farthing_public.usage_estimate(p_usage jsonb, p_now timestamptz default now())
returns jsonb
language plpgsql stable security definer -- service_role has no rights on tables
set search_path = pg_catalog, pg_temp
as $$
declare
  v_event farthing.priced_usage := farthing.price_usage(jsonb_build_array(farthing.json_argument(p_usage)),
    p_now);
begin
  if v_event.problem is not null then
    perform farthing.refuse_usage(v_event);
  end if;
  return jsonb_build_object('credits', trim_scale(v_event.credits)::text, 'rate_version',
    v_event.rate_version);
end
$$;
grant execute on function farthing_public.usage_estimate to service_role;
comment on function farthing_public.usage_estimate is
  'Returns the price of usage at p_now, in credits as text; moves nothing. Fails with unknown_model, '
  'invalid_request.';

create function farthing_public.usage_charge_batch(
  p_events jsonb, p_correlation_id text default null,
  p_idempotency_key text default null, p_fingerprint text default null,
  p_author text default null, p_now timestamptz default now())
returns jsonb
language plpgsql security definer -- service_role has no rights on tables
set search_path = pg_catalog, pg_temp
as $$
declare
  v_author text := coalesce(p_author, 'sql:' || session_user);
  v_answer jsonb := farthing.idempotency_find(p_idempotency_key, p_fingerprint, p_now);
  v_events jsonb := farthing.json_argument(p_events);
  v_outcomes jsonb[] := '{}'::jsonb[];
  v_user record;
begin
  if v_answer is not null then
    return v_answer;
  end if;
  if jsonb_typeof(v_events) is distinct from 'array'
    or jsonb_array_length(v_events) not between 1 and 1000 then
    perform farthing.fail('invalid_request', 'events must have 1 to 1000 items.', null, 'events');
  end if;
  for v_user in
    -- Users are looked up one by one, because for a join the planner would read all users, however
    -- small the batch is.
    select g.user_id, g.events, (select true from auth.users u where u.id = g.user_id) as known
    from (select p.user_id, array_agg(p order by p.index) as events
      from farthing.price_usage(v_events, p_now) p group by p.user_id) g
    order by farthing.account_for(g.user_id) nulls last, g.user_id
  loop
    v_outcomes := v_outcomes || case when v_user.known
      then array(select farthing.batch_charge_user(v_user.user_id, v_user.events,
        coalesce(p_correlation_id, farthing.trace_id()), v_author, p_now))
      else array(select farthing.batch_refusal(e, 'not_found') from unnest(v_user.events) e) end;
  end loop;
  return farthing.idempotency_keep(p_idempotency_key, p_fingerprint, 200, (
    select jsonb_build_object(
      'accepted', count(*) filter (where not o ? 'code' and not o ? 'duplicate'),
      'duplicates', count(*) filter (where o ? 'duplicate'),
      'rejected', coalesce(jsonb_agg(o order by (o ->> 'index')::int) filter (where o ? 'code'), '[]'),
      'results', coalesce(jsonb_agg(o order by (o ->> 'index')::int) filter (where not o ? 'code'), '[]'))
    from unnest(v_outcomes) o), p_now);
end
$$;
grant execute on function farthing_public.usage_charge_batch to service_role;
comment on function farthing_public.usage_charge_batch is
  'Charges up to 1000 events, each independent of the others. Returns {status, replayed, data: '
  '{accepted, duplicates, rejected: [{index, event_id, code, field, details}], results}}. Fails '
  'with invalid_request.';
