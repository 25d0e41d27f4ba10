-- Usage: token counts in, exact charges out, each event at most once for ever.

create table farthing.usage_events (
  account_id bigint not null,
  origin farthing.usage_origin not null,
  event_id varchar(255) not null,
  first_seq bigint not null,
  last_seq bigint not null,
  primary key (account_id, origin, event_id)
);
comment on table farthing.usage_events is
  'Rule 9: one usage event, one charge, for ever, among the events of its origin. What was charged stands in '
  'the entries first_seq to last_seq.';
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
  return (select jsonb_build_object(
    'transaction_id', min(e.transaction_id::text), 'event_id', p_event_id, 'credits',
      trim_scale(sum(e.amount))::text,
    'balance_after', trim_scale((array_agg(e.balance_after order by e.seq desc))[1])::text,
    'rate_version', min((e.metadata ->> 'rate_version')::int),
    'lots', coalesce(jsonb_agg(jsonb_build_object('id', e.lot_id, 'source', l.source, 'amount',
      trim_scale(e.amount)::text)
      order by e.seq) filter (where e.lot_id is not null), '[]'))
  from farthing.usage_events u
  join farthing.entries e on e.account_id = u.account_id and e.seq between u.first_seq and u.last_seq
  left join farthing.lots l on l.account_id = e.account_id and l.lot_id = e.lot_id
  where u.account_id = p_account_id and u.origin = p_origin and u.event_id = p_event_id
  having count(*) > 0);
end
$$;
comment on function farthing.usage_answer is
  'What a known event was charged, read back from its entries; null for an unknown one. Credits as text.';

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
    e.metadata, e.event_at, p_author)::farthing.charge order by e.index)
  into v_charges from unnest(p_events) e;
  v_results := case when cardinality(v_charges) = 1 and p_hold_id is null
    then array[farthing.spend(p_account, v_charges[1], p_now)]
    else farthing.spend_within_cap(p_account, v_charges, p_hold_id, p_now) end;
  insert into farthing.usage_events (account_id, origin, event_id, first_seq, last_seq)
  select p_account.account_id, e.origin, e.event_id, r.first_seq, r.last_seq
  from unnest(p_events) with ordinality e
  join unnest(v_results) with ordinality r (accepted, transaction_id, amount, first_seq, last_seq,
    balance_after, available, shortfall, lots, nr) on r.nr = e.ordinality
  where r.accepted and e.event_id is not null and e.credits > 0; -- free usage leaves nothing to point at
  return v_results;
end
$$;
comment on function farthing.charge_usage is
  'Charges priced events, new to a locked account and in index order, and records their ids. One result '
  'per event.';

create function farthing.refuse_usage(p_event farthing.priced_usage, p_prefix text default '')
returns void
language plpgsql immutable
set search_path = ''
as $$
begin
  perform farthing.fail(p_event.problem,
    case p_event.field when 'model' then 'There is no rate for this model.'
      when 'metadata' then 'Metadata holds at most 8 KiB.'
      when 'occurred_at' then 'A usage occurred at a moment, not at infinity.'
      else 'A usage has an event id of 1 to 255 characters and 0 to 1e9 tokens of each kind, not all 0.'
    end,
    null, p_prefix || p_event.field);
end
$$;
comment on function farthing.refuse_usage is
  'Fails with the problem that price_usage() found, naming the field.';

create function public.usage_charge(
  p_user_id uuid, p_usage jsonb, p_correlation_id text default null,
  p_idempotency_key text default null, p_fingerprint text default null,
  p_author text default 'sql:' || session_user, p_now timestamptz default now())
returns jsonb
language plpgsql security definer -- service_role owns no table
set search_path = pg_catalog, pg_temp
as $$
declare
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
    return farthing.idempotency_keep(p_idempotency_key, p_fingerprint, 200, v_answer || '{"duplicate": true}',
      p_now);
  end if;
  if v_event.problem is not null then
    perform farthing.refuse_usage(v_event);
  end if;
  v_result := (farthing.charge_usage(v_account, array[v_event],
    coalesce(p_correlation_id, farthing.trace_id()), p_author, null, p_now))[1];
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
  'not_found, invalid_request.';

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
