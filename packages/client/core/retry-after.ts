/**
 * Returns the seconds that the header Retry-After asks for. The service sends seconds; a proxy may
 * send a date. Returns undefined if the header is missing, invalid or asks for no wait.
 */
export function retryAfterOf({ headers }: Response): number | undefined {
  const value = headers.get("retry-after") ?? "";
  const seconds = /^\d+$/.test(value)
    ? Number(value)
    : Math.ceil((Date.parse(value) - Date.now()) / 1000);
  return seconds > 0 ? seconds : undefined;
}
