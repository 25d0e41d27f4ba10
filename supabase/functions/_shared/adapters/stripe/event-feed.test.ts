import assert from "node:assert/strict";
import { paymentsAt, refusalOf, withStripe } from "#support/fakes/stripe-server.ts";
import { API_VERSION } from "./client.ts";
import { EVENT_TYPES } from "./stored-facts.ts";

const SINCE = 1_795_000_000;

function event(id: string, livemode = false) {
  const object = { id: "re_1", amount: 999, currency: "usd", status: "succeeded" };
  return {
    id,
    object: "event",
    api_version: API_VERSION,
    type: "refund.created",
    livemode,
    created: SINCE + 1,
    data: { object },
  };
}

function list(ids: readonly string[], hasMore = false) {
  return { object: "list", data: ids.map((id) => event(id)), has_more: hasMore };
}

async function idsFrom(url: string): Promise<string[]> {
  const pages = await Array.fromAsync(paymentsAt(url).listEvents(SINCE));
  return pages.flat().map(({ id }) => id);
}

Deno.test("events of our types since a moment are requested, twenty types at most at once", async () => {
  await withStripe(() => Response.json(list([])), async (url, seen) => {
    assert.deepEqual(await idsFrom(url), []);
    const asked = seen.map(({ form }) =>
      Object.entries(form).filter(([name]) => name.startsWith("types[")).map(([, type]) => type)
    );
    assert(asked.every((types) => types.length <= 20));
    assert.deepEqual(asked.flat(), EVENT_TYPES);
    for (const { path, form } of seen) {
      assert.equal(path, "/v1/events");
      assert.equal(form["created[gte]"], String(SINCE));
    }
  });
});

Deno.test("a list continues after its last event until the last page", async () => {
  const answer = ({ form }: { form: Record<string, string> }) => {
    if (form["types[0]"] !== EVENT_TYPES[0]) return Response.json(list(["d"]));
    if (form.starting_after === undefined) return Response.json(list(["a", "b"], true));
    return Response.json(list(form.starting_after === "b" ? ["c"] : []));
  };
  await withStripe(answer, async (url) => {
    assert.deepEqual(await idsFrom(url), ["a", "b", "c", "d"]);
  });
});

Deno.test("an empty page ends the list, whatever has_more says", async () => {
  await withStripe(() => Response.json(list([], true)), async (url, seen) => {
    assert.deepEqual(await idsFrom(url), []);
    assert(seen.length <= 2);
  });
});

Deno.test("a listed event has the facts that its delivery would have", async () => {
  await withStripe(() => Response.json(list(["a"])), async (url) => {
    const [[first] = []] = await Array.fromAsync(paymentsAt(url).listEvents(SINCE));
    assert.equal(first?.created, SINCE + 1);
    const facts = (await first?.read())?.facts;
    assert.equal((facts as { stripe_refund_id?: string }).stripe_refund_id, "re_1");
  });
});

Deno.test("an event of the other mode is refused", async () => {
  const live = { ...list([]), data: [event("a"), event("b", true)] };
  await withStripe(() => Response.json(live), async (url) => {
    assert.equal((await refusalOf(idsFrom(url))).code, "mode_mismatch");
  });
});

for (const body of [{ object: "event" }, { object: "list" }, null, { message: "not here" }]) {
  Deno.test(`${JSON.stringify(body)} is not a list (T20)`, async () => {
    await withStripe(() => Response.json(body, { status: body ? 200 : 404 }), async (url) => {
      assert.equal((await refusalOf(idsFrom(url))).status, 502);
    });
  });
}
