/**
 * Where the server's binaries and data live. An account other than ours must be able to reach
 * them, which a home directory (mode 0700) or a repository below it does not allow.
 */
import { createHash } from "node:crypto";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { type Account, isTraversable, serverAccount } from "./server-account.ts";

function short(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 12);
}

/** Directory for files that can be made again: the prepared binaries. */
export function cacheRoot(account: Account): string {
  const chosen = Deno.env.get("XDG_CACHE_HOME");
  if (account) return join(chosen && isTraversable(chosen) ? chosen : "/var/cache", "farthing");
  const home = Deno.env.get("HOME");
  return join(chosen ?? (home && join(home, ".cache")) ?? tmpdir(), "farthing");
}

/**
 * The server's data directory for a stack's data directory: inside it when the server's account
 * can get there, else one of the same fate under /var/lib (removed by `reset` too).
 */
export function databaseDir(dataDir: string, account = serverAccount(dataDir)): string {
  const inside = join(resolve(dataDir), "postgres");
  if (!account || isTraversable(resolve(dataDir))) return inside;
  return join("/var/lib/farthing", short(resolve(dataDir)), "postgres");
}
