-- Each change of an account's code is audited, with a reason. Accounts are never deleted.

select farthing.audit_changes('journal_accounts', '{account, code}', p_needs_reason => true,
  p_rows => true);
select farthing.never_change('journal_accounts', '{account}');
select farthing.never_remove('journal_accounts');
