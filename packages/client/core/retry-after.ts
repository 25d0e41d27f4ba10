/**
 * Returns the seconds that the header Retry-After asks for, which a proxy may also write as a date.
 * Returns undefined if the header asks for no wait.
 */
export function retryAfterOf({ headers }: Response): number | undefined {
  const value = headers.get("retry-after") ?? "";
  const seconds = /^\d+$/.test(value)
    ? Number(value)
    : Math.ceil((Date.parse(value) - Date.now()) / 1000);
  return seconds > 0 ? seconds : undefined;
}
