-- The creation of a job: the rates that price the job, and the hold that pays for it.

create function farthing.rates_of(p_lines jsonb, p_now timestamptz)
returns jsonb
language sql stable
set search_path = ''
as $$
  -- If a line of the estimate has no occurred_at, it fixes its model's rate version for the whole
  -- job. A line with occurred_at fixes nothing, because it is priced at the rates of that moment.
  select jsonb_object_agg(u.model, u.rate_version) filter (where u.rate_version is not null)
  from farthing.price_usage((select coalesce(jsonb_agg(l), '[]') from jsonb_array_elements(p_lines) l
    where not l ? 'occurred_at'), p_now) u
$$;
comment on function farthing.rates_of(jsonb, timestamptz) is
  'Returns the rate versions that price a job, {model: version}: those in force at p_now, when the '
  'job is requested (trap T10 in docs/reference/traps.md).';

create function farthing.hold_for_job(
  p_user_id uuid, p_estimate jsonb, p_correlation_id text, p_author text,
  p_expires_at timestamptz, p_now timestamptz)
returns farthing.holds
language plpgsql
set search_path = ''
as $$
declare
  v_lines farthing.priced_usage[];
  v_amount numeric;
  v_line farthing.priced_usage;
  v_terms farthing.holds;
begin
  if p_estimate = '[]' then
    return null;
  end if;
  select array_agg(u), sum(u.credits) into v_lines, v_amount
  from farthing.price_usage(p_estimate, p_now) u;
  foreach v_line in array v_lines loop
    if v_line.problem is not null then
      perform farthing.refuse_usage(v_line, format('input.events[%s].', v_line.index));
    end if;
  end loop;
  if v_amount = 0 then
    return null;
  end if;
  v_terms.amount := v_amount;
  v_terms.reason := 'job';
  v_terms.correlation_id := p_correlation_id;
  v_terms.author := p_author;
  v_terms.expires_at := p_expires_at;
  return (farthing.open_hold(farthing.lock_account(p_user_id, p_now), v_terms, p_now)).hold;
end
$$;
comment on function farthing.hold_for_job is
  'Holds the price of a job''s estimate until the job expires; returns null if the job is free. Fails with '
  'insufficient_credits, spend_cap_reached, unknown_model, invalid_request, not_found.';

create function farthing.create_job(
  p_user_id uuid, p_type text, p_input jsonb, p_estimate jsonb, p_client_temp_id text, p_correlation_id text,
  p_author text, p_now timestamptz)
returns farthing.created_job
language plpgsql
set search_path = ''
as $$
declare
  v_expires_at timestamptz := p_now + farthing.job_life();
  v_input_hash bytea := sha256(convert_to(p_input::text, 'UTF8'));
  v_job farthing.jobs;
  v_hold farthing.holds;
begin
  if p_client_temp_id is not null then
    -- Two requests with the same client_temp_id wait for each other here, even if their idempotency
    -- keys differ.
    perform pg_advisory_xact_lock(hashtextextended(p_user_id::text || p_client_temp_id, 23));
    select * into v_job from farthing.jobs where user_id = p_user_id and client_temp_id = p_client_temp_id;
  end if;
  if v_job.job_id is null then
    -- The owner is locked before the account, as in lock_job().
    perform from auth.users where id = p_user_id for key share;
    if not found then
      perform farthing.fail('not_found', 'There is no such user.', null, 'user_id');
    end if;
    v_hold := farthing.hold_for_job(p_user_id, p_estimate, p_correlation_id, p_author, v_expires_at, p_now);
    insert into farthing.jobs (user_id, type, input, input_hash, run_after, account_id, hold_id, rates,
      client_temp_id, correlation_id, author, created_at, expires_at)
    values (p_user_id, p_type, p_input, v_input_hash, p_now, v_hold.account_id, v_hold.hold_id,
      case when p_estimate <> '[]' then farthing.rates_of(p_estimate, p_now) end, p_client_temp_id,
      p_correlation_id, p_author, p_now, v_expires_at)
    returning * into v_job;
    perform farthing.wake_runner();
  elsif v_job.type <> p_type or v_job.input_hash <> v_input_hash then
    perform farthing.fail('invalid_request',
      'client_temp_id was used for a job with another type or input. Send a new client_temp_id.', null,
      'client_temp_id');
  else
    select * into v_hold from farthing.holds where account_id = v_job.account_id and hold_id = v_job.hold_id
      and status = 'open' and expires_at > p_now;
  end if;
  return row(v_job, coalesce(v_hold.amount, 0))::farthing.created_job;
end
$$;
comment on function farthing.create_job is
  'Queues a job, holds the price of its estimate for 24 hours and wakes the runner. If a job with '
  'this client_temp_id exists, returns that job. Fails with insufficient_credits, spend_cap_reached, '
  'unknown_model, not_found, invalid_request. Amounts are in credits.';
