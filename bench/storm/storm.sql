-- Makes orders that wait for their payment events, and checks the database after the events have
-- been delivered. Each run has its own name, orders, sessions and events.

create function bench.storm_orders(p_run text, p_count int)
returns setof uuid
language sql
as $$
  insert into farthing.orders (account_id, package_id, package_version, package_name, amount, currency,
    credits, bonus_credits, success_url, cancel_url, session_id, expires_at)
  select a.account_id, p.package_id, p.version, p.name, p.amount, p.currency, p.credits, p.bonus_credits,
    'https://shop.test', 'https://shop.test', format('cs_%s_%s', p_run, a.nr), now() + interval '1 hour'
  from (select account_id, row_number() over (order by account_id) as nr from farthing.accounts
      order by account_id limit p_count) a,
    (select * from farthing.packages where name = 'Starter' limit 1) p
  order by a.nr
  returning order_id
$$;

create function bench.storm_problems(p_run text, p_orders int, p_events int)
returns setof text
language sql stable
as $$
  select format('%s of %s events were processed', count(*), p_events) from farthing.inbox
  where starts_with(event_id, format('evt_%s_', p_run)) and state = 'processed' having count(*) <> p_events
  union all
  select format('%s of %s orders are paid', count(*), p_orders) from farthing.orders
  where starts_with(session_id, format('cs_%s_', p_run)) and status = 'paid' having count(*) <> p_orders
  union all
  select format('%s grants for %s orders', count(*), p_orders)
  from farthing.orders o join farthing.entries e on e.account_id = o.account_id
    and e.reference_type = 'order' and e.reference_id = o.order_id::text
  where starts_with(o.session_id, format('cs_%s_', p_run)) having count(*) <> p_orders
  union all
  select format('rule %s, account %s: %s', p.rule, p.account_id, p.detail) from farthing.prove() p
$$;
