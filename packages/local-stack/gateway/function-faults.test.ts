import assert from "node:assert/strict";
import { loadKeys } from "../core/keys.ts";
import { controlRoutes } from "./control-routes.ts";
import { functionFaults } from "./function-faults.ts";
import { functionRoutes } from "./function-routes.ts";
import type { Loaded } from "./load-functions.ts";

type Call = (path: string, method?: string) => Promise<Response>;
type Turn = (path: string, body?: string) => Promise<number>;

/**
 * Calls `use` with a gateway whose functions `usage` and `ai` answer 200, and with the gateway's
 * switches.
 */
async function withGateway(use: (call: Call, turn: Turn) => Promise<void>): Promise<void> {
  const dataDir = await Deno.makeTempDir();
  try {
    const keys = await loadKeys(dataDir);
    const faults = functionFaults();
    const answers: Loaded = { app: { fetch: () => new Response("ok") } };
    const functions = functionRoutes(
      new Map([["usage", answers], ["ai", answers]]),
      faults.meet,
    );
    const status = () => Promise.resolve({ pid: 1, urls: {} as never, health: {} });
    const control = controlRoutes({ status, switches: faults.switches }, keys);
    await use(
      async (path, method = "POST") => await functions.request(`/functions/v1/${path}`, { method }),
      async (path, body) => {
        const headers = { apikey: keys.secretKey };
        const init = { method: "POST", headers, ...(body !== undefined && { body }) };
        return (await control.request(`/stack/functions/${path}`, init)).status;
      },
    );
  } finally {
    await Deno.remove(dataDir, { recursive: true });
  }
}

async function statusesOf(call: Call, path: string, count: number): Promise<number[]> {
  const statuses: number[] = [];
  for (let nr = 0; nr < count; nr++) statuses.push((await call(path)).status);
  return statuses;
}

Deno.test("a share of a route's calls fails, evenly spread, until the switch ok", () =>
  withGateway(async (call, turn) => {
    assert.equal(await turn("fault", '{"path": "usage", "percent": 25, "status": 500}'), 204);
    assert.deepEqual(await statusesOf(call, "usage/records", 8), [
      ...[200, 200, 200, 500],
      ...[200, 200, 200, 500],
    ]);
    assert.deepEqual(await statusesOf(call, "ai", 4), [200, 200, 200, 200]);
    assert.equal(await turn("ok"), 204);
    assert.deepEqual(await statusesOf(call, "usage", 4), [200, 200, 200, 200]);
  }));

Deno.test("a fault concerns only its path and its method", () =>
  withGateway(async (call, turn) => {
    await turn("fault", '{"path": "ai/chat", "method": "POST", "status": 503}');
    assert.equal((await call("ai/chat")).status, 503);
    assert.equal((await call("ai/chat/1")).status, 503);
    assert.equal((await call("ai/chats")).status, 200);
    assert.equal((await call("ai/chat", "GET")).status, 200);
  }));

Deno.test("a slow call is answered after the delay by the function itself", () =>
  withGateway(async (call, turn) => {
    await turn("fault", '{"path": "usage", "delay_ms": 60}');
    const start = performance.now();
    const answer = await call("usage");
    const tookMs = performance.now() - start;
    assert.deepEqual([answer.status, await answer.text()], [200, "ok"]);
    assert.ok(tookMs >= 59, `${tookMs} ms`);
    await turn("fault", '{"path": "usage", "percent": 50, "status": 500}');
    assert.deepEqual(await statusesOf(call, "usage", 2), [200, 500], "both faults apply");
  }));

Deno.test("a malformed fault is refused and changes nothing", () =>
  withGateway(async (call, turn) => {
    const bodies = [
      ...['{"path": "usage"}', '{"status": 404}', '{"status": 500, "percent": 0}', "{", "[]"],
      ...['{"status": 500, "share": 1}', '{"path": "../x", "status": 500}'],
    ];
    for (const body of bodies) assert.equal(await turn("fault", body), 422, body);
    assert.deepEqual(await statusesOf(call, "usage", 2), [200, 200]);
  }));
