-- The operators and keys that may grant credits or confirm a grant.
-- refunds/functions/own_payments.sql says which operators may not decide about a payment.

create function farthing.refuse_grant(p_limit text)
returns void
-- If this function were immutable, the planner would call it before the statement runs, and
-- planning would fail.
language plpgsql stable
set search_path = ''
as $$
begin
  perform farthing.fail('grant_not_allowed', case p_limit
    when 'self' then 'You can''t grant credits to yourself. Ask another operator.'
    when 'same_operator' then 'You can''t confirm your own grant. Ask another operator.'
    else 'A secret key can''t confirm a grant. Ask an operator.' end,
    jsonb_build_object('limit', p_limit));
end
$$;
comment on function farthing.refuse_grant(text) is
  'Fails with grant_not_allowed. details.limit is the reason: self, same_operator or key.';

create function farthing.require_granter(p_author text)
returns void
language plpgsql stable
set search_path = ''
as $$
begin
  -- The caller has a secret key and may pass any p_author. A p_author that names a Stripe event or
  -- a scheduled task is refused: when an event or a task really adds credits, it does so without
  -- this check.
  if split_part(p_author, ':', 1) not in ('owner', 'operator', 'key', 'sql') then
    perform farthing.fail('invalid_request',
      'p_author must be operator:<user id>, key:<name> or sql:<role>.', null, 'p_author');
  end if;
  perform farthing.require_operator(p_author);
end
$$;
comment on function farthing.require_granter(text) is
  'Refuses an author who must not grant or confirm: a Stripe event, a scheduled task, or an operator who '
  'has lost the role. Fails with invalid_request, forbidden.';

create function farthing.refuse_own_grant(p_user_id uuid, p_author text)
returns void
language plpgsql stable
set search_path = ''
as $$
begin
  if p_author in ('owner', 'operator:' || p_user_id) then
    perform farthing.refuse_grant('self');
  end if;
end
$$;
comment on function farthing.refuse_own_grant(uuid, text) is
  'Refuses a grant that an owner or an operator makes to themselves. Fails with grant_not_allowed.';

create function farthing.refuse_confirming(p_grant farthing.grants, p_author text)
returns void
language plpgsql stable
set search_path = ''
as $$
begin
  if p_author = p_grant.author then
    perform farthing.refuse_grant('same_operator');
  end if;
  if p_author like 'key:%' and not (select keys_confirm_grants from farthing.policy) then
    perform farthing.refuse_grant('key');
  end if;
  if farthing.is_own(p_author, p_grant.account_id) then
    perform farthing.refuse_grant('self');
  end if;
end
$$;
comment on function farthing.refuse_confirming is
  'Refuses a confirmation by the requester or the recipient of a grant. Also refuses a '
  'confirmation by a key if the policy''s keys_confirm_grants is false. Fails with grant_not_allowed.';
