-- The smallest amount of each currency that Stripe moves: most currencies have steps of one minor
-- unit, some of 10 or 100. This function is created before the table bookings, because a check
-- constraint of the table uses it.

create function farthing.currency_step(p_currency text)
returns int
language sql immutable
set search_path = ''
as $$
  select case
    -- Stripe counts these currencies in thousandths, and moves only whole hundredths.
    when p_currency in ('bhd', 'jod', 'kwd', 'omr', 'tnd') then 10
    -- Stripe counts these currencies in hundredths, and moves only whole units.
    when p_currency in ('isk', 'ugx') then 100
    when p_currency = any (string_to_array(
      -- The currencies in the first line have no decimals: their minor unit is the currency unit
      -- itself.
      'bif clp djf gnf jpy kmf krw mga pyg rwf vnd vuv xaf xof xpf '
    || 'aed afn all amd ang aoa ars aud awg azn bam bbd bdt bmd bnd bob brl bsd bwp byn bzd cad cdf chf cny '
    || 'cop crc cve czk dkk dop dzd egp etb eur fjd fkp gbp gel gip gmd gtq gyd hkd hnl htg huf idr ils inr '
    || 'jmd kes kgs khr kyd kzt lak lbp lkr lrd lsl mad mdl mkd mmk mnt mop mur mvr mwk mxn myr mzn nad ngn '
    || 'nio nok npr nzd pab pen pgk php pkr pln qar ron rsd rub sar sbd scr sek sgd shp sle sos srd std szl '
    || 'thb tjs top try ttd twd tzs uah usd uyu uzs wst xcd yer zar zmw', ' ')) then 1 end
$$;
comment on function farthing.currency_step(text) is
  'Returns the smallest amount of a currency that Stripe moves, in minor units; null for an unknown '
  'currency.';
