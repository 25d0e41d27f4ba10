/**
 * Returns the request with a different address or different headers. A copy of the whole request
 * would also copy its abort signal, which Deno fires even after a successful answer.
 */
export function forward(request: Request, change: { url?: URL; headers?: Headers }): Request {
  return new Request(change.url ?? request.url, {
    method: request.method,
    headers: change.headers ?? request.headers,
    body: request.body,
    redirect: "manual",
  });
}
