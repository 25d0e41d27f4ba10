-- Providers: one per user, one account at Stripe each, and what that may do is as Stripe last said.

begin;
\ir ../helpers/story.psql
select plan(85);

create function pg_temp.begin(p_name text, p_country text default 'DE', p_key text default null,
  p_passed interval default '0', p_email text default null)
returns jsonb language sql as $$
  select providers_begin(tests.person(p_name), p_country, p_email, tests.sha256(p_key),
    tests.sha256(p_country), tests.after(p_passed))
$$;
create function pg_temp.id_of(p_name text) returns uuid language sql as $$
  select provider_id from farthing.providers where user_id = tests.person(p_name)
$$;
create function pg_temp.attach(p_name text, p_account text, p_key text default null) returns jsonb language
  sql
as $$
  select providers_attach(pg_temp.id_of(p_name), p_account, 'https://connect.test/' || p_account,
    tests.sha256(p_key), tests.after('1 s'))
$$;
create function pg_temp.key(p_key text) returns text language sql as $$
  select coalesce((select coalesce(status::text, 'started') from farthing.idempotency_keys
    where key = decode(tests.sha256(p_key), 'hex')), 'free')
$$;
create function pg_temp.updated(p_event text, p_account text, p_charges boolean, p_passed interval,
  p_provider text default null, p_reason text default null) returns text language plpgsql as $$
begin
  perform inbox_receive(jsonb_build_object('id', p_event, 'type', 'account.updated',
    'livemode', false, 'created', extract(epoch from tests.after(p_passed))::bigint, 'facts',
    jsonb_build_object('stripe_account_id', p_account, 'provider_id', p_provider, 'charges_enabled',
      p_charges,
      'payouts_enabled', p_charges, 'details_submitted', true, 'disabled_reason', p_reason)),
    tests.after(p_passed));
  return (select state from farthing.inbox where event_id = p_event);
end
$$;

-- Begin: committed before Stripe is asked.
create temporary table ann as select pg_temp.begin('ann', 'DE', 'k', p_email => 'ann@example.com') as b;
select is(b, jsonb_build_object('step', 'onboard', 'provider', jsonb_build_object('provider_id',
    pg_temp.id_of('ann'), 'country', 'DE', 'email', 'ann@example.com', 'stripe_account_id', null)),
  'a provider is there before Stripe is asked') from ann;
select is(pg_temp.key('k'), 'started', 'and the key is started');
select tests.fails_with($$ select pg_temp.begin('ann', 'DE', 'k') $$, 'idempotency_in_progress', null,
  'T12: a repeat while the first runs is refused as in progress');
select tests.fails_with($$ select pg_temp.begin('ann', 'FR', 'k') $$, 'idempotency_key_reused', null,
  'another body under the key is refused');
select tests.fails_with(format('select pg_temp.begin(''bob'', %L)', bad), 'invalid_request', 'country',
  format('the country %L is refused', bad)) from unnest(array[null, '', 'de', 'DEU', 'D', 'D1']) bad;
select tests.fails_with($$ select providers_begin(gen_random_uuid(), 'DE') $$, 'not_found', 'user_id',
  'nobody sells nothing');
select is((select count(*)::int from farthing.providers), 1, 'a refused request leaves no provider');

-- A request that died: the next one asks Stripe for the same.
select is(pg_temp.begin('ann', 'DE', 'k', '4 min') -> 'provider', b -> 'provider',
  'a request that takes over asks for the same account') from ann;
select is(pg_temp.begin('ann', 'DE', p_email => 'other@example.com') -> 'provider', b -> 'provider',
  'so does one under another key, with any address: Stripe gets the first values again') from ann;
select tests.fails_with($$ select pg_temp.begin('ann', 'FR') $$, 'invalid_request', 'country',
  'a provider''s country does not change');

-- Attach.
select is(pg_temp.attach('ann', 'acct_a', 'k'), jsonb_build_object('status', 201, 'replayed', false, 'data',
    jsonb_build_object('provider_id', pg_temp.id_of('ann'), 'country', 'DE', 'charges_enabled', false,
      'payouts_enabled', false, 'details_submitted', false, 'disabled_reason', null, 'created_at',
      tests.after(), 'onboarding_url', 'https://connect.test/acct_a')), 'the account is noted');
select is(pg_temp.key('k'), '201', 'and the key is finished');
select is(pg_temp.begin('ann', 'DE', 'k', '5 min') ->> 'step', 'replay', 'T12: a repeat gets the answer');
select is(pg_temp.begin('ann') #>> '{provider,stripe_account_id}', 'acct_a',
  'a provider who begins again continues with the existing account');
select is((select email from farthing.providers), null::text, 'the address is forgotten');
select tests.fails_with($$ select pg_temp.attach('ann', 'acct_b') $$, 'P0001', null,
  'a second account is not taken');
select is(pg_temp.attach('ann', 'acct_a') #>> '{data,provider_id}', pg_temp.id_of('ann')::text,
  'the same one is');
select tests.fails_with($$ select providers_attach(gen_random_uuid(), 'acct_c', '') $$, 'not_found',
  'provider_id', 'a provider that is not there has no account');

-- Abandon.
select is(pg_temp.begin('bob', 'US', 'b') ->> 'step', 'onboard', 'bob begins');
create temporary table bob as select pg_temp.id_of('bob') as id;
select is(providers_abandon(tests.sha256('b')), '{}', 'Stripe is out of reach');
select is(pg_temp.key('b'), 'free', 'the key is free');
select is(pg_temp.id_of('bob'), id, 'the provider is kept for the retry') from bob;
select is(pg_temp.begin('bob', 'US', 'b') ->> 'step', 'onboard', 'bob begins again');
select is(providers_abandon(tests.sha256('b'), id), '{}', 'Stripe refuses') from bob;
select is(pg_temp.id_of('bob'), null::uuid, 'the provider is given up, for Stripe keeps its answer');
select is(pg_temp.begin('bob', 'GB', 'b') #>> '{provider,country}', 'GB', 'bob may begin elsewhere');
select isnt(pg_temp.id_of('bob'), id, 'under another id') from bob;
select is(providers_abandon(tests.sha256('x'), pg_temp.id_of('ann')), '{}', 'a late refusal');
select isnt(pg_temp.id_of('ann'), null::uuid, 'gives up no provider that has an account');

-- Stripe says what an account may do.
select is(pg_temp.updated('evt_1', 'acct_a', true, '10 s'), 'processed', 'an account may charge');
select is(providers_read(tests.person('ann')) #> '{provider,charges_enabled}', 'true', 'and its provider');
select is(pg_temp.updated('evt_2', 'acct_a', false, '30 s', p_reason => 'requirements.past_due'), 'processed',
  'later it may not');
select is(pg_temp.updated('evt_3', 'acct_a', true, '20 s'), 'processed', 'an older event comes late');
select is((providers_read(tests.person('ann')) -> 'provider') - '{provider_id,country,created_at}'::text[],
  '{"charges_enabled": false, "payouts_enabled": false, "details_submitted": true,
    "disabled_reason": "requirements.past_due"}', 'and changes nothing');
select is(pg_temp.updated('evt_4', 'acct_a', true, '40 s'), 'processed', 'a newer one');
select is((select array[charges_enabled::text, disabled_reason] from farthing.providers
  where stripe_account_id = 'acct_a'), array['true', null], 'is what holds');
select is(pg_temp.updated('evt_4b', 'acct_a', false, '40 s', p_reason => repeat('x', 300)), 'processed',
  'another of the same second');
select is((select array[charges_enabled::text, length(disabled_reason)::text] from farthing.providers
  where stripe_account_id = 'acct_a'), array['false', '255'], 'holds: it came later; its reason in short');
select isnt(pg_temp.updated('evt_4c', 'acct_a', true, '40 s'), null, 'and again');
select is(pg_temp.updated('evt_5', 'acct_x', true, '40 s', gen_random_uuid()::text), 'ignored',
  'an account of a provider that is not there is not ours');
select is(pg_temp.updated('evt_6', 'acct_y', true, '40 s', 'no uuid'), 'ignored',
  'metadata that is no id of ours is not ours');
select is(pg_temp.updated('evt_7', 'acct_z', false, '50 s', pg_temp.id_of('ann')::text), 'ignored',
  'a second account that names a provider is not its account');
select is((select charges_enabled from farthing.providers where stripe_account_id = 'acct_a'), true,
  'and changes nothing');
select is(pg_temp.updated('evt_8', 'acct_b', true, '40 s', pg_temp.id_of('bob')::text), 'processed',
  'an event may be faster than the call that made the account');
select is(pg_temp.attach('bob', 'acct_b', 'b') #>> '{data,charges_enabled}', 'true',
  'it then finds it stored');

-- An event that was lost: Stripe is asked for the accounts.
create function pg_temp.compared(p_passed interval, variadic p_accounts text[]) returns jsonb language sql
as $$
  select providers_compare((select jsonb_agg(jsonb_build_object('stripe_account_id', a, 'provider_id',
    null, 'charges_enabled', false, 'payouts_enabled', true, 'details_submitted', true, 'disabled_reason',
    'rejected.fraud')) from unnest(p_accounts) a), tests.after(p_passed), tests.after(p_passed))
$$;
select is(providers_compare('[]', tests.after('50 s')), '{"changed": 0, "providers": 2}',
  'two providers have an account');
select is(pg_temp.compared('30 s', 'acct_a'), '{"changed": 0, "providers": 2}',
  'an older state of Stripe''s changes nothing');
select is(pg_temp.compared('60 s', 'acct_a', 'acct_q'), '{"changed": 1, "providers": 2}',
  'a later one does, and an unknown account changes nothing');
select is((select array[charges_enabled::text, payouts_enabled::text, disabled_reason] from farthing.providers
  where stripe_account_id = 'acct_a'), array['false', 'true', 'rejected.fraud'], 'and is what holds');
select is(pg_temp.compared('70 s', 'acct_a') ->> 'changed', '0', 'a known state is no change');
select is(pg_temp.updated('evt_9', 'acct_a', true, '80 s'), 'processed', 'an event goes on from there');
select is(pg_temp.compared('80.2 s', 'acct_a') ->> 'changed', '1',
  'a state of the same second applies');
select is((select status_at from farthing.providers where stripe_account_id = 'acct_a'), tests.after('80 s'),
  'as of a whole second, as events have it');
select is(pg_temp.updated('evt_10', 'acct_a', true, '80 s'), 'processed', 'an event of that second comes');
select is((select charges_enabled from farthing.providers where stripe_account_id = 'acct_a'), true,
  'and is not older than what was asked');

-- Immutable columns.
select tests.fails_with(format('update farthing.providers set %s where user_id = tests.person(''ann'')',
  change), '23001', null, format('%s is refused', change))
from unnest(array['country = ''FR''', 'stripe_account_id = ''acct_q''', 'stripe_account_id = null',
  'provider_id = gen_random_uuid()', 'user_id = tests.person(''eve'')']) change;

-- Visibility.
select is(tests.seen_by('authenticated', 'ann', 'select id, charges_enabled from providers'),
  jsonb_build_array(jsonb_build_object('id', pg_temp.id_of('ann'), 'charges_enabled', true)),
  'a provider sees its own');
select is(tests.seen_by('authenticated', who, 'select * from providers'), '[]',
  coalesce(who, 'a token without a person') || ' sees none') from unnest(array['cid', null]) who;
select is(tests.code_for('anon', null, 'select * from providers'), '42501', 'anon may not look');
select tests.fails_with($$ select providers_read(tests.person('cid')) $$, 'not_found', null,
  'one who does not sell is not found');
select is(tests.code_for(role, 'ann', 'select ' || call), '42501', format('T13: %s by %s',
  split_part(call, '(', 1), role))
from unnest(array['authenticated', 'anon']) role, unnest(array[
  'providers_begin(tests.person(''ann''), ''DE'')', 'providers_attach(gen_random_uuid(), '''', '''')',
  'providers_abandon('''')', 'providers_compare(''[]'', now())',
  'providers_read(tests.person(''ann''))']) call;

select is_empty($$ select row_key from farthing.audit where table_name = 'providers'
  and (author !~ '^(owner|stripe:evt_.*)$' or reason is null) $$,
  'the audit says of each account whether its user or Stripe wrote it, and why');

-- Leaving.
delete from auth.users where id = (select tests.person('ann'));
select is((select user_id from farthing.providers where stripe_account_id = 'acct_a'), null::uuid,
  'a provider who leaves keeps what the books need, and no name');
select is(pg_temp.begin('dan', p_email => 'dan@example.com') ->> 'step', 'onboard', 'dan begins');
delete from auth.users where id = (select tests.person('dan'));
select is_empty($$ select email from farthing.providers where email is not null $$,
  'a user deleted before the account exists leaves no address');

select is_empty('select * from farthing.prove()', 'the ledger proves itself');
select * from finish();
rollback;
