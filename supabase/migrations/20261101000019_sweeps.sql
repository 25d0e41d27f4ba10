-- Sweeps: what time does by itself, on pg_cron's clock. Each takes a bounded batch in a fixed order and
-- skips what another transaction has locked. What a sweep locks it keeps for the length of one batch, about a
-- tenth of a second; the next minute takes the rest.

create extension if not exists pg_cron with schema pg_catalog;

create function farthing.expire_lots(p_account_id bigint, p_now timestamptz)
returns int
language plpgsql
set search_path = ''
as $$
declare
  v_lot farthing.lots;
  v_count int := 0;
begin
  perform farthing.release_expired_holds(p_account_id, p_now);
  for v_lot in
    select * from farthing.lots
    where account_id = p_account_id and closed_at is null and expires_at <= p_now and remaining > reserved
      and not frozen
    order by expires_at, lot_id
  loop
    perform farthing.close_lot(v_lot, 'expiry', p_now);
    v_count := v_count + 1;
  end loop;
  return v_count;
end
$$;
comment on function farthing.expire_lots(bigint, timestamptz) is
  'Rule 11: the expired remainder that no open hold needs and no dispute has frozen goes to breakage. The '
  'account is locked by the caller.';

create function farthing.close_lot(p_lot farthing.lots, p_reference_type text, p_now timestamptz)
returns void
language plpgsql
set search_path = ''
as $$
declare
  v_entry farthing.entries;
begin
  update farthing.lots set remaining = reserved, closed_at = case when reserved = 0 then p_now end
  where account_id = p_lot.account_id and lot_id = p_lot.lot_id;
  v_entry.account_id := p_lot.account_id;
  v_entry.event_at := coalesce(least(p_lot.expires_at, p_now), p_now);
  v_entry.lot_id := p_lot.lot_id;
  v_entry.counterparty := 'breakage';
  v_entry.direction := 'out';
  v_entry.amount := p_lot.remaining - p_lot.reserved;
  v_entry.kind := 'expiry';
  v_entry.reference_type := p_reference_type;
  v_entry.reference_id := p_lot.lot_id::text;
  perform farthing.write_entry(v_entry, p_now);
end
$$;
comment on function farthing.close_lot is
  'Moves what is free of a lot to breakage. The account is locked by the caller.';

create function farthing.sweep_accounts(p_now timestamptz default now(), p_limit int default 1000)
returns int
language plpgsql
set search_path = ''
as $$
declare
  v_account_id bigint;
  v_count int := 0;
begin
  for v_account_id in
    select a.account_id from farthing.accounts a
    where a.account_id in (
      (select h.account_id from farthing.holds h where h.status = 'open' and h.expires_at <= p_now
        order by h.expires_at limit p_limit)
      union
      (select l.account_id from farthing.lots l
        where l.closed_at is null and l.expires_at <= p_now and l.remaining > l.reserved and not l.frozen
        order by l.expires_at limit p_limit))
    order by a.account_id limit p_limit for no key update skip locked
  loop
    v_count := v_count + farthing.release_expired_holds(v_account_id, p_now)
      + farthing.expire_lots(v_account_id, p_now);
  end loop;
  return v_count;
end
$$;
comment on function farthing.sweep_accounts(timestamptz, int) is
  'Releases expired holds and expires lots; returns how many of both.';

create function farthing.sweep_orders(p_now timestamptz default now(), p_limit int default 500)
returns int
language sql
set search_path = ''
as $$
  -- Stripe says so too (checkout.session.expired); this is the net beneath, a little later.
  with due as (
    select account_id, order_id from farthing.orders
    where status = 'pending' and expires_at <= p_now - interval '5 minutes'
    order by expires_at limit p_limit for update skip locked
  ), swept as (
    update farthing.orders o set status = 'expired', updated_at = p_now from due
    where o.account_id = due.account_id and o.order_id = due.order_id and o.status = 'pending' returning 1
  )
  select count(*)::int from swept
$$;
comment on function farthing.sweep_orders(timestamptz, int) is
  'Marks orders whose session is over as expired; returns how many.';

create function farthing.sweep_idempotency_keys(p_now timestamptz default now(), p_limit int default 60000)
returns int
language sql
set search_path = ''
as $$
  with due as (
    select key from farthing.idempotency_keys where created_at <= p_now - interval '24 hours'
    order by created_at limit p_limit for update skip locked
  ), swept as (
    delete from farthing.idempotency_keys k using due where k.key = due.key returning 1
  )
  select count(*)::int from swept
$$;
comment on function farthing.sweep_idempotency_keys(timestamptz, int) is
  'Forgets keys older than 24 hours; returns how many.';

create function farthing.sweep_inbox(p_now timestamptz default now(), p_limit int default 100)
returns int
language plpgsql
set search_path = ''
-- Events come in time's order, not in that of accounts (rule 4), so a sweep must not wait: it gives up an
-- event long before anyone calls it a deadlock, and the next minute tries again.
set lock_timeout = '100ms'
as $$
declare
  v_event farthing.inbox;
  v_count int := 0;
begin
  for v_event in
    select * from farthing.inbox where state in ('deferred', 'failed') and next_attempt_at <= p_now
    order by next_attempt_at limit p_limit for update skip locked
  loop
    begin
      perform farthing.apply_event(v_event, p_now);
      v_count := v_count + 1;
    exception when lock_not_available then
      continue;
    end;
  end loop;
  return v_count;
end
$$;
comment on function farthing.sweep_inbox(timestamptz, int) is
  'Tries deferred and failed events again whose time has come; returns how many.';

select cron.schedule('farthing-sweep-accounts', '* * * * *', 'select farthing.sweep_accounts()');
select cron.schedule('farthing-sweep-inbox', '* * * * *', 'select farthing.sweep_inbox()');
select cron.schedule('farthing-sweep-orders', '*/5 * * * *', 'select farthing.sweep_orders()');
-- 60,000 keys and 60,000 seals a minute: a thousand charges a second, day and night, are kept up with.
select cron.schedule('farthing-sweep-idempotency-keys', '* * * * *',
  'select farthing.sweep_idempotency_keys()');
select cron.schedule('farthing-seal', '* * * * *', 'select farthing.seal()');
