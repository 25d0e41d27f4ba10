/**
 * Finds redis-server on this machine, and chooses the directory for its socket, pid file and log.
 */
import { createHash } from "node:crypto";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

/** Returns the first redis-server on the PATH, or undefined if there is none. */
export function findRedisServer(path = Deno.env.get("PATH") ?? ""): string | undefined {
  const files = path.split(":").filter(Boolean).map((folder) => `${folder}/redis-server`);
  return files.find((file) => {
    try {
      return Deno.statSync(file).isFile;
    } catch {
      return false;
    }
  });
}

/**
 * The maximum length of a socket's path in bytes. Linux allows 108 bytes and macOS allows 104. One
 * of these bytes is a final zero byte, so a path of 103 bytes is allowed on both.
 */
const LONGEST_SOCKET = 103;

/**
 * Returns a directory inside the stack's data directory. If the path of a socket there would be too
 * long, returns a directory inside the system's temporary directory.
 */
export function redisDir(dataDir: string): string {
  const inside = join(resolve(dataDir), "redis");
  const isShort = new TextEncoder().encode(socketOf(inside)).length <= LONGEST_SOCKET;
  if (isShort) return inside;
  const short = createHash("sha256").update(inside).digest("hex").slice(0, 12);
  return join(tmpdir(), `farthing-redis-${short}`);
}

export function socketOf(directory: string): string {
  return join(directory, "redis.sock");
}
