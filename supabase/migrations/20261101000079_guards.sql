-- What decides money and never changes, table by table; and what changes only with a reason.
-- Why after triggers: a before trigger on a row makes PostgreSQL lock that row once more, and a debit updates
-- two. Accounts and lots have after triggers already, those of their foreign keys.

-- Rule 19: the terms of a lot, a hold and a purchase.
select farthing.never_change('lots', '{account_id, lot_id, source, amount, cost_basis_usd, priority,
  expires_at, order_id, created_at}');
select farthing.never_change('holds', '{account_id, hold_id, amount, model, rate_version, expires_at,
  created_at}');
select farthing.set_once('holds', '{settled, shortfall, resolved_at}');
select farthing.never_remove('holds');
select farthing.never_change('hold_lots', '{account_id, hold_id, lot_id, amount}');
select farthing.never_remove('hold_lots');
select farthing.never_change('orders', '{account_id, order_id, kind, package_id, package_version,
  package_name, amount, currency, credits, bonus_credits, created_at}');
select farthing.set_once('orders', '{payment_ref, paid_at}');
select farthing.never_change('refunds', '{account_id, refund_id, order_id, booking_id, amount, currency,
  requested_by, nets_share, created_at}');
select farthing.set_once('refunds', '{stripe_refund_id}');
select farthing.never_change('disputes', '{account_id, dispute_id, order_id, booking_id, created_at}');
select farthing.never_change('bookings', '{account_id, booking_id, provider_id, amount, currency,
  fee_basis_points, application_fee_amount, transfer_at, client_temp_id, details, created_at}');
select farthing.set_once('bookings', '{payment_intent_id, charge_id, fee_id, paid_at}');
select farthing.never_change('booking_transfers', '{account_id, move_id, booking_id, kind, amount, currency,
  reverses, created_at}');
select farthing.set_once('booking_transfers', '{stripe_id}');
select farthing.never_change('providers', '{provider_id, country, created_at}');
select farthing.set_once('providers', '{stripe_account_id}');
select farthing.never_change('inbox', '{event_id, type, livemode, facts, occurred_at}');
select farthing.never_remove('inbox');
select farthing.never_change('accounts', '{account_id, created_at}');

-- An owner leaves, by leaving, and nobody comes instead. What else happens then is on this table, too, and
-- relies on it: nothing but leaving updates owner_id.
create function farthing.refuse_new_owner()
returns trigger
language plpgsql security definer -- runs inside auth's delete, by a role that owns nothing here
set search_path = pg_catalog, pg_temp
as $$
begin
  if new.owner_id is not null or old.owner_id is null
    or exists (select from auth.users where id = old.owner_id)
  then
    raise exception 'The owner of an account does not change. To close it, delete the user.'
      using errcode = 'restrict_violation';
  end if;
  return null;
end
$$;
comment on function farthing.refuse_new_owner() is
  'Trigger: an account loses its owner when the user is deleted, and gets no other.';
select farthing.guard_updates('accounts', 'accounts_keep_their_owner', '{owner_id}', null,
  'refuse_new_owner');

create function farthing.refuse_new_answer()
returns trigger
language plpgsql
set search_path = ''
as $$
begin
  if old.status is not null and new.created_at < old.created_at + interval '24 hours'
    and (new.fingerprint <> old.fingerprint or new.status is distinct from old.status
      or (new.answer is not null and new.answer is distinct from old.answer))
  then
    raise exception 'A stored answer does not change for 24 hours.' using errcode = 'restrict_violation';
  end if;
  return null;
end
$$;
comment on function farthing.refuse_new_answer() is
  'Trigger: a stored answer stays for its 24 hours. It may be erased, and its key taken anew after them.';
select farthing.guard_updates('idempotency_keys', 'idempotency_keys_keep_their_answer',
  '{fingerprint, status, answer}', null, 'refuse_new_answer');

-- What may change, and by whom it did.
select farthing.audit_changes('policy', array(select a.attname from pg_attribute a
  where a.attrelid = 'farthing.policy'::regclass and a.attnum > 0 and not a.attisdropped
    and a.attname not in ('one_row', 'updated_at', 'updated_by') order by a.attnum),
  p_needs_reason => true, p_rows => true);
select farthing.audit_changes('accounts', '{daily_cap}', p_needs_reason => true);
select farthing.audit_changes('spend_caps', '{own_daily, imposed_daily}', p_needs_reason => true,
  p_rows => true);
select farthing.audit_changes('packages', '{name, amount, currency, credits, bonus_credits, active,
  effective_from}', p_rows => true);
select farthing.audit_changes('rates', '{input_per_million_usd, cached_input_per_million_usd,
  cache_write_per_million_usd, output_per_million_usd, reasoning_per_million_usd, markup, effective_from}',
  p_rows => true);
select farthing.audit_changes('alert_rules', '{threshold, fine_at, factor, minimum, period, enabled}',
  p_rows => true);
select farthing.audit_changes('tasks', '{enabled, every, budget}', p_rows => true);
-- Whom money goes to, which card is charged, and what its owner agreed to.
select farthing.audit_changes('providers', '{country, stripe_account_id}', p_rows => true);
select farthing.audit_changes('customers', '{customer_id, payment_method_id}', p_rows => true);
select farthing.audit_changes('top_ups', '{enabled, threshold, target, monthly_cap, consented_at}',
  p_rows => true);
select farthing.audit_changes('blocks', '{kind, until}', p_rows => true);

-- The guards that stand beside their tables belong to the list, and fire always, too: those that refuse
-- changes, and the state machines.
do $$
declare
  v_guard record;
begin
  for v_guard in
    select c.relname, t.tgname from pg_trigger t join pg_class c on c.oid = t.tgrelid
    join pg_proc p on p.oid = t.tgfoid
    where c.relnamespace = 'farthing'::regnamespace and not t.tgisinternal
      and (p.proname = 'refuse_change' or p.proname like '%\_guard')
      and not exists (select from farthing.guards g
        where (g.table_name, g.trigger_name) = (c.relname::text, t.tgname::text))
  loop
    perform farthing.note_guard(v_guard.relname, v_guard.tgname);
  end loop;
end
$$;
select farthing.never_remove('policy');
select farthing.never_remove('guards');
select farthing.never_remove('audited');

create function farthing.set_policy(p_changes jsonb, p_reason text, p_author text default null,
  p_now timestamptz default now())
returns void
language plpgsql
set search_path = ''
as $$
declare
  v_columns text := farthing.listed(array(select jsonb_object_keys(p_changes)));
begin
  perform farthing.allow_change(p_author, p_reason);
  execute format('update farthing.policy set (%1$s) = (select %1$s from jsonb_populate_record(
    null::farthing.policy, $1)), updated_at = $2, updated_by = $3 where one_row', v_columns)
  using p_changes, p_now, coalesce(p_author, 'sql:' || session_user);
end
$$;
comment on function farthing.set_policy(jsonb, text, text, timestamptz) is
  'Changes the policy, at an SQL prompt, too: {column: value}. Reason and author stand in the audit.';
