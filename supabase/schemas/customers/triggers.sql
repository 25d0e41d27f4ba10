-- A trigger removes the saved card of an account when its user is deleted or its organisation is dissolved.

create trigger accounts_forget_cards after update of left_at on farthing.accounts
  for each row execute function farthing.forget_customer();
