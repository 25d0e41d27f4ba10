/**
 * Ends a transaction that was left open, and does what `discard all` does, but keeps the plans. With
 * new plans, each proof of the ledger would take several times as long.
 */
export const RESET_SESSION = `
  rollback; close all; set session authorization default; reset all; deallocate all; unlisten *;
  select pg_advisory_unlock_all(); discard temp; discard sequences`;
