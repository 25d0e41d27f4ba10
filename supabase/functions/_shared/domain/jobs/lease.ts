/**
 * A job's lease: the time for which only one runner may work on the job. Each heartbeat, and each
 * finished step, renews the lease. The rules of leases are in
 * supabase/schemas/jobs/functions/leases.sql.
 */

export const LEASE_SECONDS = 60;

/** The interval of a runner's heartbeats: a third of the lease, so that one heartbeat may fail. */
export const HEARTBEAT_MS = LEASE_SECONDS * 1000 / 3;
