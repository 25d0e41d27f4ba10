-- The page of a customer.

create function farthing_public.customers_read(
  p_customer_id text, p_author text default null, p_now timestamptz default now())
returns jsonb
language plpgsql security definer -- service_role has no rights on tables
set search_path = pg_catalog, pg_temp
as $$
declare
  v_customer record := farthing.customer_of(p_customer_id);
  v_account farthing.accounts;
begin
  perform farthing.record_customer_read(v_customer.account_id, v_customer.user_id, p_author,
    'GET /customers/{id}', p_now);
  select * into v_account from farthing.accounts where account_id = v_customer.account_id;
  return jsonb_build_object('customer',
      farthing.customer_summary(v_customer.account_id, v_customer.user_id, p_now),
      'refused_next', farthing.refused_next(v_customer.account_id, v_customer.user_id, p_now))
    || farthing.credits_of(v_account, v_customer.user_id, p_now)
    || farthing.payments_of(v_customer.account_id, v_customer.user_id, p_now)
    || farthing.work_of(v_customer.account_id, v_customer.user_id);
end
$$;
grant execute on function farthing_public.customers_read to service_role;
comment on function farthing_public.customers_read is
  'Returns the page of a customer: who they are, balance, newest entries with their reasons, lots, '
  'holds, orders, refunds, disputes, warnings, bookings, jobs, notifications, saved card, auto top-up, '
  'spend cap, welcome credits, blocks, features, and which of their next requests would be refused. Each '
  'list is {items, has_more, path}. Fails with not_found and names the field `id`.';
