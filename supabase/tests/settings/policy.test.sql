-- The settings of the policy: each is listed with its bounds, and is changed with a version and a reason.

begin;
\ir ../helpers/all_tests.psql
select plan(101);

create function pg_temp.put(p_changes jsonb, p_dry_run boolean default false, p_version text default null,
  p_reason text default 'a test')
returns jsonb language sql as $$
  select settings_policy_set(p_changes, p_version, p_reason, p_dry_run, 'key:olga',
    p_now => tests.after()) -> 'data'
$$;
create function pg_temp.setting(p_name text) returns jsonb language sql as $$
  select s from jsonb_array_elements(settings_policy() -> 'settings') s where s ->> 'name' = p_name
$$;
create function pg_temp.audits() returns bigint language sql as $$
  select count(*) from farthing.audit where table_name = 'policy'
$$;

-- The list has all settings, and its bounds are those of the table.
select set_eq($$ select attname::text from pg_attribute where attrelid = 'farthing.policy'::regclass
    and attnum > 0 and not attisdropped
    and attname not in ('one_row', 'livemode', 'installation_id', 'updated_at', 'updated_by') $$,
  'select setting from farthing.policy_list()', 'every setting of the policy is listed');
select set_eq('select rule from farthing.alert_rules', 'select setting from farthing.alert_rule_list()',
  'every alert rule is listed');
select is_empty($$ select setting from (select * from farthing.policy_list()
    union all select * from farthing.alert_rule_list()) s where coalesce(description, '') !~ '^[A-Z0].*[.]$'
  or kind in ('integer', 'decimal', 'duration') and unit is null $$, 'each one has a unit and a sentence');
select is_empty($$ select s ->> 'name' from jsonb_array_elements(settings_policy() -> 'settings') s
  where s ->> 'value' is distinct from s ->> 'default' $$, 'a new project has the defaults');

-- Returns true if the table accepts a value. The change is undone.
create function pg_temp.table_takes(p_setting text, p_value text) returns boolean language plpgsql as $$
begin
  perform farthing.set_policy(farthing.policy_values(jsonb_build_object(p_setting, p_value)), 'a bound');
  raise exception using errcode = 'UNDO0';
exception
  when sqlstate 'UNDO0' then return true;
  when check_violation or numeric_value_out_of_range then return false;
end
$$;
-- Some settings of grants, top-ups and welcome credits are also bounded by other settings.
-- policy_bounds.test.sql tests these bounds.
select is(array[pg_temp.table_takes(setting, trim_scale(lowest)::text),
    pg_temp.table_takes(setting, trim_scale(highest)::text)], '{t,t}',
  format('the table accepts the bounds of %s', setting))
from farthing.policy_list()
where lowest is not null and setting !~ '^(grant_ceiling|top_up_(smallest|highest)|welcome_credits$)';
select is(array[pg_temp.table_takes(setting, (lowest - 1)::text),
    pg_temp.table_takes(setting, (highest + 1)::text)], '{f,f}',
  format('the table accepts nothing beyond the bounds of %s', setting))
from farthing.policy_list()
where kind in ('integer', 'duration') and setting !~ '^top_up_(smallest|highest)';
select is((select array_agg(pg_temp.table_takes(setting, choice)) from unnest(choices) choice)
  || pg_temp.table_takes(setting, 'something'), array_fill(true, array[cardinality(choices)]) || false,
  format('the table accepts the choices of %s', setting))
from farthing.policy_list() where kind = 'choice';

-- Texts, URLs and addresses may be null, and have a maximum length.
create function pg_temp.of_kind(p_kind text) returns farthing.setting_kind language sql as $$
  select row('x', p_kind, 'characters', null, 30, null, 'X.')::farthing.setting_kind
$$;
select is(array(select farthing.is_setting(pg_temp.of_kind(kind), value) from unnest(accepted) value),
  array_fill(true, array[cardinality(accepted)]),
  format('a %s accepts null and its values', kind))
from (values ('text', array[null, 'x', 'Shop & Söhne', repeat('x', 30)]),
  ('url', array[null, 'https://a.example', 'https://a.example:8443/b?c=d#e']),
  ('email', array[null, 'a@b.example', 'a.b+c@d.e.example'])) k (kind, accepted);
select is(array(select farthing.is_setting(pg_temp.of_kind(kind), value) from unnest(refused) value),
  array_fill(false, array[cardinality(refused)]),
  format('a %s refuses other texts', kind))
from (values ('text', array['', ' ', E'a\nb', E'a\tb', repeat('x', 31)]),
  ('url', array['', 'http://a.example', 'https://a', 'https://a.example/ b', 'https://u:p@a.example',
    'javascript:alert(1)', 'https://' || repeat('a', 20) || '.example']),
  ('email', array['', 'a', 'a@b', 'a@b.example ', E'a@b.example\n', 'a@b@c.example', 'ä@b.example',
    repeat('a', 20) || '@b.example.com'])) k (kind, refused);
select is(pg_temp.put('{"checkout_tax_code": "txcd_10103001", "checkout_locale": "de"}')
  #> '{changes,0,fields}',
  '[{"field": "checkout_locale", "from": "auto", "to": "de"},
    {"field": "checkout_tax_code", "from": null, "to": "txcd_10103001"}]', 'a text is set');
select is(pg_temp.put('{"checkout_tax_code": null, "checkout_locale": "auto"}') #> '{changes,0,fields}',
  '[{"field": "checkout_locale", "from": "de", "to": "auto"},
    {"field": "checkout_tax_code", "from": "txcd_10103001", "to": null}]', 'and removed by null');
select is(pg_temp.setting('checkout_tax_code') - 'description', '{"name": "checkout_tax_code", "value": null,
  "default": null, "kind": "text", "unit": "characters", "lowest": null, "highest": "13", "choices": null}',
  'a text without a value shows null');
select tests.fails_with($$ select pg_temp.put('{"checkout_tax_code": "txcd_1"}') $$, 'invalid_request',
  'changes.checkout_tax_code', 'a text that the table refuses is refused with its field');

-- A change has a dry run, a version, a reason and a history.
create temporary table before as select settings_policy() ->> 'version' as version, pg_temp.audits() as rows;
select is(pg_temp.put('{"top_up_cool_down": "900", "low_balance": "500.0",
  "booking_transfer_at": "completed"}', true,
  version, null), jsonb_build_object('version', version, 'dry_run', true, 'unchanged', 1, 'changes',
  '[{"name": "policy", "change": "changed", "version": null, "fields": [
    {"field": "booking_transfer_at", "from": "payment", "to": "completed"},
    {"field": "top_up_cool_down", "from": "600", "to": "900"}]}]'::jsonb), 'a dry run returns the changes')
from before;
select is(pg_temp.setting('top_up_cool_down') ->> 'value', '600', 'a dry run changes nothing');
select is(pg_temp.audits(), rows, 'and leaves no audit row') from before;
select is(pg_temp.put('{"top_up_cool_down": 900, "grant_ceilings_bind_keys": true}', false, version)
  -> 'changes'
  #> '{0,fields}', '[{"field": "grant_ceilings_bind_keys", "from": "false", "to": "true"},
    {"field": "top_up_cool_down", "from": "600", "to": "900"}]', 'JSON numbers and booleans are accepted')
from before;
select is(pg_temp.setting('top_up_cool_down') - 'description', '{"name": "top_up_cool_down", "value": "900",
  "default": "600", "kind": "duration", "unit": "seconds", "lowest": "60", "highest": "2678400",
  "choices": null}',
  'a setting has its value, default, unit and bounds');
select is((settings_policy() #> '{history,0}') - '{version,changed_at}'::text[], '{"author": "key:olga",
  "reason": "a test", "name": null, "fields": [{"field": "grant_ceilings_bind_keys", "from": "false",
  "to": "true"},
  {"field": "top_up_cool_down", "from": "600", "to": "900"}]}',
  'the history shows who changed what, and why');
select is(updated_by, 'key:olga', 'the policy names its last author') from farthing.policy;
create temporary table changed as select pg_temp.audits() as rows;
select is(pg_temp.put('{"top_up_cool_down": "900"}') - 'version', '{"dry_run": false, "changes": [],
  "unchanged": 1}',
  'the same value changes nothing');
select tests.fails_with(format($$ select pg_temp.put('{"low_balance": "1"}', %L, %L) $$, dry_run, version),
  'version_conflict', null, format('an older version is refused, dry run %s', dry_run))
from before, unnest(array[true, false]) dry_run;
select lives_ok(format($$ select pg_temp.put('{"low_balance": "1"}', true, %L) $$,
  settings_policy() ->> 'version'),
  'the current version is accepted');

-- The error of a refused change names the field, and nothing changes.
select tests.fails_with(format('select pg_temp.put(%L)', changes), 'invalid_request', field,
  format('%s is refused', changes))
from (values ('{}'::jsonb, 'changes'), ('[]', 'changes'), ('null', 'changes'),
  ('{"no_such": 1}', 'changes.no_such'), ('{"livemode": true}', 'changes.livemode'),
  ('{"installation_id": "x"}', 'changes.installation_id'), ('{"low_balance": null}', 'changes.low_balance'),
  ('{"low_balance": "-1"}', 'changes.low_balance'), ('{"low_balance": "1e3"}', 'changes.low_balance'),
  ('{"low_balance": [1]}', 'changes.low_balance'), ('{"top_up_currency": "USD"}', 'changes.top_up_currency'),
  ('{"top_up_cool_down": "10 minutes"}', 'changes.top_up_cool_down'),
  ('{"top_up_cool_down": 59}', 'changes.top_up_cool_down'), ('{"cards_per_user_day": 1.5}',
  'changes.cards_per_user_day'),
  ('{"cards_per_user_day": 1000001}', 'changes.cards_per_user_day'),
  ('{"early_fraud_warning": "ignore"}', 'changes.early_fraud_warning'),
  ('{"keys_confirm_grants": "yes"}', 'changes.keys_confirm_grants'),
  ('{"checkout_locale": "xx"}', 'changes.checkout_locale'), ('{"checkout_locale": null}',
  'changes.checkout_locale'), ('{"checkout_invoices": null}', 'changes.checkout_invoices'),
  ('{"checkout_tax_code": "txcd_123456789"}', 'changes.checkout_tax_code'),
  ('{"grant_ceiling": "500001"}', 'changes.grant_ceiling'), ('{"top_up_smallest": 1000001}',
  'changes.top_up_smallest'),
  ('{"grant_ceiling": "500001", "grant_ceiling_author_day": "500000"}', 'changes.grant_ceiling'),
  ('{"low_balance": "1", "x": 1}', 'changes.x')) c (changes, field);
select tests.fails_with($$ select pg_temp.put('{"low_balance": "1"}', p_reason => '') $$, 'invalid_request',
  'reason',
  'a change without a reason is refused');
select tests.fails_with($$ select pg_temp.put('{"grant_ceiling": "500001"}', true) $$, 'invalid_request',
  'changes.grant_ceiling', 'a dry run is refused as its change would be');
select is(pg_temp.audits(), rows, 'a refused change leaves no audit row') from changed;
select lives_ok($$ select pg_temp.put('{"grant_ceiling": "600000", "grant_ceiling_author_day": "600000"}') $$,
  'values that fit together are accepted together');

select is_empty('select * from farthing.prove()', 'the proof finds nothing');
select * from finish();
rollback;
