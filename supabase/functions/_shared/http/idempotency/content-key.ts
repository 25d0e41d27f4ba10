/**
 * The key of a request without an Idempotency-Key, on a route where the header is optional. The key
 * is made from the request's content (docs/decisions/idempotency.md).
 */

/**
 * A client repeats a lost request within ten minutes. Two requests with the same content in ten
 * minutes are rarely intended, so the second is treated as a retry of the first.
 */
export const CONTENT_KEY_SECONDS = 600;

export interface RequestContent {
  readonly method: string;
  readonly path: string;
  /**
   * The validated body. Its fields are in the schema's order, so the order of the fields and the
   * white space in the sent text do not matter.
   */
  readonly value: unknown;
}

/**
 * Returns a text that begins with a line break. A header cannot contain a line break, so the text
 * never equals a caller's key.
 */
export function contentKeyOf({ method, path, value }: RequestContent): string {
  return `\n${method}\n${path}\n${JSON.stringify(value)}`;
}
