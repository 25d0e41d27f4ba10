/**
 * lite prints every database error to the console, with its stack: the refusals that callers are meant
 * to get, and tables that are not there, among them. The caller has the error in the answer and the
 * server has it in its log.
 */
export function keepDatabaseErrorsQuiet(): () => Promise<void> {
  const { console } = globalThis;
  const original = console.error;
  console.error = (...values: unknown[]) => {
    if (!values.some(isDatabaseError)) original.apply(console, values);
  };
  return () => {
    console.error = original;
    return Promise.resolve();
  };
}

function isDatabaseError(value: unknown): boolean {
  if (!(value instanceof Error)) return false;
  const { code, relation } = value as { code?: string; relation?: string };
  return value.name === "PostgresError" || relation !== undefined ||
    /^(ECONN|CONNECTION_|CONNECT_)/.test(code ?? "");
}
