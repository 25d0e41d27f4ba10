-- Operators list requests for welcome credits, and queue refused users again.

begin;
\ir ../helpers/all_tests.psql
select plan(69);

select isnt(tests.person('olga'), null, 'olga signs up');
update auth.users set raw_app_meta_data = '{"role": "operator"}' where id = tests.person('olga');
create function pg_temp.olga() returns text language sql as $$
  select 'operator:' || tests.person('olga')
$$;
create function pg_temp.signs_up(p_name text, p_email text default null) returns text language sql as $$
  insert into auth.users (id, email, email_confirmed_at)
  values (md5(p_name)::uuid, coalesce(p_email, p_name || '@example.com'), now()) returning 'signed up'
$$;
create function pg_temp.granted(p_passed interval) returns int language sql as $$
  select (welcome_run(50, tests.after(p_passed)) ->> 'granted')::int
$$;
create function pg_temp.nr(p_name text) returns bigint language sql as $$
  select request_nr from farthing.welcome_grants where user_id = md5(p_name)::uuid
$$;
create function pg_temp.stands(p_names text[]) returns text language sql as $$
  select string_agg(concat_ws(' ', name, w.status, w.reason), ', ' order by name)
  from unnest(p_names) name join farthing.welcome_grants w on w.user_id = md5(name)::uuid
$$;
create function pg_temp.retry(p_nr bigint, p_passed interval, p_key text default null) returns jsonb
language sql as $$
  select welcome_retry(p_nr, 'A real user.', tests.sha256(p_key), tests.sha256(p_key), pg_temp.olga(),
    tests.after(p_passed))
$$;
create function pg_temp.page(p_status text default null, p_refused_as text default null,
  p_user text default null, p_before bigint default null, p_limit int default 20) returns jsonb
language sql as $$
  select welcome_list(p_status, p_refused_as, md5(p_user)::uuid, p_before, p_limit, pg_temp.olga(),
    tests.after())
$$;
create function pg_temp.names(p_page jsonb) returns text language sql as $$
  select string_agg(split_part(u.email, '@', 1), ' ' order by nr)
  from jsonb_array_elements(p_page -> 'welcome_grants') with ordinality w (item, nr)
  join auth.users u on u.id = (w.item ->> 'user_id')::uuid
$$;

select lives_ok($$ select farthing.set_policy('{"welcome_credits": "100", "welcome_credits_day": "100"}',
  'test') $$, 'a shop grants one user a day');
select is(farthing.set_blocked_domains('{trash.example}', 'test'), 1, 'and blocks a domain');
select is(pg_temp.signs_up(name, email), 'signed up', name || ' signs up')
from (values ('ann', null), ('ben', null), ('cid', null), ('dan', 'dan@trash.example'),
  ('eve', 'ann+2@example.com')) e (name, email);
select is(pg_temp.granted('0'), 1, 'the ceiling lets one user have credits');
select is(pg_temp.stands('{ann,ben,cid,dan,eve}'), 'ann granted, ben refused day_ceiling, cid refused '
  || 'day_ceiling, dan refused domain_blocked, eve refused email_known', 'the others are refused');
select is(pg_temp.signs_up('fay'), 'signed up', 'fay waits');

-- Requests are listed page by page, newest first.
select is(pg_temp.names(pg_temp.page()), 'fay ann+2 dan cid ben ann', 'the newest request is first');
select is(pg_temp.names(pg_temp.page(status)), names, status || ' requests are listed')
from (values ('queued', 'fay'), ('granted', 'ann'), ('refused', 'ann+2 dan cid ben')) s (status, names);
select is(pg_temp.names(pg_temp.page(null, refused_as)), names, refused_as || ' is listed')
from (values ('day_ceiling', 'cid ben'), ('domain_blocked', 'dan'), ('email_known', 'ann+2'), ('off', null))
  s (refused_as, names);
select is(pg_temp.names(pg_temp.page('granted', 'day_ceiling')), null, 'no granted request has a reason');
select is(pg_temp.page(p_limit => 4) ->> 'next_before', pg_temp.nr('cid')::text, 'a page has a cursor');
select is(pg_temp.names(pg_temp.page(p_before => pg_temp.nr('cid'))), 'ben ann', 'the next page follows');
select is(pg_temp.page(p_before => pg_temp.nr('cid')) -> 'next_before', 'null', 'it is the last one');
select is((pg_temp.page('granted') #> '{welcome_grants,0}') - '{id,user_id,lot_id}'::text[],
  jsonb_build_object('address', 'a***@example.com', 'status', 'granted', 'refused_as', null, 'amount', '100',
    'queued_at', now(), 'decided_at', tests.after(), 'retried_at', null), 'an address is masked');
select is((select count(*)::int from farthing.customer_reads), 0, 'a list of everybody is no read');
select is(pg_temp.page(p_user => 'ben') #>> '{welcome_grants,0,address}', 'ben@example.com',
  'a list of one user has the address');
select is((select route || ' ' || author from farthing.customer_reads), 'GET /credits/welcome-grants '
  || pg_temp.olga(), 'and is a read of a customer');
select tests.fails_with('select pg_temp.page(p_user => ''nobody'')', 'not_found', 'user_id',
  'an unknown user is not found');

-- The page of a customer shows the request.
create function pg_temp.shown(p_id text) returns text language sql as $$
  select concat_ws(' ', w ->> 'status', w ->> 'refused_as', w ->> 'amount')
  from (select customers_read(p_id, pg_temp.olga(), tests.after()) -> 'welcome_grant' as w) c
$$;
select is(pg_temp.shown(md5(name)::uuid::text), shown, name || '''s page shows the request')
from (values ('ann', 'granted 100'), ('ben', 'refused day_ceiling'), ('fay', 'queued'), ('olga', ''))
  p (name, shown);
select is((select count(*)::int from farthing.customer_reads where route = 'GET /customers/{id}'), 4,
  'the reads are recorded');

-- An operator queues a single user again. The limits of the current day apply.
select is(a ->> 'status' || ' ' || (a #>> '{data,status}') || ' ' || (a #>> '{data,retried_at}'),
  '200 queued ' || (to_jsonb(tests.after('1 h')) #>> '{}'), 'olga queues ben again')
from pg_temp.retry(pg_temp.nr('ben'), '1 h', 'k') a;
select is(pg_temp.retry(pg_temp.nr('ben'), '1 h', 'k') ->> 'replayed', 'true', 'a repeat is replayed');
select tests.fails_with('select pg_temp.retry(pg_temp.nr(''ben''), ''1 h'')', 'welcome_not_refused', null,
  'a queued user is not queued again');
select is(pg_temp.granted('1 h'), 0, 'the ceiling of the day holds for a retry');
select is(pg_temp.stands('{ben,fay}'), 'ben refused day_ceiling, fay refused day_ceiling',
  'ben is refused again');
select isnt(pg_temp.retry(pg_temp.nr(name), '1 day'), null, name || ' is queued again')
from unnest('{dan,eve,fay}'::text[]) name;
select is(pg_temp.granted('1 day'), 1, 'on the next day one of them has credits');
select is(pg_temp.stands('{dan,eve,fay}'), 'dan refused domain_blocked, eve refused email_known, fay granted',
  'a blocked domain and a known address are refused again');
select tests.fails_with('select pg_temp.retry(pg_temp.nr(''fay''), ''1 day'')', 'welcome_not_refused', null,
  'a user who has credits is not queued');
select is(tests.outcome('select pg_temp.retry(pg_temp.nr(''fay''), ''1 day'')') -> 'details',
  '{"status": "granted"}', 'the refusal has the status');
select tests.fails_with('select pg_temp.retry(0, ''1 h'')', 'not_found', 'id', 'an unknown id is not found');
select tests.fails_with('select welcome_retry(pg_temp.nr(''cid''), '''')', 'invalid_request', 'reason',
  'a reason is needed');
select tests.fails_with(format('select welcome_retry(pg_temp.nr(''cid''), ''why'', p_author => %L)',
  'operator:' || md5('ben')::uuid), 'forbidden', null, 'ben is no operator');
select results_eq($$ select author, reason, before ->> 'reason', after ->> 'status' from farthing.audit
    where table_name = 'welcome_grants' and row_key ->> 'request_nr' = pg_temp.nr('ben')::text $$,
  $$ select pg_temp.olga(), 'A real user.', 'day_ceiling', 'queued' $$, 'a retry is audited once');

-- An operator queues all users who were refused with day_ceiling.
create function pg_temp.retry_all(p_dry_run boolean, p_limit int default 1000, p_until interval default null,
  p_refused_as text default 'day_ceiling', p_reason text default 'A new ceiling.') returns text
language sql as $$
  select concat_ws(', ', (select string_agg((f ->> 'refused_as') || ' ' || (f ->> 'count'), ' ')
      from jsonb_array_elements(a #> '{data,found}') f), 'retried ' || (a #>> '{data,retried}'))
  from welcome_retry_refused(tests.after(), p_limit, tests.after(p_until), p_refused_as, p_reason, p_dry_run,
    p_author => pg_temp.olga(), p_now => tests.after('2 days')) a
$$;
select is(pg_temp.retry_all(true, p_refused_as => null), 'day_ceiling 2 domain_blocked 1 email_known 1, '
  || 'retried 0', 'a dry run counts');
select is(pg_temp.stands('{ben,cid}'), 'ben refused day_ceiling, cid refused day_ceiling',
  'and changes nothing');
select is(pg_temp.retry_all(true, p_until => '30 min'), 'day_ceiling 1, retried 0',
  'ben was refused again after that time');
select is(array(select (welcome_retry_refused(tests.after(), 1000, passed, p_dry_run => true,
    p_now => tests.after('2 days')) #>> '{data,until}')::timestamptz
  from unnest(array[tests.after('30 min'), tests.after('3 days'), null]) passed),
  array[tests.after('30 min'), tests.after('2 days'), tests.after('2 days')],
  'the answer has the end of the time that was searched, which is never in the future');
select tests.fails_with('select pg_temp.retry_all(false, p_reason => null)', 'invalid_request', 'reason',
  'a retry needs a reason');
select is(pg_temp.retry_all(false, 1), 'day_ceiling 2, retried 1', 'one request retries a bounded number');
select is(pg_temp.retry_all(false), 'day_ceiling 1, retried 1', 'the next one the rest');
select is(pg_temp.retry_all(false), 'retried 0', 'a further one nothing');
select is(pg_temp.granted('2 days'), 1, 'the ceiling of the day holds for all of them');
select is(pg_temp.stands('{ben,cid}'), 'ben granted, cid refused day_ceiling', 'the oldest request is first');
select is((select sum(a.count)::int from farthing.actor_actions(row((tests.after())::date - 2,
    (tests.after('3 days'))::date + 2)::farthing.day_range) a where a.kind = 'welcome_retried'), 6,
  'the report of authors counts them');
select is(tests.outcome('delete from auth.users where email = ''cid@example.com''') ->> 'code', 'ok',
  'cid is deleted');
select is(pg_temp.retry_all(false), 'retried 0', 'a deleted user is not queued');
select is(tests.code_for(role, 'ann', 'select ' || call), '42501', role || ' must not call ' || call)
from unnest(array['anon', 'authenticated']) role,
  unnest(array['welcome_list()', 'welcome_retry(1, ''why'')', 'welcome_retry_refused(now(), 1000)']) call;

select is_empty('select * from farthing.prove()', 'the proof finds no violation');
select * from finish();
rollback;
