-- Heads: each hour one hash is made over the last seal of every account, the audit rows and the
-- head before it. Seals show that an entry was changed, unless the person who changed it can also
-- write seals. A head that is stored outside the database (in a log, a mailbox, or the receiver of
-- a webhook) cannot be rewritten from inside. Suppose that somebody changes an entry, an owner or
-- the terms of a lot, and then writes new seals. The heads in the database then no longer agree
-- with the head that was stored outside, and compare_head() shows the difference.

create function farthing.head_root(p_head_nr int, out o_accounts bigint, out o_entries bigint,
  out o_root bytea)
language sql stable
set search_path = ''
as $$
  -- Accounts are hashed in chunks first, so that no single hash covers hundreds of megabytes.
  select coalesce(sum(c.accounts), 0)::bigint, coalesce(sum(c.entries), 0)::bigint,
    sha256(coalesce(string_agg(c.hash, '' order by c.chunk), ''))
  from (
    select a.account_id / 1024 as chunk, count(*) as accounts, sum(s.seq) as entries, sha256(string_agg(
      int8send(a.account_id) || int8send(s.seq) || s.hash, '' order by a.account_id)) as hash
    from farthing.accounts a
    cross join lateral (select t.seq, t.hash from farthing.entry_seals t
      where t.account_id = a.account_id and t.head_nr <= p_head_nr order by t.seq desc limit 1) s
    group by a.account_id / 1024) c
$$;
comment on function farthing.head_root(int) is
  'Computes the root of a head from the seals. o_entries: the number of sealed entries. It is the sum '
  'of the accounts'' last entry numbers, because entry numbers have no gaps.';

create function farthing.audit_hash(p_before bytea, p_after bigint, p_upto bigint)
returns bytea
language sql stable
set search_path = ''
set timezone = 'UTC'
as $$
  select sha256(p_before || coalesce(string_agg(sha256(convert_to(to_jsonb(a)::text, 'UTF8')), ''
    order by a.audit_nr), ''))
  from farthing.audit a where a.audit_nr > p_after and a.audit_nr <= p_upto
$$;
comment on function farthing.audit_hash(bytea, bigint, bigint) is
  'Returns one hash over p_before and the audit rows after p_after, up to p_upto.';

create function farthing.head_hash(p_before bytea, p_head farthing.heads)
returns bytea
language sql immutable
set search_path = ''
as $$
  select sha256(p_before || convert_to(jsonb_build_array(p_head.head_nr, extract(epoch from p_head.made_at),
    p_head.accounts, p_head.entries, trim_scale(p_head.balance)::text, encode(p_head.root, 'hex'),
    p_head.audit_nr, encode(p_head.audit_hash, 'hex'))::text, 'UTF8'))
$$;
comment on function farthing.head_hash(bytea, farthing.heads) is
  'Returns the sha256 of the previous head''s hash and of every field of this head.';

create function farthing.make_head(p_now timestamptz)
returns farthing.heads
language plpgsql
set search_path = ''
as $$
declare
  v_before farthing.heads;
  v_head farthing.heads;
begin
  perform pg_advisory_xact_lock(hashtextextended('farthing.seal', 0));
  -- An audit row gets its number before its transaction commits. The lock ensures that no row with
  -- a lower number than this head's last audit row is committed later.
  lock table farthing.audit in share mode;
  select * into v_before from farthing.heads order by head_nr desc limit 1;
  v_head.head_nr := coalesce(v_before.head_nr, 0) + 1;
  v_head.made_at := p_now;
  select * into v_head.accounts, v_head.entries, v_head.root from farthing.head_root(v_head.head_nr);
  v_head.balance := (select coalesce(sum(case s.direction when 'in' then s.amount else -s.amount end), 0)
    from farthing.entry_sums s);
  v_head.audit_nr := coalesce((select max(a.audit_nr) from farthing.audit a), 0);
  v_head.audit_hash := farthing.audit_hash(coalesce(v_before.audit_hash, ''),
    coalesce(v_before.audit_nr, 0), v_head.audit_nr);
  v_head.hash := farthing.head_hash(coalesce(v_before.hash, ''), v_head);
  insert into farthing.heads select v_head.*;
  return v_head;
end
$$;
comment on function farthing.make_head(timestamptz) is
  'Makes the next head, over all seals and all audit rows.';

create function farthing.anchor(p_now timestamptz default now())
returns int
language plpgsql
set search_path = ''
as $$
declare
  v_head farthing.heads := farthing.make_head(p_now);
  v_data jsonb := jsonb_build_object('head_nr', v_head.head_nr, 'hash', encode(v_head.hash, 'hex'),
    'entries', v_head.entries, 'accounts', v_head.accounts, 'balance', trim_scale(v_head.balance)::text,
    'made_at', v_head.made_at);
begin
  -- The server's log is stored outside the tables, so somebody who changes the tables does not
  -- change the log.
  raise log 'farthing anchor %', v_data;
  perform farthing.notify_head(v_data, p_now);
  return v_head.head_nr;
end
$$;
comment on function farthing.anchor(timestamptz) is
  'Scheduled task: makes a head and publishes it in the server''s log, to the operators'' webhook, '
  'and once a day by email. Returns the number of the head.';

create function farthing.notify_head(p_data jsonb, p_now timestamptz)
returns void
language sql
set search_path = ''
as $$
  insert into farthing.notifications (recipient, template, subject, data, next_attempt_at, created_at)
  select r, 'anchor', p_data ->> 'head_nr', p_data, p_now, p_now
  from unnest(case when exists (select from farthing.heads h where h.head_nr = (p_data ->> 'head_nr')::int - 1
      and (h.made_at at time zone 'UTC')::date = (p_now at time zone 'UTC')::date)
    then array['webhook'] else array['webhook', 'operators'] end) r
  on conflict (recipient, template, subject) where account_id is null do nothing
$$;
comment on function farthing.notify_head(jsonb, timestamptz) is
  'Queues a notification of a head to the operators'' webhook and, for the first head of a day '
  '(UTC), also an email.';

create function farthing.compare_head(p_head_nr int, p_hash text)
returns text
language plpgsql stable
set search_path = ''
as $$
declare
  v_head farthing.heads;
  v_found record;
begin
  select * into v_head from farthing.heads where head_nr = p_head_nr;
  if v_head.head_nr is null then
    return format('There is no head %s: it was deleted, or this is an older copy of the database.',
      p_head_nr);
  elsif encode(v_head.hash, 'hex') <> lower(p_hash) then
    return format('Head %s differs: rows that it covers were changed after %s.', p_head_nr, v_head.made_at);
  end if;
  select * into v_found from farthing.head_root(p_head_nr);
  if (v_found.o_accounts, v_found.o_entries, v_found.o_root) is distinct from
    (v_head.accounts, v_head.entries, v_head.root) then
    return format('The seals that head %s covers were changed.', p_head_nr);
  end if;
  return (select p.detail from farthing.prove_heads() p limit 1);
end
$$;
comment on function farthing.compare_head(int, text) is
  'Compares the database with a head that was stored outside the database. Returns null if they '
  'agree, otherwise the difference. This function does not read the entries; verify() compares the '
  'seals with the entries.';
