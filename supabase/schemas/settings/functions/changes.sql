-- The parts that all settings share: their version, a change of them, and the history.

create function farthing.settings_version(p_table text)
returns text
language sql stable
set search_path = ''
as $$
  select coalesce(max(audit_nr), 0)::text from farthing.audit where table_name = p_table
$$;
comment on function farthing.settings_version(text) is
  'Returns the version of a table of settings: the number of its last audit row. Every change of the '
  'table raises the version, including a change by SQL.';

create function farthing.refuse_old_version(p_table text, p_version text)
returns void
language plpgsql
set search_path = ''
as $$
declare
  v_version text := farthing.settings_version(p_table);
begin
  if p_version <> v_version then
    perform farthing.fail('version_conflict',
      'These settings were changed after you read them. Read them again, and repeat your change.',
      jsonb_build_object('version', v_version));
  end if;
end
$$;
comment on function farthing.refuse_old_version(text, text) is
  'Fails version_conflict, with the current version in the details, if p_version, which the caller has '
  'read, is no longer the version of a table of settings. A null p_version is not compared. The caller '
  'has locked the table.';

create function farthing.begin_change(p_author text, p_reason text)
returns void
language plpgsql
set search_path = ''
as $$
begin
  if coalesce(p_reason, '') !~ '\S' or length(p_reason) > 500 then
    perform farthing.fail('invalid_request', 'reason must have 1 to 500 characters.', null, 'reason');
  end if;
  perform farthing.allow_change(p_author, p_reason);
end
$$;
comment on function farthing.begin_change(text, text) is
  'Sets the author and the reason under which the following changes are audited. Fails invalid_request '
  'without a reason.';

create function farthing.setting_name(p_row_key jsonb, p_row jsonb)
returns text
language sql immutable
set search_path = ''
as $$
  select coalesce(p_row ->> 'slug', p_row_key ->> 'model', p_row_key ->> 'rule', p_row_key ->> 'account',
    p_row_key ->> 'domain', p_row_key ->> 'name')
$$;
comment on function farthing.setting_name(jsonb, jsonb) is
  'Returns the name of an audited row of settings: the slug of a package, the model of a rate, the name of '
  'an alert rule, the account of a journal code, a blocked domain, or the name of a feature flag or an '
  'accounting policy. Null for a row of the table policy, which has only one row.';

create function farthing.settings_changed(p_table text, p_version text)
returns jsonb
language sql stable
set search_path = ''
as $$
  select coalesce(jsonb_agg(jsonb_build_object(
    'name', coalesce(farthing.setting_name(a.row_key, a.after), p_table), 'change', 'changed',
    'version', null, 'fields', farthing.field_changes(farthing.shown_values(p_table, a.before),
      farthing.shown_values(p_table, a.after))) order by
      farthing.setting_name(a.row_key, a.after)), '[]')
  from farthing.audit a where a.table_name = p_table and a.audit_nr > p_version::bigint
$$;
comment on function farthing.settings_changed(text, text) is
  'Returns the changes of a table''s rows since a version, from the audit: [{name, change, version, '
  'fields}].';

create function farthing.settings_history(p_table text)
returns jsonb
language sql stable
set search_path = ''
as $$
  select coalesce(jsonb_agg(jsonb_build_object('version', h.audit_nr::text, 'changed_at', h.changed_at,
    'author', h.author, 'reason', h.reason, 'name', h.name,
    'fields', farthing.field_changes(farthing.shown_values(p_table, h.was),
      farthing.shown_values(p_table, h.after))) order by h.audit_nr desc), '[]')
  from (
    -- A new version of a package or a rate is a new row, so it is compared with the row of the
    -- version before it.
    select *, coalesce(before, lag(after) over (partition by name order by audit_nr)) as was
    from (select a.*, farthing.setting_name(a.row_key, a.after) as name
      from farthing.audit a where a.table_name = p_table) n
    order by audit_nr desc limit 50) h
$$;
comment on function farthing.settings_history(text) is
  'Returns the last 50 changes of a table of settings, newest first: [{version, changed_at, author, '
  'reason, name, fields: [{field, from, to}]}].';
