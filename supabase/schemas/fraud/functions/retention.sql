-- The deletion of old fraud decisions, and of old records of card uses.

create function farthing.delete_old_fraud_records(p_now timestamptz default now(), p_limit int default 10000)
returns int
language sql
set search_path = ''
as $$
  select farthing.delete_older('fraud_decisions', 'decision_id', 'decided_at', p_now - interval '90 days',
      p_limit)
    + farthing.delete_older('card_uses', 'charge_id', 'used_at', p_now - interval '90 days', p_limit)
$$;
comment on function farthing.delete_old_fraud_records(timestamptz, int) is
  'Deletes fraud decisions and records of card uses that are 90 days old, and returns their '
  'number.';
