/**
 * lite prints every database error to the console, the refusals that callers are meant to get
 * among them. The caller has the error in the answer and the server has it in its log.
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
  const { code } = value as { code?: string };
  return value.name === "PostgresError" || /^(ECONN|CONNECTION_|CONNECT_)/.test(code ?? "");
}
