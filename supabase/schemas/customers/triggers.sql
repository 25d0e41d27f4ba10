-- What fires by itself: an account that is left forgets its card. Changes of a saved card are audited.

create trigger accounts_forget_cards after update of left_at on farthing.accounts
  for each row execute function farthing.forget_customer();

select farthing.audit_changes('customers', '{customer_id, payment_method_id}', p_rows => true);
