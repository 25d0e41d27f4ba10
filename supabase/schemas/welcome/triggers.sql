-- Triggers on Auth's users queue a request for welcome credits when an email address is confirmed.
-- They fire for few statements, add one row and never fail. A scheduled task decides the requests
-- that no runner has decided.

create trigger farthing_welcome_new after insert on auth.users
  for each row when (new.email_confirmed_at is not null and not new.is_anonymous)
  execute function farthing.queue_welcome();
create trigger farthing_welcome_confirmed after update of email_confirmed_at, is_anonymous on auth.users
  for each row when (new.email_confirmed_at is not null and not new.is_anonymous
    and (old.email_confirmed_at is null or old.is_anonymous))
  execute function farthing.queue_welcome();

select farthing.add_task('grant_welcome_credits', '1 minute');
