import { deepEqual, equal, rejects } from "node:assert/strict";
import { failure, fakeService, silent, success } from "../testing/fake-service.ts";
import { waitForCard } from "./cards.ts";

const visa = (last4: string | null) => success({ card: { brand: last4 && "visa", last4 } });
const none = success({ card: null });

Deno.test("a card is awaited until the service describes it", async () => {
  const { api, clock, seen } = fakeService([none, none, visa(null), visa("4242")]);
  const looks: unknown[] = [];
  const topUps = await waitForCard(api, { onLook: ({ card }) => looks.push(card?.last4) });
  equal(topUps.card?.last4, "4242");
  deepEqual(looks, [undefined, undefined, null, "4242"]);
  deepEqual([clock.waits, seen.length], [[1000, 1000, 2000], 4]);
});

Deno.test("a card that replaces another one is awaited until the card changes", async () => {
  const { api } = fakeService([visa("4242"), visa("4242"), visa("1881")]);
  equal((await waitForCard(api, { hadCard: true })).card?.last4, "1881");
});

Deno.test("the wait for a card that never comes, or is the same, ends at its limit", async () => {
  for (const [step, hadCard] of [[none, false], [visa("4242"), true]] as const) {
    const { api, clock } = fakeService(Array.from({ length: 20 }, () => step));
    await waitForCard(api, { hadCard });
    deepEqual(clock.waits, [1000, 1000, 2000, 4000, 8000, 8000]);
  }
});

Deno.test("a poll without a response, and a refusal, end the wait with an error", async () => {
  const { api, clock, sent } = fakeService([silent]);
  const wait = waitForCard(api);
  await sent();
  clock.advance(30_000);
  await rejects(wait, { code: "deadline_exceeded" });
  await rejects(waitForCard(fakeService([failure(403, "forbidden")]).api, {}), {
    code: "forbidden",
  });
});

Deno.test("the signal ends the wait", async () => {
  const { api } = fakeService([none]);
  const stop = new AbortController();
  const onLook = () => stop.abort(new Error("left"));
  await rejects(waitForCard(api, { signal: stop.signal, onLook }), { message: "left" });
});
