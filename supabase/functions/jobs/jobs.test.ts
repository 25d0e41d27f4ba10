import assert from "node:assert/strict";
import { ApiError } from "../_shared/core/errors.ts";
import { jsonbBytes } from "../_shared/core/json-size.ts";
import { FUNCTIONS_URL, makeFake } from "#support/fakes/services.ts";
import { JOB_ID, JOB_SAMPLES } from "#support/samples/jobs.ts";
import { OTHER_USER_ID, USER_ID } from "#support/project.ts";
import { type RequestParts, type Role, send } from "#support/cases/routes.ts";

const RESEARCH = { type: "research", input: { query: "Define a farthing." } };
const EVENT = { event_id: "e-1", model: "gpt-4o", input_tokens: 10, output_tokens: 5 };
const BACKFILL = { type: "usage_backfill", user_id: USER_ID, input: { events: [EVENT] } };
const POLL_URL = `${FUNCTIONS_URL}/jobs/${JOB_ID}`;

type Fake = Awaited<ReturnType<typeof makeFake>>;

function start(fake: Fake, body: unknown, as: Role = "user", path = "/jobs") {
  return send(fake, "POST", path, { as, body, headers: { "idempotency-key": "key-1" } });
}

async function checkRefused(
  body: unknown,
  expected: { status: number; code: string; field?: string },
  as: Role = "user",
) {
  const fake = await makeFake();
  const answer = await start(fake, body, as);
  const { error } = await answer.json();
  const { field } = expected;
  assert.deepEqual(
    { status: answer.status, code: error.code, field: error.field },
    { field, ...expected },
    JSON.stringify(error),
  );
  assert.deepEqual(fake.names(), [], "nothing was queued");
}

for (const [path, body] of [["/jobs", RESEARCH], ["/ai/research", RESEARCH.input]] as const) {
  Deno.test(`POST ${path} queues a job and answers with its URL and Retry-After`, async () => {
    const fake = await makeFake();
    const answer = await start(fake, body, "user", path);
    const { data } = await answer.json();
    assert.equal(answer.status, 202);
    assert.equal(answer.headers.get("location"), POLL_URL);
    assert.equal(answer.headers.get("retry-after"), "2");
    assert.deepEqual([data.poll_url, data.type, data.status], [POLL_URL, "research", "queued"]);
    const [{ args }] = fake.calls as [typeof fake.calls[0]];
    assert.deepEqual([args.p_user_id, args.p_type, args.p_input], [
      USER_ID,
      "research",
      RESEARCH.input,
    ]);
    assert.equal((args.p_estimate as unknown[]).length, 7);
  });
}

Deno.test("a replayed answer has the same headers and Idempotency-Replayed", async () => {
  const jobs_create: typeof JOB_SAMPLES.jobs_create = (args) => ({
    ...JOB_SAMPLES.jobs_create(args),
    replayed: true,
  });
  const answer = await start(await makeFake({ answers: { jobs_create } }), RESEARCH);
  await answer.body?.cancel();
  const read = (name: string) => answer.headers.get(name);
  assert.deepEqual(
    [read("location"), read("retry-after"), read("idempotency-replayed")],
    [POLL_URL, "2", "true"],
  );
});

Deno.test("a replayed refusal has no Location header", async () => {
  const { body } = new ApiError("insufficient_credits");
  const answers = { jobs_create: () => ({ status: 402, replayed: true, data: body }) };
  const answer = await start(await makeFake({ answers }), RESEARCH);
  const { error } = await answer.json();
  assert.deepEqual([answer.status, error.code], [402, "insufficient_credits"]);
  assert.equal(answer.headers.get("location"), null);
});

Deno.test("a job whose price is too high is refused with 402, and the refusal is stored", async () => {
  const jobs_create = () => Promise.reject(new ApiError("insufficient_credits"));
  const fake = await makeFake({ answers: { jobs_create } });
  assert.equal((await start(fake, RESEARCH)).status, 402);
  assert.deepEqual(fake.names(), ["jobs_create", "idempotency_store"]);
});

Deno.test("an unknown type is refused with its field", async () => {
  for (const type of ["mining", "", 4, null]) {
    await checkRefused({ ...RESEARCH, type }, {
      ...{ status: 400, code: "invalid_request", field: "type" },
    });
  }
});

Deno.test("an input is validated by its type's schema, and the field names the mistake", async () => {
  const cases: readonly [unknown, string][] = [
    [{ type: "research", input: {} }, "input.query"],
    [{ type: "research", input: { query: "" } }, "input.query"],
    [{ type: "research", input: { query: " \n" } }, "input.query"],
    [{ type: "research", input: { query: "x".repeat(4_001) } }, "input.query"],
    [{ type: "research", input: { query: "x", depth: 3 } }, "input.depth"],
    [{ type: "research" }, "input"],
    [{ type: "ledger_export", input: { from: "yesterday" } }, "input.from"],
    [{ type: "ledger_export", input: { kind: "theft" } }, "input.kind"],
    [{ ...RESEARCH, client_temp_id: "" }, "client_temp_id"],
    [{ ...RESEARCH, priority: 1 }, "priority"],
  ];
  for (const [body, field] of cases) {
    await checkRefused(body, { status: 400, code: "invalid_request", field });
  }
});

Deno.test("user_id is refused with a user's token and required with a secret key", async () => {
  const field = "user_id";
  const invalid = { status: 400, code: "invalid_request", field };
  await checkRefused({ ...RESEARCH, user_id: OTHER_USER_ID }, invalid);
  await checkRefused(RESEARCH, invalid, "secret");
  const fake = await makeFake();
  const answer = await start(fake, { ...RESEARCH, user_id: OTHER_USER_ID }, "secret");
  assert.equal(answer.status, 202);
  assert.equal(fake.calls[0]?.args.p_user_id, OTHER_USER_ID);
});

Deno.test("a user cannot start a usage_backfill", async () => {
  const { user_id: _, ...own } = BACKFILL;
  await checkRefused(own, { status: 403, code: "forbidden", field: "type" });
  await checkRefused(own, { status: 403, code: "forbidden", field: "type" }, "operator");
  const fake = await makeFake();
  assert.equal((await start(fake, BACKFILL, "secret")).status, 202);
  assert.deepEqual(fake.calls[0]?.args.p_estimate, [{
    model: "gpt-4o",
    input_tokens: 10,
    output_tokens: 5,
  }]);
});

Deno.test("an invalid event of a backfill is reported with its index", async () => {
  const cases: readonly [unknown, string][] = [
    [{ ...EVENT, event_id: undefined }, "input.events[1].event_id"],
    [{ ...EVENT, user_id: USER_ID }, "input.events[1].user_id"],
    [{ ...EVENT, input_tokens: 0, output_tokens: 0 }, "input.events[1].input_tokens"],
  ];
  for (const [event, field] of cases) {
    const body = { ...BACKFILL, input: { events: [EVENT, event] } };
    await checkRefused(body, { status: 400, code: "invalid_request", field }, "secret");
  }
});

Deno.test("an input of a MiB is accepted, and one of a byte more is refused", async () => {
  const events = Array.from(
    { length: 200 },
    (_, nr) => ({ ...EVENT, event_id: `${nr}`, metadata: { text: "" } }),
  );
  const free = 1024 * 1024 - jsonbBytes({ events });
  for (const [nr, { metadata }] of events.entries()) {
    metadata.text = "x".repeat(Math.floor(free / 200) + (nr < free % 200 ? 1 : 0));
  }
  const body = { ...BACKFILL, input: { events } };
  // The database stores JSON with a space after each comma and colon, so the sent body is shorter.
  assert(JSON.stringify(body).length < 1024 * 1024);
  assert.equal((await start(await makeFake(), body, "secret")).status, 202);
  events[0]!.metadata.text += "x";
  await checkRefused(body, { status: 413, code: "payload_too_large", field: "input" }, "secret");
});

function read(fake: Fake, sent: RequestParts = {}) {
  return send(fake, "GET", `/jobs/${JOB_ID}`, { as: "user", ...sent });
}

Deno.test("a job is read with an ETag and without internal fields", async () => {
  const answer = await read(await makeFake());
  const { data } = await answer.json();
  assert.equal(answer.headers.get("etag"), 'W/"3"');
  const absent = ["revision", "age_seconds", "has_file"].filter((name) => name in data);
  assert.deepEqual(absent, []);
  assert.deepEqual(data.checkpoints.map(({ step }: { step: string }) => step), ["plan"]);
});

const CONDITIONS: readonly [string, number][] = [
  ['W/"3"', 304],
  ['"3"', 304],
  ['"1", W/"3"', 304],
  ["*", 304],
  ['W/"2"', 200],
  ["3", 200],
  ["", 200],
];

for (const [condition, status] of CONDITIONS) {
  Deno.test(`If-None-Match: ${condition} is answered with ${status}`, async () => {
    const answer = await read(await makeFake(), { headers: { "if-none-match": condition } });
    assert.equal(answer.status, status);
    assert.equal((await answer.text()) === "", status === 304);
    assert.equal(answer.headers.get("etag"), 'W/"3"');
    assert.equal(answer.headers.get("retry-after"), "2");
    assert.match(answer.headers.get("x-request-id") ?? "", /^[0-9a-f-]{36}$/);
  });
}

function jobWith(changes: Partial<ReturnType<typeof JOB_SAMPLES.jobs_read>>) {
  const jobs_read = () => ({ ...JOB_SAMPLES.jobs_read({} as never), ...changes });
  return makeFake({ answers: { jobs_read } });
}

Deno.test("Retry-After of a poll is 2, 4, then 8 seconds", async () => {
  const ages: readonly [number, string][] = [[0, "2"], [1, "2"], [2, "4"], [5, "4"], [6, "8"]];
  for (const [age_seconds, seconds] of [...ages, [4_000, "8"] as const]) {
    const answer = await read(await jobWith({ age_seconds }));
    await answer.body?.cancel();
    assert.equal(answer.headers.get("retry-after"), seconds, `after ${age_seconds} s`);
  }
});

Deno.test("a job that has ended is answered without Retry-After", async () => {
  for (const status of ["completed", "failed", "cancelled"] as const) {
    const answer = await read(await jobWith({ status }));
    await answer.body?.cancel();
    assert.deepEqual([answer.headers.get("retry-after"), answer.headers.get("etag")], [
      null,
      'W/"3"',
    ]);
  }
});

Deno.test("a user reads and cancels only their own jobs, a secret key those of every user", async () => {
  const paths: readonly [string, string][] = [["GET", ""], ["DELETE", ""], ["GET", "/file"]];
  for (const [method, tail] of paths) {
    for (const [as, id] of [["user", USER_ID], ["secret", null]] as const) {
      const fake = await makeFake();
      await (await send(fake, method, `/jobs/${JOB_ID}${tail}`, { as })).body?.cancel();
      assert(fake.calls.length > 0);
      assert(fake.calls.every(({ args }) => args.p_user_id === id), `${method} ${tail} as ${as}`);
    }
  }
});

Deno.test("another user's job is not found on any route", async () => {
  const refuse = () => Promise.reject(new ApiError("not_found"));
  const answers = { jobs_read: refuse, jobs_cancel: refuse, jobs_pages: refuse };
  for (const [method, tail] of [["GET", ""], ["DELETE", ""], ["GET", "/file"]]) {
    const fake = await makeFake({ answers });
    const answer = await send(fake, method!, `/jobs/${JOB_ID}${tail}`, { as: "user" });
    const { error } = await answer.json();
    assert.deepEqual([answer.status, error.code], [404, "not_found"]);
  }
});

Deno.test("a user cannot cancel a job that only a secret key can start", async () => {
  const fake = await jobWith({ type: "usage_backfill" });
  const answer = await send(fake, "DELETE", `/jobs/${JOB_ID}`, { as: "user" });
  const { error } = await answer.json();
  assert.deepEqual([answer.status, error.code, fake.names()], [403, "forbidden", ["jobs_read"]]);
  const allowed = await jobWith({ type: "usage_backfill" });
  const path = `/jobs/${JOB_ID}`;
  assert.equal((await send(allowed, "DELETE", path, { as: "secret" })).status, 200);
});

Deno.test("a list of jobs passes on its filter and cursor, and refuses other parameters", async () => {
  const fake = await makeFake();
  const path = "/jobs?status=failed&limit=5&cursor=17";
  await (await send(fake, "GET", path, { as: "user" })).body?.cancel();
  assert.deepEqual(fake.calls[0]?.args, {
    p_author: "owner",
    p_user_id: USER_ID,
    p_status: "failed",
    p_before: "17",
    p_limit: 5,
  });
  for (const query of ["status=lost", "cursor=abc", "cursor=0", "limit=101", "type=research"]) {
    const refused = await send(await makeFake(), "GET", `/jobs?${query}`, { as: "user" });
    const { error } = await refused.json();
    assert.deepEqual([refused.status, error.field], [400, query.split("=")[0]]);
  }
});

Deno.test("a file is streamed page by page", async () => {
  const asked: number[] = [];
  const jobs_pages: typeof JOB_SAMPLES.jobs_pages = ({ p_after = 0 }) => {
    asked.push(p_after);
    const pages = [1, 2].map((nr) => ({ page: p_after + nr, content: `page ${p_after + nr}\r\n` }));
    return { pages, last: p_after === 4 };
  };
  const fake = await makeFake({ answers: { jobs_pages } });
  const answer = await send(fake, "GET", `/jobs/${JOB_ID}/file`, { as: "user" });
  assert.equal(answer.headers.get("content-type"), "text/csv; charset=utf-8");
  assert.match(answer.headers.get("content-disposition") ?? "", new RegExp(`${JOB_ID}\\.csv`));
  const lines = (await answer.text()).trimEnd().split("\r\n");
  assert.deepEqual(lines, [1, 2, 3, 4, 5, 6].map((nr) => `page ${nr}`));
  assert.deepEqual(asked, [0, 2, 4]);
});

Deno.test("a file breaks off with an error when a later page fails", async () => {
  let calls = 0;
  const jobs_pages: typeof JOB_SAMPLES.jobs_pages = () => {
    if (calls++ > 0) throw new ApiError("upstream_unavailable");
    return { pages: [{ page: 1, content: "id\r\n" }], last: false };
  };
  const fake = await makeFake({ answers: { jobs_pages } });
  const answer = await send(fake, "GET", `/jobs/${JOB_ID}/file`, { as: "user" });
  await assert.rejects(answer.text());
});
