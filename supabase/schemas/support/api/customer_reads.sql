-- The log of who read a customer's data.

create function farthing_public.customers_reads(
  p_customer_id text, p_before bigint default null, p_limit int default 20, p_author text default null,
  p_now timestamptz default now())
returns jsonb
language plpgsql security definer -- service_role has no rights on tables
set search_path = pg_catalog, pg_temp
as $$
declare
  v_customer record := farthing.customer_of(p_customer_id);
begin
  perform farthing.record_customer_read(v_customer.account_id, v_customer.user_id, p_author,
    'GET /customers/{id}/reads', p_now);
  -- If the customer had no account at the time of a read, the log stored the user's id; otherwise
  -- it stored the account's id.
  return farthing.page_of('reads', p_limit, array(
    select row(jsonb_build_object('read_at', r.read_at, 'author', r.author, 'route', r.route,
      'query', r.query, 'request_id', r.request_id, 'correlation_id', r.correlation_id), r.read_nr)
      ::farthing.page_item
    from (
      (select * from farthing.customer_reads a where a.account_id = v_customer.account_id
          and (p_before is null or a.read_nr < p_before)
        order by a.read_nr desc limit farthing.items_to_read(p_limit))
      union all
      (select * from farthing.customer_reads u where u.user_id = v_customer.user_id
          and (p_before is null or u.read_nr < p_before)
        order by u.read_nr desc limit farthing.items_to_read(p_limit))) r
    order by r.read_nr desc limit farthing.items_to_read(p_limit)));
end
$$;
grant execute on function farthing_public.customers_reads to service_role;
comment on function farthing_public.customers_reads is
  'Returns a page of the log that shows which operators and secret keys have read a customer''s '
  'data, newest first. The log includes this read. The page is {reads: [{read_at, author, route, '
  'query, request_id, correlation_id}], next_before}. Fails with not_found and names the field `id`.';
