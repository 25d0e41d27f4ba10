-- The version of a table of settings. A change names the version that its caller has read, and is
-- refused if the table was changed in the meantime.

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
  'Fails with version_conflict if p_version, which the caller has read, is no longer the version of a '
  'table of settings; details name the current version. A null p_version is not compared. The '
  'caller has locked the table.';
