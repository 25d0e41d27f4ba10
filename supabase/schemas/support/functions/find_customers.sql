-- The search for customers. Each lookup is by equality on an index, because support staff search
-- while a customer waits; the test of the search checks that no lookup reads a whole table. A
-- deleted user has no email address any more, but is found by the ids of what they bought.

create function farthing.find_by_email(p_email text)
returns setof uuid
language sql stable
set search_path = ''
as $$
  -- Auth stores addresses in lower case. Its index of addresses leaves out users who sign in
  -- through their company (SSO), so those users are found by the address of their identity.
  select u.id from auth.users u where u.email = lower(p_email) and not u.is_sso_user
  union
  select i.user_id from auth.identities i where i.email = lower(p_email)
$$;
comment on function farthing.find_by_email(text) is
  'Returns the users whose email address is p_email, in upper or lower case. The address may be the user''s '
  'own, or that of an identity with which they sign in.';

create function farthing.find_by_id(p_id uuid)
returns table (matched_by text, account_id bigint, user_id uuid)
language sql stable
set search_path = ''
as $$
  select 'user_id', null::bigint, u.id from auth.users u where u.id = p_id
  union all select 'order_id', o.account_id, null from farthing.orders o where o.order_id = p_id
  union all select 'booking_id', b.account_id, null from farthing.bookings b where b.booking_id = p_id
  union all select 'refund_id', r.account_id, null from farthing.refunds r where r.refund_id = p_id
  union all select 'hold_id', h.account_id, null from farthing.holds h where h.hold_id = p_id
  union all select 'job_id', null, j.user_id from farthing.jobs j where j.job_id = p_id
  union all select 'grant_id', g.account_id, null from farthing.grants g where g.grant_id = p_id
  union all select 'notification_id', n.account_id, null from farthing.notifications n
    where n.notification_id = p_id
  union all select 'provider_id', null, p.user_id from farthing.providers p where p.provider_id = p_id
$$;
comment on function farthing.find_by_id(uuid) is
  'Returns the accounts or users to which one of our ids belongs, and the kind of id.';

create function farthing.find_by_stripe_id(p_id text)
returns table (matched_by text, account_id bigint, user_id uuid)
language sql stable
set search_path = ''
as $$
  select 'payment_id', o.account_id, null::uuid from farthing.orders o
  -- Free orders are left out: they have no payment, and their payment_ref is the id of their
  -- session.
  where o.payment_ref = p_id and o.amount_total > 0
  union all select 'checkout_session_id', o.account_id, null from farthing.orders o where o.session_id = p_id
  union all select 'payment_id', b.account_id, null from farthing.bookings b where b.payment_intent_id = p_id
  union all select 'charge_id', b.account_id, null from farthing.bookings b where b.charge_id = p_id
  union all select 'application_fee_id', b.account_id, null from farthing.bookings b where b.fee_id = p_id
  union all select 'charge_id', u.account_id, null from farthing.card_uses u where u.charge_id = p_id
  union all select 'stripe_refund_id', r.account_id, null from farthing.refunds r
    where r.stripe_refund_id = p_id
  union all select 'dispute_id', d.account_id, null from farthing.disputes d where d.dispute_id = p_id
  union all select 'fraud_warning_id', w.account_id, null from farthing.fraud_warnings w
    where w.warning_id = p_id
  union all select 'stripe_customer_id', c.account_id, null from farthing.customers c
    where c.customer_id = p_id
  union all select 'payment_method_id', c.account_id, null from farthing.customers c
    where c.payment_method_id = p_id
  union all select 'stripe_account_id', null, p.user_id from farthing.providers p
    where p.stripe_account_id = p_id
  -- Charge ids are looked up in card_uses and in balance_transactions. card_uses has a charge id at
  -- once, but only for 90 days. balance_transactions has it later, but for ever.
  union all select 'charge_id', o.account_id, null from farthing.balance_transactions t
    join farthing.orders o on o.payment_ref = t.payment_id where t.source_id = p_id and t.kind = 'charge'
  union all select 'balance_transaction_id', coalesce(o.account_id, b.account_id, r.account_id, d.account_id),
      null
    from farthing.balance_transactions t
    left join farthing.orders o on o.payment_ref = t.payment_id
    left join farthing.bookings b on b.payment_intent_id = t.payment_id
    left join farthing.refunds r on r.stripe_refund_id = t.source_id
    left join farthing.disputes d on d.dispute_id = t.source_id
    where t.transaction_id = p_id
$$;
comment on function farthing.find_by_stripe_id(text) is
  'Returns the accounts or users to which one of Stripe''s ids belongs, and the kind of id.';

create function farthing.find_customers(p_query text, p_limit int)
returns table (matched_by text, account_id bigint, user_id uuid)
language plpgsql stable
set search_path = ''
as $$
begin
  return query
  with found as (
    select 'email' as field, null::bigint as found_account, f as found_user
    from farthing.find_by_email(p_query) f where p_query like '%@%'
    union all select 'account_id', a.account_id, null from farthing.accounts a
      where p_query ~ '^[1-9][0-9]{0,17}$' and a.account_id = case when p_query ~ '^[1-9][0-9]{0,17}$'
        then p_query::bigint end
    union all select i.* from farthing.find_by_id(case
      when p_query ~* '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then p_query::uuid end) i
    union all select s.* from farthing.find_by_stripe_id(p_query) s
  ), named as (
    select f.field, coalesce(f.found_account, farthing.account_for(f.found_user)) as account,
      coalesce(f.found_user, farthing.owner_of(f.found_account)) as owner
    from found f
  )
  select min(n.field), n.account, n.owner from named n
  where num_nonnulls(n.account, n.owner) > 0
  group by n.account, n.owner order by n.account, n.owner limit p_limit;
end
$$;
comment on function farthing.find_customers(text, int) is
  'Returns up to p_limit customers that a text identifies: an email address, an id of ours, an id of '
  'Stripe''s or the number of an account. account_id is null for a user who has no account yet; '
  'user_id is null for a deleted user and for an organisation.';
