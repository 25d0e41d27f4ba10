-- The whole proof.

create function farthing.prove()
returns table (rule int, account_id bigint, detail text)
language sql stable
set search_path = ''
as $$
  select * from farthing.prove_rows()
  -- Checks by entries, which the incremental proof reads once.
  union all select * from farthing.prove_sums()
  union all select * from farthing.prove_lots()
  union all select * from farthing.prove_entries()
  union all select * from farthing.prove_grants()
  union all select * from farthing.prove_usage()
  union all select * from farthing.prove_holds()
  union all select * from farthing.prove_steps()
  union all select * from farthing.prove_clawbacks()
  union all select * from farthing.prove_seals()
  union all select * from farthing.prove_prices()
  union all select * from farthing.prove_burn_down()
  union all select * from farthing.prove_origins()
  union all select * from farthing.prove_authors()
  union all select 14, v.account_id, format('seq %s: %s', v.seq, v.problem) from farthing.verify() v
$$;
comment on function farthing.prove() is
  'Rules 1 to 3, 5, 7 to 10, 12 to 14, 16, 18 and 19 over the whole database; returns the violations, so no '
  'rows is the proof.';

create function farthing.prove_by(p_whole boolean, out o_rules int[], out o_is_done boolean)
language plpgsql
set search_path = ''
as $$
begin
  if p_whole then
    o_rules := array(select p.rule from farthing.prove() p);
    o_is_done := true;
  else
    select * into o_rules, o_is_done from farthing.prove_in_parts();
  end if;
end
$$;
comment on function farthing.prove_by(boolean) is
  'The whole proof, or the incremental one, which sets marks. o_rules: one for each violation; o_is_done: '
  'nothing is left.';
