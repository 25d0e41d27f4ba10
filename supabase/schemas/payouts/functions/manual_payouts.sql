-- Manual payouts. Stripe does not list the balance transactions of a manual payout, because the
-- request for such a payout names only an amount. So this file assigns the oldest available
-- transactions to the oldest manual payout. If a payout takes all available money, the assigned
-- transactions are exactly the right ones.
--
-- In a Stripe account with automatic payouts, a manual payout (such as an instant payout) is an
-- advance on the next automatic one. The list of that automatic payout has the transactions of the
-- advance, and the advance itself as a line.

create function farthing.is_advance(p_payout_id text)
returns boolean
language sql stable
set search_path = ''
as $$
  select exists (select from farthing.balance_transactions t
    where t.source_id = p_payout_id and t.kind = 'payout' and t.payout_id <> p_payout_id)
$$;
comment on function farthing.is_advance(text) is
  'Returns whether a payout was an advance: an advance is a line in the list of another payout.';

create function farthing.release_advances(p_payout_id text, p_now timestamptz)
returns void
language plpgsql
set search_path = ''
as $$
declare
  v_transaction farthing.balance_transactions;
begin
  for v_transaction in
    update farthing.balance_transactions t set payout_id = null
    from farthing.balance_transactions own
    join farthing.payouts m on m.payout_id = own.source_id and not m.automatic
    where own.payout_id = p_payout_id and own.kind = 'payout' and t.payout_id = m.payout_id
    returning t.*
  loop
    perform farthing.book_transaction(v_transaction, p_now);
  end loop;
end
$$;
comment on function farthing.release_advances(text, timestamptz) is
  'Stripe''s list of the payout p_payout_id may contain manual payouts as lines (advances). '
  'Removes the transactions that were assigned to these manual payouts, because Stripe lists them '
  'with p_payout_id or with a later payout.';

create function farthing.assign_transactions(p_payout farthing.payouts, p_now timestamptz)
returns void
language plpgsql
set search_path = ''
as $$
declare
  v_transaction farthing.balance_transactions;
begin
  for v_transaction in
    with available as (
      select t.transaction_id, row_number() over w as nr, sum(t.net) over w as running
      from farthing.balance_transactions t
      where t.payout_id is null and t.currency = p_payout.currency and t.kind <> 'payout'
        and t.available_on <= p_payout.made_at
      window w as (order by t.available_on, t.occurred_at, t.transaction_id)
    ), assigned as (
      -- Refunds lower the running sum again, so it may equal the amount after more than one
      -- transaction. The last such transaction is used, because the payout may contain all
      -- transactions up to it.
      select coalesce(max(a.nr) filter (where a.running = p_payout.amount),
        max(a.nr) filter (where a.running < p_payout.amount)) as last_nr
      from available a
    )
    update farthing.balance_transactions t set payout_id = p_payout.payout_id
    from available a, assigned s
    where (t.transaction_id = a.transaction_id and a.nr <= s.last_nr) and t.payout_id is null
    returning t.*
  loop
    perform farthing.book_transaction(v_transaction, p_now);
  end loop;
  update farthing.balance_transactions set payout_id = p_payout.payout_id
  where kind = 'payout' and source_id = p_payout.payout_id and payout_id is null;
end
$$;
comment on function farthing.assign_transactions(farthing.payouts, timestamptz) is
  'Adds up the available transactions, oldest first, and assigns the first ones to a manual '
  'payout. The last assigned transaction is the last one at which the running sum equals the '
  'payout''s amount. If the sum never equals the amount, it is the last one at which the sum is '
  'below the amount. The rest of the amount is reported as the payout''s difference.';

create function farthing.itemise_manual_payouts(p_until timestamptz, p_now timestamptz)
returns void
language plpgsql
set search_path = ''
as $$
declare
  v_payout farthing.payouts;
begin
  for v_payout in
    select * from farthing.payouts m
    where not m.automatic and m.itemised_at is null and m.status not in ('failed', 'canceled')
      and m.made_at <= p_until
      -- A transaction in the list of an earlier automatic payout does not belong to a manual
      -- payout, so those lists must be stored first. A failed payout is not waited for, because
      -- Stripe may never have its list.
      and not exists (select from farthing.payouts a
        left join farthing.reconciliations r on r.payout_id = a.payout_id
        where a.automatic and a.currency = m.currency and a.made_at <= m.made_at
          and a.status not in ('failed', 'canceled') and r.listed_at is null)
    order by m.made_at, m.payout_id for update of m
  loop
    if not farthing.is_advance(v_payout.payout_id) then
      perform farthing.assign_transactions(v_payout, p_now);
    end if;
    update farthing.payouts set itemised_at = p_now where payout_id = v_payout.payout_id;
  end loop;
end
$$;
comment on function farthing.itemise_manual_payouts(timestamptz, timestamptz) is
  'Assigns transactions to the manual payouts that were made before p_until; all of Stripe''s '
  'transactions before p_until must already be stored. A manual payout waits for the lists of '
  'earlier automatic payouts in its currency.';
