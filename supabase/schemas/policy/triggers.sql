-- The policy's row is never deleted.

select farthing.never_remove('policy');
