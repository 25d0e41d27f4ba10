-- Slugs of packages. A slug never changes, and belongs to one package.

create function farthing.packages_guard()
returns trigger
language plpgsql
set search_path = ''
as $$
begin
  -- A version that is inserted without a slug gets the slug of the package's earlier versions; a
  -- new package gets its own id as the slug.
  new.slug := coalesce(new.slug, (select p.slug from farthing.packages p
    where p.package_id = new.package_id limit 1), new.package_id::text);
  if exists (select from farthing.packages p
    where (p.package_id = new.package_id) is distinct from (p.slug = new.slug)) then
    raise exception 'Package % cannot have the slug %. A slug never changes and belongs to one package.',
      new.package_id, new.slug using errcode = 'restrict_violation';
  end if;
  return new;
end
$$;
comment on function farthing.packages_guard() is
  'Trigger: fills in a missing slug. Refuses a second slug for a package, and a second package with the same '
  'slug.';
