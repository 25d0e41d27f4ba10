-- The audited tables and columns. This file runs after the files that insert settings and other
-- rows, because each such row must get its first audit row.

-- All settings of the policy.
select farthing.audit_changes('policy', array(select a.attname from pg_attribute a
  where a.attrelid = 'farthing.policy'::regclass and a.attnum > 0 and not a.attisdropped
    and a.attname not in ('one_row', 'updated_at', 'updated_by') order by a.attnum),
  p_needs_reason => true, p_rows => true);
-- daily_cap is the lower of an account's two spend caps.
select farthing.audit_changes('accounts', '{daily_cap}', p_needs_reason => true);
select farthing.audit_changes('spend_caps', '{own_daily, imposed_daily}', p_needs_reason => true,
  p_rows => true);
select farthing.audit_changes('packages', '{slug, name, description, highlight, sort, amount, currency,
  other_prices, credits, bonus_credits, active, effective_from}', p_rows => true);
select farthing.audit_changes('rates', '{input_per_million_usd, cached_input_per_million_usd,
  cache_write_per_million_usd, output_per_million_usd, reasoning_per_million_usd, markup, effective_from}',
  p_rows => true);
select farthing.audit_changes('blocks', '{kind, until}', p_rows => true);
select farthing.audit_changes('customers', '{customer_id, payment_method_id}', p_rows => true);
select farthing.audit_changes('top_ups', '{enabled, threshold, target, monthly_cap, consented_at}',
  p_rows => true);
select farthing.audit_changes('welcome_blocked_domains', '{domain}', p_rows => true);
-- These columns decide who receives money.
select farthing.audit_changes('providers', '{country, stripe_account_id}', p_rows => true);
select farthing.audit_changes('alert_rules', '{threshold, fine_at, factor, minimum, period, baseline,
  fires_after, resolves_after, enabled}',
  p_rows => true);
select farthing.audit_changes('features', '{state, percentage}', p_rows => true);
select farthing.audit_changes('tasks', '{enabled, every, budget}', p_rows => true);
