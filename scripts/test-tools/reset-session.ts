/**
 * Ends an open transaction, and resets the session as `discard all` does, but keeps the query
 * plans. Without these plans, each proof of the ledger would take several times as long.
 */
export const RESET_SESSION = `
  rollback; close all; set session authorization default; reset all; deallocate all; unlisten *;
  select pg_advisory_unlock_all(); discard temp; discard sequences`;
