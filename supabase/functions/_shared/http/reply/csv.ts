/** Streams CSV page by page, so that a long file never fills the memory. */
import type { RequestContext } from "../../core/current-request.ts";
import { baseHeaders } from "./headers.ts";

/**
 * Returns a streaming answer. The first page is read before the answer begins, so an error in the
 * first page still gets an error status. A later error ends the stream early, and the client sees
 * an incomplete answer. Each page is read after the previous page was sent: the generator must give
 * each read its own deadline, because a reader may be slow.
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
