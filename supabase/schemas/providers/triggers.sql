-- Triggers: providers change only as providers_guard() allows, and changes of the recipient of
-- money are audited.

create trigger providers_are_guarded before update on farthing.providers
  for each row execute function farthing.providers_guard();

select farthing.never_change('providers', '{provider_id, country, created_at}');
select farthing.set_once('providers', '{stripe_account_id}');
-- These columns decide who receives money.
select farthing.audit_changes('providers', '{country, stripe_account_id}', p_rows => true);
