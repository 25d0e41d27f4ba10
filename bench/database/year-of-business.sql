-- Fills a database with a shop's year 2025: $accounts accounts with 100 entries and three orders
-- each, usage of ten models in 200 features, bookings, payouts, Stripe's events, and metrics. Each
-- account has one of three currencies. The rows have the values that the endpoints would have
-- written. The daily sums are computed by the functions that seal_entries() calls. The seals have
-- no hash chain, because no report reads a hash. Triggers and foreign keys are off, so that filling
-- takes only minutes.

set session_replication_role = replica;

create schema year;
create table year.models as
select (row_number() over (order by r.model) - 1)::int as nr, r.model, r.version,
  r.input_per_million_usd as input, r.output_per_million_usd as output, r.markup
from (select * from farthing.rates order by model limit 10) r;

insert into auth.users (id) select md5('farthing-year-' || n)::uuid from generate_series(1, $accounts) n;
insert into farthing.accounts (owner_id, last_seq, created_at)
select md5('farthing-year-' || n)::uuid, 100, '2024-12-31' from generate_series(1, $accounts) n;

-- Returns the time of an account's entry. Each account begins in the first 300 days, and its 100
-- entries are spread over the rest of the year.
create function year.at(p_account bigint, p_seq numeric) returns timestamptz language sql immutable as $$
  select '2025-01-01T00:10:00Z'::timestamptz
    + (s + (363 - s) * p_seq / 101) * interval '1 day'
  from (select 300 * ((p_account * 7919) % $accounts)::numeric / $accounts as s) q
$$;

-- For two in five accounts, the third order is never paid.
create table year.orders as
select a.account_id, k as nr, md5('order ' || a.account_id || ' ' || k)::uuid as order_id,
  (array['usd', 'eur', 'jpy'])[1 + a.account_id % 3] as currency,
  array[1, 35, 70]::int[] as seqs, k < 3 or a.account_id % 5 > 1 as is_paid,
  year.at(a.account_id, (array[1, 35, 70])[k]) as paid_at
from farthing.accounts a, generate_series(1, 3) k;

insert into farthing.orders (account_id, order_id, package_id, package_version, package_name, amount,
  currency, credits, bonus_credits, status, success_url, cancel_url, session_id, payment_ref,
  amount_discount, amount_tax, amount_total, allocation_version, expires_at, paid_at, created_at, updated_at)
select o.account_id, o.order_id, p.package_id, p.version, p.name, 4999, o.currency, 49990, 5000,
  case when o.is_paid then 'paid' else 'expired' end, 'https://shop.example/ok', 'https://shop.example/back',
  'cs_' || o.order_id, case when o.is_paid then 'pi_' || o.order_id end,
  case when o.is_paid then 0 end, case when o.is_paid then 0 end, case when o.is_paid then 4999 end,
  case when o.is_paid then 1 end, o.paid_at + interval '1 day', case when o.is_paid then o.paid_at end,
  o.paid_at - (20 + o.account_id % 300) * interval '1 second', o.paid_at
from year.orders o, farthing.packages p where p.slug = 'pro';

-- An order of 54,990 credits costs 4,999. Each lot's price is its share of the 4,999, in
-- proportion to its credits.
insert into farthing.lots (account_id, lot_id, source, amount, remaining, price, order_id, created_at)
select o.account_id, md5(s.source || o.order_id)::uuid, s.source::farthing.lot_source, s.amount, s.amount,
  s.price, o.order_id, o.paid_at
from year.orders o, (values ('bonus', 5000, 455), ('paid', 49990, 4544)) s (source, amount, price)
where o.is_paid;

-- The events of the orders' payments. They are looked up as evidence when a purchase is sealed.
insert into farthing.inbox (event_id, type, livemode, facts, state, occurred_at, received_at, processed_at)
select v.prefix || o.order_id, v.type, true, v.facts || jsonb_build_object('order_id', o.order_id,
    'session_id', 'cs_' || o.order_id, 'payment_id', 'pi_' || o.order_id, 'amount', 4999,
    'currency', o.currency), 'processed', o.paid_at, o.paid_at, o.paid_at
from year.orders o, (values ('evt_', 'checkout.session.completed', '{"payment_status": "paid"}'::jsonb),
  ('evt_p', 'payment_intent.succeeded', '{"payment_status": "paid"}'),
  ('evt_c', 'charge.succeeded', '{"brand": "visa", "country": "DE"}')) v (prefix, type, facts)
where o.is_paid
union all
select 'evt_' || o.order_id, 'checkout.session.expired', true, jsonb_build_object('order_id', o.order_id,
  'session_id', 'cs_' || o.order_id), 'processed', o.paid_at, o.paid_at, o.paid_at
from year.orders o where not o.is_paid;

create procedure year.fill(p_from bigint, p_to bigint) language plpgsql as $$
begin
  insert into farthing.entries (account_id, seq, event_at, created_at, entry_id, transaction_id, lot_id,
    counterparty, direction, amount, balance_after, kind, reference_type, reference_id, correlation_id,
    metadata, author)
  select e.account_id, e.seq, e.at, e.at, md5('entry' || e.account_id || ' ' || e.seq)::uuid,
    md5('transaction' || e.account_id || ' ' || e.seq)::uuid, e.lot_id,
    e.counterparty::farthing.system_account,
    e.direction::farthing.direction, e.amount,
    sum(case e.direction when 'in' then e.amount else -e.amount end)
      over (partition by e.account_id order by e.seq),
    e.kind::farthing.entry_kind, e.reference_type, e.reference_id, '0af7651916cd43dd8448eb211c80319c',
    e.metadata, e.author
  from (
    select a.account_id, s as seq, year.at(a.account_id, s) as at, f.*
    from farthing.accounts a cross join generate_series(1, 100) s
    cross join lateral (
      -- Out of five entries, one is a debit and four are usage.
      select md5(case when s < 35 and s % 2 = 0 or s between 35 and 69 and s % 3 = 0 then 'bonus'
          else 'paid' end || md5('order ' || a.account_id || ' ' ||
          case when s % 7 = 0 and s > 36 then 2 else 1 end)::uuid)::uuid as lot_id,
        'usage' as counterparty, 'out' as direction,
        case when m.model is null then 25 + s % 9 else
          (v.tokens_in * m.input + v.tokens_out * m.output) * m.markup * 0.001 end as amount,
        case when m.model is null then 'debit' when o.origin = 'usage' then 'usage' else 'settle' end as kind,
        case when m.model is null then 'caller' else o.origin end as reference_type,
        'reference-' || s as reference_id,
        case when m.model is null then '{"reason": "year"}' else jsonb_build_object('model', m.model,
          'rate_version', m.version, 'input_tokens', v.tokens_in, 'output_tokens', v.tokens_out)
          || case when o.origin = 'chat' then '{}' else jsonb_build_object('caller', jsonb_build_object(
            'feature', 'feature ' || v.feature)) end end as metadata,
        'key:app-' || a.account_id % 4 as author
      from (select abs(hashint8(a.account_id * 100 + s))::bigint as h) h
      cross join lateral (select 200 + h % 800 as tokens_in, 50 + h / 800 % 400 as tokens_out,
        floor(200 * power(h / 1000 % 1000 / 1000.0, 3))::int as feature) v
      cross join lateral (select (array['usage', 'usage', 'hold', 'chat'])[1 + h / 7 % 4] as origin) o
      left join year.models m on m.nr = h / 31 % 10 and h % 5 > 0
      where s not in (1, 2, 35, 36) and (a.account_id % 5 < 2 or s not in (70, 71))
      union all
      select l.lot_id, case l.source when 'paid' then 'purchases' else 'bonuses' end, 'in', l.amount,
        case l.source when 'paid' then 'purchase' else 'bonus' end, 'order', l.order_id::text, '{}',
        'stripe:evt_' || l.order_id
      from farthing.lots l where l.account_id = a.account_id and s in (1, 2, 35, 36, 70, 71)
        and l.order_id = md5('order ' || a.account_id || ' ' || case when s < 3 then 1 when s < 40 then 2
          else 3 end)::uuid
        and l.source = case when s in (1, 35, 70) then 'paid' else 'bonus' end::farthing.lot_source) f
    where a.account_id between p_from and p_to) e;
  insert into farthing.entry_seals (account_id, seq, head_nr, hash)
  select account_id, seq, 1, sha256(int8send(account_id * 100 + seq)) from farthing.entries
  where account_id between p_from and p_to;
end
$$;

create procedure year.sum_up(p_from bigint, p_to bigint) language plpgsql as $$
declare
  a bigint[] := array(select generate_series(p_from, p_to));
  z bigint[] := array_fill(0::bigint, array[cardinality(a)]);
  u bigint[] := array_fill(100::bigint, array[cardinality(a)]);
begin
  perform farthing.add_entry_sums(a, z, u);
  perform farthing.add_actor_days(a, z, u);
  perform farthing.add_lot_days(a, z, u);
  perform farthing.add_usage_days(a, z, u);
  perform farthing.add_order_entries(a, z, u);
end
$$;

do $$
begin
  for n in 0 .. 19 loop
    call year.fill(1 + n * $accounts / 20, (n + 1) * $accounts / 20);
    commit;
    if n = 0 then execute 'analyze'; end if;
  end loop;
end
$$;
analyze farthing.entries, farthing.entry_seals, farthing.lots, farthing.orders;
do $$
begin
  for n in 0 .. 19 loop
    call year.sum_up(1 + n * $accounts / 20, (n + 1) * $accounts / 20);
    commit;
    if n = 0 then execute 'analyze farthing.deferred_lots, farthing.usage_days, farthing.lot_days'; end if;
  end loop;
end
$$;

update farthing.lots l set remaining = l.amount - s.spent
from (select e.account_id, e.lot_id, sum(e.amount) as spent from farthing.entries e
  where e.direction = 'out' group by 1, 2) s
where l.account_id = s.account_id and l.lot_id = s.lot_id;
update farthing.accounts a set balance = e.balance_after, last_entry_at = e.created_at
from farthing.entries e where e.account_id = a.account_id and e.seq = 100;
update farthing.sealed_until set at = '2026-01-01' where one_row;

-- Bookings: every fifth account has one, all with the same provider.
insert into farthing.providers (provider_id, country, stripe_account_id, charges_enabled)
values (md5('provider')::uuid, 'DE', 'acct_year', true);
insert into farthing.bookings (account_id, booking_id, provider_id, amount, currency, fee_basis_points,
  application_fee_amount, status, payment_intent_id, charge_id, fee_id, fee_collected, created_at, paid_at,
  completed_at, confirmed_at)
select o.account_id, md5('booking ' || o.account_id)::uuid, md5('provider')::uuid, 10000, o.currency, 1000,
  1000, 'completed', 'pi_b' || o.account_id, 'ch_b' || o.account_id, 'fee_b' || o.account_id, 1000,
  o.paid_at, o.paid_at, o.paid_at, o.paid_at
from year.orders o where o.nr = 2 and o.account_id % 5 = 0;

-- The payments, fees and transfers of orders and bookings. The payouts that list them are made
-- three days later.
create table year.facts as
select o.paid_at as at, 'credits' as product_line, 'charge' as kind, o.currency, 4999 as amount, 175 as fee,
  o.account_id, o.order_id, null::uuid as booking_id, 'pi_' || o.order_id as source_id
from year.orders o where o.is_paid
union all
select b.paid_at, 'bookings', v.kind, b.currency, v.amount, v.fee, b.account_id, null, b.booking_id,
  case v.kind when 'charge' then b.payment_intent_id when 'application_fee' then b.fee_id
    else 'tr_' || b.account_id end
from farthing.bookings b, (values ('charge', 10000, 320), ('application_fee', 1000, 0),
  ('transfer', -10000, 0)) v (kind, amount, fee);

insert into farthing.payouts (payout_id, amount, currency, automatic, status, reconciliation, made_at,
  arrives_at, reported_at)
select 'po_' || (f.at at time zone 'UTC')::date || f.currency, sum(f.amount - f.fee), f.currency, true,
  'paid', 'completed', d.made_at, d.made_at, d.made_at
from year.facts f cross join lateral (select date_trunc('day', f.at, 'UTC') + interval '3 days 6 hours'
  as made_at) d
group by 1, f.currency, d.made_at;
insert into farthing.reconciliations (payout_id, listed_at, reconciled_at)
select payout_id, made_at, made_at from farthing.payouts;

insert into farthing.balance_transactions (transaction_id, payout_id, booked_on, kind, type,
  reporting_category, source_id, payment_id, charge_id, fee_id, source_amount, source_currency, amount, fee,
  net, currency, occurred_at, available_on)
select 'txn_' || f.source_id, 'po_' || d.day || f.currency, d.day,
  case f.kind when 'application_fee' then 'fee' else f.kind end, f.kind, f.kind,
  case f.kind when 'charge' then 'ch_' else '' end || f.source_id,
  case f.kind when 'charge' then f.source_id end,
  case f.kind when 'charge' then 'ch_' || f.source_id end,
  case f.kind when 'application_fee' then f.source_id end, f.amount, f.currency, f.amount, f.fee,
  f.amount - f.fee, f.currency, f.at, f.at + interval '3 days'
from year.facts f cross join lateral (select (f.at at time zone 'UTC')::date as day) d;

insert into farthing.revenue_lines (booked_on, booked_at, effective_at, product_line, kind, currency, amount,
  account_id, order_id, booking_id, source_id)
select (f.at at time zone 'UTC')::date, f.at, f.at, f.product_line, v.kind, f.currency, v.amount,
  f.account_id, f.order_id, f.booking_id,
  case when v.kind = f.kind then f.source_id else 'txn_' || f.source_id end
from year.facts f cross join lateral (values (f.kind, f.amount), ('stripe_fee_provisional', -f.fee),
  ('stripe_fee_provisional', f.fee), ('stripe_fee', -f.fee)) v (kind, amount)
where v.amount <> 0 order by f.at;
update farthing.books set open_from = '2025-12-01' where one_row;
select farthing.roll_up_lines(100000000);

-- Notifications are stored for 90 days, and hourly metrics for 35 days.
insert into farthing.notifications (account_id, template, subject, data, state, last_error, created_at,
  finished_at)
select a.account_id, 'receipt', 'subject ' || n, '{"amount": 4999, "currency": "usd", "credits": "54990"}',
  case when a.account_id % 97 = 0 then 'dead' else 'sent' end,
  case when a.account_id % 97 = 0 then 'refused' end, t.at, t.at
from farthing.accounts a, generate_series(1, 2) n
cross join lateral (select '2025-10-04'::timestamptz + (a.account_id * 37 + n * 1000) % 7600000
  * interval '1 second' as at) t;
insert into farthing.metrics (grain, starts_at, name, labels, count, sum_ms, buckets)
select g.grain, t, 'requests', format('route=%s,status=%s', r, s), 300 * g.hours, 9000 * g.hours,
  (select array_agg(case when b < 30 then 0 else b % 11 * g.hours end) from generate_series(1, 90) b)
from (values ('hour', 1, interval '1 hour'), ('day', 24, '1 day')) g (grain, hours, step)
cross join generate_series('2025-11-27'::timestamptz, '2025-12-31T23:00:00Z', g.step) t,
  unnest((select core_routes from farthing.slo()) || array(select 'GET /route' || n
    from generate_series(1, 50) n) || 'GET /checkout/packages'::text) r, unnest(array['2xx', '4xx', '5xx']) s;
insert into farthing.refusal_days (day, account_id, first_at, refusals)
select (r.at at time zone 'UTC')::date, o.account_id, r.at, 1
from year.orders o, lateral (select o.paid_at - interval '1 hour' as at) r where o.nr = 2;

set session_replication_role = origin;
