-- Triggers refuse changes of a grant's terms and of a decision. A task expires unconfirmed grants.

select farthing.never_change('grants', '{account_id, grant_id, author, source, amount, priority, expires_at,
  reason, reference_id, once, correlation_id, ceiling, confirm_before, created_at}');
select farthing.set_once('grants', '{decided_by, decided_at, lot_id}');
select farthing.never_remove('grants');

select farthing.add_task('expire_grants', '5 minutes');
