/**
 * Scalar displays the local stack's API page. This test sends each example of the page as Scalar
 * does, with the example's path and body. If a route accepts several kinds of credentials, the
 * request has the kind that the route lists first. The page fills in the keys and the token. The
 * stack is fresh: it has only the objects that are created when the page is opened.
 */
import { deepEqual, ok } from "node:assert/strict";
import { proven } from "../support/project/database.ts";
import { type Answer, envelope, send } from "../support/project/http.ts";
import { readWorld } from "../support/project/world.ts";
import { EXCEPTIONS, NONE_YET } from "./exceptions.ts";
import { type Example, openPage } from "./page.ts";

const world = readWorld();

function codeOf(answer: Answer): string {
  return answer.status < 400 ? "" : ` ${envelope(answer).error?.code}`;
}

/** Sends one example of an open page. Returns the status and the error's code. */
async function outcomeOf(example: Example): Promise<string> {
  const { method, url, headers, body, statuses } = example;
  const answer = await send(url, { method, headers, ...(body !== undefined && { body }) });
  ok(statuses.includes(answer.status), `${example.name}: ${answer.status} is not in the contract`);
  return `${answer.status}${codeOf(answer)}`;
}

const isFine = (outcome: string) => /^2\d\d$/.test(outcome);

/**
 * Returns whether the request got a 409 instead of the expected 404. This happens if a scheduled
 * task or another test has created the object before the request.
 */
const isOfExisting = (name: string, outcome: string) =>
  EXCEPTIONS[name]?.outcome === NONE_YET && outcome.startsWith("409 ");

/**
 * These examples end the hold whose id is in their path. Opening the page makes a new hold, so the
 * page is opened anew for each example.
 */
const ENDS_HOLD = /^POST \/credits\/holds\/{id}\//;

/** Opens the page, and sends its examples of one method. Returns the outcomes by name. */
async function sendAll(method: string): Promise<[name: string, outcome: string][]> {
  const outcomes: [string, string][] = [];
  for (const first of (await openPage(world)).filter((each) => each.method === method)) {
    const page = ENDS_HOLD.test(first.name) ? await openPage(world) : [first];
    const example = page.find(({ name }) => name === first.name);
    ok(example);
    outcomes.push([example.name, await outcomeOf(example)]);
  }
  return outcomes;
}

Deno.test("each example of the API page can be sent as it is, apart from named exceptions", async () => {
  const outcomes: [string, string][] = [];
  // The requests that create objects come first, so that the other requests find the objects.
  for (const method of ["POST", "GET", "DELETE"]) outcomes.push(...await sendAll(method));
  ok(outcomes.length > 120, `${outcomes.length}`);
  const wrong = outcomes.filter(([name, outcome]) =>
    !isFine(outcome) && EXCEPTIONS[name]?.outcome !== outcome && !isOfExisting(name, outcome)
  );
  deepEqual(wrong, []);
  const needless = Object.entries(EXCEPTIONS).filter(([name, { outcome }]) =>
    outcome !== NONE_YET && outcomes.every(([sent, got]) => sent !== name || isFine(got))
  );
  deepEqual(needless, []);
  await proven(world);
});
