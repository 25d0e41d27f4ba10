import assert from "node:assert/strict";
import { DatabaseFailure } from "./failures.ts";
import { createRestTransport } from "./rest.ts";

interface Seen {
  path: string;
  apikey: string | null;
  body: unknown;
}

type Handler = (seen: Seen) => Response | Promise<Response>;

/** Runs a test against its own stub of the data API. */
async function withApi(answer: Handler, test: (url: string, seen: Seen[]) => Promise<void>) {
  const seen: Seen[] = [];
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async (request) => {
    const { pathname } = new URL(request.url);
    const apikey = request.headers.get("apikey");
    seen.push({ path: pathname, apikey, body: await request.json() });
    return await answer(seen.at(-1)!);
  });
  try {
    await test(`http://127.0.0.1:${server.addr.port}`, seen);
  } finally {
    await server.shutdown();
  }
}

async function failureOf(promise: Promise<unknown>): Promise<DatabaseFailure> {
  try {
    await promise;
  } catch (error) {
    assert(error instanceof DatabaseFailure, String(error));
    return error;
  }
  throw new Error("it did not fail");
}

function transportTo(url: string, timeoutMs = 5_000) {
  return createRestTransport({ url, secretKey: "sb_secret_1", timeoutMs });
}

Deno.test("a call is one POST with the key in apikey, and absent arguments stay absent", async () => {
  await withApi(() => Response.json({ ok: true }), async (url, seen) => {
    const answer = await transportTo(url).call("credits_balance", {
      p_user_id: "u",
      p_at: undefined,
    });
    assert.deepEqual(answer, { ok: true });
    assert.deepEqual(seen, [{
      path: "/rest/v1/rpc/credits_balance",
      apikey: "sb_secret_1",
      body: { p_user_id: "u" },
    }]);
  });
});

Deno.test("an error body keeps its four parts", async () => {
  const error = {
    code: "hold_not_open",
    message: "m",
    details: '{"status":"settled"}',
    hint: null,
  };
  await withApi(() => Response.json(error, { status: 409 }), async (url) => {
    const { code, message, details, hint } = await failureOf(transportTo(url).call("f", {}));
    assert.deepEqual({ code, message, details, hint }, error);
  });
});

Deno.test("a gateway's error without a code counts as a lost connection", async () => {
  for (const status of [502, 503, 504]) {
    await withApi(() => new Response("bad gateway", { status }), async (url) => {
      const { code } = await failureOf(transportTo(url).call("f", {}));
      assert.equal(code, "FARTHING_CONNECTION_LOST");
    });
  }
});

Deno.test("an error answer without a message has its code or its status", async () => {
  const cases = [[500, {}, "HTTP 500"], [503, { code: "PGRST000" }, "PGRST000"]] as const;
  for (const [status, body, expected] of cases) {
    await withApi(() => Response.json(body, { status }), async (url) => {
      const { code } = await failureOf(transportTo(url).call("f", {}));
      assert.equal(code, expected);
    });
  }
});

Deno.test("a port without a server counts as a lost connection", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  listener.close();
  const { code } = await failureOf(transportTo(`http://127.0.0.1:${port}`).call("f", {}));
  assert.equal(code, "FARTHING_CONNECTION_LOST");
});

Deno.test("a call that is not answered in time is given up", async () => {
  const { promise: never, resolve: release } = Promise.withResolvers<Response>();
  await withApi(() => never, async (url) => {
    const { code } = await failureOf(transportTo(url, 50).call("f", {}));
    assert.equal(code, "FARTHING_TIMED_OUT");
    release(Response.json({}));
  });
});
