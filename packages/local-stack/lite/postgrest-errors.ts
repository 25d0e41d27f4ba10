/**
 * What PostgREST says while its database is unavailable, and of a statement that was cut off. lite answers
 * 500 with an error of its own there, and with a schema cache that it read from a database just dying finds
 * no function for as long as it lives.
 */
interface Schema {
  /** Whether any function was found: there are some in every project. */
  hasFunctions(): Promise<boolean>;
  forget(): Promise<void>;
}

/** PostgREST's codes: not connected, connected and lost, and without its schema. */
const REFUSED = { code: "PGRST000", message: "Could not connect with the database." };
const LOST = { code: "PGRST001", message: "Database client error. Retrying the connection." };
const SCHEMALESS = {
  code: "PGRST002",
  message: "Could not query the database for the schema cache.",
};

/** lite's code for whatever it did not expect, and the words of driver and server for a connection. */
const UNEXPECTED = "SUP";
const NOT_CONNECTED = /connect E[A-Z]+|CONNECT_TIMEOUT|the database system is /;
const DISCONNECTED =
  /CONNECTION_(CLOSED|ENDED|DESTROYED)|ECONNRESET|EPIPE|socket|terminating connection/i;

/** Statements that were cut off, by the server's words, with the code that it gave. */
const CUT_OFF = { "statement timeout": "57014", "user request": "57014", "lock timeout": "55P03" };
const NO_FUNCTION = "PGRST202";

function unavailable(error: { code: string; message: string }): Response {
  return Response.json({ ...error, details: null, hint: null }, { status: 503 });
}

/** The answer itself, unless the database was away. */
export async function asPostgrest(answer: Response, schema: Schema): Promise<Response> {
  if (answer.status !== 404 && answer.status < 500) return answer;
  const { code, message } = await answer.clone().json().catch(() => ({}));
  if (code === NO_FUNCTION && !await schema.hasFunctions().catch(() => false)) {
    await schema.forget();
    return unavailable(SCHEMALESS);
  }
  if (code !== UNEXPECTED) return answer;
  if (NOT_CONNECTED.test(message)) return unavailable(REFUSED);
  if (DISCONNECTED.test(message)) return unavailable(LOST);
  const cutOff = Object.entries(CUT_OFF).find(([why]) => message.endsWith(`due to ${why}`));
  if (!cutOff) return answer;
  return Response.json({ code: cutOff[1], message, details: null, hint: null }, { status: 500 });
}
