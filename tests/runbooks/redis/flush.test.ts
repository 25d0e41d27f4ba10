/**
 * An emergency flush of Redis resets the counters of rate limits, and changes nothing in the
 * ledger.
 */
import { deepEqual, equal, match } from "node:assert/strict";
import { OpenedHold } from "../../../supabase/functions/_shared/contracts/holds.ts";
import { useUp } from "../../limits/counters.ts";
import { ledgerOf, proven } from "../../support/project/database.ts";
import { type Answer, backEnd, data, get, post } from "../../support/project/http.ts";
import { type Person, signUpWith } from "../../support/project/people.ts";
import { readWorld } from "../../support/project/world.ts";
import { follow, type Scene } from "../follow.ts";
import { FLUSH_PAGE } from "../operation-scenes.ts";
import { withPlace } from "../place.ts";

const world = readWorld();
const DEFAULT = { rule: "default", windowSeconds: 60 };

const read = ({ as }: Person): Promise<Answer> => get(world, "credits", as);

/**
 * Returns the number of requests that the rule `default` still allows, from the response's header.
 */
function left({ headers }: Answer): number {
  const rules = headers.get("ratelimit") ?? "";
  return Number(/"default";r=(\d+)/.exec(rules)?.[1]);
}

Deno.test("a flush of Redis starts the limits again, and changes nothing in the ledger", async () => {
  const [one, other] = [await signUpWith(world, "10"), await signUpWith(world, "10")];
  const refused = await signUpWith(world, "10");
  const key = crypto.randomUUID();
  const debit = { user_id: other.id, amount: "4", reason: "work" };
  const charge = () => post(world, "credits/debits", backEnd(world), debit, { key });
  const charged = await charge();
  const hold = { user_id: other.id, amount: "2" };
  const { hold_id } = data(
    await post(world, "credits/holds", backEnd(world), hold),
    201,
    OpenedHold,
  );
  for (const { id } of [one, other]) await useUp(world, { ...DEFAULT, id, count: 98 });
  const before = await ledgerOf(world, other.id);
  equal(left(await read(other)) < 3, true);
  await useUp(world, { ...DEFAULT, id: refused.id, count: 1_000 });
  equal((await read(refused)).status, 429);

  const counters = ["KEYS", `farthing:default:${one.id}:*`];
  const scene: Scene = {
    prepare: () => Promise.resolve([["USER", one.id]]),
    after: ({ text, said }) => {
      if (text.includes("DBSIZE")) match(said, /"result":\d+/);
      if (text.includes("RANDOMKEY")) match(said, /"result":"farthing:/);
      if (text.includes("FLUSHDB")) equal(JSON.parse(said).result, "OK");
      return text.includes(counters[0]!) ? [["COUNTER", JSON.parse(said).result[0]]] : [];
    },
  };
  await withPlace(world, (place) => follow(world, place, FLUSH_PAGE, scene));

  equal(left(await read(other)) > 90, true);
  equal((await read(refused)).status, 429, "the process remembers whom it has refused");
  deepEqual(await ledgerOf(world, other.id), before);
  const repeated = await charge();
  deepEqual([repeated.status, JSON.parse(repeated.text).data], [
    201,
    JSON.parse(charged.text).data,
  ]);
  const settle = await post(world, `credits/holds/${hold_id}/settle`, backEnd(world), {
    amount: "2",
  });
  equal(settle.status, 200, settle.text);
  await proven(world);
});
