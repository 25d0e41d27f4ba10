-- Changing the rates.

create function farthing.apply_rates(p_rates jsonb, p_now timestamptz)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
  v_changes jsonb;
begin
  perform farthing.refuse_bad_rates(p_rates);
  perform farthing.refuse_bad_beginnings(p_rates, 'rates', p_now);
  select coalesce(jsonb_agg(m.change order by m.model), '[]') into v_changes
  from (select c.model, jsonb_build_object('name', c.model, 'change',
      case c.version when 1 then 'added' else 'changed' end, 'version', c.version, 'fields',
      jsonb_agg(jsonb_build_object('field', c.field, 'from', c.was, 'to', c.becomes)
        order by c.field) || farthing.beginning_field(c.effective_from, p_now)) as change
    from farthing.rate_changes(p_rates, p_now) c where num_nonnulls(c.was, c.becomes) > 0
    group by c.model, c.version, c.effective_from) m;
  perform farthing.refuse_past_beginnings(p_rates, 'rates', 'model', v_changes, p_now);
  perform farthing.add_rates(p_rates, p_now);
  return jsonb_build_object('changes', v_changes,
    'unchanged', jsonb_array_length(p_rates) - jsonb_array_length(v_changes));
end
$$;
comment on function farthing.apply_rates(jsonb, timestamptz) is
  'Adds a version of each rate that a list changes. A version takes effect at its effective_from, '
  'but not before p_now. Returns {changes, unchanged}. Fails with invalid_request.';
