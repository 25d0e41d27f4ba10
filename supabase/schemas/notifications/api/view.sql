-- Users read their own notifications through the data API.

create view farthing_public.notifications with (security_invoker = true) as
select n.notification_id as id, n.template, n.data, n.created_at from farthing.notifications n;
comment on view farthing_public.notifications is
  'The caller''s own notifications: template and data. Credits are text.';
grant select on farthing_public.notifications to authenticated;
