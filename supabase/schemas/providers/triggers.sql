-- What fires by itself: the guard of a provider's states. Whom money goes to is audited.

create trigger providers_are_guarded before update on farthing.providers
  for each row execute function farthing.providers_guard();

select farthing.never_change('providers', '{provider_id, country, created_at}');
select farthing.set_once('providers', '{stripe_account_id}');
-- Whom money goes to, which card is charged, and what its owner agreed to.
select farthing.audit_changes('providers', '{country, stripe_account_id}', p_rows => true);
