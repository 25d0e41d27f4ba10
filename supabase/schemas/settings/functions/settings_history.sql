-- The changes of settings, from the audit: those of one request, and the history.

create function farthing.shown_values(p_table text, p_row jsonb)
returns jsonb
language sql stable
set search_path = ''
as $$
  -- Durations are seconds, and numbers have no trailing zeros, whatever the column stores.
  select jsonb_object_agg(v.key, case
    when v.value is null then null
    when a.atttypid = 'interval'::regtype then extract(epoch from v.value::interval)::bigint::text
    when jsonb_typeof(p_row -> v.key) = 'number' then trim_scale(v.value::numeric)::text
    else v.value end)
  from jsonb_each_text(p_row) v
  join pg_catalog.pg_attribute a on a.attrelid = ('farthing.' || p_table)::regclass and a.attname = v.key
$$;
comment on function farthing.shown_values(text, jsonb) is
  'Returns the columns of a row of settings as text, with durations in seconds.';

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
