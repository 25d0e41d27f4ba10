-- Manual payouts. Stripe does not list their transactions, because a request for a sum does not say
-- which money it means. So the oldest available transactions are assigned to the oldest payout. If a
-- payout takes all available money, its transactions are exactly these.
--
-- Beside automatic payouts, a manual one (such as an instant payout) is an advance on the next automatic
-- one, whose list has the money and the manual payout itself as a line.

create function farthing.is_advance(p_payout_id text)
returns boolean
language sql stable
set search_path = ''
as $$
  select exists (select from farthing.balance_transactions t
    where t.source_id = p_payout_id and t.kind = 'payout' and t.payout_id <> p_payout_id)
$$;
comment on function farthing.is_advance(text) is
  'Returns whether another payout lists this one: it was an advance on that payout.';

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
  'Takes the assigned transactions from manual payouts that a listed payout has as its lines. Stripe''s list '
  'has those transactions, or a later one will.';

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
      -- Refunds make the running sum fall again, so the amount may be reached several times. A later
      -- transaction is then in the payout, too: nothing says that it is not.
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
  'Assigns the oldest available transactions to a manual payout: as many as add up to its amount, or as '
  'many as stay below it. The rest is the payout''s difference.';

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
      -- The list of an earlier automatic payout says which transactions are not available. Stripe may
      -- never have the list of one that failed.
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
  'Assigns transactions to the manual payouts that were made before p_until, up to which all of Stripe''s '
  'transactions are stored. A payout waits for the lists of earlier automatic ones in its currency.';
