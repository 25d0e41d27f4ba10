-- Debt: credits that arrive or are released pay the debt before they can be spent (rule 8).

create function farthing.pay_debt(p_account_id bigint, p_now timestamptz)
returns void
language plpgsql
set search_path = ''
as $$
declare
  v_debt numeric;
  v_lot record;
begin
  select debt into v_debt from farthing.accounts where account_id = p_account_id;
  for v_lot in
    select lot_id, least(remaining - reserved, v_debt) as most from farthing.lots
    where account_id = p_account_id and closed_at is null and remaining > reserved and not frozen
      and (expires_at is null or expires_at > p_now) and v_debt > 0
    order by /* burn-down */ priority, expires_at, source, created_at, lot_id
  loop
    exit when v_debt = 0;
    v_lot.most := least(v_lot.most, v_debt);
    insert into farthing.debt_payments (account_id, lot_id, amount, created_at)
    values (p_account_id, v_lot.lot_id, v_lot.most, p_now);
    update farthing.lots
    set remaining = remaining - v_lot.most, closed_at = case when remaining = v_lot.most then p_now end
    where account_id = p_account_id and lot_id = v_lot.lot_id;
    v_debt := v_debt - v_lot.most;
  end loop;
  update farthing.accounts set debt = v_debt where account_id = p_account_id and debt <> v_debt;
end
$$;
comment on function farthing.pay_debt(bigint, timestamptz) is
  'Rule 8: pays an account''s debt from the free credits of its lots, in burn-down order. The caller has '
  'locked the account.';
