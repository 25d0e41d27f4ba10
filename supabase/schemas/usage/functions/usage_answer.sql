-- A charge of a usage event in the form of the API, read from its entries.

create function farthing.usage_answer(p_account_id bigint, p_origin farthing.usage_origin, p_event_id text)
returns jsonb
language plpgsql stable -- an SQL function would be planned again in every transaction
set search_path = ''
as $$
begin
  -- This check comes first, because most events are new, and preparing the query of the answer
  -- costs many times as much as this check.
  if not exists (select from farthing.usage_events u
    where u.account_id = p_account_id and u.origin = p_origin and u.event_id = p_event_id) then
    return null;
  end if;
  return (select jsonb_build_object(
    'transaction_id', min(e.transaction_id::text), 'event_id', p_event_id, 'credits',
      trim_scale(coalesce(sum(e.amount), 0))::text,
    'balance_after', trim_scale(coalesce((array_agg(e.balance_after order by e.seq desc))[1],
      (select a.balance from farthing.accounts a where a.account_id = p_account_id)))::text,
    'rate_version', min((coalesce(e.metadata, u.usage) ->> 'rate_version')::int),
    'lots', coalesce(jsonb_agg(jsonb_build_object('id', e.lot_id, 'source', l.source, 'amount',
      trim_scale(e.amount)::text)
      order by e.seq) filter (where e.lot_id is not null), '[]'))
  from farthing.usage_events u
  left join farthing.entries e on e.account_id = u.account_id and e.seq between u.first_seq and u.last_seq
  left join farthing.lots l on l.account_id = e.account_id and l.lot_id = e.lot_id
  where u.account_id = p_account_id and u.origin = p_origin and u.event_id = p_event_id);
end
$$;
comment on function farthing.usage_answer is
  'Returns the charge of a known event, read from its entries; null for an unknown event. Credits are '
  'text.';
