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
    -- The user's first request was refused, and the account was rolled back with it.
    v_account_id := (farthing.lock_account(p_user_id, p_now)).account_id;
  end if;
  insert into farthing.refusal_days as r (day, account_id, first_at, refusals)
  values ((p_now at time zone 'UTC')::date, v_account_id, p_now, 1)
  on conflict (day, account_id) do update set refusals = r.refusals + 1;
end
$$;
comment on function farthing.note_refusal(uuid, timestamptz) is
  'Counts a request of this user that was refused with insufficient_credits. idempotency_store() calls it.';

create function farthing.refused_accounts(p_range farthing.day_range)
returns table (day date, account_id bigint, refusals int, has_paid boolean, is_first_purchase boolean)
language sql stable
set search_path = ''
as $$
  select r.day, r.account_id, r.refusals,
    coalesce(bool_or(o.paid_at >= r.first_at and o.paid_at < r.first_at + interval '7 days'), false),
    coalesce(min(o.paid_at) >= r.first_at and min(o.paid_at) < r.first_at + interval '7 days', false)
  from farthing.refusal_days r
  left join farthing.orders o on o.account_id = r.account_id and o.paid_at is not null
  where r.day between p_range.first_day and p_range.last_day
  group by r.day, r.account_id, r.refusals, r.first_at
$$;
comment on function farthing.refused_accounts(farthing.day_range) is
  'Returns the refused accounts of each day. has_paid: an order was paid within 7 days after the day''s '
  'first refusal; is_first_purchase: and it was the account''s first paid order.';

create function farthing.funnel_figures(p_range farthing.day_range)
returns table (day date, figures jsonb)
language sql stable
set search_path = ''
as $$
  with bounds as (
    select p_range.first_day::timestamp at time zone 'UTC' as begins,
      (p_range.last_day + 1)::timestamp at time zone 'UTC' as ends
  ), seen as (
    select (m.starts_at at time zone 'UTC')::date as day, m.count
    from bounds b cross join lateral farthing.metric_rows('requests', b.begins, b.ends) m
    where m.labels in ('route=GET /checkout/packages,status=2xx', 'route=GET /checkout/packages,status=3xx')
  ), begun as (
    select (o.created_at at time zone 'UTC')::date as day, o.account_id, o.paid_at
    from bounds b join farthing.orders o on o.created_at >= b.begins and o.created_at < b.ends
    where o.kind = 'package'
  ), parts (day, seen, checkouts, paid, buyers, refusals, refused, purchases, firsts) as (
    select s.day, sum(s.count)::bigint, null::bigint, null::bigint, null::bigint, null::bigint, null::bigint,
      null::bigint, null::bigint
    from seen s group by grouping sets ((s.day), ())
    union all
    select b.day, null, count(*), count(b.paid_at), count(distinct b.account_id), null, null, null, null
    from begun b group by grouping sets ((b.day), ())
    union all
    select r.day, null, null, null, null, sum(r.refusals)::bigint, count(distinct r.account_id),
      count(distinct r.account_id) filter (where r.has_paid),
      count(distinct r.account_id) filter (where r.is_first_purchase)
    from farthing.refused_accounts(p_range) r group by grouping sets ((r.day), ())
  ), days as (
    select p.day, max(p.seen) as seen, coalesce(max(p.checkouts), 0) as checkouts,
      coalesce(max(p.paid), 0) as paid, coalesce(max(p.buyers), 0) as buyers,
      coalesce(max(p.refusals), 0) as refusals, coalesce(max(p.refused), 0) as refused,
      coalesce(max(p.purchases), 0) as purchases, coalesce(max(p.firsts), 0) as firsts
    from parts p group by p.day
  )
  select d.day, jsonb_build_object('day', d.day, 'packages_seen', d.seen, 'checkouts', d.checkouts,
    'buyers', d.buyers, 'paid', d.paid,
    'paid_share', trim_scale(round(d.paid::numeric / nullif(d.checkouts, 0), 6))::text,
    'refusals', d.refusals, 'refused_accounts', d.refused, 'purchases_after_refusal', d.purchases,
    'first_purchases_after_refusal', d.firsts,
    'conversion', trim_scale(round(d.firsts::numeric / nullif(d.refused, 0), 6))::text)
  from days d
$$;
comment on function farthing.funnel_figures(farthing.day_range) is
  'Returns the funnel of each day of a range with a figure, and of the whole range (day is null).';
