-- Charging usage: token counts are priced exactly, and each event is charged only once, with no
-- time limit.

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
  'Charges priced events in the order of their index, and records the id of each charged event. Returns '
  'one result per event. The caller has locked the account and removed events that were charged before.';

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
      when 'event_id' then 'event_id must have 1 to 255 characters.'
      else 'Each token count must be 0 to 1000000000, at least one above 0, and the price below '
        '10^20 credits.'
    end,
    v_window, p_prefix || p_event.field);
end
$$;
comment on function farthing.refuse_usage is
  'Fails with the problem that price_usage() found in an event; names the field.';
