-- AI logs: the fields that a user has agreed to are stored for 30 days, and the user may read and delete
-- them.

begin;
\ir ../helpers/all_tests.psql
select plan(73);

create function pg_temp.log(p_changes jsonb default '{}') returns jsonb language sql as $$
  select jsonb_build_object('model', 'gpt-4o', 'kind', 'chat', 'prompt', 'I am [EMAIL]', 'response', 'Hello',
    'structured', '{"plan": [1]}'::jsonb, 'usage', '{"input_tokens": 3, "output_tokens": 1}'::jsonb,
    'classification', 'personal', 'duration_ms', 12, 'error_code', null, 'request_id', 'req-1', 'trace_id',
    repeat('a', 32)) || p_changes
$$;
-- A browser sees a row for 30 days. These days are counted by the database's current time, so rows
-- are written at the current time here, and not at the fixed time of other tests.
create function pg_temp.write(p_name text, p_changes jsonb default '{}', p_at timestamptz default now())
returns farthing.ai_logs language plpgsql as $$
begin
  perform farthing.write_ai_log(tests.person(p_name), pg_temp.log(p_changes), p_at);
  return l from farthing.ai_logs l where user_id = md5(p_name)::uuid order by ctid desc limit 1;
end
$$;
create function pg_temp.agree(p_name text, p_level text) returns text language sql as $$
  select tests.code_for('authenticated', p_name, format('insert into ai_consent (level) values (%L)
    on conflict (user_id) do update set level = excluded.level', p_level))
$$;
create function pg_temp.kept(p_log farthing.ai_logs) returns text language sql as $$
  select format('%s: %s %s', p_log.consent,
    case when p_log.prompt || p_log.response || p_log.structured::text is not null then 'texts' else '-' end,
    case when p_log.usage::text || p_log.classification is not null then 'usage' else '-' end)
$$;

-- The three levels of consent, and the fields that each level stores.
select is(pg_temp.kept(pg_temp.write('ann')), 'none: - -', 'a user without a consent has the level none');
select is(pg_temp.agree('ann', level), 'ok', 'ann agrees to ' || level)
  || E'\n' || is(pg_temp.kept(pg_temp.write('ann')), kept, level || ' stores ' || kept)
from (values ('none', 'none: - -'), ('usage_only', 'usage_only: - usage'),
  ('full_redacted', 'full_redacted: texts usage')) l (level, kept);
select is((select to_jsonb(l) - '{log_id,user_id}'::text[] from farthing.ai_logs l where consent = 'none'
  limit 1), jsonb_build_object('kind', 'chat', 'model', 'gpt-4o', 'consent', 'none', 'prompt', null,
    'response', null, 'structured', null, 'usage', null, 'classification', null, 'duration_ms', 12,
    'error_code', null, 'request_id', 'req-1', 'trace_id', repeat('a', 32), 'created_at', now(),
    'expires_at', now() + interval '720 hours'), 'without consent only the call is stored');
select throws_ok(format('update farthing.ai_logs set %s where consent = %L', change, level), '23514', null,
  format('the table refuses %s in a row of the level %s', change, level))
from (values ('none', 'usage = ''{}'''), ('none', 'classification = ''none'''), ('none', 'prompt = ''x'''),
  ('usage_only', 'prompt = ''x'''), ('usage_only', 'response = ''x'''),
  ('usage_only', 'structured = ''{}''')) l (level, change);

-- If a user lowers the consent, the fields that the new level does not allow are erased from the
-- stored logs. If the user raises the level again, nothing is restored.
select is(pg_temp.agree('bob', 'full_redacted'), 'ok', 'bob agrees to the level full_redacted');
select is(pg_temp.kept(pg_temp.write('bob')), 'full_redacted: texts usage', 'bob''s call is stored');
select is(pg_temp.agree('bob', 'usage_only'), 'ok', 'bob lowers his consent to usage_only');
select is(pg_temp.kept(l), 'usage_only: - usage', 'the texts are erased') from farthing.ai_logs l
where user_id = tests.person('bob');
select is(pg_temp.agree('bob', 'none'), 'ok', 'bob lowers his consent to none');
select is(pg_temp.kept(l), 'none: - -', 'the usage is erased') from farthing.ai_logs l
where user_id = tests.person('bob');
select is(pg_temp.agree('bob', 'full_redacted'), 'ok', 'bob agrees to full_redacted again');
select is(pg_temp.kept(l), 'none: - -', 'the erased fields stay erased') from farthing.ai_logs l
where user_id = tests.person('bob');
select is((select count(*)::int from farthing.ai_logs where consent = 'full_redacted'), 1,
  'ann''s log does not change');

-- Logging never fails: a long text is cut, and a log that can't be stored is dropped.
select is(right(prompt, 6) || length(prompt) || right(response, 6) || length(response),
  ' [cut]32768 [cut]32768', 'long texts are cut and marked')
from pg_temp.write('ann', jsonb_build_object('prompt', repeat('ä', 100000), 'response', repeat('x', 32769)));
select is(length(prompt), 32768, 'a text of the full length is stored whole')
from pg_temp.write('ann', jsonb_build_object('prompt', repeat('ä', 32768))) where prompt not like '%[cut]';
select is(structured - 'bytes', '{"cut": true}', 'large JSON is replaced by its size')
from pg_temp.write('ann', jsonb_build_object('structured', array_fill('0123456789'::text, '{2000}')));
select is(usage ->> 'cut', 'true', 'large usage is replaced by its size')
from pg_temp.write('ann', jsonb_build_object('usage', jsonb_build_object('x', repeat('x', 3000))));
select is(array[length(model), length(error_code), length(request_id), length(trace_id)], '{200,64,64,64}',
  'long names are cut') from pg_temp.write('ann', (select jsonb_object_agg(name, repeat('x', 1000))
    from unnest(array['model', 'error_code', 'request_id', 'trace_id']) name));
select is(array[(pg_temp.write('ann', '{"duration_ms": 1.5}')).duration_ms, (pg_temp.write('ann',
  '{"duration_ms": -1}')).duration_ms, (pg_temp.write('ann', '{"duration_ms": 1e12}')).duration_ms],
  '{2,0,2147483647}', 'durations are rounded and bounded');
select is(pg_temp.kept(pg_temp.write('ann', '{"structured": null, "usage": null}')), 'full_redacted: - -',
  'the JSON value null stores nothing');
create temporary table before as select count(*)::int as logs from farthing.ai_logs;
select lives_ok(format('select farthing.write_ai_log(%L, %L, now())', person, log), name)
from (values (md5('ann'), '{"kind": "poem"}', 'a log of an unknown kind is lost'), (md5('ann'), '{}',
    'an empty log is lost'), (md5('ann'), null, 'a null log stores nothing'),
  (md5('ann'), '{"kind": "chat", "duration_ms": "x"}', 'a log with a wrong number is lost'),
  (md5('ann'), '{"kind": "chat", "classification": "secret"}', 'a log of an unknown class is lost'),
  (md5('gone'), '{"kind": "chat"}', 'a log of a deleted user is lost'),
  (null, '{"kind": "chat"}', 'a log without a user is lost')) l (person, log, name);
select is((select count(*)::int from farthing.ai_logs), logs, 'none of these logs is stored') from before;
select lives_ok($$ select farthing.write_ai_log(tests.person('ann'), to_jsonb(pg_temp.log()::text), now()) $$,
  'a log that arrives as a JSON string is accepted');
select is((select count(*)::int from farthing.ai_logs), logs + 1,
  'the log in a JSON string is stored') from before;

-- Users read, change and delete only their own consent and logs.
create temporary table own as select count(*)::int as logs from farthing.ai_logs
where user_id = tests.person('ann');
select is(tests.seen_by('authenticated', 'ann', 'select count(*) from ai_logs') #>> '{0,count}',
  logs::text, 'ann sees her own logs') from own;
select is(tests.seen_by('authenticated', 'ann', 'select level from ai_consent'),
  '[{"level": "full_redacted"}]', 'ann sees her own consent');
select is(tests.seen_by('authenticated', who, 'select * from farthing_public.' || name), '[]',
  format('%s sees no row of %s', coalesce(who, 'a token without a person'), name))
from (values ('cid'), (null)) p (who), unnest(array['ai_logs', 'ai_consent']) name;
select is(tests.code_for(role, 'ann', 'select * from farthing_public.' || name), '42501',
  format('%s must not read %s', role, name))
from unnest(array['anon', 'service_role']) role, unnest(array['ai_logs', 'ai_consent']) name;
select is(tests.code_for(role, 'ann', sql), '42501', format('%s is refused: %s', role, sql))
from (values ('authenticated', 'update ai_logs set prompt = ''x'''),
  ('authenticated', 'insert into ai_logs (kind) values (''chat'')'),
  ('authenticated', 'delete from ai_consent'),
  ('authenticated', 'insert into ai_consent values (md5(''cid'')::uuid, ''full_redacted'')'),
  ('authenticated', 'update ai_consent set user_id = md5(''cid'')::uuid'),
  ('anon', 'insert into ai_consent (level) values (''none'')'),
  ('anon', 'delete from ai_logs')) d (role, sql);
select is(tests.code_for('authenticated', 'cid', 'update ai_consent set level = ''none'''), 'ok',
  'cid changes all consents that she sees');
select is((select array_agg(level::text) from farthing.ai_consents), '{full_redacted,full_redacted}',
  'cid''s statement changes only her own consent');
select is(tests.code_for('authenticated', 'bob', 'delete from ai_logs'), 'ok',
  'bob deletes all logs that he sees');
select is((select count(*)::int from farthing.ai_logs), logs, 'ann''s logs stay') from own;
select is(tests.code_for('authenticated', 'ann', 'update ai_consent set updated_at = ''2000-01-01'''),
  'ok', 'ann sets an old date on her consent');
select is((select max(updated_at) from farthing.ai_consents), now(), 'the consent has the current date');

-- Logs expire after 30 days, and a scheduled task deletes them.
select is((pg_temp.write('dan', '{}', tests.after())).expires_at, tests.after('720 h'),
  'dan''s log expires after 30 days');
select is((pg_temp.write('eve', '{}', now() - interval '720 hours')).expires_at, now(),
  'eve''s old log expires now');
select is(tests.seen_by('authenticated', 'eve', 'select * from ai_logs'), '[]',
  'an expired log is hidden before the task runs');
select is(farthing.delete_old_ai_logs(now()), 1, 'the task deletes expired logs');
select is(farthing.delete_old_ai_logs(tests.after('720 h'), logs), logs,
  'the task deletes no more logs than its limit') from own;
select is(farthing.delete_old_ai_logs(tests.after('720 h')), 1, 'the next run deletes the rest');

-- The logs of a user are deleted with the user.
select isnt(pg_temp.write('bob'), null, 'bob calls a model again');
select lives_ok('delete from auth.users where id = md5(''bob'')::uuid', 'bob is deleted');
select is_empty('select * from farthing.ai_logs', 'bob''s logs are deleted with him');
select is((select count(*)::int from farthing.ai_consents), 1, 'bob''s consent is deleted with him');

select * from finish();
rollback;
