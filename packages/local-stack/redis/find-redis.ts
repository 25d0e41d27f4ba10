/** Where Redis is on this machine, and where the stack's own keeps its socket, pid and log. */
import { createHash } from "node:crypto";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

/** The first redis-server on the PATH; undefined where there is none. */
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

/** What the system takes as a socket's address: 108 bytes on Linux, 104 on macOS, the last one a zero. */
const LONGEST_SOCKET = 103;

/** Inside the stack's data directory; beside it in the machine's own where the address got too long. */
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
