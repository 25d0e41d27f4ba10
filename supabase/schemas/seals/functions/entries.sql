-- The hash chain: within an account, the hash of each entry covers the hash of the entry before it.
-- A scheduled task seals entries in batches, because a chain must be built in order and a debit
-- must not wait for that. The hashes have a table of their own, so that entries are never updated.

create function farthing.add_entry_sums(p_accounts bigint[], p_after bigint[], p_upto bigint[])
returns void
language sql
set search_path = ''
as $$
  insert into farthing.entry_sums as s (counterparty, direction, kind, entries, amount)
  select e.counterparty, e.direction, e.kind, count(*), sum(e.amount)
  from unnest(p_accounts, p_after, p_upto) r (account_id, after, upto)
  join farthing.entries e on e.account_id = r.account_id and e.seq > r.after and e.seq <= r.upto
  group by e.counterparty, e.direction, e.kind
  on conflict (counterparty, direction, kind) do update
  set entries = s.entries + excluded.entries, amount = s.amount + excluded.amount
$$;
comment on function farthing.add_entry_sums(bigint[], bigint[], bigint[]) is
  'Adds each account''s entries after p_after, up to p_upto, to the sums (entry_sums). '
  'seal_entries() calls it.';

create function farthing.entry_terms(p_entry farthing.entries)
returns bytea
language plpgsql stable -- plpgsql caches its plans from one entry to the next
set search_path = ''
as $$
begin
  return coalesce((select m.mark from farthing.owner_marks m
      where m.account_id = p_entry.account_id and p_entry.seq = 1), '')
    || coalesce((select convert_to(json_build_array(l.lot_id, l.source, trim_scale(l.amount)::text,
        l.price, l.priority, extract(epoch from l.expires_at), l.order_id,
        extract(epoch from l.created_at))::text, 'UTF8')
      from farthing.lots l where l.account_id = p_entry.account_id and l.lot_id = p_entry.lot_id), '');
end
$$;
comment on function farthing.entry_terms(farthing.entries) is
  'Returns the terms that a seal covers in addition to the entry''s own fields: the terms of the '
  'entry''s lot and, for the account''s first entry, the hash of the owner.';

-- This is a view, because the planner inlines views. A function with its own search_path, called
-- for each entry, took three times as long. entry_terms() is called only for entries that have
-- terms.
create view farthing.entry_contents with (security_invoker = true) as
-- The content is a JSON array, because JSON distinguishes a null from an empty text, and shows
-- without ambiguity where a field ends. Times are epochs, so that no setting of the session changes
-- the text.
select e.account_id, e.seq,
  case when e.seq = 1 or e.direction = 'in' and e.kind <> 'reinstatement' then farthing.entry_terms(e)
    else '' end
  || convert_to(json_build_array(e.account_id, e.seq, extract(epoch from e.event_at),
    extract(epoch from e.created_at), e.entry_id, e.transaction_id, e.lot_id, e.counterparty::text,
    e.direction::text, trim_scale(e.amount)::text, trim_scale(e.balance_after)::text, e.kind::text,
    e.reference_type, e.reference_id, e.correlation_id, e.metadata, e.author)::text, 'UTF8') as contents
from farthing.entries e;
comment on view farthing.entry_contents is
  'The content that the seal of each entry covers: its terms and all of its fields. hash = '
  'sha256(hash of the account''s previous entry, this content).';

create function farthing.seal_entries(p_limit int)
returns int
language plpgsql
set search_path = ''
as $$
declare
  v_account record;
  v_entry farthing.entry_contents;
  v_hash bytea;
  v_sealed int := 0;
  v_owners bigint[];
  v_seqs bigint[];
  v_hashes bytea[];
  v_accounts bigint[];
  v_after bigint[];
  v_upto bigint[];
  v_head_nr int;
begin
  -- The lock lets only one session seal at a time: two sessions would continue the chain from the
  -- same entry. make_head() waits for the same lock.
  perform pg_advisory_xact_lock(hashtextextended('farthing.seal', 0));
  v_head_nr := coalesce((select max(h.head_nr) from farthing.heads h), 0) + 1;
  for v_account in
    select a.account_id, s.seq, s.hash from farthing.accounts a
    left join lateral (select t.seq, t.hash from farthing.entry_seals t where t.account_id = a.account_id
      order by t.seq desc limit 1) s on true
    where a.last_seq > coalesce(s.seq, 0) order by a.account_id
  loop
    v_hash := coalesce(v_account.hash, '');
    for v_entry in
      select * from farthing.entry_contents c
      where c.account_id = v_account.account_id and c.seq > coalesce(v_account.seq, 0)
      order by c.seq limit p_limit - v_sealed
    loop
      v_hash := sha256(v_hash || v_entry.contents);
      v_owners := array_append(v_owners, v_entry.account_id);
      v_seqs := array_append(v_seqs, v_entry.seq);
      v_hashes := array_append(v_hashes, v_hash);
      v_sealed := v_sealed + 1;
    end loop;
    v_accounts := v_accounts || v_account.account_id;
    v_after := v_after || coalesce(v_account.seq, 0);
    v_upto := v_upto || v_entry.seq;
    exit when v_sealed >= p_limit;
  end loop;
  -- One statement writes all seals, because one statement per seal took a quarter of the time of a run.
  insert into farthing.entry_seals (account_id, seq, head_nr, hash)
  select s.account_id, s.seq, v_head_nr, s.hash
  from unnest(v_owners, v_seqs, v_hashes) s (account_id, seq, hash);
  perform farthing.add_entry_sums(v_accounts, v_after, v_upto);
  perform farthing.add_actor_days(v_accounts, v_after, v_upto);
  perform farthing.add_lot_days(v_accounts, v_after, v_upto);
  perform farthing.add_usage_days(v_accounts, v_after, v_upto);
  perform farthing.add_order_entries(v_accounts, v_after, v_upto);
  return v_sealed;
end
$$;
comment on function farthing.seal_entries(int) is
  'Seals up to p_limit unsealed entries, by account and entry number, and adds them to the sums that '
  'reports and the proof read. Returns how many it sealed.';

create function farthing.seal(p_now timestamptz default now(), p_limit int default 60000)
returns int
language plpgsql
set search_path = ''
as $$
declare
  v_sealed int := farthing.seal_entries(p_limit);
begin
  if v_sealed < p_limit then
    perform farthing.note_sealed_until(p_now);
  end if;
  return v_sealed;
end
$$;
comment on function farthing.seal(timestamptz, int) is
  'Scheduled task: runs seal_entries(). If no unsealed entry is left, stores the time up to which '
  'all entries are sealed (sealed_until). Returns how many entries it sealed.';

create function farthing.verify()
returns table (account_id bigint, seq bigint, problem text)
language sql stable
set search_path = ''
as $$
  -- Each hash is recomputed from the stored hash before it, so the hashes can be computed in
  -- parallel. If all agree, the whole chain is intact.
  select distinct on (s.account_id) s.account_id, s.seq, case when c.seq is null
    then 'a sealed entry is missing' else 'the entry is not the one that was sealed' end
  from (select t.*, lag(t.hash, 1, '') over (partition by t.account_id order by t.seq) as hash_before
    from farthing.entry_seals t) s
  left join farthing.entry_contents c on c.account_id = s.account_id and c.seq = s.seq
  where s.hash is distinct from sha256(s.hash_before || c.contents)
  order by s.account_id, s.seq
$$;
comment on function farthing.verify() is
  'Recomputes the hash chain and returns the first broken entry of each account. No rows: the chain is '
  'intact.';
