-- The language of an email: the recipient's, or the shop's.

create function farthing.locale_of(p_text text)
returns text
language sql immutable
set search_path = ''
as $$
  -- A longer tag, such as zh-Hant-TW or de_AT.UTF-8, is reduced to its language and, if a region
  -- directly follows, that region.
  select lower(m.part[1]) || coalesce('-' || upper(m.part[2]), '')
  from (select regexp_match(p_text, '^([A-Za-z]{2,3})(?:[-_]([A-Za-z]{2}))?(?![A-Za-z])')) m (part)
$$;
comment on function farthing.locale_of(text) is
  'Returns a locale as language and region, such as de or de-AT; null if the text is not a locale.';

create function farthing.locale_of_recipient(p_notification farthing.notifications, p_languages text[])
returns text
language sql stable
set search_path = ''
as $$
  -- Users can write their own metadata, so the locale there may be any text.
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
  'Returns the locale of a notification. There are three candidates, in this order: `locale` of '
  'the user''s metadata, `language` of that metadata, and the shop''s locale. Returns the first '
  'candidate whose language is in p_languages, or en if there is none.';
