import type { Command } from "./connection.ts";

/**
 * Commands that cannot run on one shared connection, or that would affect every client. Upstash's
 * own REST API does not offer them either.
 */
const REFUSED = new Set(
  ("ACL AUTH BLMOVE BLMPOP BLPOP BRPOP BRPOPLPUSH BZMPOP BZPOPMAX BZPOPMIN CLIENT CLUSTER CONFIG DEBUG " +
    "DISCARD EXEC FAILOVER HELLO LATENCY MIGRATE MODULE MONITOR MULTI PSUBSCRIBE PSYNC QUIT REPLCONF " +
    "REPLICAOF RESET RESTORE-ASKING SAVE BGSAVE BGREWRITEAOF SELECT SHUTDOWN SLAVEOF SSUBSCRIBE SUBSCRIBE " +
    "SWAPDB SYNC UNSUBSCRIBE UNWATCH WAIT WAITAOF WATCH").split(" "),
);

/** Returns why the REST API refuses a command, or undefined if it accepts the command. */
export function refusal([name = ""]: Command): string | undefined {
  if (!REFUSED.has(name.toUpperCase())) return undefined;
  return `ERR Command is not available: '${name}'`;
}
