/**
 * A proxy in front of a server. It records what a client sends, and cuts connections on request.
 */

export interface WireTap {
  /** The URL at which clients reach the server through the tap. */
  readonly url: string;
  /** The number of connections that clients have opened. */
  readonly connections: () => number;
  /**
   * Returns the bytes that the client has sent since the previous `takeTurns` call. Each turn is
   * one array element. A turn ends when the server answers.
   */
  readonly takeTurns: () => Uint8Array[];
  /** Closes every connection, to the client and to the server. */
  readonly cut: () => void;
}

const DEFAULT_PORTS: Readonly<Record<string, string>> = { "http:": "80", "postgresql:": "5432" };

function join(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((length, part) => length + part.byteLength, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.byteLength;
  }
  return all;
}

async function pump(from: Deno.Conn, to: Deno.Conn, note: (chunk: Uint8Array) => void) {
  try {
    for await (const chunk of from.readable) {
      note(chunk);
      for (let sent = 0; sent < chunk.byteLength;) sent += await to.write(chunk.subarray(sent));
    }
    to.close();
  } catch {
    // When one side has closed the connection, reading or writing in the other direction fails.
    // This is no error; the copying just ends.
  }
}

function close(connection: Deno.Conn): void {
  try {
    connection.close();
  } catch {
    // The connection was already closed.
  }
}

/** Runs `use` with a wire tap in front of the server at `url`. */
export async function withWireTap(
  url: string,
  use: (tap: WireTap) => Promise<void>,
): Promise<void> {
  const { protocol, hostname, port } = new URL(url);
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const open: Deno.Conn[] = [];
  let connections = 0;
  let turns: Uint8Array[][] = [];
  let speaker = "";
  const accept = async () => {
    for await (const client of listener) {
      connections += 1;
      const server = await Deno.connect({
        hostname,
        port: Number(port || DEFAULT_PORTS[protocol]),
      });
      open.push(client, server);
      pump(client, server, (chunk) => {
        if (speaker !== "client") turns.push([]);
        turns.at(-1)?.push(chunk);
        speaker = "client";
      });
      pump(server, client, () => speaker = "server");
    }
  };
  accept().catch(() => {});
  const tapped = new URL(url);
  tapped.port = String(listener.addr.port);
  const cut = () => open.splice(0).forEach(close);
  try {
    await use({
      url: tapped.href,
      connections: () => connections,
      takeTurns() {
        const taken = turns.map(join);
        turns = [];
        speaker = "";
        return taken;
      },
      cut,
    });
  } finally {
    listener.close();
    cut();
  }
}

const LENGTH_BYTES = 4;

/**
 * Returns the type bytes of the PostgreSQL messages in a turn, as text. The turn must contain whole
 * messages.
 */
export function messageTypes(turn: Uint8Array): string {
  const view = new DataView(turn.buffer, turn.byteOffset, turn.byteLength);
  let types = "";
  for (let at = 0; at + LENGTH_BYTES < turn.byteLength;) {
    types += String.fromCharCode(view.getUint8(at));
    at += 1 + view.getUint32(at + 1);
  }
  return types;
}
