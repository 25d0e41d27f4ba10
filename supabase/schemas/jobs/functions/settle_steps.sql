-- The charge of a job's step. Each charge settles the job's hold. A settled hold has ended and
-- cannot be used again (rule 7), so the charge opens a new hold for the rest, on the same lots,
-- until the job expires.

create function farthing.price_step(p_job farthing.jobs, p_step text, p_usage jsonb, p_now timestamptz)
returns farthing.priced_usage[]
language plpgsql stable
set search_path = ''
as $$
declare
  v_event farthing.priced_usage;
  v_events farthing.priced_usage[];
begin
  with given as (
    select u.event, u.nr, u.event ? 'occurred_at' as is_dated,
      row_number() over (partition by u.event ? 'occurred_at' order by u.nr) - 1 as index
    from jsonb_array_elements(p_usage) with ordinality u (event, nr)
  ), priced as (
    -- Trap T10 (docs/reference/traps.md): usage is priced at the rates of the moment when the job
    -- was requested. Usage with an occurred_at before the request is priced at the rates of that
    -- earlier moment.
    select false as is_dated, p.* from farthing.price_usage((select coalesce(jsonb_agg(g.event order by g.nr),
      '[]') from given g where not g.is_dated), p_now, p_job.created_at, p_job.rates) p
    union all
    select true, p.* from farthing.price_usage((select coalesce(jsonb_agg(g.event order by g.nr), '[]')
      from given g where g.is_dated), p_job.created_at) p
  )
  -- An event without an event_id gets an id that is made from the job and the step, so a step that
  -- runs twice is charged once.
  select coalesce(array_agg(row(g.nr, p.user_id, case when p.event_id is null then 'job' else 'caller' end,
      coalesce(p.event_id, left(concat_ws(':', p_job.job_id, p_step, nullif(g.nr, 1)), 255)), p.model,
      p.rate_version, p.credits, p.metadata, p.event_at, p.problem, p.field)::farthing.priced_usage
    order by g.nr), '{}'::farthing.priced_usage[])
  into v_events from priced p join given g on g.is_dated = p.is_dated and g.index = p.index;
  foreach v_event in array v_events loop
    if v_event.problem is not null then
      perform farthing.refuse_usage(v_event, 'usage.');
    end if;
  end loop;
  return v_events;
end
$$;
comment on function farthing.price_step is
  'Returns the usage of a step, in order, priced at the job''s rates. Fails with unknown_model, '
  'invalid_request.';

create function farthing.count_repeats(
  p_charge farthing.step_charge, p_account_id bigint, p_events farthing.priced_usage[],
  p_fresh farthing.priced_usage[])
returns farthing.step_charge
language plpgsql stable
set search_path = ''
as $$
begin
  select count(*) filter (where d.difference is null), count(d.difference)
  into p_charge.duplicates, p_charge.conflicts
  from unnest(p_events) e, farthing.usage_difference(p_account_id, e) d (difference)
  where not exists (select from unnest(p_fresh) f where f.index = e.index);
  return p_charge;
end
$$;
comment on function farthing.count_repeats is
  'Sets two fields of p_charge: duplicates, the number of the step''s events that were charged '
  'before with the same contents, and conflicts, the number that were charged with different '
  'contents.';

create function farthing.charge_step(p_job farthing.jobs, p_step text, p_usage jsonb, p_now timestamptz)
returns farthing.step_charge
language plpgsql
set search_path = ''
as $$
declare
  v_events farthing.priced_usage[] := farthing.price_step(p_job, p_step, p_usage, p_now);
  v_fresh farthing.priced_usage[] := farthing.fresh_usage(p_job.account_id, v_events);
  v_facts jsonb := jsonb_build_object('job_id', p_job.job_id, 'step', p_step);
  v_hold farthing.holds;
  v_settlement farthing.settlement;
  v_result farthing.step_charge;
begin
  perform farthing.release_expired_holds(p_job.account_id, p_now); -- the job's own hold may have expired
  select * into v_hold from farthing.holds where account_id = p_job.account_id and hold_id = p_job.hold_id;
  v_result := row(0, 0, null, null, 0, 0, p_job.hold_id,
    case when v_hold.status = 'open' then v_hold.amount else 0 end, false)::farthing.step_charge;
  if cardinality(v_fresh) = 0 then
    return farthing.count_repeats(v_result, p_job.account_id, v_events, v_fresh);
  end if;
  if v_hold.hold_id is null then
    -- A free job has no hold, so its steps must not have a price.
    if exists (select from unnest(v_fresh) f where f.credits > 0) then
      raise exception 'job %: a step reports usage, but the job has no estimate', p_job.job_id;
    end if;
    return v_result;
  end if;
  if v_hold.status = 'open' then
    v_facts := v_facts || jsonb_build_object('hold_id', v_hold.hold_id);
  else
    -- The job's hold has already ended, so settle() gets a substitute: a hold that reserves nothing
    -- and has the job's id. The step is then charged from the available credits.
    v_hold.hold_id := p_job.job_id; v_hold.amount := null; v_hold.expires_at := p_now;
  end if;
  for v_nr in 1 .. cardinality(v_fresh) loop
    v_fresh[v_nr].metadata := v_fresh[v_nr].metadata || v_facts;
  end loop;
  -- The work is done, so missing credits become debt. If the debt would exceed the overdraft limit,
  -- the step is charged all held credits: if it were charged nothing, usage beyond the limit would
  -- be cheaper than usage within it.
  v_settlement := farthing.settle(v_hold, array[
    row(null, null, null, null, v_fresh, p_job.correlation_id, p_job.author),
    row(null, v_facts || '{"reason": "overdraft_exceeded"}', null, null, null, p_job.correlation_id,
      p_job.author)]::farthing.bill[], p_now, p_keeps_rest => true);
  v_result := row(v_settlement.settled, v_settlement.shortfall, v_settlement.first_seq,
    (v_settlement.charge).last_seq, 0, 0, coalesce(v_settlement.next_hold_id, p_job.hold_id),
    v_settlement.rest, v_settlement.is_beyond)::farthing.step_charge;
  return farthing.count_repeats(v_result, p_job.account_id, v_events, v_fresh);
end
$$;
comment on function farthing.charge_step is
  'Charges a step from the job''s hold and opens a new hold for the rest of the held credits. The '
  'caller has locked the account and the job. Amounts are in credits.';
