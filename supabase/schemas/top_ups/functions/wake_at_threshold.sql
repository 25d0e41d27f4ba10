-- The wake of the payment runner when an account falls below the threshold of its top-ups. A debit, a
-- hold or any other change of an account calls no function for that: the condition of a trigger
-- compares the balance with accounts.top_up_below, which is null for an account without top-ups.

create function farthing.wake_if_top_up_due(p_account_id bigint, p_now timestamptz)
returns boolean
language plpgsql
set search_path = ''
as $$
begin
  -- Each wake is a charge, because nothing is due during the cool-down, so wakes need no limit of
  -- their own. If the wake is lost, wake_payment_runner_if_due() finds the account within a minute.
  return farthing.is_top_up_due(p_account_id, p_now) and farthing.wake('payment-runner');
end
$$;
comment on function farthing.wake_if_top_up_due(bigint, timestamptz) is
  'Wakes the payment runner, after the commit, if the account''s top-up is due; true if the call was '
  'queued.';

create function farthing.wake_for_top_up()
returns trigger
language plpgsql
set search_path = ''
as $$
begin
  perform farthing.wake_if_top_up_due(new.account_id, greatest(now(), new.last_entry_at));
  return null;
end
$$;
comment on function farthing.wake_for_top_up() is
  'Trigger: wakes the payment runner for an account that has just fallen below its threshold.';
