/**
 * Hides database errors from the console until the returned function is called. @supabase/lite
 * prints each of them with its stack trace, even expected ones. The errors are not lost: the caller
 * gets them in the answer, and the server's log contains them.
 */
export function silenceDatabaseErrors(): () => Promise<void> {
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
