-- Notifications of a low balance, and the scheduled task that looks for low balances. A user without
-- a threshold of their own has the policy's low_balance (policy/tables.sql).

create function farthing.notify_low_balance(p_account_id text, p_now timestamptz)
returns int
language plpgsql
set search_path = ''
as $$
declare
  v_account farthing.accounts;
  v_top_up record;
  v_threshold numeric;
  v_lot_id uuid;
  v_available numeric;
begin
  select * into v_account from farthing.accounts where account_id = p_account_id::bigint;
  select t.threshold, farthing.top_up_runs(t) as runs into v_top_up
  from farthing.top_ups t where t.account_id = v_account.account_id;
  v_threshold := coalesce(v_top_up.threshold, (select low_balance from farthing.policy));
  -- For most accounts, the balance on the account's row already shows that the credits suffice, and
  -- no lots need to be read. A user whose top-ups are on is not notified, because the user need not
  -- act.
  if v_account.balance - v_account.held >= v_threshold or v_top_up.runs then
    return 0;
  end if;
  -- The subject of the notification is the account's newest lot, and there is one notification per
  -- subject. So the owner is notified again only after the account has received credits. The owner
  -- of an account that has never had credits is not notified.
  select lot_id into v_lot_id from farthing.lots
  where account_id = v_account.account_id order by created_at desc, lot_id desc limit 1;
  if v_lot_id is null or exists (select from farthing.notifications where account_id = v_account.account_id
    and template = 'low_balance' and subject = v_lot_id::text) then
    return 0;
  end if;
  v_available := farthing.available(v_account, p_now);
  return (v_available < v_threshold and farthing.notify(v_account.account_id, 'low_balance', v_lot_id::text,
    jsonb_build_object('available', trim_scale(v_available)::text, 'threshold',
      trim_scale(v_threshold)::text), p_now))::int;
end
$$;
comment on function farthing.notify_low_balance(text, timestamptz) is
  'Notifies an account''s owner of a low balance. Notifies the owner again only after the account '
  'has received credits. Returns 1 if a notification was queued, else 0.';

create function farthing.notify_low_balances(p_now timestamptz default now(), p_limit int default 10000)
returns int
language plpgsql
set search_path = ''
as $$
declare
  v_from bigint;
  v_seen int;
  v_last bigint;
  v_low text[];
begin
  select last_account_id into v_from from farthing.low_balance_round for update skip locked;
  if v_from is null then
    return 0;
  end if;
  select count(*), max(a.account_id), array_agg(a.account_id::text order by a.account_id) filter (
    where a.left_at is null and a.last_seq > 0
      and a.balance - a.held < coalesce(t.threshold, p.low_balance)
      and not farthing.is_parked('notify_low_balances', 'account', a.account_id::text, p_now))
  into v_seen, v_last, v_low
  from (select * from farthing.accounts where account_id > v_from order by account_id limit p_limit) a
  cross join farthing.policy p left join farthing.top_ups t using (account_id);
  update farthing.low_balance_round set last_account_id = case when v_seen < p_limit then 0 else v_last end
  where one_row;
  return farthing.work_off('notify_low_balances', 'account', v_low, 'notify_low_balance', p_now);
end
$$;
comment on function farthing.notify_low_balances(timestamptz, int) is
  'Checks the next p_limit accounts of the current round, which covers all accounts; notifies the owners '
  'of accounts with a low balance, and returns the number of notifications.';
