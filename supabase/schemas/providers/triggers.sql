-- Triggers: providers change only as providers_guard() allows.

create trigger providers_are_guarded before update on farthing.providers
  for each row execute function farthing.providers_guard();

select farthing.never_change('providers', '{provider_id, country, created_at}');
select farthing.set_once('providers', '{stripe_account_id}');
