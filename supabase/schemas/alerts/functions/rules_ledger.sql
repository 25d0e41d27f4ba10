-- Alert rules about the ledger and its operators: the proof, granted credits and flagged bookings.
-- Grants have alerts in addition to their ceilings, because the ceilings apply only to operators
-- and, if the policy says so, to secret keys.

create function farthing.read_proof(p_rule farthing.alert_rules, p_now timestamptz)
returns farthing.alert_reading
language plpgsql stable
set search_path = ''
as $$
declare
  v_last farthing.proof_runs;
  v_found farthing.proof_runs;
  v_reading farthing.alert_reading;
begin
  select * into v_last from farthing.proof_runs order by run_nr desc limit 1;
  -- An incremental proof does not recheck the rows in which an earlier proof found a violation.
  -- Only a whole proof without a violation shows that the violation is fixed.
  select * into v_found from farthing.proof_runs r where r.violations > 0 and r.run_nr > coalesce((
    select max(w.run_nr) from farthing.proof_runs w where w.is_whole and w.violations = 0), 0)
  order by r.run_nr desc limit 1;
  v_reading := farthing.read_against(p_rule, coalesce(v_found.violations, v_last.violations), format(
    'The ledger''s proof of %s found %s: %s.', v_found.finished_at,
    farthing.count_text(v_found.violations, 'violation'), v_found.detail));
  -- The first proof runs within minutes of the installation. Until then, the lack of a proof does
  -- not fire the rule.
  if (select max(r.finished_at) from farthing.proof_runs r where r.is_done) < p_now - p_rule.period
    or (v_last.run_nr is not null and v_last.violations is null) then
    v_reading.is_over := true;
    v_reading.is_fine := false;
    v_reading.summary := format('The ledger was not proved: the last run, of %s, %s.', v_last.finished_at,
      case when v_last.violations is null then v_last.detail
        when v_last.is_done then 'is too long ago' else 'had no time for all new entries' end);
  end if;
  return v_reading;
end
$$;
comment on function farthing.read_proof(farthing.alert_rules, timestamptz) is
  'Reads the number of violations in the last proof that found any. The number is 0 again after a '
  'whole proof without a violation. The rule also counts as over its threshold if the last proof '
  'failed or the last finished proof is older than the rule''s period.';

create function farthing.read_minted(p_rule farthing.alert_rules, p_now timestamptz)
returns farthing.alert_reading
language sql stable
set search_path = ''
as $$
  select farthing.read_against(p_rule, m.amount, format(
    '%s credits granted since midnight UTC: %s by operators, %s by keys, %s at SQL prompts, %s by others.',
    trim_scale(m.amount), trim_scale(m.operators), trim_scale(m.keys), trim_scale(m.prompts),
    trim_scale(m.amount - m.operators - m.keys - m.prompts)))
  from (select coalesce(sum(d.amount), 0) as amount,
      coalesce(sum(d.amount) filter (where d.author like 'operator:%'), 0) as operators,
      coalesce(sum(d.amount) filter (where d.author like 'key:%'), 0) as keys,
      coalesce(sum(d.amount) filter (where d.author like 'sql:%'), 0) as prompts
    from farthing.actor_days d
    where d.day = (p_now at time zone 'UTC')::date and d.kind in ('promotion', 'adjustment')) m
$$;
comment on function farthing.read_minted(farthing.alert_rules, timestamptz) is
  'Reads the credits that all authors together have granted since midnight UTC. Only sealed '
  'entries count.';

create function farthing.read_high_grants(p_rule farthing.alert_rules, p_now timestamptz)
returns farthing.alert_reading
language sql stable
set search_path = ''
as $$
  select farthing.read_against(p_rule, count(*), format(
    '%s above a ceiling within %s: %s pending, %s granted; by keys or at SQL prompts: %s.',
    farthing.count_text(count(*), 'grant'), farthing.period_text(p_rule.period),
    count(*) filter (where g.status = 'pending'), count(*) filter (where g.status = 'granted'),
    count(*) filter (where g.author not like 'operator:%')))
  from (select status, author from farthing.grants
    where created_at > p_now - p_rule.period and ceiling is not null limit 10000) g
$$;
comment on function farthing.read_high_grants(farthing.alert_rules, timestamptz) is
  'Reads the number of grants, in any state, that were requested within the rule''s period and exceeded a '
  'ceiling.';

create function farthing.read_welcome_ceiling(p_rule farthing.alert_rules, p_now timestamptz)
returns farthing.alert_reading
language sql stable
set search_path = ''
as $$
  select farthing.read_against(p_rule, count(*), format(
    '%s without welcome credits within %s, because the ceiling of %s credits a day was reached.',
    farthing.count_text(count(*), 'new user'), farthing.period_text(p_rule.period),
    (select trim_scale(welcome_credits_day) from farthing.policy)))
  from (select from farthing.welcome_grants
    where decided_at > p_now - p_rule.period and reason = 'day_ceiling' limit 10000) w
$$;
comment on function farthing.read_welcome_ceiling(farthing.alert_rules, timestamptz) is
  'Reads the number of new users who, within the rule''s period, got no welcome credits because '
  'the day''s ceiling was reached.';

create function farthing.read_flagged(p_rule farthing.alert_rules, p_now timestamptz)
returns farthing.alert_reading
language sql stable
set search_path = ''
as $$
  select farthing.read_against(p_rule, count(*), left(format(
    '%s flagged, because buyer and provider share something: %s.',
    farthing.count_text(count(*), 'booking'),
    string_agg(format('%s (%s)', f.booking_id, f.reasons), ', ' order by f.booking_id)), 500))
  from (select d.booking_id, string_agg(distinct r, ', ' order by r) as reasons
    from farthing.fraud_decisions d, unnest(d.reasons) r
    where d.outcome = 'flag' and d.decided_at > p_now - p_rule.period group by 1) f
$$;
comment on function farthing.read_flagged(farthing.alert_rules, timestamptz) is
  'Reads the number of bookings that were flagged within the rule''s period.';
