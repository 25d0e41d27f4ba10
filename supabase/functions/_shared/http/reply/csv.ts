/** Streams CSV page by page, so that a long file never fills the memory. */
import { parseAccept } from "hono/utils/accept";
import type { RequestContext } from "../../core/current-request.ts";
import { baseHeaders } from "./headers.ts";

/**
 * Returns a streaming response. The first page is read before the response begins. So if the first
 * page cannot be read, the response has an error status. If a later page fails, the stream ends
 * early, and the client sees an incomplete response. Each page is read after the previous page was
 * sent. A slow client delays the reads, so the generator must give each read its own deadline.
 */
export async function streamCsv(
  filename: string,
  pages: AsyncGenerator<string>,
  context: RequestContext,
): Promise<Response> {
  const encoder = new TextEncoder();
  const first = await pages.next();

  async function* encoded(): AsyncGenerator<Uint8Array> {
    if (!first.done) yield encoder.encode(first.value);
    for await (const page of pages) yield encoder.encode(page);
  }

  return new Response(ReadableStream.from(encoded()), {
    headers: [
      ...baseHeaders(context),
      ["content-type", "text/csv; charset=utf-8"],
      ["content-disposition", `attachment; filename="${filename}"`],
    ],
  });
}

const JSON_TYPE = "application/json";
export const CSV_TYPE = "text/csv";

/**
 * Returns whether the caller prefers CSV to JSON. `format` takes precedence over the header
 * `accept`. Without either of them, the response is JSON.
 */
export function wantsCsv(format: "json" | "csv" | undefined, headers: Headers): boolean {
  if (format !== undefined) return format === "csv";
  const [best] = parseAccept(headers.get("accept") ?? "")
    .filter(({ q }) => q > 0)
    .map(({ type }) => type.toLowerCase())
    .filter((type) => type === JSON_TYPE || type === CSV_TYPE);
  return best === CSV_TYPE;
}
