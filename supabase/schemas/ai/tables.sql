-- Users' consent, logs of model calls, and chats. A chat is one call of a model, paid from a hold.

-- In rising order: each level stores more than the level before.
create type farthing.ai_consent as enum ('none', 'usage_only', 'full_redacted');

create table farthing.ai_consents (
  user_id uuid primary key default auth.uid() references auth.users (id) on delete cascade,
  level farthing.ai_consent not null,
  updated_at timestamptz not null default now()
);
comment on table farthing.ai_consents is
  'The level of each user''s consent, which decides what the AI logs may store. A user without a row '
  'has the level none.';

create table farthing.ai_logs (
  log_id uuid primary key default gen_random_uuid(),
  user_id uuid not null references auth.users (id) on delete cascade,
  kind text not null,
  model text,
  consent farthing.ai_consent not null,
  prompt text,
  response text,
  structured jsonb,
  usage jsonb,
  classification text,
  duration_ms int,
  error_code text,
  request_id text,
  trace_id text,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  constraint ai_logs_kinds check (kind in ('chat', 'research')),
  constraint ai_logs_classifications check (classification in ('none', 'personal', 'sensitive')),
  constraint ai_logs_keep_what_was_agreed check (
    (consent = 'full_redacted' or (prompt is null and response is null and structured is null))
    and (consent <> 'none' or (usage is null and classification is null))),
  constraint ai_logs_live_30_days check (expires_at = created_at + interval '720 hours'),
  constraint ai_logs_text_bounded check (length(prompt) <= 32768 and length(response) <= 32768),
  constraint ai_logs_json_bounded check (pg_column_size(structured) <= 16384
    and pg_column_size(usage) <= 2048),
  constraint ai_logs_names_bounded check (length(model) <= 200 and length(error_code) <= 64
    and length(request_id) <= 64 and length(trace_id) <= 64),
  constraint ai_logs_duration_not_negative check (duration_ms >= 0)
);
comment on table farthing.ai_logs is
  'One row per call of a model. Texts are redacted and cut before they are stored. Rows are deleted '
  'after 30 days.';
create index ai_logs_by_user on farthing.ai_logs (user_id, created_at desc);
-- Rows arrive in the order of time, so a small BRIN index suffices.
create index ai_logs_by_expiry on farthing.ai_logs using brin (expires_at);

alter table farthing.ai_consents enable row level security;
alter table farthing.ai_logs enable row level security;
create policy ai_consents_own on farthing.ai_consents for select to authenticated
  using (user_id = (select auth.uid()));
create policy ai_consents_own_given on farthing.ai_consents for insert to authenticated
  with check (user_id = (select auth.uid()));
create policy ai_consents_own_changed on farthing.ai_consents for update to authenticated
  using (user_id = (select auth.uid())) with check (user_id = (select auth.uid()));
create policy ai_logs_own on farthing.ai_logs for select to authenticated
  using (user_id = (select auth.uid()));
create policy ai_logs_own_deleted on farthing.ai_logs for delete to authenticated
  using (user_id = (select auth.uid()));
grant select, insert, update on farthing.ai_consents to authenticated;
grant select, delete on farthing.ai_logs to authenticated;

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
) with (fillfactor = 80);
-- The fillfactor of farthing.chats leaves space in each page of the table. A heartbeat changes no
-- indexed column, so its new row version stays in the same page and writes no index (a HOT update).
comment on table farthing.chats is
  'One call of a model under a hold. input_tokens: our count of the prompt''s tokens; '
  'max_input_tokens: the most tokens that any tokenizer can count in the prompt; the hold covers '
  'the price of this maximum. output_is_counted: true if the model''s provider hides no output and '
  'counts tokens as we do, so that our count of the output equals the provider''s. '
  'streamed_tokens: the output tokens received so far, as last recorded. answered_at: when the '
  'chat''s own request reported the end of the chat, even if the chat was already closed; null '
  'until then. corrected: credits refunded because the scheduled task had charged more than the '
  'price of the provider''s usage.';
create index chats_by_hold on farthing.chats (hold_id);
create index chats_open on farthing.chats (created_at) where state = 'open';
create unique index chats_one_open_by_key on farthing.chats (idempotency_key) where state = 'open';
alter table farthing.chats enable row level security;
create policy chats_none on farthing.chats for select to authenticated using (false);
