/**
 * The request again, with another address or other headers. Copying it whole would take its abort
 * signal along, which Deno fires after successful answers too.
 */
export function forward(request: Request, change: { url?: URL; headers?: Headers }): Request {
  return new Request(change.url ?? request.url, {
    method: request.method,
    headers: change.headers ?? request.headers,
    body: request.body,
    redirect: "manual",
  });
}
