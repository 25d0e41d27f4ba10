-- Usage events that were charged before. If such an event is sent again, it must have the same
-- contents. usage_charge() in usage/api.sql and batch_repeat() in batch.sql mark the answer with
-- `duplicate: true`.

create function farthing.usage_difference(p_account_id bigint, p_event farthing.priced_usage)
returns jsonb
language plpgsql stable
set search_path = ''
as $$
begin
  return (
    select jsonb_object_agg(d.field, jsonb_build_object('charged', d.charged, 'sent', d.sent))
    from farthing.usage_events u
    left join farthing.entries e on e.account_id = u.account_id and e.seq = u.first_seq
    cross join lateral (
      select k.field, coalesce(coalesce(e.metadata, u.usage) -> k.field, k.absent),
        coalesce(p_event.metadata -> k.field, k.absent)
      from (values ('model', 'null'::jsonb), ('input_tokens', '0'), ('cached_input_tokens', '0'),
        ('cache_write_tokens', '0'), ('output_tokens', '0'), ('reasoning_tokens', '0')) k (field, absent)
      union all
      select 'occurred_at', to_jsonb(coalesce(e.event_at, u.event_at)), to_jsonb(p_event.event_at)
      where p_event.event_at is not null) d (field, charged, sent)
    where u.account_id = p_account_id and u.origin = p_event.origin and u.event_id = p_event.event_id
      and d.charged <> d.sent);
end
$$;
comment on function farthing.usage_difference is
  'Rule 9: returns {field: {charged, sent}} for an event that was charged with different contents; null '
  'if the contents are the same, or if the event is new. Contents are the model, the tokens of each '
  'kind, and occurred_at if it was sent. A caller''s metadata is not compared and not returned.';

create function farthing.refuse_other_usage(
  p_account_id bigint, p_event farthing.priced_usage, p_prefix text default '')
returns void
language plpgsql stable
set search_path = ''
as $$
declare
  v_difference jsonb := farthing.usage_difference(p_account_id, p_event);
begin
  if v_difference is not null then
    perform farthing.fail('usage_conflict',
      'This event_id was already charged with other values. Send a new event_id for another usage event.',
      jsonb_build_object('event_id', p_event.event_id, 'differs', v_difference), p_prefix || 'event_id');
  end if;
end
$$;
comment on function farthing.refuse_other_usage is
  'Fails with usage_conflict if the event was charged with different contents; details name the fields that '
  'differ.';

create function farthing.fresh_usage(p_account_id bigint, p_events farthing.priced_usage[])
returns farthing.priced_usage[]
language plpgsql stable
set search_path = ''
as $$
begin
  return array(
    select m.event
    from (select u as event, row_number() over (partition by u.origin, u.event_id order by u.index) as mention
      from unnest(p_events) u where u.problem is null and u.event_id is not null) m
    where m.mention = 1
      -- The condition is not written as "not exists", because that would become a join, whose
      -- cached plan reads all usage that was ever charged to the account.
      and (select true from farthing.usage_events k where k.account_id = p_account_id
        and k.origin = (m.event).origin and k.event_id = (m.event).event_id) is null
    order by (m.event).index);
end
$$;
comment on function farthing.fresh_usage is
  'Returns the events to charge, in order. An event that was charged before is left out. If an event_id '
  'occurs several times, the first occurrence that can be priced is returned.';
