-- Emulator of pg_cron 1.6 for a server without the compiled extension: the same schema, tables,
-- signatures and privileges. The stack's scheduler reads cron.job and writes cron.job_run_details.

create schema cron;

create sequence cron.jobid_seq;
create sequence cron.runid_seq;

create table cron.job (
  jobid bigint primary key default nextval('cron.jobid_seq'),
  schedule text not null,
  command text not null,
  nodename text not null default 'localhost',
  nodeport int not null default coalesce(inet_server_port(), 5432),
  database text not null default current_database(),
  username text not null default current_user,
  active boolean not null default true,
  jobname text,
  constraint jobname_username_uniq unique (jobname, username)
);

create table cron.job_run_details (
  jobid bigint,
  runid bigint primary key default nextval('cron.runid_seq'),
  job_pid int,
  database text,
  username text,
  command text,
  status text,
  return_message text,
  start_time timestamptz,
  end_time timestamptz
);

alter table cron.job enable row level security;
create policy cron_job_policy on cron.job using (username = current_user);
alter table cron.job_run_details enable row level security;
create policy cron_job_run_details_policy on cron.job_run_details using (username = current_user);

-- Accepts five fields, "N seconds" with N from 1 to 59, or a name such as "@hourly".
create function cron._check_schedule(p_schedule text) returns void
language plpgsql immutable set search_path = '' as $$
declare
  v_field text := '([0-9*/,$-]|sun|mon|tue|wed|thu|fri|sat|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)+';
begin
  if p_schedule !~* ('^\s*(' || v_field || '\s+){4}' || v_field || '\s*$')
    and p_schedule !~* '^\s*([1-9]|[1-5][0-9])\s+seconds?\s*$'
    and p_schedule !~* '^\s*@(yearly|annually|monthly|weekly|daily|midnight|hourly|reboot)\s*$'
  then
    raise exception 'invalid schedule: %', p_schedule
      using errcode = '22023',
            hint = 'Use cron format (e.g. 5 4 * * *), or interval format ''[1-59] seconds''';
  end if;
end;
$$;

create function cron._put(p_name text, p_schedule text, p_command text, p_database text,
  p_username text, p_active boolean) returns bigint
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_id bigint;
begin
  perform cron._check_schedule(p_schedule);
  insert into cron.job (jobname, schedule, command, database, username, active)
  values (p_name, p_schedule, p_command, p_database, p_username, p_active)
  on conflict on constraint jobname_username_uniq do update
    set schedule = excluded.schedule, command = excluded.command,
        database = excluded.database, active = excluded.active
  returning jobid into v_id;
  return v_id;
end;
$$;

create function cron.schedule(schedule text, command text) returns bigint
language sql as $$
  select cron._put(null, schedule, command, current_database(), current_user::text, true)
$$;

create function cron.schedule(job_name text, schedule text, command text) returns bigint
language plpgsql as $$
begin
  if job_name is null then
    raise exception 'job_name can not be NULL' using errcode = '22004';
  end if;
  return cron._put(job_name, schedule, command, current_database(), current_user::text, true);
end;
$$;

create function cron._must_be_own(p_username text) returns void
language plpgsql as $$
begin
  if p_username <> current_user and not (select rolsuper from pg_roles where rolname = current_user) then
    raise exception 'must be superuser to schedule a job for another role' using errcode = '42501';
  end if;
end;
$$;

create function cron.schedule_in_database(job_name text, schedule text, command text,
  database text, username text default null, active boolean default true) returns bigint
language plpgsql as $$
begin
  perform cron._must_be_own(username);
  return cron._put(job_name, schedule, command, database, coalesce(username, current_user::text), active);
end;
$$;

-- Lets the calling role change or remove its own jobs, although only a superuser may write to
-- cron.job directly.
create function cron._change(p_job_id bigint, p_owner text, p_schedule text, p_command text,
  p_database text, p_username text, p_active boolean) returns boolean
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  if p_schedule is not null then
    perform cron._check_schedule(p_schedule);
  end if;
  update cron.job j
     set schedule = coalesce(p_schedule, j.schedule), command = coalesce(p_command, j.command),
         database = coalesce(p_database, j.database), username = coalesce(p_username, j.username),
         active = coalesce(p_active, j.active)
   where j.jobid = p_job_id and j.username = p_owner;
  return found;
end;
$$;

create function cron._remove(p_job_id bigint, p_owner text) returns boolean
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  delete from cron.job j where j.jobid = p_job_id and j.username = p_owner;
  return found;
end;
$$;

create function cron.alter_job(job_id bigint, schedule text default null, command text default null,
  database text default null, username text default null, active boolean default null) returns void
language plpgsql as $$
begin
  perform cron._must_be_own(username);
  if not cron._change(job_id, current_user::text, schedule, command, database, username, active) then
    raise exception 'Job % does not exist or you don''t own it', job_id;
  end if;
end;
$$;

create function cron.unschedule(job_id bigint) returns boolean
language plpgsql as $$
begin
  if not cron._remove(job_id, current_user::text) then
    raise exception 'could not find valid entry for job ''%''', job_id;
  end if;
  return true;
end;
$$;

create function cron.unschedule(job_name text) returns boolean
language plpgsql as $$
begin
  if not cron._remove((select j.jobid from cron.job j
    where j.jobname = unschedule.job_name and j.username = current_user), current_user::text)
  then
    raise exception 'could not find valid entry for job ''%''', job_name;
  end if;
  return true;
end;
$$;

-- PUBLIC gets no rights. sql/bootstrap.sql grants postgres the rights that it has on Supabase.
revoke all on schema cron from public;
revoke execute on all functions in schema cron from public;

select pg_catalog.pg_extension_config_dump('cron.job', '');
select pg_catalog.pg_extension_config_dump('cron.jobid_seq', '');
select pg_catalog.pg_extension_config_dump('cron.job_run_details', '');
select pg_catalog.pg_extension_config_dump('cron.runid_seq', '');
