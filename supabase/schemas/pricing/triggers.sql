-- A version of a package or a rate keeps its terms: only `active` of a package may change, and
-- rates are append-only.

create trigger packages_are_never_deleted before delete on farthing.packages
  for each row execute function farthing.refuse_change();
-- `active` is not in the list, so a package may be switched on and off.
create trigger packages_keep_their_terms before update of package_id, version, name, amount, currency,
  credits, bonus_credits, effective_from
  on farthing.packages for each row execute function farthing.refuse_change();
create trigger rates_are_append_only before update or delete on farthing.rates
  for each row execute function farthing.refuse_change();
