-- The end of a hold without a charge: the hold was released, or it expired.

create function farthing.free_hold(p_account_id bigint, p_hold_id uuid)
returns void
language plpgsql
set search_path = ''
as $$
begin
  update farthing.lots l set reserved = l.reserved - h.amount
  from farthing.hold_lots h
  where h.account_id = p_account_id and h.hold_id = p_hold_id
    and l.account_id = h.account_id and l.lot_id = h.lot_id;
  update farthing.accounts a set held = a.held - h.amount
  from farthing.holds h
  where a.account_id = p_account_id and h.account_id = p_account_id and h.hold_id = p_hold_id;
end
$$;
comment on function farthing.free_hold(bigint, uuid) is
  'Frees the credits that a hold reserved. The caller has locked the account, and sets the hold''s new '
  'state.';

create function farthing.release_expired_holds(p_account_id bigint, p_now timestamptz)
returns int
language plpgsql
set search_path = ''
as $$
declare
  v_hold farthing.holds;
  v_moment timestamptz;
  v_count int := 0;
begin
  for v_hold in
    select * from farthing.holds
    where account_id = p_account_id and status = 'open' and expires_at <= p_now order by expires_at, hold_id
  loop
    -- The freed credits pay debt as of the time at which the hold expired. So a lot that has
    -- expired since then still pays. Holds that expired at the same time are freed together, so
    -- that their credits pay in burn-down order and not in the order of the holds.
    if v_hold.expires_at > v_moment then
      perform farthing.pay_debt(p_account_id, v_moment);
    end if;
    v_moment := v_hold.expires_at;
    perform farthing.free_hold(p_account_id, v_hold.hold_id);
    update farthing.holds set status = 'released', resolved_at = expires_at
    where account_id = p_account_id and hold_id = v_hold.hold_id;
    v_count := v_count + 1;
  end loop;
  if v_count > 0 then
    perform farthing.pay_debt(p_account_id, v_moment);
  end if;
  return v_count;
end
$$;
comment on function farthing.release_expired_holds(bigint, timestamptz) is
  'Rule 7: releases the account''s expired open holds. The credits of each released hold first pay '
  'debt; this payment is dated at the hold''s expiry. Returns the number of released holds. The '
  'caller has locked the account.';

create function farthing.release_hold(
  p_account_id bigint, p_hold_id uuid, p_correlation_id text, p_now timestamptz,
  p_author text default null)
returns void
language plpgsql
set search_path = ''
as $$
begin
  perform farthing.release_expired_holds(p_account_id, p_now); -- the hold itself may have expired
  if exists (select from farthing.holds where account_id = p_account_id and hold_id = p_hold_id
    and status = 'open') then
    perform farthing.free_hold(p_account_id, p_hold_id);
    update farthing.holds set status = 'released', resolved_at = p_now, released_by = p_author,
      correlation_id = coalesce(p_correlation_id, correlation_id)
    where account_id = p_account_id and hold_id = p_hold_id;
    perform farthing.pay_debt(p_account_id, p_now);
  end if;
end
$$;
comment on function farthing.release_hold is
  'Frees the credits that a hold still reserves, and pays debt with them. Does not change a hold that '
  'has ended. The caller has locked the account.';
