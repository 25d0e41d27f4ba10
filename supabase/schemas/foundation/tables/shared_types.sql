-- The types that more than one folder of schemas/ uses.

-- Columns that a debit writes have domains and not checks: PostgreSQL parses the checks of a table
-- for each statement that writes the table.
create domain farthing.credits as numeric(38, 18) constraint credits_not_negative check (value >= 0);
create domain farthing.positive_credits as numeric(38, 18) constraint credits_positive check (value > 0);
comment on domain farthing.credits is 'An amount of credits, 0 or more, exact to 18 decimals.';
comment on domain farthing.positive_credits is 'An amount of credits above 0, exact to 18 decimals.';
-- 8 KiB for the caller's data, and 256 bytes for the ledger's additions (the hold, the job and its
-- step).
create domain farthing.metadata as jsonb constraint metadata_bounded check (pg_column_size(value) <= 8448);
comment on domain farthing.metadata is
  'The caller''s data about an entry, at most 8 KiB, and the ledger''s additions.';

-- This is a domain and not a check, because PostgreSQL parses the checks of a table for each
-- statement that writes the table.
create domain farthing.final_status as smallint
  constraint final_status_answers check (value between 200 and 499);
comment on domain farthing.final_status is 'The HTTP status of a stored answer.';

-- An item of a list in the API's form, and the cursor of the page that follows the item.
create type farthing.page_item as (answer jsonb, cursor text);

create type farthing.violation as (rule int, account_id bigint, detail text);
comment on type farthing.violation is
  'A broken rule (docs/reference/rules.md) as the proof reports it; account_id is null if the '
  'violation concerns more than one account.';
