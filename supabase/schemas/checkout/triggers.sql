-- Triggers guard the states of an order and refuse changes of its terms. A task expires unpaid
-- orders.

create trigger orders_are_guarded before update on farthing.orders
  for each row execute function farthing.orders_guard();
create trigger orders_forget_the_email before update on farthing.orders
  for each row when (new.session_settings ? 'customer_email'
    and (new.session_id is not null or new.status <> 'pending'))
  execute function farthing.forget_session_email();
create trigger accounts_forget_emails after update of left_at on farthing.accounts
  for each row execute function farthing.forget_emails_of_user();
create trigger orders_are_never_deleted before delete on farthing.orders
  for each row execute function farthing.refuse_change();

select farthing.add_task('expire_orders', '5 minutes');

select farthing.never_change('orders', '{account_id, order_id, kind, package_id, package_version,
  package_name, amount, currency, credits, bonus_credits, tax_behavior, promotion_codes, created_at}');
select farthing.set_once('orders', '{payment_ref, amount_discount, amount_tax, amount_total, invoice_id,
  has_tax_id, allocation_version, paid_at}');
