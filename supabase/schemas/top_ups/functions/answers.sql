-- Auto top-up, its runner: Stripe's answers. Why any runner may report: Stripe's answer is true, whichever
-- runner received it. A closed charge stays as it is, so a late report, a second one, and one after the
-- event change nothing.

create function farthing.note_top_up_failure(p_order farthing.orders, p_code text)
returns void
language sql
set search_path = ''
as $$
  update farthing.top_up_charges set failure_code = coalesce(failure_code, left(p_code, 255))
  where account_id = p_order.account_id and order_id = p_order.order_id and p_order.status = 'expired'
$$;
comment on function farthing.note_top_up_failure(farthing.orders, text) is
  'A charge that was given up here was not made. The order is locked by the caller.';

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
      -- From here on no scheduled task gives it up: Stripe has the money, or its event will say otherwise.
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
        end if; -- else another card has replaced it, and is charged after the backoff
      end if;
      perform farthing.fail_top_up(p_order, p_payment_id, coalesce(p_code, p_outcome), p_now);
  end case;
end
$$;
comment on function farthing.apply_top_up_answer is
  'Moves an open charge to the step that follows Stripe''s answer. Account and order are locked by the '
  'caller.';
