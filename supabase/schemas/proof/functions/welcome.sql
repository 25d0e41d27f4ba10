-- The proof of welcome credits (rule 18): their days and their lots.

create function farthing.prove_welcome_days()
returns setof farthing.violation
language plpgsql stable
set search_path = ''
as $$
begin
  return query
  select 18, null::bigint, format('welcome credits of %s: the total is %s, the grants add up to %s',
    coalesce(d.day, g.day), coalesce(trim_scale(d.granted)::text, 'nothing'),
    coalesce(trim_scale(g.amount)::text, 'nothing'))
  from farthing.welcome_days d
  full join (select (w.decided_at at time zone 'UTC')::date as day, sum(w.amount) as amount
    from farthing.welcome_grants w where w.status = 'granted' group by 1) g on g.day = d.day
  where d.granted is distinct from g.amount;
end
$$;
comment on function farthing.prove_welcome_days() is
  'Rule 18: welcome_days has the sum of each day''s grants. welcome_reason() compares this sum with the '
  'daily limit.';

create function farthing.prove_welcome_grants()
returns setof farthing.violation
language plpgsql stable
set search_path = ''
as $$
begin
  return query
  select 18, w.account_id, format('welcome credits of request %s: %s, its lot has %s', w.request_nr,
    trim_scale(w.amount), coalesce(trim_scale(l.amount)::text, 'nothing'))
  from farthing.welcome_grants w
  left join farthing.lots l on l.account_id = w.account_id and l.lot_id = w.lot_id
  where w.status = 'granted' and l.amount is distinct from w.amount;
end
$$;
comment on function farthing.prove_welcome_grants() is
  'Rule 18: each granted request for welcome credits has a lot with the granted amount. prove_authors() '
  'looks for lots without a request.';
