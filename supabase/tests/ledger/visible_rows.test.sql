-- Through the data API, the owner of an account sees the account's rows. Other users see none of them. A
-- deleted user sees none, even with a valid token. No user sees the rows of an organisation, because
-- organisations have no members yet.

begin;
\ir ../helpers/all_tests.psql
\ir ../helpers/money_back.psql
\ir ../helpers/bookings.psql
select plan(76);

create temporary table seen as select format('%s.%s', schema, name) as title, schema = 'farthing' as is_table
from (values ('farthing', 'accounts'), ('farthing', 'lots'), ('farthing', 'entries'), ('farthing', 'holds'),
  ('farthing', 'orders'), ('farthing', 'notifications'), ('farthing', 'bookings'),
    ('farthing_public', 'credits'),
  ('farthing_public', 'credit_lots'), ('farthing_public', 'credit_entries'),
  ('farthing_public', 'credit_holds'), ('farthing_public', 'orders'), ('farthing_public', 'notifications'),
  ('farthing_public', 'bookings')) s (schema, name);

-- Counts the rows that a user's token can read. The user may have been deleted, so this function
-- does not call tests.seen_by(), which would sign the user up again.
create function pg_temp.count_seen(p_name text, p_title text) returns bigint language plpgsql as $$
declare
  v_count bigint;
begin
  perform set_config('request.jwt.claim.sub', md5(p_name)::uuid::text, true),
    set_config('role', 'authenticated', true);
  execute 'select count(*) from ' || p_title into v_count;
  perform set_config('role', 'none', true), set_config('request.jwt.claim.sub', '', true);
  return v_count;
end
$$;

-- Ann, Eve and a club have rows of every kind; Cid has only signed up.
create function pg_temp.add_rows(p_name text) returns text language sql as $$
  select tests.buys(p_name);
  select tests.pays(p_name, '1 s');
  select tests.hold(p_name, '5', 600, '2 s');
  select tests.booking(p_name, p_name => p_name);
  select p_name
$$;
select is(pg_temp.add_rows(name), name, name || ' has rows of every kind')
from unnest(array['ann', 'eve']) name;
insert into farthing.accounts (kind) values ('organisation');
insert into tests.bought select 'club', o.order_id
from farthing.accounts a, farthing.packages p, farthing.checkout_new_order(a.account_id, gen_random_uuid(), p,
  'https://a.test', 'https://a.test', null, tests.after()) o
where a.kind = 'organisation' and p.package_id = 'b04eb8da-a595-4fbc-a8f4-708b219f705a';
select is(tests.pays('club', '1 s'), '{"received": true}', 'a club has an account');
select isnt(tests.person('cid'), null, 'cid signs up');
select is(pg_temp.count_seen('eve', title) > 0, true, 'eve sees her rows of ' || title)
from seen where is_table order by title;
select is(tests.outcome('delete from auth.users where email = ''eve@example.com''') ->> 'code', 'ok',
  'eve is deleted');

select is(pg_temp.count_seen('ann', title) > 0, true, 'ann sees her rows of ' || title)
from seen order by title;
select is(pg_temp.count_seen('ann', title || format(' where account_id <> %s', account_id)), 0::bigint,
  'and no other rows of ' || title)
from seen, farthing.accounts where is_table and owner_id = tests.person('ann') order by title;
select is(pg_temp.count_seen('cid', title), 0::bigint, 'cid, another user, sees no row of ' || title)
from seen order by title;
select is(pg_temp.count_seen('eve', title), 0::bigint, 'eve, who has left, sees no row of ' || title)
from seen order by title;

-- Each table can be read through an index, so the rows of other accounts need not be read.
create function pg_temp.plan_of(p_title text) returns text language plpgsql as $$
declare
  v_line text;
  v_plan text := '';
begin
  perform set_config('role', 'authenticated', true), set_config('enable_seqscan', 'off', true);
  for v_line in execute 'explain select * from ' || p_title loop
    v_plan := v_plan || v_line || E'\n';
  end loop;
  perform set_config('role', 'none', true), set_config('enable_seqscan', 'on', true);
  return v_plan;
end
$$;
select doesnt_match(pg_temp.plan_of(title), 'Seq Scan', 'T48: an index finds what is seen of ' || title)
from seen order by title;

select is_empty('select * from farthing.prove()', 'the proof finds no violation');
select * from finish();
rollback;
