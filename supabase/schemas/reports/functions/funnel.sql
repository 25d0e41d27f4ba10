-- The funnel: packages seen, checkouts and payments, and purchases after a refusal for lack of credits.

create function farthing.note_refusal(p_user_id uuid, p_now timestamptz)
returns void
language plpgsql
set search_path = ''
as $$
declare
  v_account_id bigint := farthing.account_for(p_user_id);
begin
  if v_account_id is null then
    -- There may be no account: if the refused request was the user's first one, the rollback of the
    -- request has undone the creation of the account.
    v_account_id := (farthing.lock_account(p_user_id, p_now)).account_id;
  end if;
  insert into farthing.refusal_days as r (day, account_id, first_at, refusals)
  values ((p_now at time zone 'UTC')::date, v_account_id, p_now, 1)
  on conflict (day, account_id) do update set refusals = r.refusals + 1;
end
$$;
comment on function farthing.note_refusal(uuid, timestamptz) is
  'Counts a request of this user that was refused with insufficient_credits. idempotency_store() calls it.';

create function farthing.delete_old_refusals(p_now timestamptz default now(), p_limit int default 10000)
returns int
language sql
set search_path = ''
as $$
  -- delete_older() cannot be used, because the primary key has two columns. The key's index finds
  -- the oldest day.
  with due as (
    select r.day, r.account_id from farthing.refusal_days r
    where r.day <= ((p_now - interval '2 years') at time zone 'UTC')::date
    order by r.day, r.account_id limit p_limit for update skip locked
  ), deleted as (
    delete from farthing.refusal_days r using due
    where r.day = due.day and r.account_id = due.account_id returning 1
  )
  select count(*)::int from deleted
$$;
comment on function farthing.delete_old_refusals(timestamptz, int) is
  'Deletes the rows of refusal_days after two years, and returns their number.';

create function farthing.refused_accounts(p_range farthing.day_range)
returns table (day date, account_id bigint, refusals int, has_paid boolean, is_first_purchase boolean)
language plpgsql stable -- plpgsql makes a plan for the days of each call
set search_path = ''
as $$
begin
  return query
  select r.day, r.account_id, r.refusals, coalesce(bool_or(o.paid_at >= r.first_at), false),
    coalesce(bool_and(o.paid_at >= r.first_at), false)
  from (
    -- The rows are sorted like the index orders_newest, so that the planner can merge-join them
    -- with the orders. The interval is in hours, because the length of a day depends on the
    -- session's time zone.
    select d.day, d.account_id, d.refusals, d.first_at, d.first_at + interval '168 hours' as ends
    from farthing.refusal_days d where d.day between p_range.first_day and p_range.last_day
    order by d.account_id, d.day) r
  left join farthing.orders o on o.account_id = r.account_id and o.paid_at < r.ends
    and o.amount_total > 0
  group by r.account_id, r.day, r.refusals;
end
$$;
comment on function farthing.refused_accounts(farthing.day_range) is
  'Returns, for each day, the accounts that had a request refused for lack of credits. has_paid: '
  'the account paid an order within 7 days after the day''s first refusal; is_first_purchase: that '
  'order was also the account''s first paid order. Free orders do not count.';

create function farthing.lots_of_checkouts(p_range farthing.day_range)
returns bigint
language plpgsql stable -- plpgsql makes a plan for the days of each call
set search_path = ''
as $$
begin
  return coalesce((
    select sum(case when o.paid = n.noted then n.noted else (
      select count(*) from farthing.orders p
      join farthing.lots l on l.account_id = p.account_id and l.order_id = p.order_id and l.source = 'paid'
      where p.created_at >= t.begins and p.created_at < t.ends and p.kind = 'package') end)
    from generate_series(p_range.first_day::timestamp, p_range.last_day, interval '1 day') d
    cross join lateral (select d at time zone 'UTC' as begins,
      (d + interval '1 day') at time zone 'UTC' as ends offset 0) t
    cross join lateral (select count(p.paid_at) as paid from farthing.orders p
      where p.created_at >= t.begins and p.created_at < t.ends and p.kind = 'package') o
    cross join lateral (select count(*) as noted from farthing.order_entries e
      where e.begun_on = d::date and e.missing is null) n), 0);
end
$$;
comment on function farthing.lots_of_checkouts(farthing.day_range) is
  'Returns the number of package orders that began in a range of days and were granted credits as '
  'a lot. If order_entries has all orders of a day and shows that each of them has its lot, the '
  'lots of that day are not looked up. prove_order_entries() proves that order_entries is right.';

create function farthing.funnel_figures(p_range farthing.day_range)
returns table (day date, figures jsonb)
language plpgsql stable -- plpgsql makes a plan for the days of each call
set search_path = ''
as $$
declare
  v_begins timestamptz := p_range.first_day::timestamp at time zone 'UTC';
  v_ends timestamptz := (p_range.last_day + 1)::timestamp at time zone 'UTC';
begin
  return query
  with seen as (
    select (m.starts_at at time zone 'UTC')::date as day, m.count
    from farthing.metric_rows('requests', v_begins, v_ends) m
    where m.labels in ('route=GET /checkout/packages,status=2xx', 'route=GET /checkout/packages,status=3xx')
  ), refused as materialized (
    select * from farthing.refused_accounts(p_range)
  ), parts (day, seen, checkouts, paid, free, buyers, refusals, refused, purchases, firsts) as (
    select s.day, sum(s.count)::bigint, null::bigint, null::bigint, null::bigint, null::bigint, null::bigint,
      null::bigint, null::bigint, null::bigint
    from seen s group by grouping sets ((s.day), ())
    union all
    -- The orders are counted day by day, because the distinct accounts of one day are counted faster than
    -- those of a whole year.
    select d::date, null, b.*, null, null, null, null
    from generate_series(p_range.first_day::timestamp, p_range.last_day, interval '1 day') d
    cross join lateral (
      select count(*) as checkouts, count(*) filter (where o.amount_total > 0),
        count(*) filter (where o.amount_total = 0),
        count(distinct o.account_id) filter (where o.amount_total > 0)
      from farthing.orders o where o.created_at >= d at time zone 'UTC'
        and o.created_at < (d + interval '1 day') at time zone 'UTC' and o.kind = 'package') b
    where b.checkouts > 0
    union all
    select null, null, count(*), count(*) filter (where o.amount_total > 0),
      count(*) filter (where o.amount_total = 0),
      count(distinct o.account_id) filter (where o.amount_total > 0), null, null, null, null
    from farthing.orders o
    where o.created_at >= v_begins and o.created_at < v_ends and o.kind = 'package'
    union all
    select r.day, null, null, null, null, null, sum(r.refusals)::bigint, count(*), count(*) filter (where
      r.has_paid), count(*) filter (where r.is_first_purchase)
    from refused r group by r.day
    union all
    -- The rows arrive sorted by account, so that the distinct accounts are counted without another
    -- sort.
    select null, null, null, null, null, null, sum(r.refusals)::bigint, count(distinct r.account_id),
      count(distinct r.account_id) filter (where r.has_paid),
      count(distinct r.account_id) filter (where r.is_first_purchase)
    from refused r
  ), days as (
    select p.day, max(p.seen) as seen, coalesce(max(p.checkouts), 0) as checkouts,
      coalesce(max(p.paid), 0) as paid, coalesce(max(p.free), 0) as free,
      coalesce(max(p.buyers), 0) as buyers,
      coalesce(max(p.refusals), 0) as refusals, coalesce(max(p.refused), 0) as refused,
      coalesce(max(p.purchases), 0) as purchases, coalesce(max(p.firsts), 0) as firsts
    from parts p group by p.day
  )
  select d.day, jsonb_build_object('day', d.day, 'packages_seen', d.seen, 'checkouts', d.checkouts,
    'buyers', d.buyers, 'paid', d.paid, 'free', d.free,
    'paid_share', trim_scale(round(d.paid::numeric / nullif(d.checkouts, 0), 6))::text,
    'refusals', d.refusals, 'refused_accounts', d.refused, 'purchases_after_refusal', d.purchases,
    'first_purchases_after_refusal', d.firsts,
    'conversion', trim_scale(round(d.firsts::numeric / nullif(d.refused, 0), 6))::text)
  from days d;
end
$$;
comment on function farthing.funnel_figures(farthing.day_range) is
  'Returns the funnel: one row for each day of the range that has a figure, and one row for the '
  'whole range (its day is null).';
