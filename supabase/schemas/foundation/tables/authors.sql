-- The authors of entries, holds, jobs, chats and grants.

-- The owner's id is not stored, because the owner may be deleted and the entries stay.
create domain farthing.author as varchar(255) constraint author_known check (
  value = 'owner' or split_part(value, ':', 1) in ('operator', 'key', 'stripe', 'task', 'sql')
    and split_part(value, ':', 2) <> '');
comment on domain farthing.author is
  'An author: owner (the account''s own user), operator:<user id>, key:<secret key''s name>, '
  'stripe:<event id>, task:<scheduled task> or sql:<role>.';
