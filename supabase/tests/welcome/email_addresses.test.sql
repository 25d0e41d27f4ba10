-- Different spellings of the same mailbox, and blocked domains.

begin;
\ir ../helpers/all_tests.psql
select plan(48);

select is(farthing.normalised_email(given), expected, coalesce(given, 'null'))
from (values
  -- All hosts
  (' Ann@Example.COM ', 'ann@example.com'), ('ann+x+y@example.com', 'ann@example.com'),
  ('a.n-n_1@example.com', 'a.n-n_1@example.com'), ('+ann@example.com', '+ann@example.com'),
  ('"a@b"@example.com', '"a@b"@example.com'), ('ann@example.com.', 'ann@example.com'),
  ('ann', null), ('', null), (null, null),
  -- Gmail
  ('A.nn+b@Gmail.com', 'ann@gmail.com'), ('ann@googlemail.com', 'ann@gmail.com'),
  ('a-nn@gmail.com', 'a-nn@gmail.com'),
  -- Proton
  ('A.n-n_1+x@proton.me', 'ann1@proton.me'), ('ann1@protonmail.com', 'ann1@proton.me'),
  ('ann.1@pm.me', 'ann1@proton.me'), ('ann1@protonmail.ch', 'ann1@proton.me'),
  ('...@proton.me', '...@proton.me'),
  -- iCloud
  ('ann+x@me.com', 'ann@icloud.com'), ('ann@mac.com', 'ann@icloud.com'),
  ('a.nn@icloud.com', 'a.nn@icloud.com'),
  -- Fastmail
  ('shop@ann.fastmail.com', 'ann@fastmail.com'), ('ann+shop@fastmail.com', 'ann@fastmail.com'),
  ('shop@Ann.fastmail.fm', 'ann@fastmail.fm'), ('ann@fastmail.fm', 'ann@fastmail.fm'),
  ('shop@ann-b.fastmail.com', 'ann_b@fastmail.com'), ('ann_b@fastmail.com', 'ann_b@fastmail.com'),
  ('shop@a.b.fastmail.com', 'shop@a.b.fastmail.com'), ('ann@notfastmail.com', 'ann@notfastmail.com'),
  -- Yahoo
  ('ann-shop@yahoo.com', 'ann@yahoo.com'), ('ann-a-b@ymail.com', 'ann@ymail.com'),
  ('ann-shop@yahoo.co.uk', 'ann@yahoo.co.uk'), ('ann-shop@yahoo.de', 'ann@yahoo.de'),
  ('a.nn_1@yahoo.com', 'a.nn_1@yahoo.com'), ('-ann@yahoo.com', '-ann@yahoo.com'),
  ('ann-b@yahoo.co.jp', 'ann-b@yahoo.co.jp'), ('ann-b@myyahoo.com', 'ann-b@myyahoo.com'),
  -- Yandex
  ('ann@ya.ru', 'ann@yandex.ru'), ('ann+x@yandex.com', 'ann@yandex.ru'),
  ('a.nn@yandex.kz', 'a.nn@yandex.ru'),
  -- Outlook ignores only a +tag.
  ('a.nn-b+x@outlook.com', 'a.nn-b@outlook.com'))
  e (given, expected);

-- An address is blocked if the list has the domain that is written in the address, or the domain of
-- its mailbox. For example, the mailbox of an address at googlemail.com is at gmail.com.
select is(farthing.set_blocked_domains('{trash.example,pm.me,gmail.com}', 'test'), 3, 'domains are blocked');
select is(farthing.is_blocked_domain(email), blocked, email)
from (values ('"a@b"@Trash.example', true), ('x@a.b.trash.example.', true), ('x@pm.me', true),
  ('x@proton.me', false), ('x@googlemail.com', true), ('x@notgmail.com', false), ('trash.example', false))
  e (email, blocked);

select * from finish();
rollback;
