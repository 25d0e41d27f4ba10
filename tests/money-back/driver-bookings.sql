-- A history is the list of steps of one test case. This file carries out the steps that concern
-- bookings, and shows each booking with its provider's share. Load driver.sql before this file.

-- All bookings of a history have the same provider. Stripe has enabled charges for this provider.
select farthing.set_policy('{"bookings_per_provider_hour": 1000000}', 'histories share a clock');
insert into auth.users (id, email) values (md5('seller')::uuid, 'seller@buyer.test');
insert into farthing.providers (provider_id, user_id, country, stripe_account_id, charges_enabled)
values (md5('seller')::uuid, md5('seller')::uuid, 'DE', 'acct_seller', true);

create function money_back.paid_for(p_user_id uuid, p_name text)
returns table (order_id uuid, booking_id uuid, id uuid, amount bigint, currency text)
language plpgsql stable
as $$
begin
  return query select o.order_id, null::uuid, o.order_id, o.amount, o.currency from farthing.orders o
  where o.order_id = money_back.id_of(p_user_id, 'order', p_name)
  union all select null, b.booking_id, b.booking_id, b.amount, b.currency from farthing.bookings b
  where b.booking_id = money_back.id_of(p_user_id, 'booking', p_name);
end
$$;

-- Finds a refund by its name in the history. A refund that the ledger requested by itself has no name yet,
-- and is found by its amount.
create function money_back.refund_of(p_user_id uuid, p_step jsonb)
returns uuid
language plpgsql stable
as $$
begin
  return coalesce(money_back.id_of(p_user_id, 'refund', p_step ->> 'refund'), (
    select r.refund_id from farthing.refunds r
    where r.booking_id = money_back.id_of(p_user_id, 'booking', p_step ->> 'order')
      and p_step ->> 'refund' like '%-own%' and r.amount = (p_step ->> 'amount')::bigint
      and r.requested_by in ('owner', 'late_payment', 'dispute_won')
      and coalesce(r.stripe_refund_id, '') in ('', format('re_%s_%s', p_user_id, p_step ->> 'refund'))
    order by r.stripe_refund_id nulls last, r.created_at limit 1));
end
$$;

create function money_back.book(p_user_id uuid, p_step jsonb, p_now timestamptz)
returns void
language plpgsql
as $$
declare
  v_at text := case when (p_step ->> 'waits')::boolean then 'completed' else 'payment' end;
  v_id uuid;
begin
  if v_at <> (select booking_transfer_at from farthing.policy) then
    perform farthing.set_policy(jsonb_build_object('booking_transfer_at', v_at), 'a history', p_now => p_now);
  end if;
  v_id := farthing_public.bookings_begin(p_user_id, md5('seller')::uuid, (p_step ->> 'amount')::bigint,
    p_step ->> 'currency', p_now => p_now) #>> '{booking,booking_id}';
  perform farthing_public.bookings_attach(v_id,
    money_back.payment_of(p_user_id, p_step ->> 'order'), 'secret',
    p_now => p_now);
  perform money_back.name_it(p_user_id, 'booking', p_step ->> 'order', v_id::text);
end
$$;

create function money_back.cancel(p_user_id uuid, p_booking_id uuid, p_now timestamptz)
returns void
language plpgsql
as $$
begin
  -- Emulates Stripe: cancels the payment of an unpaid booking, and reports the cancellation to the
  -- ledger.
  if farthing_public.bookings_cancel(p_user_id, p_booking_id, p_now => p_now) ->> 'step'
    = 'cancel_payment' then
    perform farthing_public.bookings_cancelled(p_booking_id, p_now => p_now);
  end if;
end
$$;

-- Emulates Stripe: makes each transfer and reversal that the payment runner claims, one after the other.
create function money_back.run(p_now timestamptz)
returns void
language plpgsql
as $$
declare
  v_move jsonb;
begin
  loop
    v_move := farthing_public.transfers_claim(1, p_now) -> 0;
    exit when v_move is null;
    if v_move ->> 'kind' = 'reversal' and v_move ->> 'transfer_id' is null and exists (
      select from farthing.bookings where booking_id = (v_move ->> 'booking_id')::uuid
        and transfer_at = 'completed')
    then
      raise exception 'a reversal has no transfer_id, although the charge made no transfer of its own';
    end if;
    perform farthing_public.transfers_finish((v_move ->> 'move_id')::uuid, 'tr_' || (v_move ->> 'move_id'),
      p_now => p_now);
  end loop;
end
$$;

create function money_back.act_on_booking(
  p_user_id uuid, p_booking_id uuid, p_step jsonb, p_now timestamptz)
returns void
language plpgsql
as $$
begin
  case p_step ->> 'do'
    when 'book' then
      perform money_back.book(p_user_id, p_step, p_now);
    when 'advance' then
      perform farthing_public.bookings_advance(md5('seller')::uuid, p_booking_id, p_step ->> 'to', p_now);
    when 'cancel' then
      perform money_back.cancel(p_user_id, p_booking_id, p_now);
    when 'run' then
      perform money_back.run(p_now);
  end case;
end
$$;

create function money_back.share_of(p_booking farthing.bookings)
returns bigint
language plpgsql
as $$
begin
  return (select coalesce(sum(case kind when 'reversal' then -amount else amount end), 0)
      + case p_booking.transfer_at when 'payment' then p_booking.amount - p_booking.application_fee_amount
        else 0 end
    from farthing.booking_transfers where account_id = p_booking.account_id
      and booking_id = p_booking.booking_id);
end
$$;
