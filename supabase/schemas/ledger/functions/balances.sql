-- The balance of an account, now or at a past moment, and the credits that are available.

create function farthing.available(p_account farthing.accounts, p_now timestamptz)
returns numeric
language sql stable
set search_path = ''
as $$
  -- Expired lots and holds do not count, even before a scheduled task has closed them. Only expired
  -- holds are looked up, because they are few; after lock_account() there are none.
  select greatest(0, coalesce(sum(l.remaining - l.reserved + coalesce(h.freed, 0)), 0) - p_account.debt)
  from farthing.lots l
  left join (
    select k.lot_id, sum(k.amount) as freed from farthing.holds o
    join farthing.hold_lots k on k.account_id = o.account_id and k.hold_id = o.hold_id
    where o.account_id = p_account.account_id and o.status = 'open' and o.expires_at <= p_now
    group by k.lot_id) h on h.lot_id = l.lot_id
  where l.account_id = p_account.account_id and l.closed_at is null and not l.frozen
    and (l.expires_at is null or l.expires_at > p_now)
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

create function farthing.past_balance(p_account_id bigint, p_at timestamptz)
returns jsonb
language plpgsql stable
set search_path = ''
as $$
begin
  return jsonb_build_object('balance', coalesce((
    select trim_scale(balance_after)::text from farthing.entries
    where account_id = p_account_id and seq = farthing.seq_at(p_account_id, p_at)), '0'),
    'as_of', p_at);
end
$$;
comment on function farthing.past_balance(bigint, timestamptz) is
  'Returns the balance of an account at a past moment: {balance, as_of}. A null account has 0 credits.';

create function farthing.current_balance(p_account farthing.accounts, p_now timestamptz)
returns jsonb
language plpgsql stable
set search_path = ''
as $$
begin
  return jsonb_build_object(
    'balance', trim_scale(coalesce(p_account.balance, 0))::text,
    'held', (select trim_scale(coalesce(sum(amount), 0))::text from farthing.holds
      where account_id = p_account.account_id and status = 'open' and expires_at > p_now),
    'available', trim_scale(coalesce(farthing.available(p_account, p_now), 0))::text,
    'debt', trim_scale(coalesce(p_account.debt, 0))::text,
    'lots', (select coalesce(jsonb_agg(jsonb_build_object('id', lot_id, 'source', source,
        'remaining', trim_scale(remaining)::text, 'expires_at', expires_at, 'frozen', frozen)
        order by /* burn-down */ priority, expires_at, source, created_at, lot_id), '[]')
      from farthing.lots where account_id = p_account.account_id and closed_at is null),
    'as_of', p_now);
end
$$;
comment on function farthing.current_balance(farthing.accounts, timestamptz) is
  'Returns {balance, held, available, debt, lots in burn-down order, as_of}. A null account has 0 '
  'credits. Credits are text.';
