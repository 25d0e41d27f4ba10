-- The proof of top-ups.

create function farthing.prove_top_ups()
returns table (rule int, account_id bigint, detail text)
language sql stable
set search_path = ''
as $$
  select 9, o.account_id, format('top-up %s is %s, its charge is %s', o.order_id, o.status,
    coalesce(c.step, 'not there'))
  from farthing.orders o
  left join farthing.top_up_charges c on c.account_id = o.account_id and c.order_id = o.order_id
  where o.kind = 'top_up' and (c.step is null
    or (c.step = 'closed') = (o.status in ('pending', 'processing')))
  union all
  select 9, c.account_id, format('order %s is charged and no top-up', c.order_id)
  from farthing.top_up_charges c
  join farthing.orders o on o.account_id = c.account_id and o.order_id = c.order_id
  where o.kind <> 'top_up'
$$;
comment on function farthing.prove_top_ups() is
  'Rule 9 of top-ups: each has one charge, which is open exactly as long as its order.';
