-- The whole proof.

create function farthing.prove()
returns table (rule int, account_id bigint, detail text)
language sql stable
set search_path = ''
as $$
  select * from farthing.prove_sums()
  union all select * from farthing.prove_lots()
  union all select * from farthing.prove_entries()
  union all select * from farthing.prove_grants()
  union all select * from farthing.prove_usage()
  union all select * from farthing.prove_holds()
  union all select * from farthing.prove_clawbacks()
  union all select * from farthing.prove_reversals()
  union all select * from farthing.prove_owners()
  union all select * from farthing.prove_chats()
  union all select * from farthing.prove_jobs()
  union all select * from farthing.prove_top_ups()
  union all select * from farthing.prove_bookings()
  union all select 14, v.account_id, format('seq %s: %s', v.seq, v.problem) from farthing.verify() v
$$;
comment on function farthing.prove() is
  'Rules 1, 3, 7, 9, 10, 13, 14 and 16 over the whole database; returns the violations, so no rows is the '
  'proof.';
