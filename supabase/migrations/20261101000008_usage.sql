-- Usage: token counts in, exact charges out, each event at most once for ever.

create table farthing.usage_events (
  account_id bigint not null,
  origin farthing.usage_origin not null,
  event_id varchar(255) not null,
  first_seq bigint,
  last_seq bigint,
  usage farthing.metadata,
  event_at timestamptz,
  primary key (account_id, origin, event_id)
);
comment on table farthing.usage_events is
  'Rule 9: one usage event, one charge, for ever, among the events of its origin. What was charged stands in '
  'the entries first_seq to last_seq; of usage that cost nothing, which has no entries, in usage and '
  'event_at.';
alter table farthing.usage_events enable row level security;
create policy usage_events_none on farthing.usage_events for select to authenticated using (false);

create trigger usage_events_are_append_only before update or delete on farthing.usage_events
  for each row execute function farthing.refuse_change();
create trigger usage_events_are_not_truncated before truncate on farthing.usage_events
  for each statement execute function farthing.refuse_change();
alter table farthing.usage_events enable always trigger usage_events_are_append_only;
alter table farthing.usage_events enable always trigger usage_events_are_not_truncated;

create function farthing.usage_answer(p_account_id bigint, p_origin farthing.usage_origin, p_event_id text)
returns jsonb
language plpgsql stable -- keeps its plan; an SQL function would be planned in every transaction
set search_path = ''
as $$
begin
  -- Most events are new: preparing the answer's query costs many times this look.
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
  'What a known event was charged, read back from its entries; null for an unknown one. Credits as text.';

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
  'Rule 9: {field: {charged, sent}} of an event that is known with other contents; null where they are the '
  'same, or the event is new. Contents are the model, the tokens of each kind, and when it occurred, where '
  'the event says so. A caller''s metadata is none of them, and is not shown.';

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
      'This event_id was charged with other contents. Send another use under an event_id of its own.',
      jsonb_build_object('event_id', p_event.event_id, 'differs', v_difference), p_prefix || 'event_id');
  end if;
end
$$;
comment on function farthing.refuse_other_usage is
  'Fails usage_conflict where the event is known with other contents; details name the fields that differ.';

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
      -- Not "not exists": as a join, its kept plan reads all that the account was ever charged for.
      and (select true from farthing.usage_events k where k.account_id = p_account_id
        and k.origin = (m.event).origin and k.event_id = (m.event).event_id) is null
    order by (m.event).index);
end
$$;
comment on function farthing.fresh_usage is
  'Of several events those to be charged, in order: the first mention of each that can be priced and is not '
  'known.';

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
    case p_event.field when 'model' then 'There is no rate for this model.'
      when 'metadata' then 'Metadata holds at most 8 KiB.'
      when 'occurred_at' then format('occurred_at must be at most %s in the past and %s in the future.',
        v_max_age, v_max_ahead)
      else 'A usage has an event id of 1 to 255 characters and 0 to 1e9 tokens of each kind, not all 0.'
    end,
    v_window, p_prefix || p_event.field);
end
$$;
comment on function farthing.refuse_usage is
  'Fails with the problem that price_usage() found, naming the field.';

create function public.usage_charge(
  p_user_id uuid, p_usage jsonb, p_correlation_id text default null,
  p_idempotency_key text default null, p_fingerprint text default null,
  p_author text default null, p_now timestamptz default now())
returns jsonb
language plpgsql security definer -- service_role owns no table
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
grant execute on function public.usage_charge to service_role;
comment on function public.usage_charge is
  'Charges one usage event, at most once for ever by (user, event_id). Returns {status, replayed, data}; '
  'status 200 and duplicate: true for a known event. Fails insufficient_credits, unknown_model, '
  'usage_conflict (a known event with other contents), not_found, invalid_request.';

create function public.usage_estimate(p_usage jsonb, p_now timestamptz default now())
returns jsonb
language plpgsql stable security definer -- service_role owns no table
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
grant execute on function public.usage_estimate to service_role;
comment on function public.usage_estimate is
  'What a usage would cost now, in credits as text; moves nothing. Fails unknown_model, invalid_request.';
