-- The state of an account at a moment.

create function farthing.seq_at(p_account_id bigint, p_at timestamptz)
returns bigint
language plpgsql stable
set search_path = ''
as $$
declare
  v_low bigint := 0;
  v_high bigint := (select last_seq from farthing.accounts where account_id = p_account_id);
  v_middle bigint;
begin
  -- created_at never falls as seq rises, so a binary search finds the moment without an index by time.
  while v_low < v_high loop
    v_middle := (v_low + v_high + 1) / 2;
    if (select created_at <= p_at from farthing.entries where account_id = p_account_id
      and seq = v_middle) then
      v_low := v_middle;
    else
      v_high := v_middle - 1;
    end if;
  end loop;
  return coalesce(v_low, 0);
end
$$;
comment on function farthing.seq_at(bigint, timestamptz) is
  'The last entry of an account at or before a moment; 0 if there is none.';
