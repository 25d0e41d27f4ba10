-- The type of the list of settings.

create type farthing.setting_kind as (
  setting text, kind text, unit text, lowest numeric, highest numeric, choices text[], description text);
comment on type farthing.setting_kind is
  'A setting of the policy. kind: integer, decimal, duration (in seconds), boolean, choice, currency, '
  'text, url or email. lowest, highest: of numbers and durations; highest: also the most characters of a '
  'text, url or email. choices: of choices and booleans. Only a text, url or email can be null.';
