-- Auto top-up, its runner: what Stripe answered.
-- Why any runner may report: what Stripe says is so, whoever was told. What is over already stays as it is,
-- so a late report, a second one, and one that the event was faster than, change nothing.

create function public.top_ups_report(
  p_order_id uuid, p_outcome text, p_payment_id text default null, p_code text default null,
  p_now timestamptz default now())
returns jsonb
language plpgsql security definer -- service_role owns no table
set search_path = pg_catalog, pg_temp
as $$
declare
  v_order farthing.orders := farthing.lock_top_up(p_order_id);
  v_charge farthing.top_up_charges;
begin
  select * into v_charge from farthing.top_up_charges
  where account_id = v_order.account_id and order_id = p_order_id;
  if v_charge.order_id is null then
    perform farthing.fail('not_found', 'There is no such top-up.', null, 'order_id');
  end if;
  if p_outcome is null or p_outcome not in ('accepted', 'declined', 'card_gone', 'authentication', 'unknown')
    then
    perform farthing.fail('invalid_request', 'There is no such outcome.', null, 'outcome');
  end if;
  -- The event may have been faster, or another runner: what it said stands.
  if v_charge.step = 'charge' or (v_charge.step = 'link' and p_outcome in ('accepted', 'unknown')) then
    perform farthing.apply_top_up_answer(v_order, v_charge, p_outcome, p_payment_id, p_code, p_now);
  elsif p_outcome in ('declined', 'card_gone', 'authentication') then
    perform farthing.note_top_up_failure(v_order, coalesce(p_code, p_outcome));
  end if;
  return (select jsonb_build_object('order_id', o.order_id, 'status', o.status, 'step', c.step)
    from farthing.orders o join farthing.top_up_charges c using (account_id, order_id)
    where o.account_id = v_order.account_id and o.order_id = p_order_id);
end
$$;
grant execute on function public.top_ups_report to service_role;
comment on function public.top_ups_report is
  'What Stripe answered: accepted (the event will say whether it is paid), declined, card_gone, '
  'authentication (the bank wants the user), or unknown (no answer: asked again). Returns {order_id, '
  'status, step}. Fails not_found.';

create function farthing.note_top_up_failure(p_order farthing.orders, p_code text)
returns void
language sql
set search_path = ''
as $$
  update farthing.top_up_charges set failure_code = coalesce(failure_code, left(p_code, 255))
  where account_id = p_order.account_id and order_id = p_order.order_id and p_order.status = 'expired'
$$;
comment on function farthing.note_top_up_failure(farthing.orders, text) is
  'What was given up here was not charged either. The order is locked by the caller.';

create function farthing.apply_top_up_answer(
  p_order farthing.orders, p_charge farthing.top_up_charges, p_outcome text, p_payment_id text, p_code text,
  p_now timestamptz)
returns void
language plpgsql
set search_path = ''
as $$
begin
  case p_outcome
    when 'accepted' then
      update farthing.top_up_charges set step = 'settle', payment_id = coalesce(p_payment_id, payment_id),
        last_error = null, updated_at = p_now
      where account_id = p_order.account_id and order_id = p_order.order_id;
      -- From here on no sweep gives it up: Stripe has the money, or will say that it has not.
      update farthing.orders set status = 'processing', updated_at = p_now
      where account_id = p_order.account_id and order_id = p_order.order_id and status = 'pending';
    when 'authentication' then
      perform farthing.ask_to_authenticate(p_order, p_payment_id, p_now);
    when 'unknown' then
      -- 1, 2, 4 … 32 minutes.
      update farthing.top_up_charges set last_error = left(p_code, 1000), updated_at = p_now,
        next_attempt_at = p_now + interval '1 minute' * (2 ^ least(greatest(attempts - 1, 0), 5))
      where account_id = p_order.account_id and order_id = p_order.order_id;
    else
      if p_outcome = 'card_gone' then
        if exists (select from farthing.customers where account_id = p_order.account_id
          and payment_method_id = p_charge.payment_method_id) then
          perform farthing.allow_change('task:wake_payment_runner_if_due', 'Stripe has no such card');
          perform farthing.forget_card(p_order.account_id, p_now);
          perform farthing.pause_top_up(p_order.account_id, 'card_gone', p_now);
        end if; -- else another has taken its place, and is charged after the back-off
      end if;
      perform farthing.fail_top_up(p_order, p_payment_id, coalesce(p_code, p_outcome), p_now);
  end case;
end
$$;
comment on function farthing.apply_top_up_answer is
  'Moves an open charge to where Stripe''s answer leads. Account and order are locked by the caller.';

create function public.top_ups_link(
  p_order_id uuid, p_session_id text, p_session_url text, p_now timestamptz default now())
returns jsonb
language plpgsql security definer -- service_role owns no table
set search_path = pg_catalog, pg_temp
as $$
declare
  v_order farthing.orders := farthing.lock_top_up(p_order_id);
begin
  if v_order.order_id is null then
    perform farthing.fail('not_found', 'There is no such top-up.', null, 'order_id');
  end if;
  if v_order.session_id <> p_session_id then
    raise exception 'order % has another session', p_order_id;
  end if;
  update farthing.orders set session_id = p_session_id, session_url = p_session_url, updated_at = p_now
  where account_id = v_order.account_id and order_id = p_order_id;
  update farthing.top_up_charges set step = 'linked', last_error = null, updated_at = p_now
  where account_id = v_order.account_id and order_id = p_order_id and step = 'link';
  if found then
    perform farthing.notify(v_order.account_id, 'top_up_authentication', p_order_id::text, jsonb_build_object(
      'order_id', p_order_id, 'amount', v_order.amount, 'currency', v_order.currency, 'url', p_session_url,
      'expires_at', v_order.expires_at), p_now);
  end if;
  return jsonb_build_object('order_id', p_order_id, 'status', v_order.status);
end
$$;
grant execute on function public.top_ups_link to service_role;
comment on function public.top_ups_link is
  'Notes the page on which the user can pay a top-up that the bank wanted them for, and tells them of it. '
  'Returns {order_id, status}. Fails not_found.';

create function farthing.prove_top_ups()
returns table (rule int, account_id bigint, detail text)
language sql stable
set search_path = ''
as $$
  select 9, o.account_id, format('top-up %s is %s, its charge is %s', o.order_id, o.status,
    coalesce(c.step, 'not there'))
  from farthing.orders o
  left join farthing.top_up_charges c on c.account_id = o.account_id and c.order_id = o.order_id
  where o.kind = 'top_up' and (c.step is null
    or (c.step = 'closed') = (o.status in ('pending', 'processing')))
  union all
  select 9, c.account_id, format('order %s is charged and no top-up', c.order_id)
  from farthing.top_up_charges c
  join farthing.orders o on o.account_id = c.account_id and o.order_id = c.order_id
  where o.kind <> 'top_up'
$$;
comment on function farthing.prove_top_ups() is
  'Rule 9 of top-ups: each has one charge, which is open exactly as long as its order.';
