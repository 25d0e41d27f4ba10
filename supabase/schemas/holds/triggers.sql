-- Triggers refuse changes of a hold's terms and a second end of a hold. The end of a hold also
-- closes the chat that the hold pays for (ai/triggers.sql). The ledger's scheduled task
-- expire_credits (ledger/functions/expiry.sql) expires holds.

select farthing.never_change('holds', '{account_id, hold_id, amount, model, rate_version, expires_at,
  created_at}');
select farthing.set_once('holds', '{settled, shortfall, resolved_at, released_by}');
select farthing.never_remove('holds');
select farthing.never_change('hold_lots', '{account_id, hold_id, lot_id, amount}');
select farthing.never_remove('hold_lots');
