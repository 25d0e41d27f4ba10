-- Auto top-up: a user consents, a single charge raises the credits to the target, and only the
-- payment's event grants credits.

begin;
\ir ../helpers/all_tests.psql
\ir ../helpers/top_ups.psql
select plan(129);

-- A user opts in. The threshold, the target and the monthly cap have bounds.
select tests.person('ann') as ann \gset
select is(top_ups_read(tests.person('ann'), tests.after()), jsonb_build_object('enabled', false, 'threshold',
  null, 'target', null, 'monthly_cap', null, 'currency', 'usd', 'consented_at', null, 'state', 'off',
  'paused',
  null, 'failures', 0, 'next_attempt_at', null, 'charged_this_month', 0, 'card', null, 'link', null,
  'pending_charge', null, 'charges', '[]'::jsonb), 'a user who never set a top-up has it disabled');
select tests.fails_with('select top_ups_read(gen_random_uuid())', 'not_found', 'user_id',
  'an unknown user has no top-up');
select tests.fails_with(format('select tests.opts_in(''ann'', %L, %L, %L, p_enabled => %L)', threshold,
  target,
  cap, enabled), 'invalid_request', field,
  format('a threshold of %s, a target of %s and a cap of %s are refused', threshold, target, cap))
from (values ('0', '5000', 2000, true, 'threshold'), ('-1', '5000', 2000, true, 'threshold'),
  ('x', '5000', 2000, true, 'threshold'), ('1000', '1000', 2000, true, 'target'),
  ('1000', '1499.999', 2000, true, 'target'), ('1000', null, 2000, true, 'target'),
  ('1000', '999999999991', 2000, true, 'target'), ('1000', '5000', 49, true, 'monthly_cap'),
  ('1000', '5000', 1000001, true, 'monthly_cap'), ('1000', '5000', null, true, 'monthly_cap'),
  ('1000', '5000', 2000, null, 'enabled')) t (threshold, target, cap, enabled, field);
select tests.fails_with($$ select top_ups_set(gen_random_uuid(), true, '1', '1000', 100) $$, 'not_found',
  'user_id', 'an unknown user cannot opt in');
select is(tests.opts_in('ann', '1000', '1500', 2000) - '{currency,charges,failures,link}'::text[],
  jsonb_build_object('enabled', true, 'threshold', '1000', 'target', '1500', 'monthly_cap', 2000,
    'consented_at', tests.after(), 'state', 'card_missing', 'paused', null,
    'pending_charge', null, 'next_attempt_at', null,
    'charged_this_month', 0, 'card', null), 'ann opts in to the narrowest allowed terms');
select is(tests.claims(), 'nothing', 'no user without a card is charged');
select is(top_ups_set(tests.person('ann'), true, '1000', '5000', 2000, tests.sha256('k'), tests.sha256('b'),
  tests.after('1 s')) ->> 'replayed', 'false', 'ann opts in to other terms');
select is(top_ups_set(tests.person('ann'), true, '1000', '5000', 2000, tests.sha256('k'), tests.sha256('b'),
  tests.after('2 s')) #>> '{data,consented_at}', to_jsonb(tests.after('1 s')) #>> '{}',
  'T12: the same request gets the stored answer');

-- A user saves a card, and replaces it.
select is(cards_begin(tests.person('ann'), tests.sha256('c'), tests.sha256('b'), tests.after()),
  jsonb_build_object('step', 'create', 'user_id', tests.person('ann'), 'account_id',
    farthing.account_for(tests.person('ann')), 'customer_id', null),
  'the first card requires a customer at Stripe');
select tests.fails_with(format('select cards_begin(tests.person(''ann''), %L, %L, tests.after())',
  tests.sha256('c'), tests.sha256('b')), 'idempotency_in_progress', null,
  'T12: a repeat during the request is refused as in progress');
select is(customers_attach(tests.person('ann'), customer, tests.after()) ->> 'customer_id', 'cus_ann',
  'a user has one customer') from unnest(array['cus_ann', 'cus_other']) customer;
select is(cards_finish(tests.sha256('c'), 'https://s.test/setup') #>> '{data,setup_url}',
  'https://s.test/setup',
  'the setup page''s URL is stored');
select is(cards_begin(tests.person('ann'), tests.sha256('c'), tests.sha256('b'), tests.after('1 h')),
  '{"step": "replay", "status": 201, "replayed": true, "data": {"setup_url": "https://s.test/setup"}}',
  'T12: a repeat gets the stored setup page');
select is(cards_begin(tests.person('ann'), tests.sha256('d'), tests.sha256('b'),
  tests.after()) ->> 'customer_id',
  'cus_ann', 'a second card is saved for the same customer');
select is(cards_abandon(tests.sha256('d')), '{}', 'a request is abandoned after Stripe failed');
select is(cards_begin(tests.person('ann'), tests.sha256('d'), tests.sha256('b'), tests.after()) ->> 'step',
  'create', 'the idempotency key of an abandoned request is free');
select is(tests.saves('ann', 'pm_1', '10 s'), 'processed', 'ann saves a card');
select is(tests.top_up_line('ann'), 'on; none; 0 failed', 'ann''s top-up is on');
select is(tests.receive('card_' || n, 'setup_intent.succeeded', jsonb_build_object('user_id',
    tests.person('ann'), 'customer_id', 'cus_ann', 'payment_method_id', 'pm_old') || facts, passed), state,
    name)
from (values (1, '{}'::jsonb, interval '9 s', 'processed', 'an older event of a card is processed'),
  (2, '{"customer_id": "cus_bob"}', '20 s', 'processed',
    'a card of another customer is processed and not stored'),
  (3, jsonb_build_object('user_id', gen_random_uuid()), '20 s', 'processed',
    'a card of our customer and an unknown user is processed and not stored'),
  (4, '{"user_id": null}', '20 s', 'ignored', 'a card that another app saved is ignored'),
  (5, '{"user_id": "x"}', '20 s', 'ignored', 'a card with an invalid user id is ignored'),
  (6, '{"payment_method_id": null}', '20 s', 'ignored', 'a setup without a card is ignored'))
  e (n, facts, passed, state, name);
select is((select payment_method_id from farthing.customers), 'pm_1',
  'the ignored and older events do not replace the card');
select is(tests.receive('gone_1', 'payment_method.detached', '{"payment_method_id": "pm_x"}', '20 s'),
  'ignored',
  'the removal of a foreign card is ignored');
select is(tests.receive('card_7', 'setup_intent.succeeded', jsonb_build_object('user_id', tests.person('ann'),
  'customer_id', 'cus_ann', 'payment_method_id', 'pm_2'), '30 s'),
  'processed', 'the event of a newer card arrives');
select is(top_ups_read(tests.person('ann')) -> 'card',
  '{"brand": null, "last4": null, "exp_month": null, "exp_year": null}',
  'the newer card replaces the card, and is not read yet');

-- One charge fills the gap up to the target (T16).
select is(tests.claims('1 min'), 'ann charge 500', 'T16: ann is charged once for the whole gap');
select is(tests.claims('1 min'), 'nothing', 'T16: a second runner gets no charge');
select is(tests.top_up_line('ann'), 'charging; pending; 0 failed', 'one order is open');
select is(tests.balance('ann'), 'balance 0, held 0, available 0, debt 0',
  'an open charge grants no credits');
select is(tests.claims('3 min' - interval '1 s'), 'nothing',
  'T16: the charge is not claimed during its lease');
select is(tests.claims('3 min'), 'ann charge 500',
  'T16: after the lease the same order is claimed again');
select is((select count(*)::int from farthing.orders), 1, 'T16: a repeated claim creates no second order');
select is((select attempts from farthing.top_up_charges), 2, 'the charge counts two attempts');
select is(tests.reports('ann', 'accepted', '3 min'), 'processing settle', 'Stripe accepts the charge');
select is(tests.balance('ann'), 'balance 0, held 0, available 0, debt 0',
  'T16: Stripe''s answer grants no credits');
select is(tests.claims('1 day'), 'nothing',
  'an accepted charge is not claimed again');
select is(farthing.expire_orders(tests.after('2 days')), 0, 'an accepted charge does not expire');
select is(tests.top_up_event('ann', 'payment_intent.succeeded', '4 min'), 'processed',
  'the event of the payment arrives');
select is(tests.balance('ann'), 'balance 5000, held 0, available 5000, debt 0',
  'the event grants the credits');
select is(tests.top_up_event('ann', 'payment_intent.succeeded', '5 min'), 'processed',
  'a second event of the payment arrives');
select is(tests.balance('ann'), 'balance 5000, held 0, available 5000, debt 0',
  'T3: a second event grants no credits');
select is(tests.top_up_line('ann', '5 min'), 'on; paid; 0 failed',
  'the top-up is on again after the payment');
select is(top_ups_read(tests.person('ann'), tests.after('5 min')) #- '{charges,0,order_id}' -> 'charges',
  jsonb_build_array(jsonb_build_object('status', 'paid', 'amount', 500, 'currency', 'usd', 'credits', '5000',
    'failure_code', null, 'created_at', tests.after('1 min'))), 'the user sees the charge');
select is(tests.notifications('ann'), '{receipt}', 'a paid top-up is notified with one receipt');
select is(tests.reports('ann', outcome, '6 min'), 'paid closed',
  format('a late answer %s does not change a paid top-up', outcome))
from unnest(array['accepted', 'declined', 'card_gone', 'authentication', 'unknown']) outcome;
select tests.fails_with($$ select tests.reports('ann', 'perhaps') $$, 'invalid_request', 'outcome',
  'an unknown outcome is refused');
select tests.fails_with($$ select tests.reports('bob', 'accepted') $$, 'not_found', 'order_id',
  'the answer to an unknown order is refused');
select is(tests.top_up_event('ann', type, '6 min'), 'processed',
  format('a late event %s is accepted', type)) from unnest(array[
  'payment_intent.payment_failed', 'payment_intent.canceled', 'payment_intent.requires_action']) type;
select is(tests.top_up_line('ann', '6 min'), 'on; paid; 0 failed',
  'late answers and events do not change a paid top-up');

-- The gap up to the target includes held credits and debt.
select is(tests.tops_up(name), 'card_missing, processed', name || ' opts in')
from unnest(array['bob', 'cid', 'dan', 'eve', 'fay']) name;
select isnt(tests.give(name, amount), null,
  format('%s is granted %s', name, amount)) from (values ('bob', '999.99'),
  ('cid', '1000'), ('dan', '600'), ('eve', '4000'), ('fay', '1')) g (name, amount);
select isnt(tests.give('bob', '5000', '1 hour'), null, 'bob is granted 5000 that expire after an hour');
select isnt(tests.hold('eve', '3500', 7200), null, 'eve holds 3500');
select is((holds_settle(tests.hold('fay', '1', 600), '201', p_now => tests.after('1 s')) #>>
  '{data,shortfall}'),
  '200', 'fay has a debt of 200');
select is(tests.claims('1 min'), 'dan charge 440, eve charge 450, fay charge 520',
  'held credits and debt count as missing, and a balance at the threshold is not low');
select is(farthing.expire_credits(tests.after('61 min')), 1, 'bob''s 5000 expire');
select is(tests.claims('61 min'), 'bob charge 401, dan charge 440, eve charge 450, fay charge 520',
  'expired credits count as missing, and the gap is rounded up to a cent');
select is(tests.top_up_event('fay', 'payment_intent.succeeded', '62 min'), 'processed', 'fay pays');
select is(tests.balance('fay'), 'balance 5000, held 0, available 5000, debt 0',
  'new credits pay the debt first');

select is(tests.code_for(role, 'ann', 'select ' || call), case role when 'service_role' then code else '42501'
  end, format('T13: %s is denied to %s', split_part(call, '(', 1), role))
from unnest(array['service_role', 'authenticated', 'anon']) role, (values
  ('top_ups_read(tests.person(''ann''))', 'ok'), ('top_ups_stop(gen_random_uuid())', 'not_found'),
  ('top_ups_set(tests.person(''ann''), true, null, null, 1)', 'invalid_request'), ('top_ups_claim(0)', 'ok'),
  ('top_ups_report(gen_random_uuid(), ''accepted'')', 'not_found'),
  ('top_ups_link(gen_random_uuid(), ''cs'', ''u'')', 'not_found'),
  ('cards_begin(gen_random_uuid())', 'not_found'), ('customers_attach(gen_random_uuid(), ''c'')',
  'not_found'),
  ('cards_finish('''', '''')', 'ok'), ('cards_abandon('''')', 'ok')) c (call, code);
select is(tests.code_for('authenticated', 'ann', 'select * from farthing.' || t), '42501',
  format('rows of %s are not visible to users', t))
from unnest(array['customers', 'top_ups', 'top_up_charges']) t;

-- The audit says who changed each card and each consent, and why.
select is(top_ups_stop(tests.person('ann'), tests.after('40 days')) ->> 'state', 'off', 'ann opts out');
select set_eq($$ select concat_ws(' ', table_name, author, reason) from farthing.audit
  where table_name in ('customers', 'top_ups')
    and row_key = (select jsonb_build_object('account_id', account_id) from farthing.accounts
      where owner_id = tests.person('ann')) $$, array['customers owner a customer was made to save a card',
    'customers stripe:evt_saved_pm_1 setup_intent.succeeded',
    'customers stripe:evt_card_7 setup_intent.succeeded', 'top_ups owner the terms of top-ups were set',
    'top_ups owner top-ups were stopped'],
  'the audit has each change of consent and card with author and reason');
select is_empty('select * from farthing.prove_top_ups()',
  'each top-up has one charge, open as long as its order');
update farthing.top_up_charges set step = 'settle' where step = 'closed';
select is((select count(*)::int from farthing.prove_top_ups()), 2,
  'a charge that outlives its order violates rule 9');
update farthing.top_up_charges set step = 'closed' where step = 'settle';

-- The runner deletes a card that Stripe no longer has.
select is(tests.tops_up('gil'), 'card_missing, processed', 'gil opts in');
select matches(tests.claims('41 days'), 'gil charge', 'gil is charged');
select is(tests.reports('gil', 'card_gone', '41 days'), 'failed closed',
  'Stripe answers that the card does not exist');
select is(concat_ws(' ', author, reason), 'task:wake_payment_runner_if_due Stripe has no such card',
  'the audit names the reason for the card''s deletion') from farthing.audit order by audit_nr desc limit 1;
select is_empty('select * from farthing.prove()', 'the proof finds no violation');
select * from finish();
rollback;
