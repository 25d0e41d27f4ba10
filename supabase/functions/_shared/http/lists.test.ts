/** Every list can be filtered by user. WITHOUT_USER lists the exceptions, each with its reason. */
import assert from "node:assert/strict";
import openapi from "../generated/openapi.json" with { type: "json" };

/** The lists whose items belong to no user, or whose path names the user. */
const WITHOUT_USER: Readonly<Record<string, string>> = {
  "/alerts": "an alert is about the whole project and names no user",
  "/checkout/packages": "public: the same for everyone",
  "/customers": "the search for a user",
  "/customers/{id}/reads": "the path names the user",
  "/features": "the caller's own features, by rules of the project",
  "/payouts": "a payout has payments of many users; its mismatches have user_id",
  "/proofs": "a proof covers all accounts; its violations name the user",
  "/usage/rates": "public: the same for everyone",
  "/webhook-events": "an event is Stripe's; GET /customers/{id} has its order, refund or dispute",
};

interface Operation {
  readonly parameters?: readonly { readonly name: string; readonly in: string }[];
  readonly security: readonly Readonly<Record<string, unknown>>[];
}

interface ListOperation extends Operation {
  readonly path: string;
}

/**
 * A list is a GET with the parameter `cursor`. Reports have this parameter, too, but are not tested
 * here, because their rows are sums.
 */
const lists: ListOperation[] = Object.entries(openapi.paths).flatMap(([path, methods]) => {
  const get = (methods as Readonly<Record<string, Operation>>).get;
  const isList = get?.parameters?.some(({ name }) => name === "cursor") ?? false;
  return get && isList && !path.startsWith("/reports/") ? [{ ...get, path }] : [];
});

Deno.test("every list takes user_id, or has a stated reason not to", () => {
  assert.ok(lists.length > 15, `${lists.length} lists`);
  const without = lists.filter(({ parameters }) =>
    !parameters?.some(({ name, in: place }) => name === "user_id" && place === "query")
  ).map(({ path }) => path);
  assert.deepEqual(without.sort(), Object.keys(WITHOUT_USER).sort());
});
