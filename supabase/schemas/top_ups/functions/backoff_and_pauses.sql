-- Waits between charges: the cool-down after a paid charge (the policy's top_up_cool_down,
-- policy/tables.sql), the backoff after a failed charge, and the pauses that last until the user
-- acts.

create function farthing.top_up_cooled_down(p_account_id bigint)
returns timestamptz
language sql stable
set search_path = ''
as $$
  select coalesce(max(created_at) + (select top_up_cool_down from farthing.policy), '-infinity')
  from farthing.orders where account_id = p_account_id and kind = 'top_up' and status not in ('failed',
    'expired')
$$;
comment on function farthing.top_up_cooled_down(bigint) is
  'Returns the end of the cool-down after the account''s last charge that did not fail or expire; '
  '-infinity if there was none.';

create function farthing.follow_top_up()
returns trigger
language plpgsql
set search_path = ''
as $$
declare
  -- The third failure in a row pauses top-ups. If the user opts in again with the same card, the
  -- next charge must nevertheless wait until 24 hours after this failure.
  c_back_off constant interval[] := array[interval '1 hour', '6 hours', '24 hours'];
  v_top_up farthing.top_ups;
  v_charge farthing.top_up_charges;
begin
  if new.status not in ('paid', 'failed', 'expired') or old.status not in ('pending', 'processing', 'failed',
    'expired') then
    return null; -- the order is still open, or was refunded
  end if;
  update farthing.top_up_charges set step = 'closed', updated_at = new.updated_at,
    -- An error of an earlier attempt is cleared here, because Stripe's event of the payment may
    -- arrive before Stripe's answer to the request. The charge is then closed and ignores the
    -- answer, so the answer cannot clear the error.
    last_error = case when new.status <> 'paid' then last_error end
  where account_id = new.account_id and order_id = new.order_id returning * into v_charge;
  if new.status = 'paid' then
    update farthing.top_ups set failures = 0, updated_at = new.updated_at, next_attempt_at = greatest(
      next_attempt_at, new.updated_at + (select top_up_cool_down from farthing.policy))
    where account_id = new.account_id;
    return null;
  end if;
  update farthing.top_ups set failures = failures + 1, updated_at = new.updated_at,
    next_attempt_at = new.updated_at + c_back_off[failures + 1],
    paused = case when failures + 1 = cardinality(c_back_off) then 'failures' end
  where account_id = new.account_id and enabled and paused is null returning * into v_top_up;
  if found then
    perform farthing.notify(new.account_id, 'top_up_failed', new.order_id::text, jsonb_build_object(
      'order_id', new.order_id, 'amount', new.amount, 'currency', new.currency, 'failure_code',
      coalesce(v_charge.failure_code, 'expired'), 'paused', v_top_up.paused is not null,
      'next_attempt_at', case when v_top_up.paused is null then v_top_up.next_attempt_at end),
      new.updated_at);
  end if;
  return null;
end
$$;
comment on function farthing.follow_top_up() is
  'Trigger: when the order of a top-up ends, ends the charge, too. A paid order starts the '
  'cool-down. After a failed or expired order, if top-ups are enabled and not paused, the trigger '
  'sets the backoff, pauses top-ups at the third failure in a row, and notifies the user.';

create function farthing.pause_top_up(p_account_id bigint, p_reason text, p_now timestamptz)
returns void
language plpgsql
set search_path = ''
as $$
begin
  update farthing.top_ups set paused = p_reason, updated_at = p_now
  where account_id = p_account_id and enabled and paused is null;
  if found then
    perform farthing.notify(p_account_id, 'top_up_paused', format('%s:%s', p_reason, extract(epoch from
      p_now)),
      jsonb_build_object('reason', p_reason), p_now);
  end if;
end
$$;
comment on function farthing.pause_top_up(bigint, text, timestamptz) is
  'Pauses top-ups until the user opts in again or saves a card. After a refund, saving a card does '
  'not end the pause. Notifies the user. The caller has locked the account.';

create function farthing.pause_after_refund()
returns trigger
language plpgsql
set search_path = ''
as $$
begin
  perform farthing.pause_top_up(new.account_id, 'refunded', new.updated_at);
  return null;
end
$$;
comment on function farthing.pause_after_refund() is
  'Trigger: pauses top-ups after a refund of any order, because refunded money must not be charged again '
  'until the user opts in.';

create function farthing.resume_top_up(p_account_id bigint, p_now timestamptz)
returns void
language sql
set search_path = ''
as $$
  update farthing.top_ups set paused = case when paused = 'refunded' then paused end, failures = 0,
    next_attempt_at = p_now, updated_at = p_now
  where account_id = p_account_id and enabled and (paused is not null or failures > 0)
$$;
comment on function farthing.resume_top_up(bigint, timestamptz) is
  'After the user has saved a card: resets the failures, ends the backoff, and ends a pause unless a '
  'refund caused it. The caller has locked the account.';
