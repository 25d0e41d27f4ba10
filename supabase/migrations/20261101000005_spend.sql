-- Spending: the one function that takes credits out of lots.
-- Why: refusal, burn-down order, several lots and the shortfall of a settled hold are one rule each, in one
-- place. The loop runs over arrays in memory; the tables are read once and written three times, however
-- many charges come.

create type farthing.charge as (
  amount numeric, kind farthing.entry_kind, reference_type text, reference_id text, correlation_id text,
  metadata jsonb, event_at timestamptz);
create type farthing.charge_result as (
  accepted boolean, transaction_id uuid, amount numeric, first_seq bigint, last_seq bigint,
  balance_after numeric, available numeric, shortfall numeric, lots jsonb);

create function farthing.spend(
  p_account farthing.accounts, p_charges farthing.charge[], p_hold_id uuid, p_now timestamptz)
returns farthing.charge_result[]
language plpgsql
set search_path = ''
as $$
declare
  v_lot_ids uuid[]; v_sources text[]; v_free numeric[]; v_given numeric[]; -- one place per lot
  v_available numeric;
  v_lot int := 1;
  v_charge farthing.charge; v_result farthing.charge_result;
  v_results farthing.charge_result[] := '{}'::farthing.charge_result[]; v_entries farthing.entries[] := '{}'::farthing.entries[];
  v_at timestamptz := greatest(p_now, p_account.last_entry_at);
  v_account farthing.accounts := p_account;
  v_need numeric; v_take numeric;
begin
  -- Rule 5, and of an expired lot just what the hold that is being settled kept of it.
  select coalesce(array_agg(s.lot_id), '{}'), array_agg(s.source), array_agg(s.free), coalesce(sum(s.free), 0)
  into v_lot_ids, v_sources, v_free, v_available
  from (
    select l.lot_id, l.source,
      case when l.expires_at <= p_now then least(h.amount, l.remaining - l.reserved)
        else l.remaining - l.reserved end as free
    from farthing.lots l
    left join farthing.hold_lots h
      on (h.account_id, h.hold_id, h.lot_id) = (l.account_id, p_hold_id, l.lot_id)
    where l.account_id = p_account.account_id and l.closed_at is null and l.remaining > l.reserved
      and (l.expires_at is null or l.expires_at > p_now or h.amount is not null)
    order by l.priority, l.expires_at, l.source, l.created_at, l.lot_id) s;
  v_given := array_fill(0::numeric, array[cardinality(v_lot_ids)]);
  foreach v_charge in array p_charges loop
    v_result := row(true, case when v_charge.amount > 0 then gen_random_uuid() end, v_charge.amount,
      v_account.last_seq + 1, null, null, v_available, 0, '[]');
    if p_hold_id is null and (p_account.debt > 0 or v_charge.amount > v_available) then
      v_result.accepted := false;
      v_result.available := case when p_account.debt > 0 then 0 else v_available end;
      v_results := v_results || v_result;
      continue;
    end if;
    v_need := v_charge.amount;
    while v_need > 0 loop
      v_take := case when v_lot <= cardinality(v_lot_ids) then least(v_need, v_free[v_lot]) else v_need end;
      v_account.last_seq := v_account.last_seq + 1;
      v_account.balance := v_account.balance - v_take;
      v_need := v_need - v_take;
      -- Past the last lot there is no lot id: what no lot pays is the shortfall, and becomes debt.
      v_entries := v_entries || row(v_account.account_id, v_account.last_seq,
        coalesce(v_charge.event_at, v_at), v_at, gen_random_uuid(), v_result.transaction_id, v_lot_ids[v_lot],
        'usage', 'out', v_take, v_account.balance, v_charge.kind, v_charge.reference_type,
        v_charge.reference_id, v_charge.correlation_id, v_charge.metadata)::farthing.entries;
      if v_lot > cardinality(v_lot_ids) then
        v_result.shortfall := v_take;
        exit;
      end if;
      v_result.lots := v_result.lots || jsonb_build_object(
        'id', v_lot_ids[v_lot], 'source', v_sources[v_lot], 'amount', trim_scale(v_take)::text);
      v_free[v_lot] := v_free[v_lot] - v_take;
      v_given[v_lot] := v_given[v_lot] + v_take;
      v_available := v_available - v_take;
      v_lot := v_lot + (v_free[v_lot] = 0)::int;
    end loop;
    v_account.debt := v_account.debt + v_result.shortfall;
    v_result.last_seq := v_account.last_seq;
    v_result.balance_after := v_account.balance;
    v_results := v_results || v_result;
  end loop;
  perform farthing.write_spending(v_account, v_entries, v_lot_ids, v_given, v_at);
  return v_results;
end
$$;
comment on function farthing.spend is
  'Charges an account, locked by the caller, in burn-down order. Each charge stands alone: one that finds '
  'too little (or debt) is not accepted and changes nothing. With a hold, which the caller has freed, the '
  'rest becomes debt. Credits.';

create function farthing.write_spending(
  p_account farthing.accounts, p_entries farthing.entries[], p_lot_ids uuid[], p_given numeric[],
    p_at timestamptz)
returns void
language plpgsql
set search_path = ''
as $$
begin
  if cardinality(p_entries) = 0 then
    return;
  end if;
  -- Burn-down takes lots from the front: the first that gave nothing ends the list. Mostly it is one lot,
  -- and one update by key is a third of a join's price.
  for v_lot in 1 .. cardinality(p_lot_ids) loop
    exit when p_given[v_lot] = 0;
    update farthing.lots
    set remaining = remaining - p_given[v_lot], closed_at = case when remaining = p_given[v_lot] then p_at end
    where account_id = p_account.account_id and lot_id = p_lot_ids[v_lot];
  end loop;
  update farthing.accounts
  set last_seq = p_account.last_seq, balance = p_account.balance, debt = p_account.debt, last_entry_at = p_at
  where account_id = p_account.account_id;
  insert into farthing.entries select * from unnest(p_entries);
end
$$;
comment on function farthing.write_spending is 'Writes what spend() decided: lots, account, entries.';

create function farthing.refuse_short(p_required numeric, p_available numeric)
returns void
language plpgsql immutable
set search_path = ''
as $$
begin
  perform farthing.fail('insufficient_credits', 'Not enough credits.', jsonb_build_object(
    'limit', 'balance', 'required', trim_scale(p_required)::text, 'available',
      trim_scale(p_available)::text));
end
$$;
comment on function farthing.refuse_short(numeric, numeric) is
  'Rule 6: fails insufficient_credits; details say which limit blocked, what was required and what was '
  'available.';
