/**
 * Chooses an unprivileged account for a server that root starts, because PostgreSQL refuses to run
 * as root. The account is the owner of existing data, otherwise Debian's `postgres`, otherwise
 * `nobody`.
 */
import { StackError } from "../core/stack-error.ts";

/** The account that runs the server's processes; undefined means the account of this process. */
export type Account = { uid: number; gid: number } | undefined;

const NOBODY = { uid: 65534, gid: 65534 };

function fromPasswd(name: string): Account {
  let passwd: string;
  try {
    passwd = Deno.readTextFileSync("/etc/passwd");
  } catch {
    return undefined;
  }
  const line = passwd.split("\n").find((entry) => entry.startsWith(`${name}:`));
  const [, , uid, gid] = line?.split(":") ?? [];
  return uid && gid ? { uid: Number(uid), gid: Number(gid) } : undefined;
}

/** Returns the account for a server whose files are in `dataDir` (which need not exist yet). */
export function serverAccount(dataDir: string): Account {
  if (Deno.build.os === "windows" || Deno.uid() !== 0) return undefined;
  try {
    const { uid, gid } = Deno.statSync(dataDir);
    if (uid && gid !== null) return { uid, gid };
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  return fromPasswd("postgres") ?? NOBODY;
}

/** Returns whether every account, not only the owner and the group, can reach `path`. */
export function isTraversable(path: string): boolean {
  for (let at = path; at !== "/"; at = at.slice(0, at.lastIndexOf("/")) || "/") {
    try {
      const mode = Deno.statSync(at).mode ?? 0o777;
      if ((mode & 0o001) === 0) return false;
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
  return true;
}

/** Makes the account the owner of `path` and everything in it. Does nothing without an account. */
export async function giveTo(path: string, account: Account): Promise<void> {
  if (!account) return;
  const { success, stderr } = await new Deno.Command("chown", {
    args: ["-R", `${account.uid}:${account.gid}`, path],
    stdout: "null",
  }).output();
  if (!success) {
    throw new StackError(`chown of ${path} failed: ${new TextDecoder().decode(stderr)}`);
  }
}
