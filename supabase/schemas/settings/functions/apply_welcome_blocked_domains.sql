-- Changing the list of email domains whose users get no welcome credits.

create function farthing.refuse_bad_domains(p_domains jsonb)
returns void
language plpgsql stable
set search_path = ''
as $$
declare
  v_nr bigint;
begin
  if jsonb_typeof(p_domains) is distinct from 'array' or jsonb_array_length(p_domains) > 10000 then
    perform farthing.fail('invalid_request', 'domains must be an array of at most 10000 domains.', null,
      'domains');
  end if;
  select d.nr into v_nr
  from (select e.nr, e.domain, count(*) over (partition by e.domain) as mentions
    from jsonb_array_elements(p_domains) with ordinality e (domain, nr)) d
  where (jsonb_typeof(d.domain) = 'string' and d.mentions = 1
    and d.domain #>> '{}' ~ '^[a-z0-9]([a-z0-9.-]{0,250}[a-z0-9])?$') is not true
  order by d.nr limit 1;
  if v_nr is not null then
    perform farthing.fail('invalid_request',
      'Each domain must be unique and look like mailinator.com: only a-z, 0-9, dots and hyphens, with a-z '
      'or 0-9 at both ends.', null, format('domains[%s]', v_nr - 1));
  end if;
end
$$;
comment on function farthing.refuse_bad_domains(jsonb) is
  'Fails with invalid_request if a list of domains is not an array, or if one of its domains cannot be '
  'blocked. The error names the first wrong domain by its position in the list.';

create function farthing.apply_welcome_blocked_domains(p_domains jsonb)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
  v_version bigint := farthing.settings_version('welcome_blocked_domains')::bigint;
  v_changes jsonb;
begin
  perform farthing.refuse_bad_domains(p_domains);
  perform farthing.replace_blocked_domains(array(select jsonb_array_elements_text(p_domains)));
  select coalesce(jsonb_agg(jsonb_build_object('name', a.row_key ->> 'domain',
    'change', case when a.before is null then 'added' else 'removed' end, 'version', null,
    'fields', farthing.field_changes(a.before, a.after)) order by a.row_key ->> 'domain'), '[]')
  into v_changes
  from farthing.audit a where a.table_name = 'welcome_blocked_domains' and a.audit_nr > v_version;
  return jsonb_build_object('changes', v_changes, 'unchanged', jsonb_array_length(p_domains)
    - (select count(*) from jsonb_array_elements(v_changes) c where c ->> 'change' = 'added'));
end
$$;
comment on function farthing.apply_welcome_blocked_domains(jsonb) is
  'Replaces the email domains whose users get no welcome credits; p_domains is [domain]. An empty '
  'list blocks no domain. Returns {changes, unchanged}. Fails with invalid_request.';
