-- A trigger removes the saved card of an account when its user is deleted. Changes of a saved card
-- are audited.

create trigger accounts_forget_cards after update of left_at on farthing.accounts
  for each row execute function farthing.forget_customer();

select farthing.audit_changes('customers', '{customer_id, payment_method_id}', p_rows => true);
