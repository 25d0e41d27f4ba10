-- The policy's settings of Stripe's hosted checkout page.

create function farthing.policy_checkout()
returns setof farthing.setting_kind
language sql immutable
set search_path = ''
as $$
  select s.* from unnest(array[
    ('checkout_locale', 'choice', null, null, null,
      '{auto,bg,cs,da,de,el,en,en-GB,es,es-419,et,fi,fil,fr,fr-CA,hi-IN,'
      'hr,hu,id,it,ja,ko,lt,lv,ms,mt,nb,nl,pl,pt,pt-BR,ro,ru,sk,sl,sv,th,tr,vi,zh,zh-HK,zh-TW}',
      'The language of the hosted page; `auto` is the language of the buyer''s browser.'),
    ('checkout_automatic_tax', 'boolean', null, null, null, '{true,false}',
      'Whether Stripe Tax computes the tax of a purchase from the buyer''s address. Set up Stripe Tax in the '
      'dashboard first, or Stripe refuses each checkout.'),
    ('checkout_tax_behavior', 'choice', null, null, null, '{inclusive,exclusive}', 'Whether a package''s '
      'price includes the tax or the buyer pays the tax on top. Used with checkout_automatic_tax.'),
    ('checkout_tax_code', 'text', 'characters', null, 13, null, 'Stripe''s tax code of packages, txcd_ and 8 '
      'digits. Null is the preset of the Stripe account. Used with checkout_automatic_tax.'),
    ('checkout_billing_address', 'choice', null, null, null, '{auto,required}', 'Whether the page asks for '
      'the whole billing address always, or only where the payment or the tax needs it.'),
    ('checkout_tax_ids', 'boolean', null, null, null, '{true,false}',
      'Whether a business can enter its name and tax id.'),
    ('checkout_invoices', 'boolean', null, null, null, '{true,false}',
      'Whether Stripe makes a paid invoice of each purchase.'),
    ('checkout_promotion_codes', 'boolean', null, null, null, '{true,false}',
      'Whether a buyer can enter a promotion code. Codes are created in Stripe''s dashboard.')
  ]::farthing.setting_kind[]) s
$$;
comment on function farthing.policy_checkout() is
  'Returns the settings of Stripe''s hosted checkout page.';
