-- The figures of the report of credits.

create view farthing.credit_days with (security_invoker = true) as
select s.day, s.source, sum(s.change) over w - s.change as opening, s.granted, s.used, s.debt_paid, s.expired,
  s.clawed_back, sum(s.change) over w as closing
from (select d.day, d.source,
    sum(case d.movement when 'granted' then d.credits else -d.credits end) as change,
    coalesce(sum(d.credits) filter (where d.movement = 'granted'), 0) as granted,
    coalesce(sum(d.credits) filter (where d.movement = 'used'), 0) as used,
    coalesce(sum(d.credits) filter (where d.movement = 'debt_paid'), 0) as debt_paid,
    coalesce(sum(d.credits) filter (where d.movement = 'expired'), 0) as expired,
    coalesce(sum(d.credits) filter (where d.movement in ('refunded', 'disputed')), 0) as clawed_back
  from farthing.lot_days d group by d.day, d.source) s
window w as (partition by s.source order by s.day);
comment on view farthing.credit_days is
  'Movements of credits by day and source of their lot, for the operators'' report. opening, closing: '
  'the credits that lots of the source have before and after the day; for the source `debt` they are '
  'zero or negative.';

create function farthing.credit_totals(p_range farthing.day_range)
returns jsonb
language sql stable
set search_path = ''
as $$
  select jsonb_agg(farthing.with_text_amounts(jsonb_strip_nulls(to_jsonb(t))) order by t.source nulls last)
  from (
    select s.source, sum(s.opening) as opening, sum(s.granted) as granted, sum(s.used) as used,
      sum(s.debt_paid) as debt_paid, sum(s.expired) as expired, sum(s.clawed_back) as clawed_back,
      sum(s.opening + s.granted - s.used - s.debt_paid - s.expired - s.clawed_back) as closing
    from (
      select c.source, 0::numeric as opening, c.granted, c.used, c.debt_paid, c.expired, c.clawed_back
      from farthing.credit_days c where c.day between p_range.first_day and p_range.last_day
      union all
      (select distinct on (c.source) c.source, c.closing, 0, 0, 0, 0, 0
      from farthing.credit_days c where c.day < p_range.first_day order by c.source, c.day desc)) s
    group by rollup (s.source) having count(*) > 0) t
$$;
comment on function farthing.credit_totals(farthing.day_range) is
  'Returns the totals of the report of credits: a row for each source of lots, and a row whose source '
  'is null with the sums of all sources.';

create function farthing.credit_controls()
returns jsonb
language sql stable
set search_path = ''
as $$
  with days as (
    select sum(c.granted) as granted, sum(c.used) as used, sum(c.expired) as expired,
      sum(c.clawed_back) as clawed_back
    from farthing.credit_days c
  ), entries as (
    select sum(e.amount) filter (where e.counterparty not in ('usage', 'breakage', 'clawback')) as granted,
      sum(e.amount) filter (where e.counterparty = 'usage') as used,
      sum(e.amount) filter (where e.counterparty = 'breakage') as expired,
      sum(case e.direction when 'out' then e.amount else -e.amount end)
        filter (where e.counterparty = 'clawback') as clawed_back
    from farthing.entry_sums e
  ), unsealed as (
    select sum(case e.direction when 'in' then e.amount else -e.amount end) as change
    from farthing.accounts a
    left join lateral (select t.seq from farthing.entry_seals t where t.account_id = a.account_id
      order by t.seq desc limit 1) s on true
    join farthing.entries e on e.account_id = a.account_id and e.seq > coalesce(s.seq, 0)
    -- Only entries after this moment are read: older ones are sealed. If an older entry were not
    -- sealed, this control would show a difference.
    where a.last_entry_at >= (select u.at - interval '1 hour' from farthing.sealed_until u)
      and a.last_seq > coalesce(s.seq, 0)
  ), balance as (
    select (select coalesce(sum(l.remaining), 0) from farthing.lots l where l.closed_at is null)
      - (select coalesce(sum(a.debt), 0) from farthing.accounts a) - coalesce(u.change, 0) as sealed
    from unsealed u
  )
  select jsonb_agg(farthing.control(c.name, coalesce(c.report, 0), coalesce(c.source, 0)) order by c.nr)
  from days d cross join entries e cross join balance b
  cross join lateral (values
    (1, 'granted, all days', d.granted, e.granted),
    (2, 'used, all days', d.used, e.used),
    (3, 'expired, all days', d.expired, e.expired),
    (4, 'clawed_back, all days', d.clawed_back, e.clawed_back),
    (5, 'granted = used + held + remaining + expired + clawed back, all days', d.granted,
      coalesce(e.used, 0) + b.sealed + coalesce(e.expired, 0) + coalesce(e.clawed_back, 0))
  ) c (nr, name, report, source)
$$;
comment on function farthing.credit_controls() is
  'Returns the controls of the report of credits. The first ones compare the sums of all days with '
  'the sums of the sealed entries. The last one compares the granted credits with this sum: the '
  'used, expired and clawed-back credits of the sealed entries, plus the credits that the lots '
  'have now, less debts, less the effect of entries that are not sealed.';
