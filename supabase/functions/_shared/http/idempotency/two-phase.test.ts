import assert from "node:assert/strict";
import { makeFake } from "#support/fakes/services.ts";
import { ApiError } from "../../core/errors.ts";
import { withinRequest } from "../../core/current-request.ts";
import { timeLeftMs } from "../../core/deadline.ts";
import { startContext } from "../../core/start-request.ts";
import { twoPhase } from "./two-phase.ts";

type Phases = Parameters<typeof twoPhase<Step, string, { id: string }>>[1];
type Step = { step: "create"; order: string } | {
  step: "replay" | "reuse";
  status: number;
  data: { id: string };
};

const UNAVAILABLE = new ApiError("upstream_unavailable", { internal: "no answer" });
const REFUSAL = new ApiError("already_refunded");

const fails = (error: unknown) => () => Promise.reject(error);

/**
 * Prepares the phases of an order. The phases in `own` replace the defaults. `done` lists the
 * phases in the sequence in which they ran.
 */
async function sceneOf(own: Partial<Phases> = {}, key: string | null = "k") {
  const done: string[] = [];
  const fake = await makeFake();
  const args = { p_idempotency_key: "hash", p_fingerprint: "print" };
  const phases: Phases = {
    what: "order",
    begin: () => Promise.resolve({ step: "create", order: "o1" }),
    outside: ({ order }) => {
      done.push(`outside ${order}`);
      return Promise.resolve(`session of ${order}`);
    },
    attach: (session, { order }) => {
      done.push(`attach ${session}`);
      return Promise.resolve({ status: 201, data: { id: order } });
    },
    abandon: (error, { order }) => {
      done.push(`abandon ${order}: ${(error as ApiError).code}`);
      return Promise.resolve();
    },
    ...own,
  };
  const call = { idempotency: { key, args }, services: fake.services };
  return { done, fake, run: () => twoPhase(call, phases) };
}

Deno.test("twoPhase asks the service between two transactions, and answers with the second", async () => {
  const { done, fake, run } = await sceneOf();
  assert.deepEqual(await run(), { status: 201, data: { id: "o1" } });
  assert.deepEqual(done, ["outside o1", "attach session of o1"]);
  assert.deepEqual(fake.names(), []);
});

Deno.test("twoPhase calls no service if the first transaction has the answer", async () => {
  for (const [step, replayed] of [["replay", true], ["reuse", false]] as const) {
    const { done, run } = await sceneOf({
      begin: () => Promise.resolve({ step, status: 201, data: { id: "o0" } }),
    });
    assert.deepEqual(await run(), { status: 201, data: { id: "o0" }, replayed });
    assert.deepEqual(done, []);
  }
});

Deno.test("twoPhase abandons nothing if the first transaction fails", async () => {
  const { done, run } = await sceneOf({ begin: fails(UNAVAILABLE) });
  await assert.rejects(run(), UNAVAILABLE);
  assert.deepEqual(done, []);
});

Deno.test("twoPhase frees the key when the service or the second transaction fails", async () => {
  const outside = await sceneOf({ outside: fails(UNAVAILABLE) });
  await assert.rejects(outside.run(), UNAVAILABLE);
  assert.deepEqual(outside.done, ["abandon o1: upstream_unavailable"]);
  const attach = await sceneOf({ attach: fails(UNAVAILABLE) });
  await assert.rejects(attach.run(), UNAVAILABLE);
  assert.deepEqual(attach.done, ["outside o1", "abandon o1: upstream_unavailable"]);
});

Deno.test("twoPhase answers with the service's error even if the key could not be freed", async () => {
  const { fake, run } = await sceneOf({
    outside: fails(UNAVAILABLE),
    abandon: fails(new Error("gone")),
  });
  await assert.rejects(run(), UNAVAILABLE);
  const [line] = fake.lines;
  assert.deepEqual([line?.level, line?.message], ["warn", "order not abandoned"]);
});

Deno.test("twoPhase abandons with the service's error, and answers with its explanation", async () => {
  const invalid = new ApiError("invalid_request");
  const { done, run } = await sceneOf({
    outside: fails(UNAVAILABLE),
    explain: (error, { order }) => error === UNAVAILABLE && order === "o1" ? invalid : error,
  });
  await assert.rejects(run(), invalid);
  assert.deepEqual(done, ["abandon o1: upstream_unavailable"]);
});

Deno.test("twoPhase stores a refusal of any phase under the caller's key, and no other error", async () => {
  for (const phase of ["begin", "outside", "attach"] as const) {
    for (const [error, stored] of [[REFUSAL, 1], [UNAVAILABLE, 0]] as const) {
      const { fake, run } = await sceneOf({ [phase]: fails(error) });
      await assert.rejects(run(), error);
      const stores = fake.calls.filter(({ name }) => name === "idempotency_store");
      assert.equal(stores.length, stored, `${phase} ${error.code}`);
    }
  }
  const { fake, run } = await sceneOf({ begin: fails(REFUSAL) }, null);
  await assert.rejects(run(), REFUSAL);
  assert.deepEqual(fake.names(), []);
});

Deno.test("twoPhase frees the key before it stores a refusal under it", async () => {
  let namesAtAbandon: readonly string[] | undefined;
  const scene = await sceneOf({
    outside: fails(REFUSAL),
    abandon: () => {
      namesAtAbandon = scene.fake.names();
      return Promise.resolve();
    },
  });
  await assert.rejects(scene.run(), REFUSAL);
  assert.deepEqual(namesAtAbandon, []);
  assert.deepEqual(scene.fake.names(), ["idempotency_store"]);
});

Deno.test("twoPhase stores the service's result even after the request's deadline", async () => {
  const context = { ...startContext(new Headers()), deadlineMs: performance.now() - 1 };
  const attached = await sceneOf({
    attach: () => Promise.resolve({ status: 201, data: { id: String(timeLeftMs(1)) } }),
  });
  assert.equal((await withinRequest(context, attached.run)).data.id, "1");
  let leftMs = 0;
  const abandoned = await sceneOf({
    outside: fails(UNAVAILABLE),
    abandon: () => Promise.resolve(leftMs = timeLeftMs(1)),
  });
  await assert.rejects(withinRequest(context, abandoned.run), UNAVAILABLE);
  assert.equal(leftMs, 1);
});
