-- Rule 16: deleting a user deletes, in every table, the texts that the user wrote and the texts that were
-- written for the user.

begin;
\ir ../helpers/all_tests.psql
\ir ../helpers/jobs.psql
\ir ../helpers/chats.psql
select plan(21);

-- Returns the tables that contain a user's texts. In this test each text contains "whispered by"
-- and the user's name.
create function pg_temp.words_of(p_name text) returns text[] language plpgsql as $$
declare
  v_table name;
  v_found boolean;
  v_tables text[] := '{}';
begin
  for v_table in select relname from pg_class where relnamespace = 'farthing'::regnamespace
    and relkind in ('r', 'p') and not relispartition order by relname
  loop
    execute format('select exists (select from farthing.%I t where t::text ~ %L)', v_table,
      'whispered by ' || p_name) into v_found;
    if v_found then
      v_tables := v_tables || v_table::text;
    end if;
  end loop;
  return v_tables;
end
$$;

select isnt(tests.give(name, '5000'), null, name || ' has credits')
from unnest(array['ann', 'bob']) name;
select is(tests.code_for('authenticated', name,
  'insert into farthing_public.ai_consent (level) values (''full_redacted'')'), 'ok',
  name || ' agrees to logs') from unnest(array['ann', 'bob']) name;

-- Three jobs: completed, failed and running.
create function pg_temp.jobs(p_name text) returns text language plpgsql as $$
declare
  v_words jsonb := to_jsonb('whispered by ' || p_name);
begin
  perform tests.job(p_name, 'spoken', null, jsonb_build_object('query', v_words),
    'done, whispered by ' || p_name);
  perform tests.claim(p_name || ' 1', 'spoken');
  perform tests.step(p_name, 1, 'draft', p_output => jsonb_build_object('draft', v_words),
    p_page => v_words #>> '{}');
  perform jobs_complete(tests.runner(p_name || ' 1'), jsonb_build_array(jsonb_build_object('job_id',
    tests.job_id(p_name), 'token', 1, 'result', jsonb_build_object('answer', v_words))), tests.after('1 s'));
  perform tests.job(p_name, 'spoken', null, jsonb_build_object('query', v_words), p_passed => '2 s');
  perform tests.claim(p_name || ' 2', 'spoken', '2 s');
  perform jobs_fail(tests.job_id(p_name), 1, 'internal', v_words #>> '{}', v_words #>> '{}',
    p_now => tests.after('3 s'));
  perform tests.job(p_name, 'spoken', tests.lines(1), jsonb_build_object('query', v_words),
    p_passed => '4 s');
  perform tests.claim(p_name || ' 3', 'spoken', '4 s');
  perform tests.step(p_name, 1, 'draft', 0, '5 s', p_output => jsonb_build_object('draft', v_words));
  return (select string_agg(status, ' ' order by job_nr) from farthing.jobs
    where user_id = tests.person(p_name));
end
$$;
select is(pg_temp.jobs(name), 'completed failed processing', name || ' has jobs')
from unnest(array['ann', 'bob']) name;

-- Two chats: one answered and one in progress. The model's text is stored with the idempotency key.
select is(tests.begin_chat(name, key, passed) ->> 'step', 'call', format('%s chats: %s', name, key))
from (values ('ann', 'ann 1', interval '6 s'), ('bob', 'bob 1', '6 s'), ('ann', 'ann 2', '7 s'),
  ('bob', 'bob 2', '7 s')) c (name, key, passed);
select is(tests.settle_chat(tests.chat_id(name), '8 s', p_key => name || ' 1',
  p_text => 'whispered by ' || name) ->> 'status', '200', name || ' is answered')
from unnest(array['ann', 'bob']) name;
do $$ begin
  perform farthing.write_ai_log(tests.person(name), jsonb_build_object('model', 'gpt-4o', 'kind', 'chat',
    'prompt', 'whispered by ' || name, 'response', 'whispered by ' || name), now())
  from unnest(array['ann', 'bob']) name;
end $$;

select is(pg_temp.words_of(name), '{ai_logs,job_checkpoints,job_pages,jobs,private_answers}',
  format('%s''s words lie in these tables', name)) from unnest(array['ann', 'bob']) name;
select is(tests.outcome('delete from auth.users where email = ''ann@example.com''') ->> 'code', 'ok',
  'ann is deleted');
select is(pg_temp.words_of('ann'), '{}', 'ann''s texts are deleted in all tables');
select is(tests.key('ann 1'), 'free', 'the key of ann''s answer is deleted');
select is(pg_temp.words_of('bob'), '{ai_logs,job_checkpoints,job_pages,jobs,private_answers}',
  'bob''s texts stay');

-- Work that was running when the user was deleted writes nothing more.
select is(tests.settle_chat((select c.hold_id from farthing.chats c join farthing.holds h
    using (account_id, hold_id) where h.correlation_id = 'trace-ann' and c.state <> 'settled'), '9 s',
    p_key => 'ann 2', p_text => 'whispered by ann') ->> 'status', '200',
  'a chat of ann''s that ends later is closed');
select is(pg_temp.words_of('ann'), '{}', 'the closed chat stores nothing');

select is_empty('select * from farthing.prove()', 'the proof finds no violation');
select * from finish();
rollback;
