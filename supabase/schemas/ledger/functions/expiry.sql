-- The expiry of lots, and the scheduled task that expires lots and holds.

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
    perform farthing.close_lot(v_lot, 'expiry', 'task:expire_credits', p_now);
    v_count := v_count + 1;
  end loop;
  return v_count;
end
$$;
comment on function farthing.expire_lots(bigint, timestamptz) is
  'Rule 11: moves the remaining credits of expired lots to breakage, except frozen lots and credits '
  'that an open hold reserves. Returns the number of lots. The caller has locked the account.';

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
  'Moves the free part of a lot to breakage, and closes the lot if no hold reserves a part of it. The '
  'caller has locked the account.';

create function farthing.expire_credits_of(p_account_id text, p_now timestamptz)
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
comment on function farthing.expire_credits_of(text, timestamptz) is
  'Releases the expired holds of an account and expires its lots. Returns the number of holds and lots; '
  '0 if another transaction has locked the account.';

create function farthing.expire_credits(p_now timestamptz default now(), p_limit int default 1000)
returns int
language sql
set search_path = ''
as $$
  select farthing.work_off('expire_credits', 'account', array(
    select d.account_id::text from (
      (select h.account_id from farthing.holds h where h.status = 'open' and h.expires_at <= p_now
          and not farthing.is_parked('expire_credits', 'account', h.account_id::text, p_now)
        order by h.expires_at limit p_limit)
      union
      (select l.account_id from farthing.lots l
        where l.closed_at is null and l.expires_at <= p_now and l.remaining > l.reserved and not l.frozen
          and not farthing.is_parked('expire_credits', 'account', l.account_id::text, p_now)
        order by l.expires_at limit p_limit)) d
    order by d.account_id limit p_limit), 'expire_credits_of', p_now)
$$;
comment on function farthing.expire_credits(timestamptz, int) is
  'Releases expired holds, expires lots, and returns the number of holds and lots.';
