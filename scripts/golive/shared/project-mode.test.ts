import { equal, rejects } from "node:assert/strict";
import type { Project } from "../command/project.ts";
import { openCheckout } from "./purchase.ts";
import { requireSessionMode } from "./project-mode.ts";

Deno.test("a test key opens no checkout in a live project", async () => {
  const asked: string[] = [];
  const options = { port: 0, hostname: "127.0.0.1", onListen: () => {} };
  await using server = Deno.serve(options, (request) => {
    asked.push(`${request.method} ${new URL(request.url).pathname}`);
    return Response.json({ data: [{ livemode: true }] });
  });
  const url = `http://127.0.0.1:${server.addr.port}`;
  const project = { url, mode: "test", secretKey: "sb_secret_x" } as Project;
  await rejects(
    () => openCheckout(project, { id: "u", as: {} }, "starter", "key"),
    /STRIPE_SECRET_KEY is a test key, but the project is in live mode/,
  );
  equal(asked.join(), "GET /functions/v1/webhook-events");
});

Deno.test("a session of the other mode is refused before anyone pays", async () => {
  const project = { mode: "test" } as Project;
  requireSessionMode(project, "cs_test_1");
  for (const id of ["cs_live_1", "cs_1"]) {
    await rejects(async () => await requireSessionMode(project, id), /is a test key/);
  }
});
