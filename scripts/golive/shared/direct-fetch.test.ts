import { equal, rejects } from "node:assert/strict";
import type { Project } from "../command/project.ts";
import { ask } from "./ask.ts";
import { directFetch } from "./direct-fetch.ts";

/** Passes the address of a server that redirects all requests to another one, and what that gets. */
async function withRedirect(use: (url: string, got: () => number) => Promise<void>) {
  let got = 0;
  const options = { port: 0, hostname: "127.0.0.1", onListen: () => {} };
  await using other = Deno.serve(options, () => {
    got++;
    return new Response("{}");
  });
  const location = `http://localhost:${other.addr.port}/`;
  await using first = Deno.serve(
    options,
    (request) =>
      new URL(request.url).pathname.endsWith("/fine")
        ? new Response("{}")
        : new Response(null, { status: 307, headers: { location } }),
  );
  await use(`http://127.0.0.1:${first.addr.port}`, () => got);
}

Deno.test("a redirect is a failure, and the secret key does not follow it", () =>
  withRedirect(async (url, got) => {
    const project = { url, secretKey: "sb_secret_x" } as Project;
    await rejects(() => ask(project, "credits"), /answers with a redirect \(307\)/);
    await rejects(() => directFetch(new Request(url)), /answers with a redirect/);
    equal(got(), 0);
    equal((await ask(project, "fine")).status, 200);
  }));
