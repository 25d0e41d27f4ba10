-- The whole proof. Its checks are in PL/pgSQL, which keeps their plans for the session: planning
-- them takes several times as long as proving a small ledger.

create function farthing.prove_rows()
returns setof farthing.violation
language plpgsql stable
set search_path = ''
as $$
begin
  return query
  select * from farthing.prove_accounts()
  union all select * from farthing.prove_lot_states()
  union all select * from farthing.prove_lot_terms()
  union all select * from farthing.prove_reserved()
  union all select * from farthing.prove_debt()
  union all select * from farthing.prove_caps()
  union all select * from farthing.prove_payments()
  union all select * from farthing.prove_events()
  union all select * from farthing.prove_reversals()
  union all select * from farthing.prove_requested_refunds()
  union all select * from farthing.prove_bookings()
  union all select * from farthing.prove_transfers()
  union all select * from farthing.prove_top_ups()
  union all select * from farthing.prove_chats()
  union all select * from farthing.prove_jobs()
  union all select * from farthing.prove_ceilings()
  union all select * from farthing.prove_welcome_days()
  union all select * from farthing.prove_usage_sums()
  union all select * from farthing.prove_owners()
  union all select * from farthing.prove_guards()
  union all select * from farthing.prove_audit()
  union all select * from farthing.prove_marks()
  union all select * from farthing.prove_heads()
  union all select * from farthing.prove_lot_sums()
  union all select * from farthing.prove_revenue();
end
$$;
comment on function farthing.prove_rows() is
  'Returns the violations of the checks that both the whole and the incremental proof run in full, '
  'because these checks read few entries or none.';

create function farthing.prove()
returns setof farthing.violation
language plpgsql stable
set search_path = ''
as $$
begin
  return query
  select * from farthing.prove_rows()
  -- The incremental proof makes some of the following checks for new entries only, and leaves out
  -- the others.
  union all select * from farthing.prove_sums()
  union all select * from farthing.prove_lots()
  union all select * from farthing.prove_entries()
  union all select * from farthing.prove_grants()
  union all select * from farthing.prove_usage()
  union all select * from farthing.prove_holds()
  union all select * from farthing.prove_steps()
  union all select * from farthing.prove_clawbacks()
  union all select * from farthing.prove_seals()
  union all select * from farthing.prove_lot_days()
  union all select * from farthing.prove_prices()
  union all select * from farthing.prove_usage_days()
  union all select * from farthing.prove_order_entries()
  union all select * from farthing.prove_metric_days()
  union all select * from farthing.prove_burn_down()
  union all select * from farthing.prove_origins()
  union all select * from farthing.prove_authors()
  union all select * from farthing.prove_welcome_grants()
  union all select 14, v.account_id, format('seq %s: %s', v.seq, v.problem) from farthing.verify() v;
end
$$;
comment on function farthing.prove() is
  'Returns the violations of rules 1 to 3, 5, 7 to 10, 12 to 14, 16, 18 and 19 in the whole database. If '
  'it returns no rows, all of these rules hold.';
