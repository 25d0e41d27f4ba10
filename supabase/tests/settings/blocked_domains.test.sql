-- Operators replace the list of email domains that get no welcome credits, with a version and a reason.

begin;
\ir ../helpers/all_tests.psql
select plan(27);

create function pg_temp.put(p_domains jsonb, p_dry_run boolean default false, p_version text default null,
  p_reason text default 'disposable') returns jsonb language sql as $$
  select settings_blocked_domains_set(p_domains, p_version, p_reason, p_dry_run, 'key:olga',
    p_now => tests.after()) -> 'data'
$$;
create function pg_temp.changes(p_data jsonb) returns text language sql as $$
  select string_agg((c ->> 'change') || ' ' || (c ->> 'name'), ', ' order by nr)
  from jsonb_array_elements(p_data -> 'changes') with ordinality c (c, nr)
$$;
create temporary table before as select settings_blocked_domains() as data;

select is(data, '{"version": "0", "domains": [], "history": []}', 'the list is empty as installed')
from before;
select is(pg_temp.changes(pg_temp.put('["b.example", "a.example"]', true, '0', null)),
  'added a.example, added b.example', 'a dry run returns the changes');
select is(settings_blocked_domains(), data, 'and changes nothing') from before;
select is(pg_temp.put('["b.example", "a.example"]', false, '0') - 'version', '{"dry_run": false,
  "unchanged": 0, "changes": [
    {"name": "a.example", "change": "added", "version": null,
      "fields": [{"field": "domain", "from": null, "to": "a.example"}]},
    {"name": "b.example", "change": "added", "version": null,
      "fields": [{"field": "domain", "from": null, "to": "b.example"}]}]}', 'two domains are blocked');
select is(farthing.is_blocked_domain('x@mail.a.example'), true, 'the list is in force');
select is(pg_temp.changes(d) || ', unchanged ' || (d ->> 'unchanged'), 'removed a.example, added c.example, '
  || 'unchanged 1', 'a list replaces the one before')
from (select pg_temp.put('["b.example", "c.example"]') as d) d;
select is(settings_blocked_domains() -> 'domains', '["b.example", "c.example"]', 'the list is read');
select is((select string_agg(concat_ws(' ', h ->> 'author', h ->> 'reason', h ->> 'name',
    h #>> '{fields,0,from}', '→', h #>> '{fields,0,to}'), ', ' order by nr)
  from jsonb_array_elements(settings_blocked_domains() -> 'history') with ordinality h (h, nr) where nr < 3),
  'key:olga disposable c.example → c.example, key:olga disposable a.example a.example →',
  'the history shows who, why and what');
select is(pg_temp.put('["b.example", "c.example"]') - 'version', '{"dry_run": false, "changes": [],
  "unchanged": 2}', 'the same list changes nothing');
select tests.fails_with('select pg_temp.put(''[]'', p_version => ''0'')', 'version_conflict', null,
  'an older version is refused');
select is(farthing.set_blocked_domains('{d.example}', 'by SQL'), 1, 'SQL replaces the list');
select is(settings_blocked_domains() #>> '{history,0,reason}', 'by SQL', 'the change is in the history');
select tests.fails_with(format('select pg_temp.put(%L)', domains), 'invalid_request', field,
  format('%s is refused', domains))
from (values ('{}', 'domains'), ('null', 'domains'), ('[5]', 'domains[0]'),
  ('["a.example", "A.example"]', 'domains[1]'), ('["a.example", "a.example"]', 'domains[0]'),
  ('["@a.example"]', 'domains[0]'), ('[""]', 'domains[0]'), ('[null]', 'domains[0]')) c (domains, field);
select tests.fails_with('select pg_temp.put(''[]'', p_reason => null)', 'invalid_request', 'reason',
  'a change without a reason is refused');
select is(pg_temp.changes(pg_temp.put('[]')), 'removed d.example', 'an empty list blocks nothing');
select is(tests.code_for(role, 'ann', 'select ' || call), '42501', format('%s must not call %s', role, call))
from unnest(array['authenticated', 'anon']) role,
  unnest(array['settings_blocked_domains()', 'settings_blocked_domains_set(''[]'')']) call;
select is(settings_blocked_domains_set('["a.example"]', p_dry_run => null) #>> '{data,dry_run}', 'true',
  'a change without dry_run is a dry run');

select * from finish();
rollback;
