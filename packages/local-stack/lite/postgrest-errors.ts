/**
 * Replaces the errors of @supabase/lite with PostgREST's if the database is unavailable or a
 * statement was cancelled. In these cases @supabase/lite answers 500 with an error of its own. If
 * the database dies while @supabase/lite reads the schema, @supabase/lite caches a schema without
 * functions and never reads it again. So this file clears a cache that has no functions.
 */
interface Schema {
  /** Returns whether the schema cache contains a function; every project has at least one. */
  hasFunctions(): Promise<boolean>;
  forget(): Promise<void>;
}

/** PostgREST's codes for a refused connection, for a lost one, and for a missing schema cache. */
const REFUSED = { code: "PGRST000", message: "Could not connect with the database." };
const LOST = { code: "PGRST001", message: "Database client error. Retrying the connection." };
const SCHEMALESS = {
  code: "PGRST002",
  message: "Could not query the database for the schema cache.",
};

/**
 * @supabase/lite has one code for every unexpected error. The words in the message show whether a
 * connection was refused or lost. The messages come from the driver and from the server.
 */
const UNEXPECTED = "SUP";
const NOT_CONNECTED = /connect E[A-Z]+|CONNECT_TIMEOUT|the database system is /;
const DISCONNECTED =
  /CONNECTION_(CLOSED|ENDED|DESTROYED)|ECONNRESET|EPIPE|socket|terminating connection/i;

/** The SQLSTATE of a cancelled statement, for each wording of the server's message. */
const CUT_OFF = { "statement timeout": "57014", "user request": "57014", "lock timeout": "55P03" };
const NO_FUNCTION = "PGRST202";

function unavailable(error: { code: string; message: string }): Response {
  return Response.json({ ...error, details: null, hint: null }, { status: 503 });
}

/**
 * Returns the answer, or PostgREST's error when the database was unavailable or the statement was
 * cancelled.
 */
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
