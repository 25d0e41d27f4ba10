-- Fills a ledger with $rows entries on $accounts accounts, for measuring the proof. Each account
-- has one grant, followed by debits and priced usage like those that the endpoints write.
insert into auth.users (id) select md5('farthing-bench-' || n)::uuid from generate_series(1, $accounts) n;

insert into farthing.accounts (owner_id, last_seq, balance, last_entry_at)
select md5('farthing-bench-' || n)::uuid, c.entries, 1000000000 - c.entries / 2 - 50 * ((c.entries - 1) / 2),
  now()
from generate_series(1, $accounts) n, (select $rows / $accounts as entries) c;

insert into farthing.lots (account_id, source, amount, remaining)
select account_id, 'promotional', 1000000000, balance from farthing.accounts;

insert into farthing.entries (account_id, seq, event_at, created_at, entry_id, transaction_id, lot_id,
  counterparty, direction, amount, balance_after, kind, author)
select l.account_id, 1, now(), now(), gen_random_uuid(), gen_random_uuid(), l.lot_id, 'promotions', 'in',
  l.amount, l.amount, 'promotion', 'key:bench'
from farthing.lots l;

insert into farthing.entries (account_id, seq, event_at, created_at, entry_id, transaction_id, lot_id,
  counterparty, direction, amount, balance_after, kind, reference_type, reference_id, correlation_id,
  metadata, author)
select l.account_id, s, now(), now(), gen_random_uuid(), gen_random_uuid(), l.lot_id,
  'usage', 'out', case when s % 2 = 0 then 1 else 50 end,
  1000000000 - s / 2 - 50 * ((s - 1) / 2), case when s % 2 = 0 then 'debit'
    else 'usage' end::farthing.entry_kind,
  case when s % 2 = 0 then 'caller' else 'usage' end,
  case when s % 2 = 0 then 'request-' else 'event-' end || s,
  '0af7651916cd43dd8448eb211c80319c', case when s % 2 = 0 then '{"reason": "bench"}'
    else '{"model": "gpt-4o", "input_tokens": 1000, "rate_version": 1, "output_tokens": 500}' end::jsonb,
  'key:bench'
from generate_series(2, $rows / $accounts) s, farthing.lots l;

insert into farthing.usage_events (account_id, origin, event_id, first_seq, last_seq)
select e.account_id, 'caller', e.reference_id, e.seq, e.seq from farthing.entries e where e.kind = 'usage';
