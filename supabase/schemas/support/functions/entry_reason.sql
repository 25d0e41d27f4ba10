-- The reason for a change of a balance, as a sentence for support staff. An entry stores its
-- author, references and facts; only this file puts them into words.

create function farthing.author_words(p_author text)
returns text
language sql immutable
set search_path = ''
as $$
  select case split_part(p_author, ':', 1)
    when 'owner' then 'the customer'
    when 'operator' then 'operator ' || substr(p_author, 10)
    when 'key' then 'the secret key ' || substr(p_author, 5)
    when 'stripe' then 'the Stripe event ' || substr(p_author, 8)
    when 'task' then 'the scheduled task ' || substr(p_author, 6)
    when 'sql' then 'a SQL session of ' || substr(p_author, 5)
    else p_author end
$$;
comment on function farthing.author_words(text) is
  'Returns an author in words, such as "the customer" or "the secret key …".';

create function farthing.usage_words(p_facts jsonb)
returns text
language sql immutable
set search_path = ''
as $$
  select concat(p_facts ->> 'model', ': ' || nullif(concat_ws(', ',
    nullif(p_facts ->> 'input_tokens', '0') || ' input',
    nullif(p_facts ->> 'cached_input_tokens', '0') || ' cached input',
    nullif(p_facts ->> 'cache_write_tokens', '0') || ' cache write',
    nullif(p_facts ->> 'output_tokens', '0') || ' output',
    nullif(p_facts ->> 'reasoning_tokens', '0') || ' reasoning'), '') || ' tokens')
$$;
comment on function farthing.usage_words(jsonb) is
  'Returns the usage of a model in words, such as "gpt-4o: 1000 input, 500 output tokens".';

create function farthing.order_words(p_account_id bigint, p_order_id text)
returns text
language sql stable
set search_path = ''
as $$
  select case o.kind when 'top_up' then 'Auto top-up' else o.package_name || ' package' end
  from farthing.orders o where o.account_id = p_account_id and o.order_id::text = p_order_id
$$;
comment on function farthing.order_words(bigint, text) is
  'Returns what an order bought: "Starter package" or "Auto top-up".';

create function farthing.reversal_words(p_entry farthing.entries)
returns text
language sql stable
set search_path = ''
as $$
  select format('%s of order %s: credits %s', case
      when p_entry.metadata ? 'refund_id' then 'Refund ' || (p_entry.metadata ->> 'refund_id')
      when p_entry.metadata ? 'dispute_id' then 'Dispute ' || (p_entry.metadata ->> 'dispute_id')
      when p_entry.metadata ? 'warning_id' then 'Early fraud warning ' || (p_entry.metadata ->> 'warning_id')
      else 'Reversal' end,
    p_entry.reference_id, case p_entry.direction
      when 'in' then 'reinstated' else 'clawed back' end
      || case when p_entry.lot_id is null then case p_entry.direction
        when 'in' then ' by cancelling debt' else ' as debt, because they were used' end else '' end)
$$;
comment on function farthing.reversal_words(farthing.entries) is
  'Returns the reason of a clawback or a reinstatement.';

create function farthing.entry_reason(p_entry farthing.entries)
returns text
language sql stable
set search_path = ''
as $$
  select case
    when p_entry.kind = 'purchase' then format('%s bought: order %s',
      farthing.order_words(p_entry.account_id, p_entry.reference_id), p_entry.reference_id)
    when p_entry.kind = 'bonus' then format('Bonus of the %s: order %s',
      farthing.order_words(p_entry.account_id, p_entry.reference_id), p_entry.reference_id)
    when p_entry.kind in ('clawback', 'reinstatement') then farthing.reversal_words(p_entry)
    when p_entry.reference_type = 'chat_correction' then
      format('Correction of a chat that was charged too much: hold %s', p_entry.reference_id)
    when p_entry.kind in ('promotion', 'adjustment') then concat('Grant by ',
      farthing.author_words(p_entry.author), ': ' || (p_entry.metadata ->> 'reason'))
    when p_entry.kind = 'debit' then concat('Debit by ', farthing.author_words(p_entry.author),
      ': ' || (p_entry.metadata ->> 'reason'))
    when p_entry.reference_type = 'account_closed' then 'User deleted: the remaining credits ended'
    when p_entry.kind = 'expiry' then format('Credits expired: lot %s', p_entry.lot_id)
    when p_entry.reference_type = 'chat' then 'Chat with ' || farthing.usage_words(p_entry.metadata)
    when p_entry.reference_type = 'job' then format('Step of job %s: usage of %s',
      split_part(p_entry.reference_id, ':', 1), farthing.usage_words(p_entry.metadata))
    when p_entry.metadata ? 'model' then concat(case when p_entry.kind = 'settle'
        then 'Hold settled: usage of '
      else 'Usage of ' end, farthing.usage_words(p_entry.metadata))
    else concat('Hold settled by ', farthing.author_words(p_entry.author),
      ': ' || (p_entry.metadata ->> 'reason')) end
    || case when p_entry.lot_id is null and p_entry.kind = 'settle' then ' (became debt)' else '' end
$$;
comment on function farthing.entry_reason(farthing.entries) is
  'Returns the reason of a change of a balance as a sentence, such as "Starter package bought: order …".';

create function farthing.explained_entry(p_entry farthing.entries)
returns jsonb
language sql stable
set search_path = ''
as $$
  select farthing.entry_answer(p_entry, true) || jsonb_build_object(
    'order_id', case p_entry.reference_type when 'order' then p_entry.reference_id end,
    'job_id', case p_entry.reference_type when 'job' then substring(p_entry.reference_id
      from '^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}') end,
    'hold_id', coalesce(p_entry.metadata ->> 'hold_id', case when p_entry.reference_type in ('hold', 'chat',
      'chat_correction') then p_entry.reference_id end),
    'stripe_event_id', substring(p_entry.author from '^stripe:(.*)$'),
    'reason', farthing.entry_reason(p_entry))
$$;
comment on function farthing.explained_entry(farthing.entries) is
  'Returns an entry with its author''s name, the ids of what caused it, and its reason as a sentence.';
