-- What fires by itself: a user who leaves takes their card along. Changes of a saved card are audited.

create trigger accounts_forget_cards_with_their_owner after update of owner_id on farthing.accounts
  for each row execute function farthing.forget_customer();

select farthing.audit_changes('customers', '{customer_id, payment_method_id}', p_rows => true);
