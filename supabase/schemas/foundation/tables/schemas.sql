-- The two schemas of Farthing, and who may use them.

-- Farthing is installed into a project that has schemas of its own. All objects of Farthing are in
-- these two schemas, except its triggers on auth.users, its policy on realtime.messages, its job of
-- pg_cron, and the extensions pg_cron and pg_net. Farthing changes nothing else in the project, not
-- even default privileges. A common vulnerability is a function that moves money and that any
-- visitor may call. So every migration ends with statements that revoke each privilege that these
-- files do not grant.
create schema farthing;
comment on schema farthing is 'Tables and rules of the credit ledger. Never exposed through the data API.';
create schema farthing_public;
comment on schema farthing_public is
  'Exposed through the data API: functions that only the secret key may call, and views with row level '
  'security.';

-- Browser roles reach the private schema only through views with the caller's rights
-- (security_invoker). Each table behind such a view has row level security.
grant usage on schema farthing to anon, authenticated;
grant usage on schema farthing_public to anon, authenticated, service_role;
