-- Sums of revenue lines by day, so that a report of a year reads only some thousand rows.

create function farthing.roll_up_lines(p_limit int)
returns int
language plpgsql
set search_path = ''
as $$
declare
  -- Each transaction that books a line locks this row for share. So once this statement has its
  -- lock, every line that already has a number is committed, and later lines get higher numbers.
  v_from bigint := (select rolled_to from farthing.books for no key update);
  v_to bigint := (select max(n.line_nr) from (select l.line_nr from farthing.revenue_lines l
    where l.line_nr > v_from order by l.line_nr limit p_limit) n);
  v_count int;
begin
  if v_to is null then
    return 0;
  end if;
  insert into farthing.revenue_day_sums as s (booked_on, product_line, currency, kind, lines, amount)
  select l.booked_on, l.product_line, l.currency, l.kind, count(*), sum(l.amount)
  from farthing.revenue_lines l where l.line_nr > v_from and l.line_nr <= v_to
  group by l.booked_on, l.product_line, l.currency, l.kind
  on conflict (booked_on, product_line, currency, kind) do update
  set lines = s.lines + excluded.lines, amount = s.amount + excluded.amount;
  select count(*) into v_count from farthing.revenue_lines l where l.line_nr > v_from and l.line_nr <= v_to;
  update farthing.books set rolled_to = v_to where one_row;
  return v_count;
end
$$;
comment on function farthing.roll_up_lines(int) is
  'Takes the lines booked since the last run, at most p_limit, and adds them to the sums of their '
  'days. Returns their number.';

create function farthing.roll_up_revenue(p_now timestamptz default now(), p_limit int default 100000)
returns int
language sql
set search_path = ''
as $$
  -- Every scheduled task must have the parameter p_now. This one does not need it.
  select farthing.roll_up_lines(p_limit)
$$;
comment on function farthing.roll_up_revenue(timestamptz, int) is
  'Scheduled task: runs roll_up_lines(). Returns how many lines were added to the sums.';

create function farthing.revenue_sums(p_from date, p_to date)
returns table (booked_on date, product_line text, currency text, kind text, lines numeric, amount numeric)
language sql stable
set search_path = ''
as $$
  select q.booked_on, q.product_line, q.currency, q.kind, sum(q.lines), sum(q.amount)
  from (
    select s.booked_on, s.product_line, s.currency, s.kind, s.lines, s.amount
    from farthing.revenue_day_sums s where s.booked_on between p_from and p_to
    union all
    select l.booked_on, l.product_line, l.currency, l.kind, 1, l.amount
    from farthing.revenue_lines l
    -- The upper bound changes nothing in the result: it makes the planner expect few lines.
    where l.line_nr > (select b.rolled_to from farthing.books b)
      and l.line_nr <= (select max(n.line_nr) from farthing.revenue_lines n)
      and l.booked_on between p_from and p_to) q
  group by q.booked_on, q.product_line, q.currency, q.kind
$$;
comment on function farthing.revenue_sums(date, date) is
  'Returns the lines from p_from to p_to, summed by day, product line, currency and kind. These '
  'are both the lines that were rolled up and the lines that were booked later.';
