-- The proof of balances: the rules that connect an account with its entries, lots, debt and holds.
-- Every check in this folder reads only the stored rows, and calls no function that wrote them. A
-- check that returns no rows has found no violation.

create function farthing.prove_sums()
returns setof farthing.violation
language plpgsql stable
set search_path = ''
as $$
begin
  return query
  with sums as (
    select a.account_id, a.balance, a.debt,
      coalesce((select sum(p.amount) from farthing.debt_payments p where p.account_id = a.account_id), 0)
        as debt_paid,
      e.*
    from farthing.accounts a
    cross join lateral (
      select coalesce(sum(case n.direction when 'in' then n.amount else -n.amount end), 0) as entries,
        coalesce(sum(case n.direction when 'in' then -n.amount
          else n.amount end) filter (where n.lot_id is null), 0) as owed
      from farthing.entries n where n.account_id = a.account_id) e
  )
  select 1, s.account_id, format('balance %s, entries %s', s.balance, s.entries)
  from sums s where s.balance <> s.entries
  union all
  select 1, s.account_id, format('debt %s, owed %s, paid %s', s.debt, s.owed, s.debt_paid)
  from sums s where s.debt <> s.owed - s.debt_paid;
end
$$;
comment on function farthing.prove_sums() is
  'Rule 1, compared with the entries: the balance is the sum of the entries, and the debt is the '
  'sum of the entries without a lot, less the payments of debt.';

create function farthing.prove_accounts()
returns setof farthing.violation
language plpgsql stable
set search_path = ''
as $$
begin
  return query
  with sums as (
    select a.account_id, a.balance, a.debt, a.held,
      coalesce((select sum(l.remaining) from farthing.lots l where l.account_id = a.account_id), 0) as lots,
      coalesce((select sum(l.reserved) from farthing.lots l where l.account_id = a.account_id), 0)
        as reserved,
      coalesce((select sum(h.amount) from farthing.holds h where h.account_id = a.account_id
        and h.status = 'open'), 0) as holds
    from farthing.accounts a
  )
  select 1, s.account_id, format('balance %s, lots %s, debt %s', s.balance, s.lots, s.debt)
  from sums s where s.balance <> s.lots - s.debt
  union all
  select 1, s.account_id, format('held %s, open holds %s, reserved %s', s.held, s.holds, s.reserved)
  from sums s where s.held <> s.holds or s.held <> s.reserved;
end
$$;
comment on function farthing.prove_accounts() is
  'Rule 1, compared with the lots and holds: the balance is the sum of the lots less the debt, and '
  '`held` equals both the sum of the open holds and the sum of the lots'' reserved parts.';

create function farthing.prove_entries()
returns setof farthing.violation
language plpgsql stable
set search_path = ''
as $$
begin
  return query
  with ordered as (
    select e.account_id, e.seq, e.created_at, e.balance_after,
      case e.direction when 'in' then e.amount else -e.amount end as signed,
      lag(e.seq, 1, 0::bigint) over w as seq_before, lag(e.balance_after, 1, 0::numeric) over w
        as balance_before,
      lag(e.created_at) over w as created_before
    from farthing.entries e window w as (partition by e.account_id order by e.seq)
  )
  select 3, o.account_id, format('seq %s follows %s', o.seq, o.seq_before) from ordered o
    where o.seq <> o.seq_before + 1
  union all
  select 3, a.account_id, format('last_seq %s, entries end at %s', a.last_seq, coalesce(m.seq, 0))
  from farthing.accounts a
  left join (select e.account_id, max(e.seq)
    as seq from farthing.entries e group by e.account_id) m using (account_id)
  where a.last_seq <> coalesce(m.seq, 0)
  union all
  select 3, e.account_id, 'entries without an account' from farthing.entries e
  where not exists (select from farthing.accounts a where a.account_id = e.account_id) group by e.account_id
  union all
  select 1, o.account_id, format('seq %s: balance_after %s is not the sum of %s and %s', o.seq,
    o.balance_after, o.balance_before, o.signed)
  from ordered o where o.balance_after <> o.balance_before + o.signed
  union all
  select 13, o.account_id, format('seq %s was created before seq %s', o.seq, o.seq_before)
  from ordered o where o.created_at < o.created_before
  union all
  select 1, e.account_id, format('seq %s: kind %s cannot have direction %s and counterparty %s', e.seq,
    e.kind, e.direction, e.counterparty)
  from farthing.entries e
  where (e.kind::text, e.direction::text, e.counterparty::text) not in (('purchase', 'in', 'purchases'),
    ('bonus', 'in', 'bonuses'), ('promotion', 'in', 'promotions'), ('adjustment', 'in', 'adjustments'),
    ('debit', 'out', 'usage'), ('usage', 'out', 'usage'), ('settle', 'out', 'usage'),
    ('expiry', 'out', 'breakage'), ('clawback', 'out', 'clawback'), ('reinstatement', 'in', 'clawback'));
end
$$;
comment on function farthing.prove_entries() is
  'Rules 1, 3 and 13 for each entry: the numbers have no gap, the running balance adds up, times '
  'never go back, each entry has an account, and its kind fits its direction and counterparty.';

create function farthing.prove_debt()
returns setof farthing.violation
language plpgsql stable
set search_path = ''
as $$
begin
  return query
  select 8, a.account_id, format('debt %s, and lot %s has %s free', a.debt, l.lot_id,
    l.remaining - l.reserved)
  from farthing.accounts a
  join farthing.lots l on l.account_id = a.account_id and l.closed_at is null and l.remaining > l.reserved
    and not l.frozen and (l.expires_at is null or l.expires_at > greatest(now(), a.last_entry_at,
      -- A hold that expires writes no entry, so the account's last change may be later than its
      -- last entry.
      (select max(h.resolved_at) from farthing.holds h where h.account_id = a.account_id)))
  where a.debt > 0;
end
$$;
comment on function farthing.prove_debt() is 'Rule 8: no account has both debt and free credits.';
