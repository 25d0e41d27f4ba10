import assert from "node:assert/strict";
import { Webhook } from "standardwebhooks";
import { ApiError } from "../../core/errors.ts";
import { type AlertData, runbookLink } from "./alert-data.ts";
import { AlertRefused, postAlert } from "./webhook.ts";

const DATA: AlertData = {
  incident_id: "0d8f9c1e-7a52-4c3b-9b1d-5e6f7a8b9c0d",
  rule: "webhook_backlog",
  severity: "warning",
  summary: "3 of <Stripe's> events & more wait.",
  value: "3",
  threshold: "0",
  runbook: "docs/runbooks/webhook_backlog.md",
  fired_at: "2026-11-21T12:00:00+00:00",
};
const NOTIFICATION = { id: "9b1d0d8f-7a52-4c3b-9c1e-5e6f7a8b9c0d", data: DATA };
const PLAIN = "a plain secret of more than thirty-two characters";
const ENCODED = `whsec_${btoa("twenty-four bytes or more, in base64")}`;
const RUNBOOKS = "https://example.test/runbooks/";

interface Received {
  readonly headers: Record<string, string>;
  readonly body: string;
}

/** Runs a receiver on this machine during `use`. */
async function receiving(
  answer: (path: string) => Response,
  use: (url: string, received: Received[]) => Promise<void>,
): Promise<void> {
  const received: Received[] = [];
  const handler = async (request: Request) => {
    const headers = Object.fromEntries(request.headers);
    received.push({ headers, body: await request.text() });
    return answer(new URL(request.url).pathname);
  };
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, handler);
  try {
    await use(`http://127.0.0.1:${server.addr.port}/hook`, received);
  } finally {
    await server.shutdown();
  }
}

function verified(key: Webhook, { body, headers }: Received): unknown {
  return key.verify(body, headers);
}

for (const secret of [PLAIN, ENCODED]) {
  const key = () => secret === PLAIN ? new Webhook(PLAIN, { format: "raw" }) : new Webhook(ENCODED);
  Deno.test(`an alert signed with ${secret.slice(0, 6)}… is verified by the library`, async () => {
    await receiving(() => new Response("ok"), async (url, received) => {
      await postAlert({ url, secret, runbooksUrl: RUNBOOKS }, NOTIFICATION);
      const [first] = received;
      const message = verified(key(), first!) as { text: string };
      assert.equal(first!.headers["webhook-id"], NOTIFICATION.id);
      assert.equal(
        message.text,
        "[warning] webhook_backlog: 3 of &lt;Stripe's&gt; events &amp; more wait. " +
          "Runbook: https://example.test/runbooks/webhook_backlog.md",
      );
      assert.doesNotMatch(first!.body, /<Stripe|events & more/);
      const another = new Webhook("another secret of thirty-two characters", { format: "raw" });
      assert.throws(() => verified(another, first!));
      const changed = { ...first!, body: first!.body.replace("3 of", "0 of") };
      assert.throws(() => verified(key(), changed));
    });
  });
}

Deno.test("a repeated alert has the same id, so that a receiver can drop it", async () => {
  await receiving(() => new Response(null, { status: 204 }), async (url, received) => {
    for (let again = 0; again < 2; again++) await postAlert({ url, secret: PLAIN }, NOTIFICATION);
    assert.deepEqual(received.map(({ headers }) => headers["webhook-id"]), [
      NOTIFICATION.id,
      NOTIFICATION.id,
    ]);
  });
});

Deno.test("an alert without a secret is sent unsigned", async () => {
  await receiving(() => new Response("ok"), async (url, received) => {
    await postAlert({ url, secret: undefined }, NOTIFICATION);
    assert.equal(received[0]?.headers["webhook-signature"], undefined);
    const { text } = JSON.parse(received[0]!.body);
    assert.match(text, /Runbook: docs\/runbooks\/webhook_backlog\.md$/);
  });
});

for (const status of [301, 302, 307, 308, 400, 401, 403, 404, 410]) {
  Deno.test(`an alert that is answered ${status} is refused for good, in one request`, async () => {
    const answer = () => new Response("x", { status, headers: { location: "/elsewhere" } });
    await receiving(answer, async (url, received) => {
      await assert.rejects(postAlert({ url, secret: PLAIN }, NOTIFICATION), AlertRefused);
      assert.equal(received.length, 1);
    });
  });
}

const PASSING: readonly (readonly [number, string | undefined, number | undefined])[] = [
  [408, undefined, undefined],
  [425, "x", undefined],
  [429, "17", 17],
  [429, "86400", 3_600],
  [500, "-1", undefined],
  [503, "0.5", 1],
];

for (const [status, retryAfter, seconds] of PASSING) {
  Deno.test(`an alert that is answered ${status} (${retryAfter}) may be sent later`, async () => {
    const headers = new Headers(retryAfter === undefined ? {} : { "retry-after": retryAfter });
    await receiving(() => new Response("x", { status, headers }), async (url) => {
      await assert.rejects(postAlert({ url, secret: PLAIN }, NOTIFICATION), (error: unknown) => {
        assert(error instanceof ApiError);
        assert.deepEqual([error.code, error.retryAfterSeconds], ["upstream_unavailable", seconds]);
        return true;
      });
    });
  });
}

Deno.test("an alert to an address without a server fails without naming the address", async () => {
  let address = "";
  await receiving(() => new Response(), (url) => Promise.resolve(void (address = url)));
  await assert.rejects(
    postAlert({ url: address, secret: PLAIN }, NOTIFICATION),
    (error: unknown) => {
      assert(error instanceof ApiError);
      assert.equal(error.code, "upstream_unavailable");
      assert.equal(`${error.internal} ${error.cause ?? ""}`.includes("127.0.0.1"), false);
      return true;
    },
  );
});

Deno.test("an alert's failure repeats no text of the network", async () => {
  const url = "https://hooks.test/services/secret";
  const fetch = () => Promise.reject(new TypeError(`error sending request for url (${url})`));
  await assert.rejects(postAlert({ url, secret: PLAIN }, NOTIFICATION, fetch), (error: unknown) => {
    assert(error instanceof ApiError);
    assert.doesNotMatch(`${error.internal} ${error.message} ${error.cause ?? ""}`, /secret|hooks/);
    return true;
  });
});

Deno.test("an alert has a timeout, and follows no redirect", async () => {
  const seen: RequestInit[] = [];
  const fetch: typeof globalThis.fetch = (_input, init) => {
    seen.push(init ?? {});
    return Promise.resolve(new Response("ok"));
  };
  await postAlert({ url: "https://hooks.test/x", secret: PLAIN }, NOTIFICATION, fetch);
  assert.equal(seen[0]?.redirect, "manual");
  assert(seen[0]?.signal instanceof AbortSignal);
});

Deno.test("an alert waits for a secret in base64, and its error says so", async () => {
  const secret = "whsec_*** this is no base64, and long ***";
  const url = "https://hooks.test/x";
  const fetch = () => Promise.reject(new Error("it was sent"));
  await assert.rejects(postAlert({ url, secret }, NOTIFICATION, fetch), (error: unknown) => {
    // Not an AlertRefused: the alert must still be sent after an operator corrects the secret.
    assert(error instanceof ApiError);
    assert.match(error.internal ?? "", /ALERT_WEBHOOK_SECRET/);
    assert.doesNotMatch(error.internal ?? "", /this is no/);
    return true;
  });
});

Deno.test("a runbook is a page under RUNBOOKS_URL, its own address, or a path", () => {
  const own = "https://wiki.test/a";
  assert.deepEqual(
    [[DATA.runbook, "https://x.test/r"], [DATA.runbook, undefined], [own, RUNBOOKS]].map((
      [runbook, base],
    ) => runbookLink(runbook!, base)),
    ["https://x.test/r/webhook_backlog.md", DATA.runbook, own],
  );
});
