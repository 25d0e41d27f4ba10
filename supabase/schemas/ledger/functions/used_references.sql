-- References that may move credits only once. They have a table of their own, because an
-- idempotency key is deleted after a day, but an invoice or a welcome bonus must never be booked
-- twice. Only requests with `once` write to this table, and look in it for an earlier use of their
-- reference. So the entries, which every debit writes, need no index by reference.

create function farthing.require_reference(p_reference_id text)
returns void
language plpgsql immutable
set search_path = ''
as $$
begin
  if coalesce(length(p_reference_id), 0) not between 1 and 200 then
    perform farthing.fail('invalid_request',
      '`reference_id` must have 1 to 200 characters if `once` is true.', null, 'reference_id');
  end if;
end
$$;
comment on function farthing.require_reference(text) is
  'Fails with invalid_request if a reference for `once` is missing or too long.';

create function farthing.refuse_reference(p_differs text[])
returns void
-- The function is not immutable, because the planner would call an immutable function while
-- planning, and the statement would fail before it runs.
language plpgsql stable
set search_path = ''
as $$
begin
  if p_differs <> '{}' then
    perform farthing.fail('reference_conflict',
      'This reference_id was used with other values. Send a new reference_id, or the same values.',
      jsonb_build_object('differs', p_differs), 'reference_id');
  end if;
end
$$;
comment on function farthing.refuse_reference(text[]) is
  'Fails with reference_conflict if a known reference was used with different contents; details name the '
  'fields that differ.';

create function farthing.known_debit(p_account_id bigint, p_reference_id text, p_amount numeric)
returns jsonb
language plpgsql stable
set search_path = ''
as $$
declare
  v_known jsonb := (select jsonb_build_object(
    'transaction_id', min(e.transaction_id::text), 'amount', trim_scale(sum(e.amount))::text,
    'balance_after', trim_scale((array_agg(e.balance_after order by e.seq desc))[1])::text,
    'lots', jsonb_agg(jsonb_build_object('id', e.lot_id, 'source', l.source, 'amount',
      trim_scale(e.amount)::text) order by e.seq), 'duplicate', true)
    from farthing.used_references r
    join farthing.entries e on e.account_id = r.account_id and e.seq between r.first_seq and r.last_seq
    join farthing.lots l on l.account_id = e.account_id and l.lot_id = e.lot_id
    where r.account_id = p_account_id and r.movement = 'debit' and r.reference_id = p_reference_id
    having count(*) > 0);
begin
  if (v_known ->> 'amount')::numeric <> p_amount then
    perform farthing.refuse_reference('{amount}');
  end if;
  return v_known;
end
$$;
comment on function farthing.known_debit is
  'Returns the answer of an earlier debit with this reference; null if there is none. Fails with '
  'reference_conflict.';
