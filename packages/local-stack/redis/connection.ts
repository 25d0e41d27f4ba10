/** A connection to Redis. It takes commands and returns replies, which may be errors. */
import { createClient, ErrorReply, RESP_TYPES } from "@redis/client";
import { Buffer } from "node:buffer";

/**
 * A reply of Redis. A simple string, such as `OK`, becomes a string here. A bulk string, which
 * contains a stored value, becomes a Buffer of bytes.
 */
export type Reply = string | number | Buffer | null | Reply[] | ErrorReply;

export type Command = readonly string[];

export interface Redis {
  /**
   * Runs commands in one round trip, and returns one reply for each, in order. If the first is
   * MULTI and the last is EXEC, Redis runs no other client's command between them.
   * @throws Error when Redis is unreachable
   */
  run(commands: readonly Command[]): Promise<Reply[]>;
  close(): void;
}

export async function connect(socket: string): Promise<Redis> {
  const client = createClient({
    RESP: 2, // Upstash's answers have RESP 2's shapes
    socket: { path: socket, tls: false },
    // Without a connection, a command fails immediately, instead of waiting until Redis is back.
    disableOfflineQueue: true,
    commandOptions: { typeMapping: { [RESP_TYPES.BLOB_STRING]: Buffer } },
  });
  client.on("error", () => {}); // each command reports the error itself
  await client.connect();
  const send = async (command: Command): Promise<Reply> => {
    try {
      return await client.sendCommand<Reply>(command);
    } catch (error) {
      if (error instanceof ErrorReply) return error;
      throw error;
    }
  };
  return {
    run: (commands) => Promise.all(commands.map(send)),
    close: () => client.destroy(),
  };
}
