-- The owner of a saved card removes it: it is detached at Stripe once, top-ups are turned off, and the
-- audit has an entry.

begin;
\ir ../helpers/all_tests.psql
\ir ../helpers/top_ups.psql
select plan(51);

-- Removes a user's card. Returns "removals at Stripe; state of the top-ups".
create function tests.removes(p_name text, p_passed interval default '0') returns text language sql as $$
  select format('%s; %s', (select coalesce(string_agg(m ->> 'payment_method_id', ',' order by m), 'none')
    from jsonb_array_elements(r -> 'removals') m), r #>> '{top_ups,state}')
  from cards_remove(tests.person(p_name), tests.after(p_passed)) r
$$;
create function tests.detaches_due(p_passed interval) returns text language sql as $$
  select coalesce(string_agg(c ->> 'payment_method_id', ','), 'nothing')
  from jsonb_array_elements(cards_claim(20, tests.after(p_passed))) c where c ->> 'step' = 'detach'
$$;

-- Returns the user's cards that must be detached at Stripe now.
create function tests.detaches(p_name text, p_passed interval) returns text language sql as $$
  select coalesce(string_agg(r.payment_method_id, ',' order by r.payment_method_id), 'none')
  from farthing.card_removals r join farthing.accounts a using (account_id)
  where a.owner_id = tests.person(p_name)
    and r.payment_method_id in (
      select farthing.find_card_removals(tests.after(p_passed) + interval '1 min', 100))
$$;

select is(tests.opts_in('gus') ->> 'state', 'card_missing', 'gus never saved a card');
select is(tests.removes('gus'), 'none; off', 'removing no card asks Stripe nothing');
select is(tests.outcome($$select cards_remove(gen_random_uuid())$$) ->> 'code', 'not_found',
  'an unknown user is refused');

-- A charge is due, and no runner has sent it yet.
select is(tests.tops_up('ann'), 'card_missing, processed', 'ann saves a card and opts in');
select is(tests.removes('ann', '1 min'), 'pm_ann; off', 'ann removes the card');
select is(top_ups_read(tests.person('ann')) ->> 'card', null, 'ann has no card');
select is(tests.claims('1 h'), 'nothing', 'ann is not charged');
select is(concat_ws(' ', author, reason, before ->> 'payment_method_id', after ->> 'payment_method_id'),
  'owner the user removed the saved card pm_ann', 'the audit has an entry of the removal')
from farthing.audit where table_name = 'customers' order by audit_nr desc limit 1;
select is(tests.removes('ann', '2 min'), 'pm_ann; off', 'a repeat finds the same open removal');
select is(tests.detaches_due('2 min'), 'pm_ann', 'the runner detaches what the request could not');
select is(tests.detaches_due('3 min'), 'nothing', 'a second runner gets nothing during the lease');
select isnt(cards_detached('pm_ann', 'stripe: no answer', tests.after('3 min')), null,
  'Stripe is unavailable');
select is(last_error, 'stripe: no answer', 'the error is stored') from farthing.card_removals
where payment_method_id = 'pm_ann';
select is(tests.detaches_due('5 min'), 'pm_ann', 'the runner repeats the removal');
select isnt(cards_detached('pm_ann', p_now => tests.after('5 min')), null, 'Stripe has detached the card');
select is(tests.detaches_due('1 day'), 'nothing', 'nothing is left to do');
select is(tests.removes('ann', '1 day'), 'none; off', 'a repeat asks Stripe nothing');
select is(tests.receive('gone_ann', 'payment_method.detached', '{"payment_method_id": "pm_ann"}', '5 min'),
  'processed', 'the event of our own removal is processed');
select is(tests.notifications('ann'), '{}', 'ann is not notified of what ann did');
select is(tests.saves('ann', 'pm_ann', '1 day'), 'processed', 'a late event of the removed card arrives');
select is(top_ups_read(tests.person('ann')) ->> 'card', null, 'and does not bring the card back');
select is(tests.saves('ann', 'pm_ann_2', '1 day'), 'processed', 'ann saves another card');
select isnt(top_ups_read(tests.person('ann')) ->> 'card', null, 'the other card is stored');

-- Even after the card was removed, a charge that Stripe has accepted, or may have accepted, can
-- succeed. The charge then grants its credits.
select is(tests.tops_up('bob'), 'card_missing, processed', 'bob saves a card and opts in');
select is(tests.claims('1 min'), 'bob charge 500', 'a runner charges bob');
select is(tests.removes('bob', '1 min'), 'pm_bob; off', 'bob removes the card while Stripe is asked');
select is(tests.top_up_event('bob', 'payment_intent.succeeded', '2 min'), 'processed',
  'the payment succeeds');
select is(tests.balance('bob'), 'balance 5000, held 0, available 5000, debt 0', 'bob gets what bob paid for');

-- Deleting a user also removes the user's card at Stripe.
select is(tests.outcome('delete from auth.users where email = ''ann@example.com''') ->> 'code', 'ok',
  'ann is deleted');
select is((select string_agg(payment_method_id, ',') from farthing.card_removals where detached_at is null),
  'pm_bob,pm_ann_2', 'her card is to be detached');
select ok(next_attempt_at = requested_at, 'by the next run of the runner, because no request asks Stripe')
from farthing.card_removals where payment_method_id = 'pm_ann_2';

-- A replaced card is detached, too, as soon as no charge needs it any more.
select is(tests.tops_up('cat'), 'card_missing, processed', 'cat saves a card and opts in');
select is(tests.claims('1 min'), 'cat charge 500', 'a runner begins a charge');
select is(tests.saves('cat', 'pm_cat_2', '2 min'), 'processed', 'cat saves another card');
select is(tests.detaches('cat', '3 min'), 'none', 'the old card is not detached while its charge is open');
select is(top_ups_read(tests.person('cat'), tests.after('3 min')) #>> '{pending_charge,status}', 'pending',
  'the charge that Stripe may have made is shown');
select is(tests.reports('cat', 'accepted', '4 min'), 'processing settle', 'Stripe accepts the charge');
select is(tests.detaches('cat', '4 min'), 'pm_cat', 'the old card is to be detached');
select is(tests.saves('cat', 'pm_cat_0', '1 min'), 'processed', 'the late event of an older card arrives');
select is(payment_method_id, 'pm_cat_2', 'and does not replace the newer card') from farthing.customers
where customer_id = 'cus_cat';
select is(tests.detaches('cat', '4 min'), 'pm_cat,pm_cat_0', 'the older card is to be detached');
select is(tests.receive('again', 'setup_intent.succeeded', jsonb_build_object('user_id', tests.person('cat'),
  'customer_id', 'cus_cat', 'payment_method_id', 'pm_cat_2'), '1 min'), 'processed',
  'an older event of the saved card arrives');
select is(tests.detaches('cat', '4 min'), 'pm_cat,pm_cat_0', 'the saved card stays attached');

-- The user saves a new card, and then removes the card. The event about the new card arrives only
-- after the removal. The new card is not stored, and is detached, too.
select is(tests.removes('cat', '10 min'), 'pm_cat,pm_cat_0,pm_cat_2; off', 'cat removes the card');
select is(tests.saves('cat', 'pm_cat_3', '9 min'), 'processed', 'the event of a card saved before arrives');
select is(top_ups_read(tests.person('cat')) ->> 'card', null, 'the card is not stored');
select is(tests.detaches('cat', '10 min'), 'pm_cat,pm_cat_0,pm_cat_2,pm_cat_3', 'it is to be detached');
select is(cards_remove(tests.person('cat'), tests.after('11 min')) #>> '{top_ups,pending_charge,status}',
  'processing', 'the answer names the charge that Stripe has accepted');
select is(tests.receive('foreign', 'setup_intent.succeeded', jsonb_build_object('user_id',
  tests.person('cat'), 'customer_id', 'cus_foreign', 'payment_method_id', 'pm_foreign'), '12 min'),
  'processed', 'another app saves a card of its own customer');
select is(tests.detaches('cat', '12 min'), 'pm_cat,pm_cat_0,pm_cat_2,pm_cat_3', 'it is not detached');

select results_eq('select farthing.card_backoff(n) from unnest(array[0, 7, 8, 99]) n',
  '{2 min,256 min,6 h,6 h}'::interval[], 'the wait before an attempt doubles up to six hours');

select * from finish();
rollback;
