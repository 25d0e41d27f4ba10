-- Waking the payment runner when an account falls below the threshold of its top-ups. spend(),
-- spend_batch() and open_hold() compare the balance with accounts.top_up_below, and wake the runner
-- when the balance falls below it. A trigger would do the same, but even a trigger with a condition
-- cost every debit about 8 % more instructions.

create function farthing.wake_if_top_up_due(p_account_id bigint, p_now timestamptz)
returns boolean
language plpgsql
set search_path = ''
as $$
begin
  -- After the runner was woken, no top-up is due for a while: a charge starts the cool-down, and an
  -- account that cannot be charged is postponed. So the calls that wake the runner need no rate
  -- limit. If a call is lost, wake_payment_runner_if_due() finds the account within a minute.
  return farthing.is_top_up_due(p_account_id, p_now) and farthing.wake('payment-runner');
end
$$;
comment on function farthing.wake_if_top_up_due(bigint, timestamptz) is
  'Wakes the payment runner, after the commit, if the account''s top-up is due; true if the call was '
  'queued.';

create function farthing.wake_if_crossed(p_account farthing.accounts, p_balance numeric, p_now timestamptz)
returns void
language plpgsql
set search_path = ''
as $$
begin
  if p_account.top_up_below is not null and p_balance - p_account.held < p_account.top_up_below
    and p_account.balance - p_account.held >= p_account.top_up_below then
    perform farthing.wake_if_top_up_due(p_account.account_id, p_now);
  end if;
end
$$;
comment on function farthing.wake_if_crossed is
  'Wakes the payment runner if a charge brings an account below the threshold of its top-ups. p_account: '
  'the account before the charge; p_balance: the balance after it.';
