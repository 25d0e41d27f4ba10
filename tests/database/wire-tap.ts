/** A proxy before the database that notes what a client sends: how many messages, in how many turns. */

interface WireTap {
  /** The database's address by way of the tap. */
  readonly url: string;
  /** Connections that clients opened. */
  readonly connections: () => number;
  /** The client's messages since the last call, one string of type letters per turn. */
  readonly takeTurns: () => string[];
}

const LENGTH_BYTES = 4;

/** The type letters of the messages in a chunk; a chunk of a small statement holds whole ones. */
function messageTypes(chunk: Uint8Array): string {
  const view = new DataView(chunk.buffer, chunk.byteOffset, chunk.byteLength);
  let types = "";
  for (let at = 0; at + LENGTH_BYTES < chunk.byteLength;) {
    types += String.fromCharCode(view.getUint8(at));
    at += 1 + view.getUint32(at + 1);
  }
  return types;
}

async function pump(from: Deno.Conn, to: Deno.Conn, note: (chunk: Uint8Array) => void) {
  try {
    for await (const chunk of from.readable) {
      note(chunk);
      for (let sent = 0; sent < chunk.byteLength;) sent += await to.write(chunk.subarray(sent));
    }
    to.close();
  } catch {
    // One side went away; the other's pump ends with it.
  }
}

/** Runs `use` with a tap before the database. */
export async function withWireTap(
  databaseUrl: string,
  use: (tap: WireTap) => Promise<void>,
): Promise<void> {
  const { hostname, port } = new URL(databaseUrl);
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  let connections = 0;
  let turns: string[] = [];
  let speaker = "";
  const accept = async () => {
    for await (const client of listener) {
      connections += 1;
      const server = await Deno.connect({ hostname, port: Number(port) });
      pump(client, server, (chunk) => {
        if (speaker !== "client") turns.push("");
        turns.push(`${turns.pop()}${messageTypes(chunk)}`);
        speaker = "client";
      });
      pump(server, client, () => speaker = "server");
    }
  };
  accept().catch(() => {});
  const tapped = new URL(databaseUrl);
  tapped.port = String(listener.addr.port);
  try {
    await use({
      url: tapped.href,
      connections: () => connections,
      takeTurns: () => {
        const taken = turns;
        turns = [];
        return taken;
      },
    });
  } finally {
    listener.close();
  }
}
