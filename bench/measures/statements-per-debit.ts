/**
 * G9: counts the messages that one HTTP debit sends to the database. A proxy between the driver and
 * the server reads the messages.
 */
import { createApp } from "../../supabase/functions/credits/app.ts";
import { SECRET_KEY } from "../../tests/support/functions/project.ts";
import type { BenchServer } from "../database/bench-server.ts";
import { makeServices } from "../http/bench-services.ts";
import { userId } from "../load/statement-parameters.ts";
import { exact } from "../report/verdict.ts";
import type { Section } from "../report/section.ts";

const DATABASE = "wire";

/**
 * The messages that make the server run a statement: a simple query, an execution, or a function
 * call.
 */
const STATEMENTS = new Set(["Q", "E", "F"]);
/** The messages after which the driver waits for an answer. Each of them costs a round trip. */
const TRIPS = new Set(["Q", "S", "F"]);

/**
 * Splits a stream of bytes into messages. A message begins with a type byte and a length. The
 * length counts the bytes of the message without the type byte.
 */
class MessageCounter {
  readonly seen: string[] = [];
  #rest = new Uint8Array();
  /** The first message of a connection has no type byte. */
  #started = false;

  take(chunk: Uint8Array): void {
    const bytes = new Uint8Array([...this.#rest, ...chunk]);
    let at = 0;
    while (true) {
      const head = this.#started ? 1 : 0;
      if (bytes.length < at + head + 4) break;
      const length = head + new DataView(bytes.buffer, at + head).getUint32(0);
      if (bytes.length < at + length) break;
      if (this.#started) this.seen.push(String.fromCharCode(bytes[at]!));
      this.#started = true;
      at += length;
    }
    this.#rest = bytes.slice(at);
  }
}

/**
 * Forwards the driver's connection to the server, and records the type bytes of the messages that
 * the driver sends.
 */
function listenBetween(serverPort: number) {
  const types: string[] = [];
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  async function join(client: Deno.TcpConn): Promise<void> {
    const server = await Deno.connect({ hostname: "127.0.0.1", port: serverPort });
    const back = server.readable.pipeTo(client.writable).catch(() => {});
    const counter = new MessageCounter();
    const forth = client.readable.pipeThrough(
      new TransformStream<Uint8Array, Uint8Array>({
        transform(chunk, controller) {
          counter.take(chunk);
          types.push(...counter.seen.splice(0));
          controller.enqueue(chunk);
        },
      }),
    ).pipeTo(server.writable).catch(() => {});
    await Promise.all([back, forth]);
  }
  const accepted = (async () => {
    for await (const client of listener) void join(client);
  })();
  return {
    port: listener.addr.port,
    types,
    async close() {
      listener.close();
      await accepted;
    },
  };
}

export async function measureWire(server: BenchServer): Promise<Section> {
  await server.clone(DATABASE);
  const between = listenBetween(server.port);
  const databaseUrl = server.url(DATABASE).replace(`:${server.port}/`, `:${between.port}/`);
  const { services } = await makeServices({ databaseUrl, log: () => {} });
  const app = createApp(() => services);
  const debit = async () => {
    const answer = await app.request("/credits/debits", {
      method: "POST",
      headers: {
        apikey: SECRET_KEY,
        "content-type": "application/json",
        "idempotency-key": crypto.randomUUID(),
      },
      body: JSON.stringify({ user_id: userId(0), amount: "1", reason: "bench" }),
    });
    if (answer.status !== 201) throw new Error(`The debit was refused: ${await answer.text()}`);
  };
  await debit(); // opens the connection
  between.types.length = 0;
  await debit();
  const said = [...between.types];
  await services.database.close();
  await between.close();
  const count = (kinds: Set<string>) => said.filter((type) => kinds.has(type)).length;
  const one = { better: "lower" as const, goal: 1 };
  return {
    figures: [
      exact("G9", "statements on the wire per HTTP debit", one, count(STATEMENTS), ""),
      exact("G9", "round trips per HTTP debit", one, count(TRIPS), ""),
    ],
    arms: [],
    notes: [`G9: the driver's messages were ${said.join(" ")}.`],
  };
}
