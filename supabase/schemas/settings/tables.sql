-- The type of one setting in a list of settings.

create type farthing.setting_kind as (
  setting text, kind text, unit text, lowest numeric, highest numeric, choices text[], description text);
comment on type farthing.setting_kind is
  'A setting of the policy, an accounting policy, or the threshold of an alert rule. kind: '
  'integer, decimal, duration (in seconds), boolean, choice, currency, text, url or email. lowest, '
  'highest: the bounds of a number or duration; for a text, url or email, highest is the largest '
  'number of characters. choices: the values of a choice or boolean. Only a text, url or email can '
  'be null.';
