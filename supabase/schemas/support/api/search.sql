-- The search for customers.

create function farthing_public.customers_search(
  p_query text, p_author text default null, p_now timestamptz default now())
returns jsonb
language plpgsql security definer -- service_role has no rights on tables
set search_path = pg_catalog, pg_temp
as $$
declare
  c_route constant text := 'GET /customers';
  v_query text := btrim(p_query);
  v_found record;
  v_customers jsonb := '[]'::jsonb;
begin
  if coalesce(length(v_query) > 255
    or v_query !~ '^([^@[:space:]]+@[^@[:space:]]+|[A-Za-z0-9_-]+)$', true)
  then
    perform farthing.fail('invalid_request', 'q must be an email address, an id of Farthing (such as the id '
      'of a user or an order), an id of Stripe, or an account number of Farthing.', null, 'q');
  end if;
  for v_found in
    select * from farthing.find_customers(v_query, 20)
  loop
    v_customers := v_customers || (farthing.customer_summary(v_found.account_id, v_found.user_id, p_now)
      || jsonb_build_object('matched_by', v_found.matched_by));
    perform farthing.record_customer_read(v_found.account_id, v_found.user_id, p_author, c_route, p_now,
      farthing.masked_query(v_query));
  end loop;
  if v_customers = '[]' then
    perform farthing.record_customer_read(null, null, p_author, c_route, p_now,
      farthing.masked_query(v_query));
  end if;
  return jsonb_build_object('customers', v_customers);
end
$$;
grant execute on function farthing_public.customers_search to service_role;
comment on function farthing_public.customers_search is
  'Returns up to 20 customers that an email address or an id identifies: {customers: [{id, user_id, '
  'account_id, kind, email, created_at, left_at, balance, available, debt, matched_by}]}. Each '
  'match is recorded as a read, and so is a search without a match. Fails with invalid_request and '
  'names the field `q`.';
