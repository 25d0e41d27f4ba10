-- The use of cards, recorded from Stripe's events.

create function farthing.apply_charge_event(p_facts jsonb, p_now timestamptz)
returns text
language plpgsql
set search_path = ''
as $$
declare
  c_uuid constant text := '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$';
  v_order_id text := p_facts ->> 'order_id';
  v_booking_id text := p_facts ->> 'booking_id';
  v_account_id bigint;
begin
  -- Stripe's charge has no id of an order or a booking, or was not paid by card.
  if not coalesce(coalesce(v_order_id, v_booking_id) ~* c_uuid, false)
    or p_facts ->> 'card_fingerprint' is null then
    return 'ignored';
  end if;
  if v_order_id is not null then
    select account_id into v_account_id from farthing.orders where order_id = v_order_id::uuid;
  else
    v_account_id := (farthing.lock_booking(v_booking_id::uuid)).account_id;
  end if;
  if v_account_id is null then
    return farthing.outcome_without_row(p_facts,
      case when v_order_id is not null then 'order' else 'booking' end);
  end if;
  insert into farthing.card_uses (charge_id, account_id, card, outcome, livemode, used_at)
  values (p_facts ->> 'charge_id', v_account_id,
    sha256(convert_to(p_facts ->> 'card_fingerprint', 'UTF8')), p_facts ->> 'outcome',
    (p_facts ->> 'livemode')::boolean, (p_facts ->> 'occurred_at')::timestamptz)
  on conflict (charge_id) do nothing;
  if v_booking_id is not null then
    perform farthing.flag_booking(farthing.lock_booking(v_booking_id::uuid), p_now);
  end if;
  return 'processed';
end
$$;
comment on function farthing.apply_charge_event(jsonb, timestamptz) is
  'Records that an account has used a card, and whether the charge at Stripe succeeded. The card '
  'limits count these records. Returns processed, ignored or deferred.';
