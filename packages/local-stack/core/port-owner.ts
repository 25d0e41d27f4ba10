/** Finds the process that listens on a port, on systems with /proc. */

/** Returns the inode of the listening socket in /proc/net/tcp or tcp6. */
function inodeOf(port: number): string | undefined {
  const wanted = `:${port.toString(16).toUpperCase().padStart(4, "0")}`;
  for (const table of ["/proc/net/tcp", "/proc/net/tcp6"]) {
    const rows = Deno.readTextFileSync(table).split("\n").slice(1);
    for (const row of rows) {
      const fields = row.trim().split(/\s+/);
      const listening = fields[3] === "0A";
      if (listening && fields[1]?.endsWith(wanted)) return fields[9];
    }
  }
  return undefined;
}

function holds(pid: string, inode: string): boolean {
  try {
    for (const { name } of Deno.readDirSync(`/proc/${pid}/fd`)) {
      if (Deno.readLinkSync(`/proc/${pid}/fd/${name}`) === `socket:[${inode}]`) return true;
    }
  } catch {
    // the process has ended, or belongs to another user
  }
  return false;
}

/** Returns whether a program listens on the port. Returns true on systems without /proc. */
export function isListenedOn(port: number): boolean {
  try {
    return inodeOf(port) !== undefined;
  } catch {
    return true;
  }
}

export function portOwner(port: number): number | undefined {
  try {
    const inode = inodeOf(port);
    if (inode === undefined) return undefined;
    const pids = [...Deno.readDirSync("/proc")].map(({ name }) => name).filter((name) =>
      /^\d+$/.test(name)
    );
    const owner = pids.find((pid) => holds(pid, inode));
    return owner === undefined ? undefined : Number(owner);
  } catch {
    return undefined;
  }
}
