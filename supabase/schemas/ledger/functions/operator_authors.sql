-- Operators as authors: their ids, their own accounts, and whether they still have the role.

create function farthing.operator_id(p_author text)
returns uuid
language sql immutable
set search_path = ''
as $$
  select substring(translate(p_author, '{}-', '') from '^operator:([0-9a-fA-F]{32})$')::uuid
$$;
comment on function farthing.operator_id(text) is
  'Returns the user id of an author operator:<user id>; accepts any spelling of the id. Null for '
  'every other author.';

create function farthing.is_own(p_author text, p_account_id bigint)
returns boolean
language plpgsql stable
set search_path = ''
as $$
begin
  return p_author = 'owner' or farthing.acts_for(farthing.operator_id(p_author), p_account_id);
end
$$;
comment on function farthing.is_own(text, bigint) is
  'Returns whether an author may act for an account as its owner. This is true for `owner`, and '
  'for an operator who owns the account.';

create function farthing.require_operator(p_author text)
returns void
language plpgsql stable
set search_path = ''
as $$
begin
  -- The ceilings count grants by author, and the author contains the operator's id. So an id must
  -- have only one spelling.
  if p_author <> 'operator:' || farthing.operator_id(p_author) then
    perform farthing.fail('invalid_request', 'p_author must be operator:<user id>, the id in lower case and '
      'with hyphens.', null, 'p_author');
  end if;
  -- A token keeps the roles that its user had at sign-in, so the current role is read from
  -- auth.users.
  if p_author like 'operator:%' and not exists (select from auth.users
    where id = farthing.operator_id(p_author) and raw_app_meta_data ->> 'role' = 'operator')
  then
    perform farthing.fail('forbidden',
      'You are no longer an operator. Ask an operator for the role, then sign in again.');
  end if;
end
$$;
comment on function farthing.require_operator(text) is
  'Refuses an operator who has lost the role since their token was made, and an operator''s id '
  'that is not in lower case with hyphens. Fails with forbidden, invalid_request.';
