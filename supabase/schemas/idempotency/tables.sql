-- Idempotency keys, and stored answers that belong to one user.

create table farthing.idempotency_keys (
  key bytea primary key,
  fingerprint bytea not null,
  status farthing.final_status,
  answer jsonb,
  created_at timestamptz not null default now()
);
comment on table farthing.idempotency_keys is
  'key = sha256(caller, route, Idempotency-Key); fingerprint = sha256(method, path, body). A key '
  'without a status is started, a key with a status is finished. Keys are deleted after 24 hours. '
  'Some requests without Idempotency-Key have a key that is derived from their content: see '
  'idempotency_find(). An answer that belongs to one user is stored in private_answers.';
-- Rows are inserted in the order of created_at, so a block range index finds the old rows, and an
-- insert costs next to nothing.
create index idempotency_keys_by_age on farthing.idempotency_keys using brin (created_at);
alter table farthing.idempotency_keys enable row level security;
create policy idempotency_keys_none on farthing.idempotency_keys for select to authenticated using (false);

-- Private answers have a table of their own, because a model's answer and a Stripe client secret
-- belong to one user and must be deleted with the user. An operator who reads idempotency_keys to
-- find a key that blocks retries does not see these answers. Encryption would not help, because its
-- key would be in the same database.
create table farthing.private_answers (
  key bytea primary key references farthing.idempotency_keys (key) on delete cascade,
  account_id bigint not null,
  answer jsonb not null
);
comment on table farthing.private_answers is
  'Stored answers that contain a model''s text or a Stripe client secret. They are deleted with their '
  'key, or when the user is deleted.';
create index private_answers_by_account on farthing.private_answers (account_id);

alter table farthing.private_answers enable row level security;
create policy private_answers_none on farthing.private_answers for select to authenticated
  using (false);
