/** Redis as its own clients see it: commands in, replies out, errors among the replies. */
import { createClient, ErrorReply, RESP_TYPES } from "@redis/client";
import { Buffer } from "node:buffer";

/** Words of Redis' own are strings, what was stored is bytes. */
export type Reply = string | number | Buffer | null | Reply[] | ErrorReply;

export type Command = readonly string[];

export interface Redis {
  /** One reply for each command, in their order, in one round trip. Nothing runs between two of them
   * when they begin with MULTI and end with EXEC. @throws Error when Redis cannot be reached */
  run(commands: readonly Command[]): Promise<Reply[]>;
  close(): void;
}

export async function connect(socket: string): Promise<Redis> {
  const client = createClient({
    RESP: 2, // Upstash's answers have RESP 2's shapes
    socket: { path: socket, tls: false },
    // A command that finds Redis gone is told so, rather than kept until it is back.
    disableOfflineQueue: true,
    commandOptions: { typeMapping: { [RESP_TYPES.BLOB_STRING]: Buffer } },
  });
  client.on("error", () => {}); // each command says it of itself
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
