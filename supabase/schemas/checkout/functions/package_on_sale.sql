-- The package that a checkout sells, in the requested currency.

create function farthing.package_on_sale(p_package_id text, p_currency text, p_now timestamptz)
returns farthing.packages
language plpgsql stable
set search_path = ''
as $$
declare
  v_package farthing.packages;
begin
  select * into v_package from farthing.packages
  where lower(p_package_id) in (slug, package_id::text) and effective_from <= p_now
  order by effective_from desc, version desc limit 1;
  if v_package.package_id is null or not v_package.active then
    perform farthing.fail('unknown_package',
      'No package on sale has this id or slug. Send one from GET /checkout/packages.', null, 'package_id');
  end if;
  if p_currency <> v_package.currency then
    v_package.amount := (v_package.other_prices ->> p_currency)::bigint;
    v_package.currency := p_currency;
  end if;
  if v_package.amount is null then
    perform farthing.fail('invalid_request', format('This package has no price in %s. Send a currency from '
      'its prices in GET /checkout/packages.', left(p_currency, 3)), null, 'currency');
  end if;
  return v_package;
end
$$;
comment on function farthing.package_on_sale(text, text, timestamptz) is
  'Returns the current version of a package, by its id or slug. amount and currency are the '
  'package''s price in p_currency; if p_currency is null, its first price. Fails with unknown_package '
  'if the package is not on sale, invalid_request if it has no price in the currency.';
