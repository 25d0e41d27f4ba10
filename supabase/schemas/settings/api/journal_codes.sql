-- The RPC functions with which operators read the codes of the journal's accounts, and change some
-- codes.

create function farthing_public.settings_journal_codes(p_now timestamptz default now())
returns jsonb
language sql stable security definer -- service_role has no rights on tables
set search_path = pg_catalog, pg_temp
as $$
  select jsonb_build_object('version', farthing.settings_version('journal_accounts'),
    'open_from', (select nullif(b.open_from, '1970-01-01') from farthing.books b),
    'codes', (select jsonb_agg(jsonb_build_object('account', c.account, 'code', c.code, 'version', c.version,
        'effective_from', c.first_day, 'scheduled', (
          select coalesce(jsonb_agg(jsonb_build_object('code', s.code, 'version', s.version,
            'effective_from', s.first_day) order by s.first_day), '[]')
          from farthing.journal_codes() s where s.account = c.account and s.first_day > d.today))
        order by c.code, c.account)
      from farthing.journal_codes() c
      where c.first_day <= d.today and (d.today < c.next_day) is not false),
    'history', farthing.settings_history('journal_accounts'))
  from (select (p_now at time zone 'UTC')::date) d (today)
$$;
grant execute on function farthing_public.settings_journal_codes to service_role;
comment on function farthing_public.settings_journal_codes is
  'Returns the codes of the journal''s accounts: {version, open_from: the first day of the oldest open '
  'month, null if no month is closed, codes: [{account, code, version, effective_from, scheduled: [{code, '
  'version, effective_from}]}], history}.';

create function farthing_public.settings_journal_codes_set(
  p_codes jsonb, p_version text default null, p_reason text default null, p_dry_run boolean default true,
  p_author text default 'sql:' || session_user, p_idempotency_key text default null,
  p_fingerprint text default null, p_now timestamptz default now())
returns jsonb
language sql security definer -- service_role has no rights on tables
set search_path = pg_catalog, pg_temp
as $$
  select farthing.change_settings('journal_accounts', p_codes, p_version, p_reason, p_dry_run, p_author,
    p_idempotency_key, p_fingerprint, p_now)
$$;
grant execute on function farthing_public.settings_journal_codes_set to service_role;
comment on function farthing_public.settings_journal_codes_set is
  'Adds versions of codes of the journal [{account, code, effective_from?}]; effective_from is a day of an '
  'open month, and today by default. Returns the same object as settings_packages_set(). Fails with '
  'forbidden, invalid_request, version_conflict.';
