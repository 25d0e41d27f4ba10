-- What time does to accounts, orders, keys and events. What a task locks it keeps for the length of one run,
-- about a tenth of a second; the next minute takes the rest.

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
    perform farthing.close_lot(v_lot, 'expiry', 'task:sweep_accounts', p_now);
    v_count := v_count + 1;
  end loop;
  return v_count;
end
$$;
comment on function farthing.expire_lots(bigint, timestamptz) is
  'Rule 11: the expired remainder that no open hold needs and no dispute has frozen goes to breakage. The '
  'account is locked by the caller.';

create function farthing.close_lot(p_lot farthing.lots, p_reference_type text, p_author text,
  p_now timestamptz)
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
  v_entry.author := p_author;
  perform farthing.write_entry(v_entry, p_now);
end
$$;
comment on function farthing.close_lot is
  'Moves what is free of a lot to breakage. The account is locked by the caller.';

create function farthing.sweep_account(p_account_id text, p_now timestamptz)
returns int
language plpgsql
set search_path = ''
as $$
declare
  v_account_id bigint := p_account_id::bigint;
begin
  perform from farthing.accounts where account_id = v_account_id for no key update skip locked;
  if not found then
    return 0;
  end if;
  return farthing.release_expired_holds(v_account_id, p_now) + farthing.expire_lots(v_account_id, p_now);
end
$$;
comment on function farthing.sweep_account(text, timestamptz) is
  'Releases the expired holds of an account and expires its lots; returns how many of both.';

create function farthing.sweep_accounts(p_now timestamptz default now(), p_limit int default 1000)
returns int
language sql
set search_path = ''
as $$
  select farthing.work_off('sweep_accounts', 'account', array(
    select d.account_id::text from (
      (select h.account_id from farthing.holds h where h.status = 'open' and h.expires_at <= p_now
          and not farthing.is_parked('sweep_accounts', 'account', h.account_id::text, p_now)
        order by h.expires_at limit p_limit)
      union
      (select l.account_id from farthing.lots l
        where l.closed_at is null and l.expires_at <= p_now and l.remaining > l.reserved and not l.frozen
          and not farthing.is_parked('sweep_accounts', 'account', l.account_id::text, p_now)
        order by l.expires_at limit p_limit)) d
    order by d.account_id limit p_limit), 'sweep_account', p_now)
$$;
comment on function farthing.sweep_accounts(timestamptz, int) is
  'Releases expired holds and expires lots; returns how many of both.';

create function farthing.sweep_order(p_order_id text, p_now timestamptz)
returns int
language sql
set search_path = ''
as $$
  with due as (
    select account_id, order_id from farthing.orders where order_id = p_order_id::uuid and status = 'pending'
    for update skip locked
  ), swept as (
    update farthing.orders o set status = 'expired', updated_at = p_now from due
    where o.account_id = due.account_id and o.order_id = due.order_id returning 1
  )
  select count(*)::int from swept
$$;
comment on function farthing.sweep_order(text, timestamptz) is
  'Marks a pending order as expired; 1 where it did.';

create function farthing.sweep_orders(p_now timestamptz default now(), p_limit int default 500)
returns int
language sql
set search_path = ''
as $$
  -- Stripe says so too (checkout.session.expired); this is the net beneath, a little later.
  select farthing.work_off('sweep_orders', 'order', array(
    select o.order_id::text from farthing.orders o
    where o.status = 'pending' and o.expires_at <= p_now - interval '5 minutes'
      and not farthing.is_parked('sweep_orders', 'order', o.order_id::text, p_now)
    order by o.expires_at limit p_limit), 'sweep_order', p_now)
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

create function farthing.sweep_event(p_event_id text, p_now timestamptz)
returns int
language plpgsql
set search_path = ''
as $$
declare
  v_event farthing.inbox;
begin
  select * into v_event from farthing.inbox
  where event_id = p_event_id and state in ('deferred', 'failed') and next_attempt_at <= p_now
  for update skip locked;
  if v_event.event_id is null then
    return 0; -- applied meanwhile, with another event or by Stripe's redelivery
  end if;
  perform farthing.apply_event(v_event, p_now);
  return 1;
end
$$;
comment on function farthing.sweep_event(text, timestamptz) is
  'Applies a deferred or failed event again; 1 where it did.';

create function farthing.sweep_inbox(p_now timestamptz default now(), p_limit int default 100)
returns int
language sql
set search_path = ''
-- Events come in time's order, not in that of accounts (rule 4), so this must not wait: it gives up an event
-- long before anyone calls it a deadlock, and the next minute tries again.
set lock_timeout = '100ms'
as $$
  select farthing.work_off('sweep_inbox', 'event', array(
    select i.event_id from farthing.inbox i
    where i.state in ('deferred', 'failed') and i.next_attempt_at <= p_now
      and not farthing.is_parked('sweep_inbox', 'event', i.event_id, p_now)
    order by i.next_attempt_at limit p_limit), 'sweep_event', p_now)
$$;
comment on function farthing.sweep_inbox(timestamptz, int) is
  'Tries deferred and failed events again whose time has come; returns how many.';

select farthing.add_task('sweep_accounts', '1 minute');
select farthing.add_task('sweep_inbox', '1 minute');
select farthing.add_task('sweep_orders', '5 minutes');
-- 60,000 keys and 60,000 seals a minute: a thousand charges a second, day and night, are kept up with.
select farthing.add_task('sweep_idempotency_keys', '1 minute', p_budget => '30 seconds');
select farthing.add_task('seal', '1 minute', p_budget => '30 seconds');
