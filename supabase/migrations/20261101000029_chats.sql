-- The chat door: begin (credits held before the provider is asked), record (what has been streamed so far),
-- settle or release. What a dead request left open, its own heartbeat tells, and a sweep charges: see
-- left_streams (49).
-- Why a chat's state follows its hold by a trigger: a hold can end in other ways (expired, its owner left, an
-- operator), and no way may leave a chat open.
-- Order of locks: the key, the owner, the account, the chat, the key's row. The sweep waits for none of them.
-- The owner because whoever changes an account twice, or writes a log, asks for its owner's row: one who is
-- leaving keeps that row locked while they wait for the account.

create table farthing.chats (
  account_id bigint not null,
  hold_id uuid not null,
  model text not null,
  input_tokens int not null,
  max_input_tokens int not null,
  max_output_tokens int not null,
  output_is_counted boolean not null,
  streamed_tokens int not null default 0,
  state text not null default 'open',
  idempotency_key bytea,
  correlation_id text,
  author farthing.author not null,
  created_at timestamptz not null,
  accepted_at timestamptz,
  heartbeat_at timestamptz not null,
  closed_at timestamptz,
  answered_at timestamptz,
  corrected farthing.credits not null default 0,
  primary key (account_id, hold_id),
  foreign key (account_id, hold_id) references farthing.holds (account_id, hold_id),
  constraint chats_text_bounded check (length(model) <= 200 and length(correlation_id) <= 255
    and length(idempotency_key) = 32),
  constraint chats_tokens_bounded check (input_tokens between 1 and max_input_tokens
    and max_input_tokens <= 1000000000
    and max_output_tokens between 1 and 1000000000 and streamed_tokens between 0 and max_output_tokens),
  constraint chats_stream_what_was_accepted check (streamed_tokens = 0 or accepted_at is not null),
  constraint chats_states check ((state = 'open' and closed_at is null and answered_at is null)
    or (state in ('settled', 'released') and closed_at is not null))
) with (fillfactor = 80); -- a heartbeat changes no indexed column
comment on table farthing.chats is
  'One call of a model under a hold. input_tokens: the prompt as counted here; max_input_tokens: what it can '
  'be by any tokenizer, which is held. output_is_counted: the provider hides no output and counts as we do. '
  'streamed_tokens: the output that has come, as recorded on the way. answered_at: when its own request '
  'closed it, and not the sweep. corrected: credits given back as the usage was learned after the sweep.';
create index chats_by_hold on farthing.chats (hold_id);
create index chats_open on farthing.chats (created_at) where state = 'open';
create unique index chats_one_open_by_key on farthing.chats (idempotency_key) where state = 'open';
alter table farthing.chats enable row level security;
create policy chats_none on farthing.chats for select to authenticated using (false);

create function farthing.close_chat()
returns trigger
language plpgsql
set search_path = ''
as $$
begin
  update farthing.chats set state = new.status, closed_at = new.resolved_at
  where account_id = new.account_id and hold_id = new.hold_id and state = 'open';
  return null;
end
$$;
comment on function farthing.close_chat() is 'A chat is open as long as its hold, whatever ends the hold.';
create trigger holds_close_their_chats after update of status on farthing.holds
  for each row when (old.status = 'open' and new.status <> 'open') execute function farthing.close_chat();

create function farthing.silent_since(p_now timestamptz)
returns timestamptz
language sql immutable
set search_path = ''
as $$
  select p_now - interval '60 seconds'
$$;
comment on function farthing.silent_since(timestamptz) is
  'A chat without a heartbeat since then has lost its request.';

create function farthing.lock_chat(p_hold_id uuid, p_idempotency_key text)
returns farthing.chats
language plpgsql
set search_path = ''
set lock_timeout = '2s' -- as in lock_account
as $$
declare
  v_chat farthing.chats;
begin
  select * into v_chat from farthing.chats where hold_id = p_hold_id;
  if v_chat.hold_id is null or v_chat.idempotency_key <> decode(p_idempotency_key, 'hex') then
    perform farthing.fail('not_found', 'There is no such chat.', null, 'hold_id');
  end if;
  if v_chat.idempotency_key is not null then
    perform pg_advisory_xact_lock(hashtextextended(encode(v_chat.idempotency_key, 'hex'), 0));
  end if;
  perform from auth.users where id = (select a.owner_id from farthing.accounts a
    where a.account_id = v_chat.account_id) for key share;
  perform from farthing.accounts where account_id = v_chat.account_id for no key update;
  select * into v_chat from farthing.chats
  where account_id = v_chat.account_id and hold_id = p_hold_id for update;
  return v_chat;
end
$$;
comment on function farthing.lock_chat(uuid, text) is
  'A chat with its key and its account locked. Fails not_found, also where it began under another key.';

create function farthing.close_silent_chat(p_chat farthing.chats, p_now timestamptz)
returns void
language plpgsql
set search_path = ''
as $$
begin
  if (select expires_at <= p_now from farthing.holds
    where account_id = p_chat.account_id and hold_id = p_chat.hold_id) then
    perform farthing.release_expired_holds(p_chat.account_id, p_now);
  elsif p_chat.accepted_at is null then
    perform public.holds_release(p_chat.hold_id, p_chat.correlation_id, p_now => p_now);
  else
    perform farthing.settle_hold(p_chat.hold_id, 'chat', null, farthing.chat_bound(p_chat),
      p_chat.correlation_id, p_chat.author, p_now);
  end if;
  -- There is no answer to keep: a repeat runs anew.
  delete from farthing.idempotency_keys where key = p_chat.idempotency_key and status is null;
end
$$;
comment on function farthing.close_silent_chat is
  'What happens to a chat whose request is gone: accepted by the provider, it is charged the most that it '
  'can have cost; never accepted, it is released. All is locked by the caller.';

create function farthing.sweep_chat(p_hold_id text, p_now timestamptz)
returns int
language plpgsql
set search_path = ''
as $$
declare
  v_chat farthing.chats;
begin
  select * into v_chat from farthing.chats where hold_id = p_hold_id::uuid;
  -- Chats come in time's order, not in that of accounts (rule 4), so this waits for no lock.
  if v_chat.idempotency_key is not null and not pg_try_advisory_xact_lock(
    hashtextextended(encode(v_chat.idempotency_key, 'hex'), 0)) then
    return 0;
  end if;
  perform from auth.users where id = (select a.owner_id from farthing.accounts a
    where a.account_id = v_chat.account_id) for key share skip locked;
  if not found then
    return 0;
  end if;
  perform from farthing.accounts where account_id = v_chat.account_id for no key update skip locked;
  if not found then
    return 0;
  end if;
  -- Read again: its request may have been heard of, or have closed it, in between.
  select * into v_chat from farthing.chats
  where account_id = v_chat.account_id and hold_id = v_chat.hold_id and state = 'open'
    and heartbeat_at <= farthing.silent_since(p_now)
  for update skip locked;
  if not found then
    return 0;
  end if;
  perform farthing.close_silent_chat(v_chat, p_now);
  return 1;
end
$$;
comment on function farthing.sweep_chat(text, timestamptz) is
  'Closes a chat that has not been heard of for 60 seconds; 1 where it did.';

create function farthing.sweep_chats(p_now timestamptz default now(), p_limit int default 500)
returns int
language sql
set search_path = ''
as $$
  select farthing.work_off('sweep_chats', 'chat', array(
    select c.hold_id::text from farthing.chats c
    where c.state = 'open' and c.heartbeat_at <= farthing.silent_since(p_now)
      and not farthing.is_parked('sweep_chats', 'chat', c.hold_id::text, p_now)
    order by c.created_at limit p_limit), 'sweep_chat', p_now)
$$;
comment on function farthing.sweep_chats(timestamptz, int) is
  'Closes chats that have not been heard of for 60 seconds; returns how many.';
select farthing.add_task('sweep_chats', '1 minute');

create function farthing.close_dead_chat(p_idempotency_key text, p_now timestamptz)
returns void
language plpgsql
set search_path = ''
as $$
declare
  v_chat farthing.chats;
begin
  select * into v_chat from farthing.chats where idempotency_key = decode(p_idempotency_key, 'hex')
    and state = 'open' and heartbeat_at <= farthing.silent_since(p_now);
  if v_chat.hold_id is null then
    return;
  end if;
  v_chat := farthing.lock_chat(v_chat.hold_id, p_idempotency_key);
  if v_chat.state = 'open' and v_chat.heartbeat_at <= farthing.silent_since(p_now) then
    perform farthing.close_silent_chat(v_chat, p_now);
  end if;
end
$$;
comment on function farthing.close_dead_chat(text, timestamptz) is
  'The sweep''s work for one key: a repeat that comes before the sweep must not run beside what it repeats.';

create function public.chats_begin(
  p_user_id uuid, p_model text, p_input_tokens int, p_max_output_tokens int,
  p_max_input_tokens int default null, p_output_is_counted boolean default false,
  p_correlation_id text default null,
  p_idempotency_key text default null, p_fingerprint text default null,
  p_author text default null, p_now timestamptz default now())
returns jsonb
language plpgsql security definer -- service_role owns no table
set search_path = pg_catalog, pg_temp
as $$
declare
  v_author text := coalesce(p_author, 'sql:' || session_user);
  v_answer jsonb;
  v_max_input int := greatest(p_input_tokens, p_max_input_tokens);
  v_hold farthing.holds;
begin
  if p_idempotency_key is not null then
    perform farthing.close_dead_chat(p_idempotency_key, p_now);
  end if;
  v_answer := farthing.idempotency_find(p_idempotency_key, p_fingerprint, p_now);
  if v_answer is not null then
    return v_answer || '{"step": "replay"}';
  end if;
  if not exists (select from farthing.rates where model = p_model) then
    perform farthing.fail('unknown_model', 'There is no rate for this model.', null, 'model');
  end if;
  if coalesce(p_input_tokens, 0) not between 1 and 1000000000 then
    perform farthing.fail('invalid_request', 'A prompt must have 1 to 1e9 tokens.', null, 'messages');
  end if;
  if coalesce(p_max_output_tokens, 0) not between 1 and 1000000000 then
    perform farthing.fail('invalid_request', 'An answer must have 1 to 1e9 tokens.', null,
      'max_output_tokens');
  end if;
  v_hold.hold_id := (public.holds_open(p_user_id, p_ttl_seconds => 600, p_reason => 'chat',
    p_estimate => farthing.dearest_usage(p_model, v_max_input, p_max_output_tokens, p_now),
    p_correlation_id => p_correlation_id, p_author => v_author, p_now => p_now) #>> '{data,hold_id}')::uuid;
  select * into v_hold from farthing.holds where hold_id = v_hold.hold_id;
  insert into farthing.chats (account_id, hold_id, model, input_tokens, max_input_tokens, max_output_tokens,
    output_is_counted, idempotency_key, correlation_id, author, created_at, heartbeat_at)
  values (v_hold.account_id, v_hold.hold_id, p_model, p_input_tokens, v_max_input, p_max_output_tokens,
    coalesce(p_output_is_counted, false), decode(p_idempotency_key, 'hex'), v_hold.correlation_id, v_author,
    p_now, p_now);
  perform farthing.idempotency_start(p_idempotency_key, p_fingerprint, p_now);
  return jsonb_build_object('step', 'call', 'hold_id', v_hold.hold_id, 'held',
    trim_scale(v_hold.amount)::text, 'patience_ms', (select (extract(epoch from stream_patience) * 1000)::int
      from farthing.policy));
end
$$;
grant execute on function public.chats_begin to service_role;
comment on function public.chats_begin is
  'Holds, for ten minutes, the most that a prompt and the longest answer to it can cost. p_input_tokens is '
  'the prompt as counted here, p_max_input_tokens the most that another tokenizer makes of it. Returns step '
  'call with the hold and for how long a stream without a caller is read on (patience_ms), or replay. Fails '
  'insufficient_credits, unknown_model, not_found, invalid_request, '
  'idempotency_in_progress.';

create function public.chats_record(p_hold_id uuid, p_output_tokens int default null,
  p_now timestamptz default now())
returns jsonb
language plpgsql security definer -- service_role owns no table
set search_path = pg_catalog, pg_temp
as $$
declare
  v_key bytea;
begin
  update farthing.chats
  set streamed_tokens = greatest(streamed_tokens, least(coalesce(p_output_tokens, 0), max_output_tokens)),
    accepted_at = coalesce(accepted_at, case when p_output_tokens is not null then p_now end),
    heartbeat_at = greatest(heartbeat_at, p_now)
  where hold_id = p_hold_id and state = 'open' returning idempotency_key into v_key;
  if not found then
    return jsonb_build_object('status', 'closed');
  end if;
  -- A key that was started 3 minutes ago is taken over; while this is heard of, it is not that old.
  update farthing.idempotency_keys set created_at = p_now
  where key = v_key and status is null and created_at <= p_now - interval '1 minute';
  return jsonb_build_object('status', 'open');
end
$$;
grant execute on function public.chats_record to service_role;
comment on function public.chats_record is
  'The heartbeat of a chat. p_output_tokens is the output that has come so far, and says that the provider '
  'accepted; null only says that the request lives and waits. Returns {status: open | closed}.';
