-- The states of refunds and disputes.

create function farthing.refunds_guard()
returns trigger
language plpgsql
set search_path = ''
as $$
declare
  v_legal boolean := case old.status
    when 'requested' then true
    when 'succeeded' then new.status in ('failed', 'canceled')
    -- A refund that was given up here but exists at Stripe: Stripe's state applies.
    when 'failed' then old.stripe_refund_id is null
    when 'canceled' then false
    else new.status <> 'requested' end;
begin
  if new.status <> old.status and not v_legal then
    raise exception 'A refund cannot go from % to %', old.status, new.status
      using errcode = 'restrict_violation';
  end if;
  return new;
end
$$;
comment on function farthing.refunds_guard() is 'The refund''s state machine. Its terms: triggers.sql.';

create function farthing.is_live_refund(p_status text)
returns boolean
language sql immutable
set search_path = ''
as $$
  select p_status not in ('requested', 'failed', 'canceled')
$$;
comment on function farthing.is_live_refund(text) is
  'Whether the money of a refund is on its way back or has arrived; true for an unknown state, too.';

create function farthing.is_open_dispute(p_status text)
returns boolean
language sql immutable
set search_path = ''
as $$
  select p_status not in ('warning_needs_response', 'warning_under_review', 'warning_closed', 'won', 'lost',
    'prevented')
$$;
comment on function farthing.is_open_dispute(text) is
  'Whether a bank still decides about a dispute: from the first answer to the last appeal, and in an '
  'unknown state.';
