-- The people and keys that may grant, confirm a grant, or decide about a payment.

create function farthing.refuse_grant(p_limit text)
returns void
language plpgsql stable -- not immutable: the planner would call it, and fail, ahead of the statement
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
  'Fails grant_not_allowed; details.limit says why: self, same_operator or key.';

create function farthing.require_operator(p_author text)
returns void
language plpgsql stable
set search_path = ''
as $$
begin
  -- Ceilings are counted, and operators distinguished, by the ledger's author.
  if p_author <> 'operator:' || farthing.operator_id(p_author) then
    perform farthing.fail('invalid_request', 'p_author must be operator:<user id>, the id in lower case and '
      'with hyphens.', null, 'p_author');
  end if;
  -- A token has the roles of the time it was made. This reads the current ones.
  if p_author like 'operator:%' and not exists (select from auth.users
    where id = farthing.operator_id(p_author) and raw_app_meta_data ->> 'role' = 'operator')
  then
    perform farthing.fail('forbidden', 'You are not an operator any more. Sign in again.');
  end if;
end
$$;
comment on function farthing.require_operator(text) is
  'Refuses a person whose token names them an operator although auth.users no longer does, and an id in '
  'another spelling. Fails forbidden, invalid_request.';

create function farthing.require_granter(p_author text)
returns void
language plpgsql stable
set search_path = ''
as $$
begin
  -- A secret key may name any author. Stripe and scheduled tasks never grant, so their names are refused.
  if split_part(p_author, ':', 1) not in ('owner', 'operator', 'key', 'sql') then
    perform farthing.fail('invalid_request',
      'p_author must be operator:<user id>, key:<name> or sql:<role>.', null, 'p_author');
  end if;
  perform farthing.require_operator(p_author);
end
$$;
comment on function farthing.require_granter(text) is
  'Refuses authors who neither grant nor confirm grants: Stripe''s events, tasks, none. Fails '
  'invalid_request, forbidden.';

create function farthing.refuse_own(p_author text, p_account_id bigint)
returns void
language plpgsql stable
set search_path = ''
as $$
begin
  if farthing.is_own(p_author, p_account_id) then
    perform farthing.fail('forbidden', 'You can''t decide about your own payments. Ask another operator.');
  end if;
end
$$;
comment on function farthing.refuse_own(text, bigint) is
  'Refuses an operator''s decision about a payment of their own account. Fails forbidden.';

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
  'Refuses a confirmation by the requester or the recipient of a grant, or by a key. Fails '
  'grant_not_allowed.';
