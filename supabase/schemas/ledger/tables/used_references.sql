-- References of grants and debits that were sent with `once`.

create table farthing.used_references (
  account_id bigint not null,
  movement text not null,
  reference_id varchar(200) not null,
  first_seq bigint not null,
  last_seq bigint not null,
  primary key (account_id, movement, reference_id),
  constraint used_references_movements check (movement in ('grant', 'debit'))
);
comment on table farthing.used_references is
  'Append-only. References that may move credits only once per account and kind of movement, with '
  'no time limit. The movement is in the entries first_seq to last_seq.';

alter table farthing.used_references enable row level security;
create policy used_references_none on farthing.used_references for select to authenticated using (false);
