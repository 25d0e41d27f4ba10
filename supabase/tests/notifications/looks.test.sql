-- The look of a notification: the recipient's locale and the shop's settings. Every attempt uses
-- the locale and the settings of the first attempt.

begin;
\ir ../helpers/all_tests.psql
select plan(52);

select is(farthing.locale_of(said), locale, format('%s is the locale %s', to_jsonb(left(said, 40)), locale))
from (values ('de', 'de'), ('DE', 'de'), ('de-AT', 'de-AT'), ('de_at', 'de-AT'), ('de_DE.UTF-8', 'de-DE'),
  ('zh-Hant-TW', 'zh'), ('deu', 'deu'), ('german', null), ('d', null), ('', null), (null, null),
  (' de', null), ('1', null), ('de-A', 'de'), (E'de\r\nBcc: x', 'de'), ('<script>', null),
  (repeat('a', 100000), null))
  l (said, locale);

create function pg_temp.notify(p_name text, p_subject text) returns boolean language sql as $$
  select farthing.notify((select account_id from farthing.accounts where owner_id = tests.person(p_name)),
    'low_balance', p_subject, '{}', tests.after())
$$;
create temporary table claims (subject text, notification_id uuid, lease_id uuid, locale text, shop jsonb,
  claimed interval);
-- Claims the due notifications, and returns the locale of each.
create function pg_temp.claims(p_passed interval, p_languages jsonb default '["en", "de"]') returns text
language sql as $$
  with claimed as (
    insert into claims
    select n.subject, n.notification_id, (c ->> 'lease_id')::uuid, c ->> 'locale', c -> 'shop', p_passed
    from jsonb_array_elements(notifications_claim(100, 'resend', p_languages => p_languages,
      p_now => tests.after(p_passed))) c
    join farthing.notifications n on n.notification_id = (c ->> 'notification_id')::uuid
    returning *)
  select coalesce(string_agg(subject || ' ' || locale, ', ' order by subject), 'nothing') from claimed
$$;
create function pg_temp.ended(p_subject text, p_passed interval, p_outcome text) returns text
language sql as $$
  select case p_outcome
    when 'sent' then notifications_sent(notification_id, lease_id, 'id', tests.after(p_passed))
    else notifications_failed(notification_id, lease_id, p_outcome, 'no_answer', null, tests.after(p_passed))
    end ->> 'known'
  from claims where subject = p_subject order by claimed desc limit 1
$$;

-- The locale comes from the user's metadata, or else from the shop's language, or else is English.
select isnt(tests.give(name, '1000'), null, name || ' has an account')
from unnest('{ann,bob,cyn,dan,eve}'::text[]) name;
update auth.users set raw_user_meta_data = said::jsonb
from (values ('ann', '{"locale": "de-AT"}'), ('bob', '{"locale": "hu", "language": "de"}'),
  ('cyn', '{"locale": {"x": 1}, "language": 5}'), ('dan', '["de"]'), ('eve', null)) m (name, said)
where id = tests.person(name);
select is(pg_temp.notify(name, name), true, name || ' is notified')
from unnest('{ann,bob,cyn,dan,eve}'::text[]) name;
select is(pg_temp.claims('0'), 'ann de-AT, bob de, cyn en, dan en, eve en',
  'users are written to in their language, or in English');
select is((select shop from claims where subject = 'ann'), '{}', 'a shop without settings shows nothing');
select is(pg_temp.ended(name, '1 s', 'sent'), 'true', name || ' is sent')
from unnest('{ann,bob,cyn,dan}'::text[]) name;

select lives_ok($$ select farthing.set_policy('{"shop_locale": "de", "shop_name": "Kékfény",
  "shop_url": "https://shop.example.com", "shop_accent_color": "#0F766e"}', 'a name') $$,
  'the shop gets a name');
select is(pg_temp.notify(name, name || ' again'), true, name || ' is notified again')
from unnest('{ann,cyn}'::text[]) name;
select is((notifications_send('low_balance', null, 'x@example.com', '{}', p_now => tests.after())
  #>> '{data,status}'), 'queued', 'an address is notified');
select is((notifications_send('receipt', tests.person('ann'), null, '{}', 'en-US', p_now => tests.after())
  #>> '{data,status}'), 'queued', 'ann is sent a receipt in English');
update farthing.notifications set subject = 'chosen' where template = 'receipt';
select is(farthing.notify_operators('anchor', 'o', '{}', tests.after()), true, 'the operators are notified');
update farthing.notifications set subject = 'address' where recipient = 'address';
select is(pg_temp.claims('1 min'), 'address de, ann again de-AT, chosen en-US, cyn again de, o de, o de',
  'others are written to in the shop''s language');
select is((select shop from claims where subject = 'address'), '{"name": "Kékfény", "url":
  "https://shop.example.com", "accent_color": "#0F766e"}', 'the shop shows what is set');

-- A second attempt has the locale and the settings of the first attempt.
select is(pg_temp.ended('eve', '1 min', 'again'), 'true', 'eve''s first attempt has no answer');
select is(pg_temp.ended('cyn again', '1 min', 'again'), 'true', 'so has one of cyn''s');
update auth.users set raw_user_meta_data = '{"locale": "en"}' where id in (tests.person('cyn'),
  tests.person('eve'));
select lives_ok($$ select farthing.set_policy('{"shop_name": "Other", "shop_locale": "en"}', 'a name') $$,
  'the shop gets another name');
select is(pg_temp.claims('4 min', '["en"]'), 'cyn again de, eve en',
  'both are claimed again in their locale');
select is((select array_agg(shop ->> 'name' order by subject) from claims where claimed = '4 min'),
  '{Kékfény,null}', 'and show the shop of their first attempt');

-- The stored settings are erased when the notification has been sent. They are not erased earlier, because
-- an operator may resend a notification that was not sent.
select is(pg_temp.ended('cyn again', '4 min 1 s', 'never') || pg_temp.ended('eve', '4 min 1 s', 'sent'),
  'truetrue', 'one is refused, and one is sent');
select is((select array_agg(shop ->> 'name' order by subject) from farthing.notifications
  where subject in ('cyn again', 'eve')), '{Kékfény,null}', 'the refused one keeps the settings');
select is_empty($$ select from farthing.notifications where state = 'sent' and shop is not null $$,
  'a notification that is sent has none');
select is((select array_agg(locale order by subject) from farthing.notifications
  where subject in ('cyn again', 'eve')), '{de,en}', 'and keeps its locale');
select is(pg_temp.notify('ann', 'last'), true, 'ann is notified');
select is((select c ->> 'locale' from jsonb_array_elements(notifications_claim(10, 'resend',
    p_now => tests.after('5 min'))) c
  join farthing.notifications n on n.notification_id = (c ->> 'notification_id')::uuid
  where n.subject = 'last'), 'en', 'a runner that names no languages gets English');

select * from finish();
rollback;
