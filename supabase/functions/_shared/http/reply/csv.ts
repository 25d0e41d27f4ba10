/** CSV in pages, so that neither a long history nor a large file lies in memory. */
import type { RequestContext } from "../../core/request.ts";
import { baseHeaders } from "./headers.ts";

/**
 * The first page is read before the answer begins, so that its error can still be one; a later error breaks
 * the stream off, which a client sees as an incomplete answer. A page is read when the one before it has gone
 * out: give each read a time of its own, since a reader may be slow.
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
