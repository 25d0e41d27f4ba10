-- The private schema, and the types that all subjects share.

-- Farthing is installed into a project that has schemas of its own. All objects of Farthing are in
-- these two schemas, and Farthing changes nothing else in the project, including default
-- privileges. So every migration ends by revoking each privilege that these files do not grant: a
-- function that moves money and that any visitor may call is a common vulnerability.
create schema farthing;
comment on schema farthing is 'Tables and rules of the credit ledger. Never exposed through the data API.';
create schema farthing_public;
comment on schema farthing_public is
  'Exposed through the data API: functions that only the secret key may call, and views with row level '
  'security.';

-- Browser roles reach the private schema only through views with the caller's rights
-- (security_invoker). Each table behind such a view has row level security.
grant usage on schema farthing to anon, authenticated;
grant usage on schema farthing_public to anon, authenticated, service_role;

-- Columns that a debit writes have domains and not checks: PostgreSQL parses the checks of a table
-- for each statement that writes the table.
create domain farthing.credits as numeric(38, 18) constraint credits_not_negative check (value >= 0);
create domain farthing.positive_credits as numeric(38, 18) constraint credits_positive check (value > 0);
comment on domain farthing.credits is 'An amount of credits, 0 or more, exact to 18 decimals.';
comment on domain farthing.positive_credits is 'An amount of credits above 0, exact to 18 decimals.';
-- 8 KiB for the caller, and 256 bytes for the ledger's additions (the hold, the job and its step).
create domain farthing.metadata as jsonb constraint metadata_bounded check (pg_column_size(value) <= 8448);
comment on domain farthing.metadata is
  'The caller''s data about an entry, at most 8 KiB, and the ledger''s additions.';
-- The owner's id is not stored, because the owner may be deleted and the entries stay.
create domain farthing.author as varchar(255) constraint author_known check (
  value = 'owner' or split_part(value, ':', 1) in ('operator', 'key', 'stripe', 'task', 'sql')
    and split_part(value, ':', 2) <> '');
comment on domain farthing.author is
  'The author of a movement: owner (the account''s own user), operator:<user id>, key:<secret key''s '
  'name>, stripe:<event id>, task:<scheduled task> or sql:<role>.';

-- A domain and not a check, because each statement that writes a table parses the table's checks.
create domain farthing.final_status as smallint
  constraint final_status_answers check (value between 200 and 499);
comment on domain farthing.final_status is 'The HTTP status of a stored answer.';

-- An item of a list in the API's form, and the cursor of the page that follows the item.
create type farthing.page_item as (answer jsonb, cursor text);
