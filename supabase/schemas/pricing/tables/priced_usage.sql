-- The types of usage and its price.

-- The origin of an event_id: the caller, or the hold, chat or job that the usage belongs to. Ids of
-- different origins never collide, so a caller's event_id cannot block an event_id of a hold, chat
-- or job.
create type farthing.usage_origin as enum ('caller', 'hold', 'chat', 'job');

create type farthing.priced_usage as (
  index int, user_id uuid, origin farthing.usage_origin, event_id text, model text, rate_version int,
  credits numeric, metadata jsonb, event_at timestamptz, problem text, field text);
