-- Heads of the seals: each new head is sent to the operators' webhook, and the first head of each
-- day (UTC) is also sent by email.

begin;
\ir ../helpers/all_tests.psql
select plan(6);

-- Makes a head at a moment and returns the recipients of its notification.
create function pg_temp.sent_at(p_passed interval) returns text language plpgsql as $$
declare
  v_head_nr int := farthing.anchor(tests.after(p_passed));
begin
  return (select string_agg(n.recipient, ' ' order by n.recipient) from farthing.notifications n
    where n.template = 'anchor' and n.subject = v_head_nr::text);
end
$$;

select is(pg_temp.sent_at('5 hours'), 'operators webhook', 'the first head of an installation is emailed');
select is(pg_temp.sent_at('23 hours 7 min'), 'webhook', 'a later head of the day is not');
select is(pg_temp.sent_at('24 hours 7 min'), 'operators webhook',
  'the first head of the next day is emailed');
select is(pg_temp.sent_at('24 hours 57 min'), 'webhook', 'a second head in the same hour is not');
set local timezone = 'Asia/Kathmandu';
select is(pg_temp.sent_at('51 hours'), 'operators webhook',
  'the first head is emailed, too, if no task ran in the first hours of the day');
select is(pg_temp.sent_at('67 hours'), 'webhook',
  'the day ends at midnight UTC, whatever the session''s time zone');

select * from finish();
rollback;
