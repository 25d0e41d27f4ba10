-- Providers: a user becomes a provider only once, and has one account at Stripe. The provider's
-- capabilities are those that Stripe last reported.

begin;
\ir ../helpers/all_tests.psql
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

-- The provider's row is committed before Stripe is called.
create temporary table ann as select pg_temp.begin('ann', 'DE', 'k', p_email => 'ann@example.com') as b;
select is(b, jsonb_build_object('step', 'onboard', 'provider', jsonb_build_object('provider_id',
    pg_temp.id_of('ann'), 'country', 'DE', 'email', 'ann@example.com', 'stripe_account_id', null)),
  'a provider is created before Stripe is asked') from ann;
select is(pg_temp.key('k'), 'started', 'the idempotency key is started');
select tests.fails_with($$ select pg_temp.begin('ann', 'DE', 'k') $$, 'idempotency_in_progress', null,
  'T12: a repeat during the first request is refused as in progress');
select tests.fails_with($$ select pg_temp.begin('ann', 'FR', 'k') $$, 'idempotency_key_reused', null,
  'another body under the same key is refused');
select tests.fails_with(format('select pg_temp.begin(''bob'', %L)', bad), 'invalid_request', 'country',
  format('the country %L is refused', bad)) from unnest(array[null, '', 'de', 'DEU', 'D', 'D1']) bad;
select tests.fails_with($$ select providers_begin(gen_random_uuid(), 'DE') $$, 'not_found', 'user_id',
  'an unknown user cannot become a provider');
select is((select count(*)::int from farthing.providers), 1, 'a refused request creates no provider');

-- If a request ended before its answer, the next request sends the same values to Stripe.
select is(pg_temp.begin('ann', 'DE', 'k', '4 min') -> 'provider', b -> 'provider',
  'a later request for the same user continues with the same provider') from ann;
select is(pg_temp.begin('ann', 'DE', p_email => 'other@example.com') -> 'provider', b -> 'provider',
  'a request under another key continues with the first values for Stripe') from ann;
select tests.fails_with($$ select pg_temp.begin('ann', 'FR') $$, 'invalid_request', 'country',
  'a provider''s country cannot be changed');

-- providers_attach() stores the provider's account at Stripe, and stores the answer under the
-- idempotency key.
select is(pg_temp.attach('ann', 'acct_a', 'k'), jsonb_build_object('status', 201, 'replayed', false, 'data',
    jsonb_build_object('provider_id', pg_temp.id_of('ann'), 'country', 'DE', 'charges_enabled', false,
      'payouts_enabled', false, 'details_submitted', false, 'disabled_reason', null, 'created_at',
      tests.after(), 'onboarding_url', 'https://connect.test/acct_a')), 'the account''s id is stored');
select is(pg_temp.key('k'), '201', 'the idempotency key is finished');
select is(pg_temp.begin('ann', 'DE', 'k', '5 min') ->> 'step', 'replay',
  'T12: a repeat gets the stored answer');
select is(pg_temp.begin('ann') #>> '{provider,stripe_account_id}', 'acct_a',
  'a provider who begins again continues with the existing account');
select is((select email from farthing.providers), null::text,
  'the email address is deleted after the account exists');
select tests.fails_with($$ select pg_temp.attach('ann', 'acct_b') $$, 'P0001', null,
  'a second account is refused');
select is(pg_temp.attach('ann', 'acct_a') #>> '{data,provider_id}', pg_temp.id_of('ann')::text,
  'the same account is accepted again');
select tests.fails_with($$ select providers_attach(gen_random_uuid(), 'acct_c', '') $$, 'not_found',
  'provider_id', 'an unknown provider cannot get an account');

-- providers_abandon() always frees the idempotency key. If Stripe refused the provider, the
-- provider is removed, too. If Stripe did not answer, the provider stays for the retry.
select is(pg_temp.begin('bob', 'US', 'b') ->> 'step', 'onboard', 'bob begins');
create temporary table bob as select pg_temp.id_of('bob') as id;
select is(providers_abandon(tests.sha256('b')), '{}', 'Stripe does not answer');
select is(pg_temp.key('b'), 'free', 'the idempotency key is freed');
select is(pg_temp.id_of('bob'), id, 'the provider stays for the retry') from bob;
select is(pg_temp.begin('bob', 'US', 'b') ->> 'step', 'onboard', 'bob begins again');
select is(providers_abandon(tests.sha256('b'), id), '{}', 'Stripe refuses the account') from bob;
select is(pg_temp.id_of('bob'), null::uuid,
  'a refused provider is removed, since Stripe repeats its refusal');
select is(pg_temp.begin('bob', 'GB', 'b') #>> '{provider,country}', 'GB', 'bob can begin in another country');
select isnt(pg_temp.id_of('bob'), id, 'bob has a provider with a new id') from bob;
select is(providers_abandon(tests.sha256('x'), pg_temp.id_of('ann')), '{}', 'a late refusal arrives');
select isnt(pg_temp.id_of('ann'), null::uuid, 'a late refusal does not remove a provider with an account');

-- Stripe's events change the capabilities of an account.
select is(pg_temp.updated('evt_1', 'acct_a', true, '10 s'), 'processed',
  'an event enables the account to charge');
select is(providers_read(tests.person('ann')) #> '{provider,charges_enabled}', 'true',
  'the provider is enabled to charge');
select is(pg_temp.updated('evt_2', 'acct_a', false, '30 s', p_reason => 'requirements.past_due'), 'processed',
  'a later event disables the account');
select is(pg_temp.updated('evt_3', 'acct_a', true, '20 s'), 'processed', 'an older event arrives late');
select is((providers_read(tests.person('ann')) -> 'provider') - '{provider_id,country,created_at}'::text[],
  '{"charges_enabled": false, "payouts_enabled": false, "details_submitted": true,
    "disabled_reason": "requirements.past_due"}', 'the older event changes nothing');
select is(pg_temp.updated('evt_4', 'acct_a', true, '40 s'), 'processed', 'a newer event arrives');
select is((select array[charges_enabled::text, disabled_reason] from farthing.providers
  where stripe_account_id = 'acct_a'), array['true', null], 'the newer event applies');
select is(pg_temp.updated('evt_4b', 'acct_a', false, '40 s', p_reason => repeat('x', 300)), 'processed',
  'another event of the same second arrives');
select is((select array[charges_enabled::text, length(disabled_reason)::text] from farthing.providers
  where stripe_account_id = 'acct_a'), array['false', '255'],
  'of two events in one second the later one applies, with a shortened reason');
select isnt(pg_temp.updated('evt_4c', 'acct_a', true, '40 s'), null, 'the same event arrives again');
select is(pg_temp.updated('evt_5', 'acct_x', true, '40 s', gen_random_uuid()::text), 'ignored',
  'an event that names an unknown provider is ignored');
select is(pg_temp.updated('evt_6', 'acct_y', true, '40 s', 'no uuid'), 'ignored',
  'metadata that is not a provider''s id is ignored');
select is(pg_temp.updated('evt_7', 'acct_z', false, '50 s', pg_temp.id_of('ann')::text), 'ignored',
  'a second account that names a provider is ignored');
select is((select charges_enabled from farthing.providers where stripe_account_id = 'acct_a'), true,
  'the ignored account changes nothing');
select is(pg_temp.updated('evt_8', 'acct_b', true, '40 s', pg_temp.id_of('bob')::text), 'processed',
  'an event may arrive before the account''s id is stored');
select is(pg_temp.attach('bob', 'acct_b', 'b') #>> '{data,charges_enabled}', 'true',
  'the id that the event stored is found');

-- The comparison with Stripe's accounts corrects a provider whose event was lost.
create function pg_temp.compared(p_passed interval, variadic p_accounts text[]) returns jsonb language sql
as $$
  select providers_compare((select jsonb_agg(jsonb_build_object('stripe_account_id', a, 'provider_id',
    null, 'charges_enabled', false, 'payouts_enabled', true, 'details_submitted', true, 'disabled_reason',
    'rejected.fraud')) from unnest(p_accounts) a), tests.after(p_passed), tests.after(p_passed))
$$;
select is(providers_compare('[]', tests.after('50 s')), '{"changed": 0, "providers": 2}',
  'two providers have an account');
select is(pg_temp.compared('30 s', 'acct_a'), '{"changed": 0, "providers": 2}',
  'an older state of the account changes nothing');
select is(pg_temp.compared('60 s', 'acct_a', 'acct_q'), '{"changed": 1, "providers": 2}',
  'a newer state applies, and an unknown account is skipped');
select is((select array[charges_enabled::text, payouts_enabled::text, disabled_reason] from farthing.providers
  where stripe_account_id = 'acct_a'), array['false', 'true', 'rejected.fraud'],
  'the provider has the newer state');
select is(pg_temp.compared('70 s', 'acct_a') ->> 'changed', '0', 'an equal state counts as no change');
select is(pg_temp.updated('evt_9', 'acct_a', true, '80 s'), 'processed',
  'a later event applies after the comparison');
select is(pg_temp.compared('80.2 s', 'acct_a') ->> 'changed', '1',
  'a state of the same second applies');
select is((select status_at from farthing.providers where stripe_account_id = 'acct_a'), tests.after('80 s'),
  'the state''s time is rounded down to the second');
select is(pg_temp.updated('evt_10', 'acct_a', true, '80 s'), 'processed', 'an event of that second arrives');
select is((select charges_enabled from farthing.providers where stripe_account_id = 'acct_a'), true,
  'an event of the same second applies after the comparison');

-- The user, country and account of a provider can't be changed.
select tests.fails_with(format('update farthing.providers set %s where user_id = tests.person(''ann'')',
  change), '23001', null, format('the change %s is refused', change))
from unnest(array['country = ''FR''', 'stripe_account_id = ''acct_q''', 'stripe_account_id = null',
  'provider_id = gen_random_uuid()', 'user_id = tests.person(''eve'')']) change;

-- A user sees only their own provider.
select is(tests.seen_by('authenticated', 'ann', 'select id, charges_enabled from providers'),
  jsonb_build_array(jsonb_build_object('id', pg_temp.id_of('ann'), 'charges_enabled', true)),
  'a provider sees their own row');
select is(tests.seen_by('authenticated', who, 'select * from providers'), '[]',
  format('%s sees no provider', coalesce(who, 'a token without a user'))) from unnest(array['cid', null]) who;
select is(tests.code_for('anon', null, 'select * from providers'), '42501', 'anon cannot read providers');
select tests.fails_with($$ select providers_read(tests.person('cid')) $$, 'not_found', null,
  'a user who does not sell gets not_found');
select is(tests.code_for(role, 'ann', 'select ' || call), '42501',
  format('T13: %s is denied to %s', split_part(call, '(', 1), role))
from unnest(array['authenticated', 'anon']) role, unnest(array[
  'providers_begin(tests.person(''ann''), ''DE'')', 'providers_attach(gen_random_uuid(), '''', '''')',
  'providers_abandon('''')', 'providers_compare(''[]'', now())',
  'providers_read(tests.person(''ann''))']) call;

select is_empty($$ select row_key from farthing.audit where table_name = 'providers'
  and (author !~ '^(owner|stripe:evt_.*)$' or reason is null) $$,
  'the audit has each change of an account with author and reason');

-- If the user is deleted, the provider's row stays, but without the user's id and email address.
delete from auth.users where id = (select tests.person('ann'));
select is((select user_id from farthing.providers where stripe_account_id = 'acct_a'), null::uuid,
  'a deleted user''s provider stays without the user and their address');
select is(pg_temp.begin('dan', p_email => 'dan@example.com') ->> 'step', 'onboard', 'dan begins');
delete from auth.users where id = (select tests.person('dan'));
select is_empty($$ select email from farthing.providers where email is not null $$,
  'a user who is deleted before the account exists leaves no address');

select is_empty('select * from farthing.prove()', 'the proof finds no violation');
select * from finish();
rollback;
