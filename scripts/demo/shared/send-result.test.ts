import { deepEqual, rejects } from "node:assert/strict";
import { resultOf, sendResult } from "./send-result.ts";
import type { Service } from "./service.ts";

const FOUND = {
  command: "deno task demo",
  checks: [{ name: "  from Starter paid", service: "9990", computed: "9990", equal: true }],
  violations: ["rule 1"],
};

/** Runs `use` with a service that answers every request with this status. */
async function withAnswer(
  status: number,
  use: (service: Service, requests: string[]) => Promise<void>,
): Promise<void> {
  const requests: string[] = [];
  const answer = ({ method, url, headers }: Request) => {
    requests.push(`${method} ${new URL(url).pathname} ${headers.get("apikey")}`);
    return new Response(null, { status });
  };
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, answer);
  const url = `http://127.0.0.1:${server.addr.port}`;
  const keys = { publishableKey: "sb_publishable_1", secretKey: "sb_secret_1" };
  try {
    await use({ url, ...keys, databaseUrl: "", aiUrl: undefined }, requests);
  } finally {
    await server.shutdown();
  }
}

Deno.test("a demo's result has each figure without its indent, and the number of violations", () => {
  deepEqual(resultOf(FOUND, new Date("2026-11-24T03:20:00Z")), {
    command: "deno task demo",
    ended_at: "2026-11-24T03:20:00.000Z",
    figures: [{ name: "from Starter paid", service: "9990", computed: "9990", equal: true }],
    violations: 1,
  });
});

Deno.test("a demo's result is sent with the secret key", () =>
  withAnswer(204, async (service, requests) => {
    await sendResult(service, FOUND);
    deepEqual(requests, ["PUT /stack/demo sb_secret_1"]);
  }));

Deno.test("a stack without a first page is no failure of the demo, but a refusal is", async () => {
  await withAnswer(404, (service) => sendResult(service, FOUND));
  await withAnswer(401, (service) => rejects(sendResult(service, FOUND), /answered 401/));
});
