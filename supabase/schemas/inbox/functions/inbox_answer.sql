-- An event in the form in which operators list and read it.

create function farthing.inbox_answer(p_event farthing.inbox)
returns jsonb
language sql immutable
set search_path = ''
as $$
  select jsonb_build_object('event_id', p_event.event_id, 'type', p_event.type, 'state', p_event.state,
    'attempts', p_event.attempts, 'next_attempt_at', p_event.next_attempt_at,
    'last_error', p_event.last_error, 'livemode', p_event.livemode, 'occurred_at', p_event.occurred_at,
    'received_at', p_event.received_at, 'processed_at', p_event.processed_at)
$$;
comment on function farthing.inbox_answer(farthing.inbox) is
  'Returns an event in the form in which lists return it, without its facts.';
