-- The id and the summary of a customer. The id is the user's id. The account of a deleted user or
-- an organisation has no user id, so there the account's number is the customer's id. Proofs and
-- alerts name the same number.

create function farthing.customer_summary(p_account_id bigint, p_user_id uuid, p_now timestamptz)
returns jsonb
language plpgsql stable
set search_path = ''
as $$
declare
  v_account farthing.accounts;
  v_email text;
  v_created_at timestamptz;
begin
  select * into v_account from farthing.accounts a where a.account_id = p_account_id;
  select u.email, u.created_at into v_email, v_created_at from auth.users u where u.id = p_user_id;
  return jsonb_build_object('id', coalesce(p_user_id::text, p_account_id::text), 'user_id', p_user_id,
    'account_id', p_account_id::text, 'kind', coalesce(v_account.kind, 'user'), 'email', v_email,
    'created_at', coalesce(v_created_at, v_account.created_at), 'left_at', v_account.left_at,
    'balance', trim_scale(coalesce(v_account.balance, 0))::text,
    'available', trim_scale(coalesce(farthing.available(v_account, p_now), 0))::text,
    'debt', trim_scale(coalesce(v_account.debt, 0))::text);
end
$$;
comment on function farthing.customer_summary(bigint, uuid, timestamptz) is
  'Returns who a customer is, and their balance. account_id is null for a user who has no account yet; '
  'user_id and email are null for a deleted user and for an organisation. Credits are text.';

create function farthing.customer_of(p_customer_id text, out account_id bigint, out user_id uuid)
language plpgsql stable
set search_path = ''
as $$
begin
  if p_customer_id ~ '^[1-9][0-9]{0,17}$' then
    select a.account_id into account_id from farthing.accounts a where a.account_id = p_customer_id::bigint;
    user_id := farthing.owner_of(account_id);
  elsif p_customer_id ~* '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then
    select u.id into user_id from auth.users u where u.id = p_customer_id::uuid;
    account_id := farthing.account_for(user_id);
  end if;
  if num_nonnulls(account_id, user_id) = 0 then
    perform farthing.fail('not_found', 'There is no such customer.', null, 'id');
  end if;
end
$$;
comment on function farthing.customer_of(text) is
  'Returns the account and the user of a customer''s id, which is a user''s id or an account''s number. '
  'account_id is null for a user who has no account yet; user_id is null for a deleted user and for an '
  'organisation. Fails with not_found and names the field `id`.';
