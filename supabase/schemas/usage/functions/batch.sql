-- Usage in batches: one call, one transaction, up to 1000 independent events. Each transaction
-- holds its account's lock until its commit is flushed to disk. A batch needs only one flush, which
-- matters on a busy account. Accounts are locked in the order of their ids (rule 4), so two batches
-- with the same users cannot deadlock.

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
  'Returns a batch''s report of an event that was not charged: {index, event_id, code, field?, '
  'details?}.';

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
  'Returns a batch''s report of a known event: a duplicate with its first charge, or a conflict if the '
  'contents differ; null for an unknown event.';

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
  -- Events that are not in v_fresh are answered without a charge: they are duplicates or refused.
  v_fresh := farthing.fresh_usage(v_account.account_id, p_events);
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
      -- A batch may have the same event_id twice, first with usage that cannot be priced and then
      -- with usage that can. The first event is then refused, and is no duplicate of the second.
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
  'Charges one user''s events of a batch; returns a result, a duplicate or a refusal for each event.';
