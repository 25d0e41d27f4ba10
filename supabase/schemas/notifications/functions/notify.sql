-- Notifications to users and operators, stored until they are sent. Why an outbox: the row commits with its
-- cause, and nothing that moves money waits for mail. Each subject is notified once per template; so a
-- scheduled task may find the same thing again, and two may run at once. No personal data: the recipient's
-- address is looked up when it is sent. An address that the caller gives is stored until the notification
-- is sent or given up, and no longer.

create function farthing.notify(
  p_account_id bigint, p_template text, p_subject text, p_data jsonb, p_now timestamptz)
returns boolean
language plpgsql
set search_path = ''
as $$
begin
  insert into farthing.notices (account_id, template, subject, data, next_attempt_at, created_at)
  select p_account_id, p_template, p_subject, p_data, p_now, p_now
  where exists (select from farthing.accounts where account_id = p_account_id and left_at is null)
  on conflict on constraint notices_once do nothing;
  return found;
exception when others then
  -- Money moves whether or not a notification can be stored.
  raise warning 'farthing: a notification % was not queued: %', p_template, sqlstate;
  return false;
end
$$;
comment on function farthing.notify(bigint, text, text, jsonb, timestamptz) is
  'Puts a notification to an account''s owner into the outbox; false if this subject was notified already, '
  'or the owner was deleted. Never fails: a notification that cannot be written is a warning in the '
  'server''s log.';

create function farthing.notify_operators(
  p_template text, p_subject text, p_data jsonb, p_now timestamptz)
returns boolean
language plpgsql
set search_path = ''
as $$
begin
  insert into farthing.notices (recipient, template, subject, data, next_attempt_at, created_at)
  select r, p_template, p_subject, p_data, p_now, p_now from unnest(array['operators', 'webhook']) r
  on conflict (recipient, template, subject) where account_id is null do nothing;
  return found;
exception when others then
  raise warning 'farthing: a notification % was not queued: %', p_template, sqlstate;
  return false;
end
$$;
comment on function farthing.notify_operators(text, text, jsonb, timestamptz) is
  'Notifies the operators, by email and by webhook, once per template and subject; false if both were '
  'notified already. Never fails, as notify().';

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
  -- Most accounts have more than enough, by a sum on their row; and users with a top-up have nothing to do.
  if v_account.balance - v_account.held >= v_threshold or v_top_up.runs then
    return 0;
  end if;
  -- A low balance follows credits: an account with new credits may be notified again, one that never had
  -- any is not.
  select lot_id into v_lot_id from farthing.lots
  where account_id = v_account.account_id order by created_at desc, lot_id desc limit 1;
  if v_lot_id is null or exists (select from farthing.notices where account_id = v_account.account_id
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
  'Notifies an account of its low balance, once until credits arrive again; 1 if it did.';

create function farthing.sweep_low_balances(p_now timestamptz default now(), p_limit int default 10000)
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
      and not farthing.is_parked('sweep_low_balances', 'account', a.account_id::text, p_now))
  into v_seen, v_last, v_low
  from (select * from farthing.accounts where account_id > v_from order by account_id limit p_limit) a
  cross join farthing.policy p left join farthing.top_ups t using (account_id);
  update farthing.low_balance_round set last_account_id = case when v_seen < p_limit then 0 else v_last end
  where one_row;
  return farthing.work_off('sweep_low_balances', 'account', v_low, 'notify_low_balance', p_now);
end
$$;
comment on function farthing.sweep_low_balances(timestamptz, int) is
  'Checks the next accounts of the round and notifies those with a low balance; returns how many.';

create function farthing.notify_expiring(
  p_days int, p_from timestamptz, p_now timestamptz, p_limit int)
returns int
language sql
set search_path = ''
as $$
  with due as (
    -- Lots that expire at the same moment are one notification.
    select l.account_id, l.expires_at, sum(l.remaining) as credits,
      format('%s:%s', p_days, extract(epoch from l.expires_at)) as subject
    from farthing.lots l
    where l.closed_at is null and l.remaining > 0 and not l.frozen
      and l.expires_at > p_from and l.expires_at <= p_now + p_days * interval '1 day'
      -- Lots that live less than a week get no warning a week ahead; all get one a day ahead (T23).
      and (p_days = 1 or l.created_at <= l.expires_at - p_days * interval '1 day')
    group by l.account_id, l.expires_at
  ), unnotified as (
    select d.* from due d
    where not exists (select from farthing.notices n where n.account_id = d.account_id
      and n.template = 'credits_expiring' and n.subject = d.subject)
    order by d.expires_at, d.account_id limit p_limit
  ), notified as (
    insert into farthing.notices (account_id, template, subject, data, next_attempt_at, created_at)
    select u.account_id, 'credits_expiring', u.subject, jsonb_build_object('credits',
      trim_scale(u.credits)::text, 'expires_at', u.expires_at, 'days', p_days), p_now, p_now from unnotified u
    on conflict on constraint notices_once do nothing
    returning 1
  )
  select count(*)::int from notified
$$;
comment on function farthing.notify_expiring(int, timestamptz, timestamptz, int) is
  'Notifies of lots that expire after p_from and within p_days; returns how many notifications. Empty lots '
  'are left out.';

create function farthing.sweep_expiring_credits(p_now timestamptz default now(), p_limit int default 2000)
returns int
language sql
set search_path = ''
as $$
  -- The warning a day ahead comes first: if both are due, the more urgent one is sent.
  select farthing.notify_expiring(1, p_now, p_now, p_limit)
    + farthing.notify_expiring(7, p_now + interval '1 day', p_now, p_limit)
$$;
comment on function farthing.sweep_expiring_credits(timestamptz, int) is
  'T23: notifies of credits a week and a day before they expire; returns how many notifications.';
