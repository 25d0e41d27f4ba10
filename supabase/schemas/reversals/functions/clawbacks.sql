-- Clawbacks and reinstatements: the credits of an order follow its refunds and disputes (rule 10).

create function farthing.share_of(p_whole numeric, p_part numeric, p_total numeric)
returns numeric
language sql immutable
set search_path = ''
as $$
  -- The division is in units of 10^-18 credits. A partial refund is rounded down and the last
  -- refund gives exactly the rest, so the parts add up to the whole.
  select div(p_whole * 1e18 * least(p_part, p_total), p_total) * 1e-18
$$;
comment on function farthing.share_of(numeric, numeric, numeric) is
  'Returns the share p_part / p_total of an amount of credits, rounded down at the 18th decimal and '
  'never above the amount.';

create function farthing.write_reversal(
  p_order farthing.orders, p_lot_id uuid, p_direction farthing.direction, p_amount numeric,
  p_transaction_id uuid, p_cause jsonb, p_author text, p_now timestamptz)
returns void
language plpgsql
set search_path = ''
as $$
declare
  v_entry farthing.entries;
begin
  v_entry.account_id := p_order.account_id;
  v_entry.transaction_id := p_transaction_id;
  v_entry.lot_id := p_lot_id;
  v_entry.counterparty := 'clawback';
  v_entry.direction := p_direction;
  v_entry.amount := p_amount;
  v_entry.kind := case p_direction when 'out' then 'clawback' else 'reinstatement' end::farthing.entry_kind;
  v_entry.reference_type := 'order';
  v_entry.reference_id := p_order.order_id::text;
  v_entry.metadata := p_cause;
  v_entry.author := p_author;
  perform farthing.write_entry(v_entry, p_now);
end
$$;
comment on function farthing.write_reversal is
  'Writes one entry of a clawback or a reinstatement. An entry without a lot changes the debt. The '
  'caller has locked the account.';

create function farthing.claw_back(
  p_order farthing.orders, p_amount numeric, p_cause jsonb, p_author text, p_now timestamptz)
returns numeric
language plpgsql
set search_path = ''
as $$
declare
  v_transaction_id uuid := gen_random_uuid();
  v_need numeric := p_amount;
  v_lot record;
begin
  for v_lot in
    -- Paid credits are clawed back before bonus credits. Held credits are not taken, because their
    -- hold may still spend them: debt is booked instead. When the hold ends, its unspent credits
    -- pay that debt.
    select lot_id, remaining - reserved as free from farthing.lots
    where account_id = p_order.account_id and order_id = p_order.order_id and remaining > reserved
    order by source desc
  loop
    exit when v_need = 0;
    v_lot.free := least(v_lot.free, v_need);
    update farthing.lots set remaining = remaining - v_lot.free, clawed_back = clawed_back + v_lot.free,
      closed_at = case when remaining = v_lot.free then p_now end
    where account_id = p_order.account_id and lot_id = v_lot.lot_id;
    perform farthing.write_reversal(p_order, v_lot.lot_id, 'out', v_lot.free, v_transaction_id, p_cause,
      p_author, p_now);
    v_need := v_need - v_lot.free;
  end loop;
  if v_need > 0 then
    perform farthing.write_reversal(p_order, null, 'out', v_need, v_transaction_id, p_cause, p_author,
      p_now);
    update farthing.accounts set debt = debt + v_need where account_id = p_order.account_id;
  end if;
  return v_need;
end
$$;
comment on function farthing.claw_back is
  'Claws back credits of an order: the free credits of its lots first, and the rest as debt. Returns the '
  'credits that became debt. The caller has locked the account.';

create function farthing.undo_debt_payments(p_account_id bigint, p_amount numeric, p_now timestamptz)
returns void
language plpgsql
set search_path = ''
as $$
declare
  v_need numeric := p_amount;
  v_payment record;
begin
  for v_payment in
    select p.payment_id, p.lot_id, p.amount + coalesce(sum(u.amount), 0) as stands
    from farthing.debt_payments p
    left join farthing.debt_payments u on u.account_id = p.account_id and u.undoes = p.payment_id
    where p.account_id = p_account_id and p.undoes is null
    group by p.account_id, p.payment_id having p.amount + coalesce(sum(u.amount), 0) > 0
    order by p.payment_id desc
  loop
    exit when v_need = 0;
    v_payment.stands := least(v_payment.stands, v_need);
    insert into farthing.debt_payments (account_id, lot_id, amount, undoes, created_at)
    values (p_account_id, v_payment.lot_id, -v_payment.stands, v_payment.payment_id, p_now);
    update farthing.lots set remaining = remaining + v_payment.stands, closed_at = null
    where account_id = p_account_id and lot_id = v_payment.lot_id;
    v_need := v_need - v_payment.stands;
  end loop;
  update farthing.accounts set debt = debt + p_amount where account_id = p_account_id;
end
$$;
comment on function farthing.undo_debt_payments(bigint, numeric, timestamptz) is
  'Undoes payments of a debt that proved unfounded, the latest payment first, and gives the '
  'credits back to the lots that paid. The debt rises by p_amount; the caller then cancels that '
  'debt. The caller has locked the account. Amounts are in credits.';

create function farthing.reinstate(
  p_order farthing.orders, p_amount numeric, p_cause jsonb, p_author text, p_now timestamptz)
returns void
language plpgsql
set search_path = ''
as $$
declare
  v_transaction_id uuid := gen_random_uuid();
  v_need numeric := p_amount;
  v_debt numeric := (select debt from farthing.accounts where account_id = p_order.account_id);
  v_owed numeric := p_order.credits_clawed_back - (select coalesce(sum(clawed_back), 0) from farthing.lots
    where account_id = p_order.account_id and order_id = p_order.order_id);
  v_lot record;
begin
  -- This is the reverse order of claw_back(): claw_back() adds debt last, so the debt is cancelled
  -- first.
  if v_owed > 0 then
    v_owed := least(v_owed, v_need);
    if v_owed > v_debt then
      perform farthing.undo_debt_payments(p_order.account_id, v_owed - v_debt, p_now);
    end if;
    perform farthing.write_reversal(p_order, null, 'in', v_owed, v_transaction_id, p_cause, p_author,
      p_now);
    update farthing.accounts set debt = debt - v_owed where account_id = p_order.account_id;
    v_need := v_need - v_owed;
  end if;
  for v_lot in
    select lot_id, clawed_back from farthing.lots
    where account_id = p_order.account_id and order_id = p_order.order_id and clawed_back > 0
    order by source
  loop
    exit when v_need = 0;
    v_lot.clawed_back := least(v_lot.clawed_back, v_need);
    update farthing.lots set remaining = remaining + v_lot.clawed_back,
      clawed_back = clawed_back - v_lot.clawed_back, closed_at = null
    where account_id = p_order.account_id and lot_id = v_lot.lot_id;
    perform farthing.write_reversal(p_order, v_lot.lot_id, 'in', v_lot.clawed_back, v_transaction_id, p_cause,
      p_author, p_now);
    v_need := v_need - v_lot.clawed_back;
  end loop;
end
$$;
comment on function farthing.reinstate is
  'Undoes claw_back() for p_amount credits: first cancels the debt that claw_back() added, even if '
  'that debt was paid meanwhile; then reinstates credits in the lots from which claw_back() took '
  'them. The caller has locked the account.';
