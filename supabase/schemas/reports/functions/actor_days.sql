-- Credits moved per day, by author and kind. Entries are summed when they are sealed, because
-- entries have no index by time or author: such an index would slow every debit. A report then
-- reads a few rows per day, however long the ledger is, and misses only the entries of the last
-- minute or two. All Stripe events count as one author here: each event writes only once, so a row
-- for each event would sum nothing.

create function farthing.add_actor_days(p_accounts bigint[], p_after bigint[], p_upto bigint[])
returns void
language sql
set search_path = ''
as $$
  insert into farthing.actor_days as d (day, author, kind, entries, amount)
  select (e.created_at at time zone 'UTC')::date, case when e.author like 'stripe:%' then 'stripe'
    else e.author end, e.kind, count(*), sum(e.amount)
  from unnest(p_accounts, p_after, p_upto) r (account_id, after, upto)
  join farthing.entries e on e.account_id = r.account_id and e.seq > r.after and e.seq <= r.upto
  group by 1, 2, 3
  on conflict (day, author, kind) do update
  set entries = d.entries + excluded.entries, amount = d.amount + excluded.amount
$$;
comment on function farthing.add_actor_days(bigint[], bigint[], bigint[]) is
  'Adds each account''s entries after p_after, up to p_upto, to the sums per day, author and kind '
  '(actor_days). seal_entries() calls it.';
