-- A fault in the setup at Stripe: the API key belongs to a different Stripe account, or Stripe Tax
-- is not set up. The alert rule stripe_setup opens an incident. The customer's page shows which
-- actions will be refused because of the fault.

begin;
\ir ../helpers/all_tests.psql
\ir ../helpers/alerts.psql
\ir ../helpers/top_ups.psql
select plan(17);

update farthing.alert_rules set resolves_after = '0', enabled = rule = 'stripe_setup';
-- Returns "action code: reason" for each refusal that a customer's page predicts because of a fault
-- in the setup at Stripe.
create function tests.setup_refusals(p_name text, p_passed interval) returns text language sql as $$
  select coalesce(string_agg(format('%s %s: %s', r ->> 'action', r ->> 'code', r ->> 'reason'), '; '), 'none')
  from jsonb_array_elements(customers_read(tests.person(p_name)::text, p_now => tests.after(p_passed))
    -> 'refused_next') r where r -> 'details' ? 'fault'
$$;
select tests.give('ann', '1'), tests.give('bob', '1'), tests.saves('ann', 'pm_ann', '1 h');

-- The API key belongs to a different Stripe account, or Stripe Tax is not set up.
select stripe_faults_report('other_account', 'No such customer: cus_ann', 'cus_ann', tests.after('130 days'));
select is(tests.alerts('130 days'), 'stripe_setup open',
  'a customer that Stripe does not know opens an incident');
select farthing.end_stripe_fault('other_account', 'cus_ann');
select is(tests.alerts('130 days'), 'nothing', 'the incident ends when Stripe knows the customer');
select stripe_faults_report('tax_not_set_up', 'Stripe Tax has not been activated', p_now =>
  tests.after('131 days'));
select is(tests.alerts('131 days'), 'nothing', 'a refused tax is no fault while the policy asks for none');
update farthing.policy set checkout_automatic_tax = true where true;
select is(tests.alerts('131 days'), 'stripe_setup open', 'a refused tax opens an incident');
select is(summary, 'Stripe Tax is not set up, so Stripe opens no checkout. Stripe''s last answer: Stripe Tax '
  'has not been activated', 'the summary has Stripe''s answer')
from farthing.incidents where rule = 'stripe_setup' and state = 'open';
select farthing.end_stripe_fault('tax_not_set_up', '');
select is(tests.alerts('131 days'), 'nothing', 'the incident ends with the next checkout');

-- Stripe refuses the API key: every payment fails. The fault ends when Stripe accepts the key in a
-- request for the list of balance transactions.
select stripe_faults_report('key_refused', 'Invalid API Key provided', p_now => tests.after('131 days 12 h'));
select is(tests.alerts('131 days 12 h'), 'stripe_setup open', 'a refused API key opens an incident');
select is(tests.setup_refusals('bob', '131 days 12 h'),
  'checkout upstream_unavailable: Stripe refuses STRIPE_SECRET_KEY, so nothing can be paid.',
  'the customer''s page shows it');
select is(balance_record((balance_claim(tests.after('131 days 13 h')) ->> 'claimed_at')::timestamptz, '[]',
  p_now => tests.after('131 days 13 h')) ->> 'taken', 'false', 'Stripe lists the balance');
select is(tests.alerts('131 days 13 h'), 'nothing', 'the incident ends with the next list');

-- The customer's page shows the fault.
select is(tests.setup_refusals('ann', '132 days'), 'none', 'nothing is wrong');
select stripe_faults_report('other_account', 'No such customer: cus_ann', 'cus_ann', tests.after('132 days'));
select stripe_faults_report('tax_not_set_up', 'inactive', p_now => tests.after('132 days'));
select is(tests.setup_refusals('bob', '132 days'),
  'checkout not_ready: Stripe Tax is not set up, so Stripe opens no checkout.',
  'each customer''s next checkout is refused');
select is(tests.setup_refusals('ann', '132 days'),
  'checkout not_ready: Stripe Tax is not set up, so Stripe opens no checkout.; top_up top_up_other_account: '
  'Stripe does not know the customer: STRIPE_SECRET_KEY belongs to another account or mode.',
  'ann''s card is not charged');

-- If Stripe returns the card of a customer, then Stripe knows the customer, and the customer's
-- fault other_account ends.
select is(cards_describe('pm_ann', tests.after('1 h'), 'cus_ann', 'visa', '4242', 12, 2030,
  tests.after('133 days')) ->> 'stored', 'true', 'Stripe shows ann''s card');
select is(tests.setup_refusals('ann', '133 days'),
  'checkout not_ready: Stripe Tax is not set up, so Stripe opens no checkout.', 'the key is right again');
update farthing.policy set checkout_automatic_tax = false where true;
select is(tests.setup_refusals('ann', '133 days'), 'none', 'without a tax nothing is refused');
select is_empty('select * from farthing.prove()', 'the proof finds no violation');
select * from finish();
rollback;
