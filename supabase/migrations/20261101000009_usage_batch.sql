-- Usage in batches: one call, one transaction, up to 1000 events, each standing alone.
-- Why: one busy account is bound by the commit flush that its row lock waits for; a batch pays that flush
-- once. Accounts are locked in id order (rule 4), so two batches over the same users cannot deadlock.

create function farthing.batch_refusal(
  p_event farthing.priced_usage, p_code text, p_field text default null, p_details jsonb default null)
returns jsonb
language sql immutable
set search_path = ''
as $$
  select jsonb_build_object('index', p_event.index, 'event_id', p_event.event_id, 'code', p_code)
    || jsonb_strip_nulls(jsonb_build_object('field', p_field, 'details', p_details))
$$;
comment on function farthing.batch_refusal is
  'How a batch reports an event it did not charge: {index, event_id, code}, with field and details where '
  'there are any.';

create function farthing.batch_repeat(p_account_id bigint, p_event farthing.priced_usage)
returns jsonb
language plpgsql stable
set search_path = ''
as $$
declare
  v_answer jsonb := farthing.usage_answer(p_account_id, p_event.origin, p_event.event_id);
  v_difference jsonb;
begin
  if v_answer is null then
    return null;
  end if;
  v_difference := farthing.usage_difference(p_account_id, p_event);
  return case when v_difference is null
    then jsonb_build_object('index', p_event.index, 'duplicate', true) || v_answer
    else farthing.batch_refusal(p_event, 'usage_conflict', 'event_id', jsonb_build_object('differs',
      v_difference)) end;
end
$$;
comment on function farthing.batch_repeat is
  'How a batch reports an event that is known: a duplicate with its first charge, or, with other contents, a '
  'conflict; null for one that is not.';

create function farthing.batch_charge_user(
  p_user_id uuid, p_events farthing.priced_usage[], p_correlation_id text, p_author text, p_now timestamptz)
returns setof jsonb
language plpgsql
set search_path = ''
as $$
declare
  v_account farthing.accounts;
  v_fresh farthing.priced_usage[];
  v_results farthing.charge_result[];
begin
  v_account := farthing.lock_account(p_user_id, p_now);
  v_fresh := farthing.fresh_usage(v_account.account_id, p_events); -- the rest are answered from these
  if cardinality(v_fresh) > 0 then
    v_results := farthing.charge_usage(v_account, v_fresh, p_correlation_id, p_author, null, p_now);
    return query
      select case when r.accepted then jsonb_build_object('index', f.index, 'transaction_id',
        r.transaction_id,
          'event_id', f.event_id, 'credits', trim_scale(f.credits)::text,
          'balance_after', trim_scale(r.balance_after)::text, 'rate_version', f.rate_version, 'lots', r.lots)
        else farthing.batch_refusal(v_fresh[f.nr],
          farthing.refusal_code(v_account, r.amount, r.available)) end
      from unnest(v_fresh) with ordinality f (index, user_id, origin, event_id, model, rate_version,
        credits, metadata, event_at, problem, field, nr)
      join unnest(v_results) with ordinality r (accepted, transaction_id, amount, first_seq, last_seq,
        balance_after, available, shortfall, lots, nr) on r.nr = f.nr;
  end if;
  return query
    select coalesce(
      -- Not a duplicate: one that cannot be priced, before the mention that can.
      case when e.problem is null
          or not exists (select from unnest(v_fresh) f where f.event_id = e.event_id and f.index > e.index)
        then farthing.batch_repeat(v_account.account_id, e) end,
      farthing.batch_refusal(e, coalesce(e.problem,
        case when e.event_id is null then 'invalid_request' else 'insufficient_credits' end),
        coalesce(e.field, case when e.event_id is null then 'event_id' end)))
    from unnest(p_events) e
    where not exists (select from unnest(v_fresh) f where f.index = e.index);
end
$$;
comment on function farthing.batch_charge_user is
  'One user''s share of a batch: a result, a duplicate or a refusal for each event.';

create function public.usage_charge_batch(
  p_events jsonb, p_correlation_id text default null,
  p_idempotency_key text default null, p_fingerprint text default null,
  p_author text default null, p_now timestamptz default now())
returns jsonb
language plpgsql security definer -- service_role owns no table
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
    perform farthing.fail('invalid_request', 'A batch holds 1 to 1000 events.', null, 'events');
  end if;
  for v_user in
    -- Looked up one by one: joined, the planner would read all users for a batch of any size.
    select g.user_id, g.events, (select true from auth.users u where u.id = g.user_id) as known
    from (select p.user_id, array_agg(p order by p.index) as events
      from farthing.price_usage(v_events, p_now) p group by p.user_id) g
    order by (select a.account_id from farthing.accounts a where a.owner_id = g.user_id) nulls last, g.user_id
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
grant execute on function public.usage_charge_batch to service_role;
comment on function public.usage_charge_batch is
  'Charges up to 1000 events, each standing alone. Returns {status, replayed, data: {accepted, '
  'duplicates, rejected: [{index, event_id, code, field, details}], results}}.';
