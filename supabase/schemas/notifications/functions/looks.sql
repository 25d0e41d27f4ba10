-- How a notification looks: in which language, and as which shop.

create function farthing.locale_of(p_text text)
returns text
language sql immutable
set search_path = ''
as $$
  -- A longer tag, such as zh-Hant-TW or de_AT.UTF-8, gives its language and a region that follows.
  select lower(m.part[1]) || coalesce('-' || upper(m.part[2]), '')
  from (select regexp_match(p_text, '^([A-Za-z]{2,3})(?:[-_]([A-Za-z]{2}))?(?![A-Za-z])')) m (part)
$$;
comment on function farthing.locale_of(text) is
  'Returns a locale as language and region, such as de or de-AT; null for a text that is none.';

create function farthing.locale_of_recipient(p_notification farthing.notifications, p_languages text[])
returns text
language sql stable
set search_path = ''
as $$
  -- Users write their metadata themselves, so a locale there may be any text.
  select coalesce(
    (select l.locale
      from (select farthing.locale_of(c.locale) as locale, c.nr
        from (select raw_user_meta_data as said from auth.users
          where id = farthing.owner_of(p_notification.account_id)) u
        right join farthing.policy p on true
        cross join lateral (values (u.said ->> 'locale', 1), (u.said ->> 'language', 2), (p.shop_locale, 3))
          c (locale, nr)) l
      where split_part(l.locale, '-', 1) = any (p_languages) order by l.nr limit 1),
    'en')
$$;
comment on function farthing.locale_of_recipient(farthing.notifications, text[]) is
  'Returns the locale of a notification: locale or language of the user''s metadata, or the shop''s, the '
  'first whose language is in p_languages; otherwise en.';

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
  'Returns the settings of the shop that its emails show, without those that are not set.';
