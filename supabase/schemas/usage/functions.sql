-- Usage: token counts in, exact charges out, each event only once for ever.

create function farthing.usage_answer(p_account_id bigint, p_origin farthing.usage_origin, p_event_id text)
returns jsonb
language plpgsql stable -- plpgsql caches its plan; an SQL function would be planned in every transaction
set search_path = ''
as $$
begin
  -- Most events are new: preparing the answer's query costs many times this check.
  if not exists (select from farthing.usage_events u
    where u.account_id = p_account_id and u.origin = p_origin and u.event_id = p_event_id) then
    return null;
  end if;
  return (select jsonb_build_object(
    'transaction_id', min(e.transaction_id::text), 'event_id', p_event_id, 'credits',
      trim_scale(coalesce(sum(e.amount), 0))::text,
    'balance_after', trim_scale(coalesce((array_agg(e.balance_after order by e.seq desc))[1],
      (select a.balance from farthing.accounts a where a.account_id = p_account_id)))::text,
    'rate_version', min((coalesce(e.metadata, u.usage) ->> 'rate_version')::int),
    'lots', coalesce(jsonb_agg(jsonb_build_object('id', e.lot_id, 'source', l.source, 'amount',
      trim_scale(e.amount)::text)
      order by e.seq) filter (where e.lot_id is not null), '[]'))
  from farthing.usage_events u
  left join farthing.entries e on e.account_id = u.account_id and e.seq between u.first_seq and u.last_seq
  left join farthing.lots l on l.account_id = e.account_id and l.lot_id = e.lot_id
  where u.account_id = p_account_id and u.origin = p_origin and u.event_id = p_event_id);
end
$$;
comment on function farthing.usage_answer is
  'The charge of a known event, read from its entries; null for an unknown one. Credits as text.';

create function farthing.usage_difference(p_account_id bigint, p_event farthing.priced_usage)
returns jsonb
language plpgsql stable
set search_path = ''
as $$
begin
  return (
    select jsonb_object_agg(d.field, jsonb_build_object('charged', d.charged, 'sent', d.sent))
    from farthing.usage_events u
    left join farthing.entries e on e.account_id = u.account_id and e.seq = u.first_seq
    cross join lateral (
      select k.field, coalesce(coalesce(e.metadata, u.usage) -> k.field, k.absent),
        coalesce(p_event.metadata -> k.field, k.absent)
      from (values ('model', 'null'::jsonb), ('input_tokens', '0'), ('cached_input_tokens', '0'),
        ('cache_write_tokens', '0'), ('output_tokens', '0'), ('reasoning_tokens', '0')) k (field, absent)
      union all
      select 'occurred_at', to_jsonb(coalesce(e.event_at, u.event_at)), to_jsonb(p_event.event_at)
      where p_event.event_at is not null) d (field, charged, sent)
    where u.account_id = p_account_id and u.origin = p_event.origin and u.event_id = p_event.event_id
      and d.charged <> d.sent);
end
$$;
comment on function farthing.usage_difference is
  'Rule 9: {field: {charged, sent}} of an event that is known with other contents; null if they are the '
  'same, or the event is new. Contents are the model, the tokens of each kind, and occurred_at, if sent. A '
  'caller''s metadata does not count, and is not shown.';

create function farthing.refuse_other_usage(
  p_account_id bigint, p_event farthing.priced_usage, p_prefix text default '')
returns void
language plpgsql stable
set search_path = ''
as $$
declare
  v_difference jsonb := farthing.usage_difference(p_account_id, p_event);
begin
  if v_difference is not null then
    perform farthing.fail('usage_conflict',
      'This event_id was charged with other contents. Send a new event_id for another use.',
      jsonb_build_object('event_id', p_event.event_id, 'differs', v_difference), p_prefix || 'event_id');
  end if;
end
$$;
comment on function farthing.refuse_other_usage is
  'Fails usage_conflict if the event is known with other contents; details name the fields that differ.';

create function farthing.fresh_usage(p_account_id bigint, p_events farthing.priced_usage[])
returns farthing.priced_usage[]
language plpgsql stable
set search_path = ''
as $$
begin
  return array(
    select m.event
    from (select u as event, row_number() over (partition by u.origin, u.event_id order by u.index) as mention
      from unnest(p_events) u where u.problem is null and u.event_id is not null) m
    where m.mention = 1
      -- Not "not exists": as a join, its cached plan reads all usage that the account was ever charged for.
      and (select true from farthing.usage_events k where k.account_id = p_account_id
        and k.origin = (m.event).origin and k.event_id = (m.event).event_id) is null
    order by (m.event).index);
end
$$;
comment on function farthing.fresh_usage is
  'The events to charge, in order: the first mention of each that can be priced and is not known.';

create function farthing.charge_usage(
  p_account farthing.accounts, p_events farthing.priced_usage[], p_correlation_id text, p_author text,
  p_hold_id uuid, p_now timestamptz)
returns farthing.charge_result[]
language plpgsql
set search_path = ''
as $$
declare
  v_charges farthing.charge[];
  v_results farthing.charge_result[];
begin
  select array_agg(row(e.credits, case when p_hold_id is null then 'usage' else 'settle' end,
    case e.origin when 'caller' then 'usage' else e.origin::text end, e.event_id, p_correlation_id,
    e.metadata, coalesce(e.event_at, p_now), p_author)::farthing.charge order by e.index)
  into v_charges from unnest(p_events) e;
  v_results := case when cardinality(v_charges) = 1 and p_hold_id is null
    then array[farthing.spend(p_account, v_charges[1], p_now)]
    else farthing.spend_within_cap(p_account, v_charges, p_hold_id, p_now) end;
  insert into farthing.usage_events (account_id, origin, event_id, first_seq, last_seq, usage, event_at)
  select p_account.account_id, e.origin, e.event_id,
    case when e.credits > 0 then r.first_seq end, case when e.credits > 0 then r.last_seq end,
    case when e.credits = 0 then e.metadata - 'caller' end,
    case when e.credits = 0 then coalesce(e.event_at, p_now) end
  from unnest(p_events) with ordinality e
  join unnest(v_results) with ordinality r (accepted, transaction_id, amount, first_seq, last_seq,
    balance_after, available, shortfall, lots, nr) on r.nr = e.ordinality
  where r.accepted and e.event_id is not null;
  return v_results;
end
$$;
comment on function farthing.charge_usage is
  'Charges priced events, new to a locked account and in index order, and records their ids. One result '
  'per event.';

create function farthing.refuse_usage(p_event farthing.priced_usage, p_prefix text default '')
returns void
language plpgsql stable
set search_path = ''
as $$
declare
  v_max_age interval;
  v_max_ahead interval;
  v_window jsonb;
begin
  if p_event.field = 'occurred_at' then
    select usage_max_age, usage_max_ahead into v_max_age, v_max_ahead from farthing.policy;
    v_window := jsonb_build_object('max_age_seconds', extract(epoch from v_max_age)::bigint,
      'max_ahead_seconds', extract(epoch from v_max_ahead)::bigint);
  end if;
  perform farthing.fail(p_event.problem,
    case p_event.field when 'model' then 'This model has no rate. Send a model from GET /usage/rates.'
      when 'metadata' then 'metadata must be at most 8 KiB.'
      when 'occurred_at' then format('occurred_at must be at most %s in the past and %s in the future.',
        v_max_age, v_max_ahead)
      else 'event_id must have 1 to 255 characters, and each token count 0 to 1000000000, not all 0.'
    end,
    v_window, p_prefix || p_event.field);
end
$$;
comment on function farthing.refuse_usage is
  'Fails with the problem that price_usage() found, naming the field.';

-- Usage in batches: one call, one transaction, up to 1000 independent events. Why: one busy account is
-- limited by the commit flush that its row lock waits for; a batch pays that flush once. Accounts are
-- locked in id order (rule 4), so two batches over the same users cannot deadlock.

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
  'A batch''s report of an event it did not charge: {index, event_id, code}, with field and details if '
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
  'A batch''s report of a known event: a duplicate with its first charge, or, with other contents, a '
  'conflict; null for an unknown one.';

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
  v_fresh := farthing.fresh_usage(v_account.account_id, p_events); -- the rest is answered from these
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
      -- Not a duplicate: a mention that cannot be priced, before one that can.
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
