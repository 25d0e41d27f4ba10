/**
 * Returns a function that makes a value at its first call, and returns this value at every call.
 */
export function once<Value>(make: () => Promise<Value>): () => Promise<Value> {
  let value: Promise<Value> | undefined;
  return () => value ??= make();
}
