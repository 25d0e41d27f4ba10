/**
 * Chooses the directories of the server's binaries and data. The server's account must be able to
 * reach them. It cannot reach anything inside a home directory with mode 0700.
 */
import { createHash } from "node:crypto";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { type Account, isTraversable, serverAccount } from "./server-account.ts";

function short(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 12);
}

/** Returns the directory of the prepared binaries, which can be deleted and prepared again. */
export function cacheRoot(account: Account): string {
  const chosen = Deno.env.get("XDG_CACHE_HOME");
  if (account) return join(chosen && isTraversable(chosen) ? chosen : "/var/cache", "farthing");
  const home = Deno.env.get("HOME");
  return join(chosen ?? (home && join(home, ".cache")) ?? tmpdir(), "farthing");
}

/**
 * Returns the server's data directory: inside the stack's data directory if the server's account
 * can reach that, otherwise under /var/lib. `deno task reset` removes both directories.
 */
export function databaseDir(dataDir: string, account = serverAccount(dataDir)): string {
  const inside = join(resolve(dataDir), "postgres");
  if (!account || isTraversable(resolve(dataDir))) return inside;
  return join("/var/lib/farthing", short(resolve(dataDir)), "postgres");
}
