-- Fills a ledger as if it were in use: 10,000 users with credits to spend, and more than 5,000 rows
-- in every table that a debit reads.
insert into auth.users (id) select md5('farthing-bench-' || n)::uuid from generate_series(1, 10000) n;

do $$
declare
  v_user uuid;
  v_hold jsonb;
begin
  for n in 1 .. 10000 loop
    v_user := md5('farthing-bench-' || n)::uuid;
    perform farthing_public.credits_grant(v_user, '1000000000', 'promotional');
    if n <= 6000 then
      perform farthing_public.credits_debit(v_user, '1', 'seed', 'seed', 'seed',
        encode(sha256(convert_to('debit ' || n, 'UTF8')), 'hex'), repeat('0', 64));
      perform farthing_public.usage_charge(v_user,
        jsonb_build_object('event_id', 'seed ' || n, 'model', 'gpt-4o',
        'input_tokens', 1000, 'output_tokens', 500), 'seed',
        encode(sha256(convert_to('usage ' || n, 'UTF8')), 'hex'), repeat('0', 64));
      v_hold := farthing_public.holds_open(v_user, p_amount => '1', p_ttl_seconds => 600);
      perform farthing_public.holds_release((v_hold #>> '{data,hold_id}')::uuid);
    end if;
    if n % 500 = 0 then commit; end if;
    -- without up-to-date statistics, PostgreSQL would scan these growing tables as if they were
    -- empty
    if n in (100, 1000) then execute 'analyze'; end if;
  end loop;
end
$$;
