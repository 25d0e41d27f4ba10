-- A version of a package or a rate keeps its terms: only the presentation of a package and `active`
-- may change, and rates are append-only.

create trigger packages_are_never_deleted before delete on farthing.packages
  for each row execute function farthing.refuse_change();
-- The trigger's list of columns leaves out `active`, `description`, `highlight` and `sort`, because they do
-- not affect money.
create trigger packages_keep_their_terms before update of package_id, version, slug, name, amount,
  currency, other_prices, credits, bonus_credits, effective_from
  on farthing.packages for each row execute function farthing.refuse_change();
create trigger packages_have_one_slug before insert on farthing.packages
  for each row execute function farthing.packages_guard();
create trigger rates_are_append_only before update or delete on farthing.rates
  for each row execute function farthing.refuse_change();
