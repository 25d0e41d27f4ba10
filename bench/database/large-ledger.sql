-- Fills a ledger with $rows entries, like those that debits write, on 1,000 accounts. Always writes
-- 100,000 idempotency keys, whatever $rows is: keys are deleted after 24 hours, so their number
-- depends on one day's traffic.
insert into auth.users (id) select md5('farthing-bench-' || n)::uuid from generate_series(1, 1000) n;

insert into farthing.accounts (owner_id, last_seq, balance, last_entry_at)
select md5('farthing-bench-' || n)::uuid, $rows / 1000, 1000000000 - ($rows / 1000 - 1), now()
from generate_series(1, 1000) n;

insert into farthing.lots (account_id, source, amount, remaining)
select account_id, 'promotional', 1000000000, balance from farthing.accounts;

insert into farthing.entries (account_id, seq, event_at, created_at, entry_id, transaction_id, lot_id,
  counterparty, direction, amount, balance_after, kind, reference_type, reference_id, correlation_id,
  metadata, author)
select l.account_id, s, now(), now(), gen_random_uuid(), gen_random_uuid(), l.lot_id,
  case s when 1 then 'promotions' else 'usage' end::farthing.system_account,
  case s when 1 then 'in' else 'out' end::farthing.direction,
  case s when 1 then 1000000000 else 1 end, 1000000000 - (s - 1),
  case s when 1 then 'promotion' else 'debit' end::farthing.entry_kind,
  'caller', 'request-12345678', '0af7651916cd43dd8448eb211c80319c', '{"reason": "bench"}', 'key:bench'
from generate_series(1, $rows / 1000) s, farthing.lots l;

insert into farthing.idempotency_keys (key, fingerprint, status, answer)
select sha256(convert_to(n::text, 'UTF8')), sha256(''), 201, jsonb_build_object(
  'transaction_id', gen_random_uuid(), 'amount', '1', 'balance_after', '999999999', 'lots', jsonb_build_array(
    jsonb_build_object('id', gen_random_uuid(), 'source', 'promotional', 'amount', '1')))
from generate_series(1, 100000) n;
