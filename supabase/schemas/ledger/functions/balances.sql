-- The credits that are available, and the last entry before a moment.

create function farthing.available(p_account farthing.accounts, p_now timestamptz)
returns numeric
language plpgsql stable
set search_path = ''
as $$
begin
  -- Expired lots and holds do not count, even before a scheduled task has closed them. A lot's
  -- `reserved` includes its expired holds, so their credits are added back. There are few expired
  -- holds, and none after lock_account().
  return (
    select greatest(0, coalesce(sum(l.remaining - l.reserved + coalesce(h.freed, 0)), 0) - p_account.debt)
    from farthing.lots l
    left join (
      select k.lot_id, sum(k.amount) as freed from farthing.holds o
      join farthing.hold_lots k on k.account_id = o.account_id and k.hold_id = o.hold_id
      where o.account_id = p_account.account_id and o.status = 'open' and o.expires_at <= p_now
      group by k.lot_id) h on h.lot_id = l.lot_id
    where l.account_id = p_account.account_id and l.closed_at is null and not l.frozen
      and (l.expires_at is null or l.expires_at > p_now));
end
$$;
comment on function farthing.available(farthing.accounts, timestamptz) is
  'Returns the credits that a debit or a hold can use: unexpired lots that are not frozen, less '
  'unexpired holds, less debt, but at least 0. Amounts are in credits.';

create function farthing.seq_at(p_account_id bigint, p_at timestamptz)
returns bigint
language plpgsql stable
set search_path = ''
as $$
declare
  v_low bigint := 0;
  v_high bigint := (select last_seq from farthing.accounts where account_id = p_account_id);
  v_middle bigint;
begin
  -- created_at never falls as seq rises, so a binary search finds the entry without an index by
  -- time.
  while v_low < v_high loop
    v_middle := (v_low + v_high + 1) / 2;
    if (select created_at <= p_at from farthing.entries where account_id = p_account_id
      and seq = v_middle) then
      v_low := v_middle;
    else
      v_high := v_middle - 1;
    end if;
  end loop;
  return coalesce(v_low, 0);
end
$$;
comment on function farthing.seq_at(bigint, timestamptz) is
  'Returns the number of an account''s last entry at or before a moment; 0 if there is none.';
