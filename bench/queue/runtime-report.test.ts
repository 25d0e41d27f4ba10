import assert from "node:assert/strict";
import { listen, sayWorked } from "./runtime-report.ts";

const WORKED = { seconds: 0.5, ran: 3, distinct: 3 };

/** Reads the reports of a runtime that prints these pieces of text and then ends. */
const saying = (...pieces: string[]) =>
  listen(ReadableStream.from(pieces.map((piece) => new TextEncoder().encode(piece))));

Deno.test("listen finds each report, even in pieces and among other output", async () => {
  const text = `a library warns${sayWorked(WORKED)}another${sayWorked({ ...WORKED, ran: 4 })}`;
  const words = saying(text.slice(0, 20), text.slice(20, 45), text.slice(45));
  assert.deepEqual((await words.next()).value, WORKED);
  assert.deepEqual((await words.next()).value, { ...WORKED, ran: 4 });
});

Deno.test("listen fails with the runtime's last output when it ends without a report", async () => {
  await assert.rejects(saying("error: no such", " module\n").next(), /no such module/);
});
