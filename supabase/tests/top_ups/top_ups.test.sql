-- Auto top-up: agreed to by a user, one charge for a gap, credits by the payment's event alone.

begin;
\ir ../helpers/story.psql
\ir ../helpers/top_ups.psql
select plan(128);

-- Terms.
select is(top_ups_read(tests.person('ann'), tests.after()), jsonb_build_object('enabled', false, 'threshold',
  null, 'target', null, 'monthly_cap', null, 'currency', 'usd', 'consented_at', null, 'state', 'off',
  'paused',
  null, 'failures', 0, 'next_attempt_at', null, 'charged_this_month', 0, 'card', null, 'link', null,
  'charges',
  '[]'::jsonb), 'a user who never enabled a top-up has none');
select tests.fails_with(format('select tests.opts_in(''ann'', %L, %L, %L, p_enabled => %L)', threshold,
  target,
  cap, enabled), 'invalid_request', field, format('%s to %s, %s a month is refused', threshold, target, cap))
from (values ('0', '5000', 2000, true, 'threshold'), ('-1', '5000', 2000, true, 'threshold'),
  ('x', '5000', 2000, true, 'threshold'), ('1000', '1000', 2000, true, 'target'),
  ('1000', '1499.999', 2000, true, 'target'), ('1000', null, 2000, true, 'target'),
  ('1000', '999999999991', 2000, true, 'target'), ('1000', '5000', 49, true, 'monthly_cap'),
  ('1000', '5000', 1000001, true, 'monthly_cap'), ('1000', '5000', null, true, 'monthly_cap'),
  ('1000', '5000', 2000, null, 'enabled')) t (threshold, target, cap, enabled, field);
select tests.fails_with($$ select top_ups_set(gen_random_uuid(), true, '1', '1000', 100) $$, 'not_found',
  'user_id', 'nobody opts in');
select is(tests.opts_in('ann', '1000', '1500', 2000) - '{currency,charges,failures,link}'::text[],
  jsonb_build_object('enabled', true, 'threshold', '1000', 'target', '1500', 'monthly_cap', 2000,
    'consented_at', tests.after(), 'state', 'card_missing', 'paused', null, 'next_attempt_at', null,
    'charged_this_month', 0, 'card', null), 'ann opts in to the closest terms that there are');
select is(tests.claims(), 'nothing', 'without a card nobody is charged');
select is(top_ups_set(tests.person('ann'), true, '1000', '5000', 2000, tests.sha256('k'), tests.sha256('b'),
  tests.after('1 s')) ->> 'replayed', 'false', 'ann opts in to others');
select is(top_ups_set(tests.person('ann'), true, '1000', '5000', 2000, tests.sha256('k'), tests.sha256('b'),
  tests.after('2 s')) #>> '{data,consented_at}', to_jsonb(tests.after('1 s')) #>> '{}',
  'T12: the same request gets the same answer');

-- A card.
select is(cards_begin(tests.person('ann'), tests.sha256('c'), tests.sha256('b'), tests.after()),
  jsonb_build_object('step', 'create', 'user_id', tests.person('ann'), 'account_id',
    farthing.account_for(tests.person('ann')), 'customer_id', null),
  'a first card asks for a customer');
select tests.fails_with(format('select cards_begin(tests.person(''ann''), %L, %L, tests.after())',
  tests.sha256('c'), tests.sha256('b')), 'idempotency_in_progress', null,
  'T12: while it is made, repeats wait');
select is(customers_attach(tests.person('ann'), customer, tests.after()) ->> 'customer_id', 'cus_ann',
  'a user has one customer') from unnest(array['cus_ann', 'cus_other']) customer;
select is(cards_finish(tests.sha256('c'), 'https://s.test/setup') #>> '{data,setup_url}',
  'https://s.test/setup',
  'a page is made');
select is(cards_begin(tests.person('ann'), tests.sha256('c'), tests.sha256('b'), tests.after('1 h')),
  '{"step": "replay", "status": 201, "replayed": true, "data": {"setup_url": "https://s.test/setup"}}',
  'T12: and given again');
select is(cards_begin(tests.person('ann'), tests.sha256('d'), tests.sha256('b'),
  tests.after()) ->> 'customer_id',
  'cus_ann', 'a second card is saved for the same customer');
select is(cards_abandon(tests.sha256('d')), '{}', 'Stripe fails');
select is(cards_begin(tests.person('ann'), tests.sha256('d'), tests.sha256('b'), tests.after()) ->> 'step',
  'create', 'and the key is free');
select is(tests.saves('ann', 'pm_1', '10 s'), 'processed', 'ann saves a card');
select is(tests.stands('ann'), 'on; none; 0 failed', 'and is topped up from now on');
select is(tests.hears('card_' || n, 'setup_intent.succeeded', jsonb_build_object('user_id',
    tests.person('ann'), 'customer_id', 'cus_ann', 'payment_method_id', 'pm_2') || facts, passed), state,
    name)
from (values (1, '{}'::jsonb, interval '9 s', 'processed', 'an older event'),
  (2, '{"customer_id": "cus_bob"}', '20 s', 'processed', 'a card of another customer'),
  (3, jsonb_build_object('user_id', gen_random_uuid()), '20 s', 'ignored', 'a card of nobody'),
  (4, '{"user_id": null}', '20 s', 'ignored', 'a card that was not saved through us'),
  (5, '{"user_id": "x"}', '20 s', 'ignored', 'a card of no user'),
  (6, '{"payment_method_id": null}', '20 s', 'ignored', 'a setup without a card')) e (n, facts, passed, state,
  name);
select is((select payment_method_id from farthing.customers), 'pm_1', 'none of them takes the card''s place');
select is(tests.hears('gone_1', 'payment_method.detached', '{"payment_method_id": "pm_x"}', '20 s'),
  'ignored',
  'a card that is not ours is taken away');
select is(tests.hears('card_7', 'setup_intent.succeeded', jsonb_build_object('user_id', tests.person('ann'),
  'customer_id', 'cus_ann', 'payment_method_id', 'pm_2', 'card_brand', 'visa', 'card_last4', '4242'), '30 s'),
  'processed', 'a newer card');
select is(top_ups_read(tests.person('ann')) -> 'card', '{"brand": "visa", "last4": "4242"}',
  'takes its place, known by its brand and last digits');

-- One charge for the gap (T16).
select is(tests.claims('1 min'), 'ann charge 500', 'T16: ann is charged once, for all that is missing');
select is(tests.claims('1 min'), 'nothing', 'T16: a second runner is handed nothing');
select is(tests.stands('ann'), 'charging; pending; 0 failed', 'there is one order');
select is(tests.standing('ann'), 'balance 0, held 0, available 0, debt 0', 'and no credits yet');
select is(tests.claims('3 min' - interval '1 s'), 'nothing', 'T16: while the lease lasts nobody asks again');
select is(tests.claims('3 min'), 'ann charge 500',
  'T16: after a runner has died the same order is asked for');
select is((select count(*)::int from farthing.orders), 1, 'T16: and no other');
select is((select attempts from farthing.top_up_charges), 2, 'twice so far');
select is(tests.reports('ann', 'accepted', '3 min'), 'processing settle', 'Stripe says that it is paid');
select is(tests.standing('ann'), 'balance 0, held 0, available 0, debt 0',
  'T16: an answer of Stripe''s grants nothing');
select is(tests.claims('1 day'), 'nothing',
  'a charge that Stripe has is neither requested again nor given up');
select is(farthing.sweep_orders(tests.after('2 days')), 0, 'by no task');
select is(tests.told('ann', 'payment_intent.succeeded', '4 min'), 'processed', 'the payment''s event comes');
select is(tests.standing('ann'), 'balance 5000, held 0, available 5000, debt 0', 'and grants');
select is(tests.told('ann', 'payment_intent.succeeded', '5 min'), 'processed', 'another event of it');
select is(tests.standing('ann'), 'balance 5000, held 0, available 5000, debt 0', 'T3: grants nothing more');
select is(tests.stands('ann', '5 min'), 'on; paid; 0 failed', 'the top-up is ready for the next time');
select is(top_ups_read(tests.person('ann'), tests.after('5 min')) #- '{charges,0,order_id}' -> 'charges',
  jsonb_build_array(jsonb_build_object('status', 'paid', 'amount', 500, 'currency', 'usd', 'credits', '5000',
    'failure_code', null, 'created_at', tests.after('1 min'))), 'the user sees what was charged');
select is(tests.notices('ann'), '{receipt}', 'a top-up that goes well has a receipt, and one');
select is(tests.reports('ann', outcome, '6 min'), 'paid closed', format('%s comes too late', outcome))
from unnest(array['accepted', 'declined', 'card_gone', 'authentication', 'unknown']) outcome;
select tests.fails_with($$ select tests.reports('ann', 'perhaps') $$, 'invalid_request', 'outcome',
  'an unknown outcome is refused');
select tests.fails_with($$ select tests.reports('bob', 'accepted') $$, 'not_found', 'order_id',
  'of no order nothing is said');
select is(tests.told('ann', type, '6 min'), 'processed', type || ' comes too late') from unnest(array[
  'payment_intent.payment_failed', 'payment_intent.canceled', 'payment_intent.requires_action']) type;
select is(tests.stands('ann', '6 min'), 'on; paid; 0 failed', 'and changes nothing');

-- The size of the gap.
select is(tests.tops_up(name), 'card_missing, processed', name || ' opts in')
from unnest(array['bob', 'cid', 'dan', 'eve', 'fay']) name;
select isnt(tests.give(name, amount), null, format('%s has %s', name, amount)) from (values ('bob', '999.99'),
  ('cid', '1000'), ('dan', '600'), ('eve', '4000'), ('fay', '1')) g (name, amount);
select isnt(tests.give('bob', '5000', '1 hour'), null, 'bob has 5000 more, for an hour');
select isnt(tests.hold('eve', '3500', 7200), null, 'eve holds 3500');
select is((holds_settle(tests.hold('fay', '1', 600), '201', p_now => tests.after('1 s')) #>>
  '{data,shortfall}'),
  '200', 'fay owes 200');
select is(tests.claims('1 min'), 'dan charge 440, eve charge 450, fay charge 520',
  'held credits and debt count as missing; a balance at the threshold is not low');
select is(farthing.sweep_accounts(tests.after('61 min')), 1, 'bob''s 5000 have expired');
select is(tests.claims('61 min'), 'bob charge 401, dan charge 440, eve charge 450, fay charge 520',
  'expired credits count as missing, rounded up to a cent');
select is(tests.told('fay', 'payment_intent.succeeded', '62 min'), 'processed', 'fay is charged');
select is(tests.standing('fay'), 'balance 5000, held 0, available 5000, debt 0', 'debt is paid first');

select is(tests.code_for(role, 'ann', 'select ' || call), case role when 'service_role' then code else '42501'
  end, format('T13: %s by %s', split_part(call, '(', 1), role))
from unnest(array['service_role', 'authenticated', 'anon']) role, (values
  ('top_ups_read(tests.person(''ann''))', 'ok'), ('top_ups_stop(gen_random_uuid())', 'not_found'),
  ('top_ups_set(tests.person(''ann''), true, null, null, 1)', 'invalid_request'), ('top_ups_claim(0)', 'ok'),
  ('top_ups_report(gen_random_uuid(), ''accepted'')', 'not_found'),
  ('top_ups_link(gen_random_uuid(), ''cs'', ''u'')', 'not_found'),
  ('cards_begin(gen_random_uuid())', 'not_found'), ('customers_attach(gen_random_uuid(), ''c'')',
  'not_found'),
  ('cards_finish('''', '''')', 'ok'), ('cards_abandon('''')', 'ok')) c (call, code);
select is(tests.code_for('authenticated', 'ann', 'select * from farthing.' || t), '42501',
  t || ' is nobody''s to read') from unnest(array['customers', 'top_ups', 'top_up_charges']) t;

-- The audit says whose word each card and each consent was.
select is(top_ups_stop(tests.person('ann'), tests.after('40 days')) ->> 'state', 'off', 'ann opts out');
select set_eq($$ select concat_ws(' ', table_name, author, reason) from farthing.audit
  where table_name in ('customers', 'top_ups')
    and row_key = (select jsonb_build_object('account_id', account_id) from farthing.accounts
      where owner_id = tests.person('ann')) $$, array['customers owner a customer was made to save a card',
    'customers stripe:evt_saved_pm_1 setup_intent.succeeded',
    'customers stripe:evt_card_7 setup_intent.succeeded', 'top_ups owner the terms of top-ups were set',
    'top_ups owner top-ups were stopped'], 'a user''s word, and which of Stripe''s');
select is_empty('select * from farthing.prove_top_ups()', 'each top-up has one charge, open as long as it');
update farthing.top_up_charges set step = 'settle' where step = 'closed';
select is((select count(*)::int from farthing.prove_top_ups()), 2,
  'a charge that outlives its order is found');
update farthing.top_up_charges set step = 'closed' where step = 'settle';

-- A card that Stripe no longer knows is the runner's word.
select is(tests.tops_up('gil'), 'card_missing, processed', 'gil tops up');
select matches(tests.claims('41 days'), 'gil charge', 'gil is charged');
select is(tests.reports('gil', 'card_gone', '41 days'), 'failed closed', 'the card is gone');
select is(concat_ws(' ', author, reason), 'task:wake_payment_runner_if_due Stripe has no such card',
  'the audit says how we know') from farthing.audit order by audit_nr desc limit 1;
select is_empty('select * from farthing.prove()', 'the ledger proves itself');
select * from finish();
rollback;
