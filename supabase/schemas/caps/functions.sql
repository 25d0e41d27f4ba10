-- Daily spend caps: the most credits that an account may spend from one midnight UTC to the next. The
-- day's spending is a stored figure and not a sum of entries, because an account with a cap spends
-- often and a sum gets slower with each charge. The stored figure leaves out charges made while the
-- account has no cap.

create function farthing.spent_today(p_account_id bigint, p_now timestamptz)
returns numeric
language sql stable
set search_path = ''
as $$
  select coalesce((select spent from farthing.spending
    where account_id = p_account_id and day >= (p_now at time zone 'UTC')::date), 0)
$$;
comment on function farthing.spent_today(bigint, timestamptz) is
  'Returns the credits that an account with a cap has spent since midnight UTC.';

create function farthing.cap_left(p_account farthing.accounts, p_now timestamptz)
returns numeric
language sql stable
set search_path = ''
as $$
  -- An account without a cap has no limit, so the result must be null. greatest() alone would
  -- return 0, because it ignores nulls.
  select case when p_account.daily_cap is not null then greatest(0,
    p_account.daily_cap - farthing.spent_today(p_account.account_id, p_now) - p_account.held) end
$$;
comment on function farthing.cap_left(farthing.accounts, timestamptz) is
  'Returns the credits that may still be spent or held today; null without a cap. Held credits count as '
  'spent.';

create function farthing.note_spending(p_account_id bigint, p_amount numeric, p_now timestamptz)
returns void
language sql
set search_path = ''
as $$
  insert into farthing.spending as s (account_id, day, spent)
  values (p_account_id, (p_now at time zone 'UTC')::date, p_amount)
  -- A charge that waits for the account's lock past midnight counts towards the new day.
  on conflict (account_id) do update set day = greatest(s.day, excluded.day),
    spent = excluded.spent + case when s.day >= excluded.day then s.spent else 0 end
$$;
comment on function farthing.note_spending(bigint, numeric, timestamptz) is
  'Adds a charge, in credits, to the day''s spending. The caller has locked the account.';

create function farthing.spend_within_cap(
  p_account farthing.accounts, p_charges farthing.charge[], p_hold_id uuid, p_now timestamptz)
returns farthing.charge_result[]
language plpgsql
set search_path = ''
as $$
declare
  v_left numeric;
  v_charge farthing.charge;
  v_result farthing.charge_result;
  v_results farthing.charge_result[] := '{}'::farthing.charge_result[];
begin
  if p_account.daily_cap is null then
    return farthing.spend_batch(p_account, p_charges, p_hold_id, p_now);
  end if;
  if p_hold_id is not null then
    -- The cap admitted these credits when they were held, so this charge is added to the day's spending
    -- and is not refused.
    v_results := farthing.spend_batch(p_account, p_charges, p_hold_id, p_now);
  else
    v_left := farthing.cap_left(p_account, p_now);
    foreach v_charge in array p_charges loop
      if v_charge.amount > v_left then
        v_result := row(false, null, v_charge.amount, null, null, null,
          farthing.available(p_account, p_now), 0, '[]')::farthing.charge_result;
      else
        v_result := (farthing.spend_batch(p_account, array[v_charge], null, p_now))[1];
        v_left := v_left - case when v_result.accepted then v_charge.amount else 0 end;
        select * into p_account from farthing.accounts where account_id = p_account.account_id;
      end if;
      v_results := v_results || v_result;
    end loop;
  end if;
  perform farthing.note_spending(p_account.account_id,
    (select coalesce(sum(r.amount) filter (where r.accepted), 0) from unnest(v_results) r), p_now);
  return v_results;
end
$$;
comment on function farthing.spend_within_cap is
  'Charges an account as spend_batch() does, but refuses each charge that is greater than the rest '
  'of the daily cap. Charges of a hold are not refused.';

create function farthing.refusal_code(p_account farthing.accounts, p_required numeric, p_available numeric)
returns text
language sql immutable
set search_path = ''
as $$
  select case when p_account.daily_cap is not null and p_account.debt = 0 and p_required <= p_available
    then 'spend_cap_reached' else 'insufficient_credits' end
$$;
comment on function farthing.refusal_code(farthing.accounts, numeric, numeric) is
  'Returns the code of a refused charge: spend_cap_reached if the account has a cap, no debt and enough '
  'available credits; insufficient_credits otherwise.';

create function farthing.refuse_cap(p_account farthing.accounts, p_required numeric, p_now timestamptz)
returns void
language plpgsql stable
set search_path = ''
as $$
begin
  perform farthing.fail('spend_cap_reached',
    'The request would exceed the daily spend cap, which resets at details.resets_at.', jsonb_build_object(
    'limit', 'daily_spend_cap', 'required', trim_scale(p_required)::text,
    'cap', trim_scale(p_account.daily_cap)::text,
    'spent', trim_scale(farthing.spent_today(p_account.account_id, p_now))::text,
    'held', trim_scale(p_account.held)::text, 'resets_at', farthing.day_ends_at(p_now)));
end
$$;
comment on function farthing.refuse_cap is
  'Fails with spend_cap_reached. details has the required credits, the cap, the credits spent '
  'today, the held credits, and the time of the reset.';

create function farthing.refuse_charge(
  p_account farthing.accounts, p_required numeric, p_available numeric, p_now timestamptz)
returns void
language plpgsql stable
set search_path = ''
as $$
begin
  if farthing.refusal_code(p_account, p_required, p_available) = 'spend_cap_reached' then
    perform farthing.refuse_cap(p_account, p_required, p_now);
  end if;
  perform farthing.refuse_short(p_required, p_available);
end
$$;
comment on function farthing.refuse_charge is
  'Fails with spend_cap_reached or insufficient_credits, depending on which limit refused the charge '
  '(trap T25, docs/reference/traps.md).';

create function farthing.spent_since_midnight(p_account farthing.accounts, p_now timestamptz)
returns numeric
language sql stable
set search_path = ''
as $$
  select coalesce(sum(e.amount), 0) from farthing.entries e
  where e.account_id = p_account.account_id and e.counterparty = 'usage'
    and e.seq > farthing.seq_at(p_account.account_id,
      farthing.day_ends_at(p_now) - interval '1 day' - interval '1 microsecond')
$$;
comment on function farthing.spent_since_midnight(farthing.accounts, timestamptz) is
  'Returns the credits spent since midnight UTC, as the sum of the day''s entries. The sum is '
  'needed for an account without a cap and for a new cap, because spending is recorded only while '
  'an account has a cap.';

create function farthing.set_spend_cap(
  p_account farthing.accounts, p_author text, p_daily numeric, p_reason text, p_now timestamptz)
returns farthing.accounts
language plpgsql
set search_path = ''
as $$
begin
  perform farthing.allow_change(p_author, coalesce(p_reason, 'a daily cap was set'));
  insert into farthing.spend_caps as c (account_id, own_daily, imposed_daily)
  values (p_account.account_id, case when p_author = 'owner' then p_daily end,
    case when p_author <> 'owner' then p_daily end)
  on conflict (account_id) do update
  set own_daily = case when p_author = 'owner' then p_daily else c.own_daily end,
    imposed_daily = case when p_author <> 'owner' then p_daily else c.imposed_daily end;
  update farthing.accounts a set daily_cap = least(c.own_daily, c.imposed_daily) from farthing.spend_caps c
  where a.account_id = p_account.account_id and c.account_id = a.account_id
  returning a.* into p_account;
  -- While an account has no cap, its spending is not recorded. So the day's spending is computed
  -- again from the entries.
  delete from farthing.spending where account_id = p_account.account_id;
  perform farthing.note_spending(p_account.account_id, farthing.spent_since_midnight(p_account, p_now),
    p_now);
  return p_account;
end
$$;
comment on function farthing.set_spend_cap is
  'Sets the user''s own daily cap if p_author is owner, and the imposed daily cap otherwise. If '
  'p_daily is null, removes that cap. The caller has locked the account''s row. Returns the account.';

create function farthing.request_spend_cap(
  p_user_id uuid, p_daily text, p_reason text, p_author text, p_now timestamptz)
returns farthing.accounts
language plpgsql
set search_path = ''
as $$
declare
  v_daily numeric;
begin
  perform farthing.require_operator(p_author);
  if p_daily is not null then
    v_daily := farthing.parse_amount(p_daily, 'daily', true);
  end if;
  return farthing.set_spend_cap(farthing.lock_account(p_user_id, p_now), p_author, v_daily, p_reason, p_now);
end
$$;
comment on function farthing.request_spend_cap is
  'Sets a user''s daily cap as set_spend_cap() does. Returns the account. Fails with not_found, '
  'invalid_request, and forbidden for an operator who has lost the role.';

create function farthing.cap_answer(p_user_id uuid, p_account farthing.accounts, p_now timestamptz)
returns jsonb
language sql stable
set search_path = ''
as $$
  select jsonb_build_object('user_id', p_user_id, 'daily', trim_scale(p_account.daily_cap)::text,
    'own_daily', (select trim_scale(c.own_daily)::text from farthing.spend_caps c
      where c.account_id = p_account.account_id),
    'imposed_daily', (select trim_scale(c.imposed_daily)::text from farthing.spend_caps c
      where c.account_id = p_account.account_id),
    'spent_today', trim_scale(case when p_account.daily_cap is null
      then farthing.spent_since_midnight(p_account, p_now)
      else farthing.spent_today(p_account.account_id, p_now) end)::text,
    'resets_at', farthing.day_ends_at(p_now))
$$;
comment on function farthing.cap_answer is
  'Returns the daily caps in the API''s form. `daily`, the cap that applies, is the '
  'lower of `own_daily` and `imposed_daily`. Amounts of credits are strings.';
