-- The policy's settings that the shop's emails show.

create function farthing.policy_shop()
returns setof farthing.setting_kind
language sql immutable
set search_path = ''
as $$
  select s.* from unnest(array[
    ('shop_name', 'text', 'characters', null, 80, null, 'The shop''s name in emails.'),
    ('shop_logo_url', 'url', 'characters', null, 500, null, 'The shop''s logo in emails: a PNG or JPEG, '
      'shown at most 200 pixels wide and 40 high.'),
    ('shop_address', 'text', 'characters', null, 300, null, 'The postal address at the end of each email.'),
    ('shop_support_email', 'email', 'characters', null, 254, null,
      'The email address for questions, which emails show.'),
    ('shop_support_url', 'url', 'characters', null, 500, null,
      'The URL of the support page that emails link to.'),
    ('shop_url', 'url', 'characters', null, 500, null, 'The URL of the shop that emails link to.'),
    ('shop_locale', 'text', 'characters', null, 6, null, 'The language of emails to users who have not '
      'chosen one, such as de or en-US. English if it is null, or a language that has no texts yet.'),
    ('shop_accent_color', 'text', 'characters', null, 7, null, 'The colour of buttons in emails: # and six '
      'hexadecimal digits.')
  ]::farthing.setting_kind[]) s
$$;
comment on function farthing.policy_shop() is
  'Returns the settings that the shop''s emails show.';
