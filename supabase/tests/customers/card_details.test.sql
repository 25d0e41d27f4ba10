-- The brand, digits and expiry of a saved card. They are read from Stripe once, and again after each change
-- of the card.

begin;
\ir ../helpers/all_tests.psql
\ir ../helpers/top_ups.psql
select plan(26);

-- Claims cards as a runner does. Returns "step card" for each claimed card.
create function tests.claims_cards(p_passed interval default '0', p_limit int default 20) returns text
language sql as $$
  select coalesce(string_agg(format('%s %s', c ->> 'step', c ->> 'payment_method_id'), ', '), 'nothing')
  from jsonb_array_elements(cards_claim(p_limit, tests.after(p_passed))) c
$$;
-- Reports a card's details, as a runner does after it has read them from Stripe. p_since: when the
-- card became due to be read.
create function tests.describes(p_card text, p_since interval, p_customer text default 'cus_ann',
  p_brand text default 'visa', p_last4 text default '4242', p_year int default 2030,
  p_passed interval default '1 h') returns text language sql as $$
  select cards_describe(p_card, tests.after(p_since), p_customer, p_brand, p_last4, 12, p_year,
    tests.after(p_passed)) ->> 'stored'
$$;
create function tests.card(p_name text default 'ann') returns text language sql as $$
  select concat_ws(' ', c ->> 'brand', c ->> 'last4', c ->> 'exp_month', c ->> 'exp_year')
  from (select top_ups_read(tests.person(p_name)) -> 'card' as c) t
$$;

select is(tests.claims_cards(), 'nothing', 'no card is saved');
select is(farthing.cards_are_due(tests.after()), false, 'no work is due');
select is(tests.opts_in('ann') ->> 'card', null, 'a user without a card has no card');
select is(tests.saves('ann', 'pm_1', '0'), 'processed', 'ann saves a card');
select is(farthing.cards_are_due(tests.after()), true, 'the card is due to be read');
select is(tests.card(), '', 'its brand is not known yet');
select is(tests.claims_cards(), 'read pm_1', 'a runner gets the card');
select is(tests.claims_cards('1 min'), 'nothing', 'a second runner gets nothing during the lease');
select is(tests.claims_cards('2 min'), 'read pm_1', 'without an answer, the card is read again');
select is(tests.claims_cards('5 min'), 'nothing', 'the next wait is longer');
select is(tests.describes('pm_1', '0'), 'true', 'Stripe shows the card');
select is(tests.card(), 'visa 4242 12 2030', 'the user sees brand, digits and expiry');
select is(tests.claims_cards('1 day'), 'nothing', 'a card that was read is not read again');
select is(tests.describes('pm_1', '0', p_last4 => '1111'), 'false', 'a repeated answer changes nothing');

-- The bank replaces the card with a new one.
select is(tests.receive('upd_x', 'payment_method.updated', '{"payment_method_id": "pm_x"}', '1 day'),
  'ignored', 'a foreign card is ignored');
select is(tests.receive('upd_1', 'payment_method.automatically_updated', '{"payment_method_id": "pm_1"}',
  '1 day'), 'processed', 'Stripe has updated the card');
select is(tests.card(), 'visa 4242 12 2030', 'the card as it was is shown until it is read');
select is(tests.claims_cards('1 day'), 'read pm_1', 'it is due to be read again');
select is(tests.receive('upd_2', 'payment_method.updated', '{"payment_method_id": "pm_1"}', '25 h'),
  'processed', 'Stripe updates it once more while it is read');
select is(tests.describes('pm_1', '1 day', p_last4 => '5555'), 'false', 'the older answer is not stored');
select is(tests.claims_cards('25 h'), 'read pm_1', 'the card is read once more');
select is(tests.describes('pm_1', '25 h', p_last4 => '9999', p_year => 2034), 'true', 'and stored');
select is(tests.card(), 'visa 9999 12 2034', 'the user sees the new digits');

-- The event of a card's removal was missed. Reading the card shows that it is gone.
select is(tests.receive('upd_3', 'payment_method.updated', '{"payment_method_id": "pm_1"}', '26 h')
  || tests.describes('pm_1', '26 h', p_customer => null, p_passed => '26 h'), 'processedtrue',
  'Stripe has detached the card');
select is(concat_ws(' ', t ->> 'card', t ->> 'state', t ->> 'paused'), 'paused card_gone',
  'the card is removed and top-ups are paused') from top_ups_read(tests.person('ann')) t;

select is_empty('select * from farthing.prove()', 'the proof finds no violation');
select * from finish();
rollback;
