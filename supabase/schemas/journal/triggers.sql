-- Each version of an account's code is audited, with a reason. Versions never change.

select farthing.audit_changes('journal_accounts', '{account, version, code, effective_from}',
  p_needs_reason => true, p_rows => true);
select farthing.never_change('journal_accounts', '{account, version, code, effective_from}');
select farthing.never_remove('journal_accounts');
