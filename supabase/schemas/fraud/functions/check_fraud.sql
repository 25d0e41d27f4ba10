-- The fraud check before a checkout session, a booking or a top-up. The check runs in the
-- transaction that creates the order or the booking. So the account is locked, parallel requests
-- are counted one after the other, and an order or a booking is stored together with the decision
-- that allows it. The limits count stored rows: an operator can read these rows, and no counter has
-- to be reset.

create function farthing.fraud_verdict(p_account_id bigint, p_action text, p_ip_hash bytea,
  p_now timestamptz, p_is_new boolean default true, p_provider_id uuid default null)
returns jsonb
language plpgsql stable
set search_path = ''
as $$
declare
  v_blocked text[];
  v_over text[];
  v_over_at timestamptz;
begin
  select array_agg(b order by b) into v_blocked from farthing.find_blocks(p_account_id, p_ip_hash, p_now) b;
  if p_is_new then
    select array_agg(o.reason order by o.reason), max(o.over_at) into v_over, v_over_at from (
      -- The number of new bookings per hour is limited for each provider, and not for each buyer.
      select * from farthing.find_sessions_over(p_account_id, p_action, p_ip_hash, p_now)
        where p_action <> 'booking'
      union all select * from farthing.find_cards_over(p_account_id, p_now)
      union all select * from farthing.find_provider_over(p_provider_id, p_now)) o;
  end if;
  if v_blocked is null and v_over is null then
    return '{"outcome": "allow", "reasons": []}'::jsonb;
  end if;
  return jsonb_build_object('outcome', 'refuse',
    'code', case when v_blocked is null then 'velocity_exceeded' else 'forbidden' end,
    'limit', case when v_blocked is null
      then case when v_over = '{provider_velocity}' then 'provider' else 'buyer' end end,
    'retry_after', case when v_blocked is null
      then greatest(1, ceil(extract(epoch from v_over_at - p_now)))::int end,
    'reasons', to_jsonb(coalesce(v_blocked, '{}') || coalesce(v_over, '{}')));
end
$$;
comment on function farthing.fraud_verdict is
  'Returns the verdict about a checkout, a booking or a top-up, and records nothing: {outcome: '
  'allow, reasons: []}, or {outcome: refuse, code, limit, retry_after, reasons}. The arguments and '
  'the fields have the same meaning as in check_fraud(). reasons: the reasons as fraud_decisions '
  'stores them.';

create function farthing.check_fraud(p_account_id bigint, p_action text, p_ip_hash text, p_now timestamptz,
  p_order_id uuid default null, p_is_new boolean default true, p_provider_id uuid default null)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
  v_ip_hash bytea := decode(p_ip_hash, 'hex');
  v_verdict jsonb;
  v_is_allowed boolean;
begin
  perform farthing.lock_counts(p_ip_hash, case when p_is_new then p_provider_id end);
  v_verdict := farthing.fraud_verdict(p_account_id, p_action, v_ip_hash, p_now, p_is_new, p_provider_id);
  v_is_allowed := v_verdict ->> 'outcome' = 'allow';
  -- Two kinds of decisions with the outcome `allow` are not recorded here. An allowed booking is
  -- recorded by keep_address(). A request that continues an order or a booking needs no new
  -- decision: it was allowed when the order or the booking began.
  if not v_is_allowed or p_order_id is not null and p_is_new then
    insert into farthing.fraud_decisions (account_id, action, outcome, reasons, ip_hash, order_id, decided_at)
    values (p_account_id, p_action, v_verdict ->> 'outcome',
      case when v_is_allowed then '{within_limits}'
        else array(select jsonb_array_elements_text(v_verdict -> 'reasons')) end
        || case when v_ip_hash is null then '{no_ip}' else '{}' end::text[],
      v_ip_hash, case when v_is_allowed then p_order_id end, p_now);
  end if;
  return v_verdict - 'reasons';
end
$$;
comment on function farthing.check_fraud is
  'Decides about a checkout, a booking or a top-up, and records the decision. Returns {outcome: allow}, or '
  '{outcome: refuse, code, limit, retry_after}. code: forbidden for a block, else velocity_exceeded with '
  'limit (buyer or provider) and retry_after (seconds). The caller has locked the account, and returns '
  'a refusal instead of raising it, so that the record stays. p_order_id: the order to allow; without an '
  'order only a refusal is recorded. p_is_new: false for a request that continues an order or a '
  'booking; then only blocks count. p_provider_id: the booked provider.';
