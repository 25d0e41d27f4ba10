import assert from "node:assert/strict";
import { follow, type Look } from "./follow-job.ts";

/**
 * Makes a fake job whose polls return these answers in order. Records the ETag of each poll and the
 * seconds of each wait.
 */
function script(answers: Look<string>[]) {
  const etags: (string | null)[] = [];
  const waits: [number, string | undefined][] = [];
  return {
    etags,
    waits,
    look: (etag: string | null) => {
      etags.push(etag);
      return Promise.resolve(answers[etags.length - 1]!);
    },
    wait: (seconds: number, last: string | undefined) => {
      waits.push([seconds, last]);
      return Promise.resolve();
    },
  };
}

const fresh = (seen: string, retryAfter: number | null): Look<string> => ({
  status: 200,
  etag: `W/"${seen}"`,
  retryAfter,
  seen,
});
const unchanged: Look<string> = { status: 304, etag: 'W/"a"', retryAfter: 8, seen: undefined };

Deno.test("follow waits as each answer advises, and sends the newest ETag", async () => {
  const job = script([fresh("a", 4), unchanged, fresh("b", null)]);
  const { last, looks } = await follow(2, job);
  assert.equal(last, "b");
  assert.deepEqual(job.waits, [[2, undefined], [4, "a"], [8, "a"]]);
  assert.deepEqual(job.etags, [null, 'W/"a"', 'W/"a"']);
  assert.deepEqual(looks.map(({ status }) => status), [200, 304, 200]);
});

Deno.test("follow stops before the end when it has seen enough", async () => {
  const job = script([fresh("a", 4), fresh("b", 8)]);
  const { last } = await follow(2, { ...job, enough: (seen) => seen === "b" });
  assert.equal(last, "b");
});

Deno.test("follow gives up on a job that never ends", async () => {
  const job = script(Array(30).fill(fresh("a", 8)));
  await assert.rejects(follow(2, job), /did not end within 25 polls/);
});
