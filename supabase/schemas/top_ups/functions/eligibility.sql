-- The accounts that auto top-up may charge now.

create function farthing.top_up_runs(p_top_up farthing.top_ups)
returns boolean
language sql stable
set search_path = ''
as $$
  select coalesce(p_top_up.enabled and p_top_up.paused is null, false)
    and exists (select from farthing.customers
      where account_id = p_top_up.account_id and payment_method_id is not null)
$$;
comment on function farthing.top_up_runs(farthing.top_ups) is
  'Returns whether an account is topped up when its credits run low: top-ups are enabled and not '
  'paused, and a card is saved.';

create function farthing.is_in_doubt(p_account_id bigint)
returns boolean
language sql stable
set search_path = ''
as $$
  -- A dispute that was lost or prevented counts until the user opts in again.
  select exists (select from farthing.disputes d where d.account_id = p_account_id
      and (farthing.is_open_dispute(d.status) or d.status in ('lost', 'prevented') and d.updated_at >= (
        select consented_at from farthing.top_ups where account_id = p_account_id)))
    or exists (select from farthing.fraud_warnings where account_id = p_account_id and state = 'open')
    or exists (select from farthing.lots where account_id = p_account_id and frozen and closed_at is null)
$$;
comment on function farthing.is_in_doubt(bigint) is
  'Returns whether an account has a disputed payment, an open fraud warning or frozen credits. The card '
  'of such an account is not charged.';

create function farthing.may_top_up(p_account farthing.accounts)
returns boolean
language plpgsql stable
set search_path = ''
as $$
begin
  return not farthing.is_in_doubt(p_account.account_id)
    and farthing.feature_is_on('b2c', farthing.owner_of(p_account.account_id));
end
$$;
comment on function farthing.may_top_up(farthing.accounts) is
  'Returns whether an account may be charged: no payment is in doubt, and the feature b2c is on for the '
  'account''s owner.';

create function farthing.top_up_unanswered(p_account_id bigint, p_now timestamptz)
returns boolean
language sql stable
set search_path = ''
as $$
  select exists (select from farthing.orders o join farthing.top_up_charges c using (account_id, order_id)
    where o.account_id = p_account_id and o.kind = 'top_up' and o.status = 'expired' and o.expires_at > p_now
      and c.attempts > 0 and c.payment_id is null and c.failure_code is null)
$$;
comment on function farthing.top_up_unanswered(bigint, timestamptz) is
  'Returns whether Stripe may have charged an expired top-up without having reported the charge. A new '
  'charge could then pay for the same missing credits twice.';

create view farthing.low_accounts with (security_invoker = true) as
select t.account_id, t.next_attempt_at from farthing.top_ups t
join farthing.accounts a using (account_id)
join farthing.customers c using (account_id)
where t.enabled and t.paused is null and a.left_at is null and c.payment_method_id is not null
  and a.balance - a.held < t.threshold
  and not exists (select from farthing.orders o where o.account_id = t.account_id and o.kind = 'top_up'
    and o.status in ('pending', 'processing'));
comment on view farthing.low_accounts is
  'The accounts with an enabled top-up that is not paused, a saved card, no open charge, and fewer '
  'credits than the threshold of the top-up.';

create function farthing.find_top_ups(p_now timestamptz, p_limit int)
returns setof bigint
language sql stable
set search_path = ''
as $$
  select l.account_id from farthing.low_accounts l
  where l.next_attempt_at <= p_now and not farthing.top_up_unanswered(l.account_id, p_now)
    and not farthing.is_parked('top_ups_claim', 'account', l.account_id::text, p_now)
  order by l.next_attempt_at, l.account_id limit p_limit
$$;
comment on function farthing.find_top_ups(timestamptz, int) is
  'Returns up to p_limit accounts whose top-up is due.';

create function farthing.is_top_up_due(p_account_id bigint, p_now timestamptz)
returns boolean
language sql stable
set search_path = ''
as $$
  -- The conditions are the same as in find_top_ups(), which reads the accounts of all users.
  select exists (select from farthing.low_accounts l
    where l.account_id = p_account_id and l.next_attempt_at <= p_now
      and not farthing.top_up_unanswered(l.account_id, p_now)
      and not farthing.is_parked('top_ups_claim', 'account', l.account_id::text, p_now))
$$;
comment on function farthing.is_top_up_due(bigint, timestamptz) is
  'Returns whether an account''s top-up is due: find_top_ups() would return the account.';

create function farthing.top_ups_are_due(p_now timestamptz default now())
returns boolean
language sql stable
set search_path = ''
as $$
  select exists (select from farthing.top_up_charges c join farthing.orders o using (account_id, order_id)
      where c.step in ('charge', 'link') and c.next_attempt_at <= p_now and o.expires_at > p_now)
    or exists (select from farthing.find_top_ups(p_now, 1))
$$;
comment on function farthing.top_ups_are_due(timestamptz) is 'Returns whether top_ups_claim() has work.';
