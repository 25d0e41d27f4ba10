-- The bounds of the policy's numbers: the lowest and the highest value are accepted, and values beyond them
-- are refused.

begin;
\ir ../helpers/all_tests.psql
select plan(23);

create temporary table bounds (field text, too_little text, least text, most text, too_much text);
insert into bounds values
  ('booking_fee_basis_points', '-1', '0', '10000', '10001'),
  ('welcome_credits_life', '-1 s', '0', '10 years', '10 years 1 s'),
  ('welcome_credits', '-1', '0', '100000', '100000.1'), -- at most welcome_credits_day
  ('bookings_per_provider_hour', '0', '1', '1000000', '1000001'),
  ('cards_per_user_day', '0', '1', '1000000', '1000001'),
  ('failed_cards_per_user_hour', '0', '1', '1000000', '1000001'),
  ('grant_ceiling', '0', '0.1', '500000', '500000.1'), -- at most grant_ceiling_author_day
  -- the lower bound is grant_ceiling, and the upper bound is grant_ceiling_day
  ('grant_ceiling_author_day', '99999.9', '100000', '2000000', '2000000.1'),
  ('late_settle_within', '-1 s', '0', '31 days', '31 days 1 s'),
  ('overdraft_factor', '-0.1', '0', '1000', '1000.1'),
  ('months_close_after', '-00:00:01', '0', '25 days', '25 days 1 s'),
  ('paid_out_within', '23:59:59', '1 day', '90 days', '90 days 1 s'),
  ('pending_grant_life', '59 min 59 s', '1 hour', '31 days', '31 days 1 s'),
  ('sessions_per_ip_hour', '0', '1', '1000000', '1000001'),
  ('sessions_per_user_hour', '0', '1', '1000000', '1000001'),
  ('stream_in_flight_tokens', '63', '64', '1000000', '1000001'),
  ('abandoned_stream_timeout', '-1 s', '0', '5 min', '5 min 1 s'),
  ('top_up_cool_down', '59 s', '1 min', '31 days', '31 days 1 s'),
  ('top_up_highest_cap', '49', '50', '99999999', '100000000'), -- the lower bound is top_up_smallest
  ('top_up_smallest', '0', '1', '1000000', '1000001'), -- the upper bound is top_up_highest_cap
  ('usage_max_age', '59 s', '1 min', '10 years', '10 years 1 s'),
  ('usage_max_ahead', '-1 s', '0', '1 day', '1 day 1 s'),
  ('users_per_card_day', '0', '1', '1000000', '1000001');

-- Makes the change and undoes it. Returns "taken", or the SQLSTATE of the error.
create function pg_temp.result_of(p_field text, p_value text) returns text language plpgsql as $$
begin
  perform farthing.set_policy(jsonb_build_object(p_field, p_value), 'a bound');
  raise exception using errcode = 'UNDO0';
exception
  when sqlstate 'UNDO0' then return 'taken';
  when others then return sqlstate;
end
$$;

select is(array[pg_temp.result_of(field, too_little), pg_temp.result_of(field, least),
  pg_temp.result_of(field, most), pg_temp.result_of(field, too_much)],
  array['23514', 'taken', 'taken', '23514'],
  format('%s must be between %s and %s', field, least, most))
from bounds;

select * from finish();
rollback;
