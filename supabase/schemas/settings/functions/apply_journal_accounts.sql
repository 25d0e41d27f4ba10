-- Changing the codes of the journal.

create function farthing.refuse_bad_codes(p_codes jsonb, p_now timestamptz)
returns void
language plpgsql stable
set search_path = ''
as $$
declare
  v_bad record;
begin
  if jsonb_typeof(p_codes) is distinct from 'array' or jsonb_array_length(p_codes) not between 1 and 100 then
    perform farthing.fail('invalid_request', 'codes must be an array of 1 to 100 codes.', null, 'codes');
  end if;
  select i.nr - 1 as index, c.field, c.rule into v_bad
  from (select e.nr, e.code, count(*) over (partition by e.code ->> 'account') as mentions
    from jsonb_array_elements(p_codes) with ordinality e (code, nr)) i
  cross join lateral (values
    (1, 'account', i.mentions = 1
      and exists (select from farthing.journal_accounts a where a.account = i.code ->> 'account'),
      'must be an account from GET /settings/journal-codes, and appear only once in the list.'),
    (2, 'code', jsonb_typeof(i.code -> 'code') = 'string'
      and i.code ->> 'code' ~ '^[A-Za-z0-9][A-Za-z0-9._-]{0,19}$',
      'must have 1 to 20 characters (A-Z a-z 0-9 . _ -), and not begin with . _ or -.'),
    (3, 'effective_from', i.code ->> 'effective_from' is null
      or length(i.code ->> 'effective_from') = 10
        and farthing.effective_from(i.code) <= p_now + interval '2 years',
      'must be a day within the next two years, such as 2027-01-01.')) c (nr, field, is_right, rule)
  where c.is_right is not true order by i.nr, c.nr limit 1;
  if v_bad.field is not null then
    perform farthing.fail('invalid_request', v_bad.field || ' ' || v_bad.rule, null,
      format('codes[%s].%s', v_bad.index, v_bad.field));
  end if;
end
$$;
comment on function farthing.refuse_bad_codes(jsonb, timestamptz) is
  'Fails with invalid_request and names the field if a list of codes of the journal cannot be applied.';

create function farthing.apply_journal_accounts(p_codes jsonb, p_now timestamptz)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
  v_today date := (p_now at time zone 'UTC')::date;
  v_open_from date;
  v_changes jsonb;
begin
  perform farthing.refuse_bad_codes(p_codes, p_now);
  -- This lock prevents a month from closing before this change commits.
  select b.open_from into v_open_from from farthing.books b for share;
  with given as (
    select e.code ->> 'account' as account, e.code ->> 'code' as code,
      greatest(coalesce(e.code ->> 'effective_from', v_today::text)::date, v_open_from) as effective_from
    from jsonb_array_elements(p_codes) e (code)
  ), changed as (
    select g.account, (select max(a.version) + 1 from farthing.journal_accounts a where a.account = g.account)
      as version, g.code, g.effective_from, c.code as was
    from given g join farthing.journal_codes() c on c.account = g.account and g.effective_from >= c.first_day
      and (g.effective_from < c.next_day) is not false
    where c.code <> g.code
  ), added as (
    insert into farthing.journal_accounts (account, version, code, effective_from)
    select c.account, c.version, c.code, c.effective_from from changed c
  )
  select coalesce(jsonb_agg(jsonb_build_object('name', c.account, 'change', 'changed', 'version', c.version,
    'fields', jsonb_build_array(jsonb_build_object('field', 'code', 'from', c.was, 'to', c.code),
      jsonb_build_object('field', 'effective_from', 'from', null, 'to', c.effective_from)))
    order by c.account), '[]') into v_changes
  from changed c;
  perform farthing.refuse_past_beginnings(p_codes, 'codes', 'account', v_changes,
    v_open_from::timestamp at time zone 'UTC');
  return jsonb_build_object('changes', v_changes,
    'unchanged', jsonb_array_length(p_codes) - jsonb_array_length(v_changes));
end
$$;
comment on function farthing.apply_journal_accounts(jsonb, timestamptz) is
  'Adds versions of codes of the journal [{account, code, effective_from?}]; effective_from is a day of an '
  'open month, and today by default. Returns {changes, unchanged}. Fails with invalid_request.';
