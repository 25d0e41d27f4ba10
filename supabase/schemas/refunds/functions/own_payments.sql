-- Operators must not decide about payments of their own accounts: they can't refund such a payment
-- or clear its fraud warning. grants/functions/who_may_grant.sql refuses grants to oneself.

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
  'Refuses an operator''s decision about a payment of their own account. Fails with forbidden.';
