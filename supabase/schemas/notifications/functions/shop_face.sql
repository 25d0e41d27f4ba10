-- How the shop appears in its emails: its name, logo, address and color. The first claim of a
-- notification stores these settings (claim.sql), so later attempts show the same shop.

create function farthing.shop_face()
returns jsonb
language sql stable
set search_path = ''
as $$
  select jsonb_strip_nulls(jsonb_build_object('name', p.shop_name, 'logo_url', p.shop_logo_url,
    'address', p.shop_address, 'support_email', p.shop_support_email, 'support_url', p.shop_support_url,
    'url', p.shop_url, 'accent_color', p.shop_accent_color))
  from farthing.policy p
$$;
comment on function farthing.shop_face() is
  'Returns the shop''s settings that appear in its emails, without the unset ones.';
