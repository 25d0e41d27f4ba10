import { equal, rejects } from "node:assert/strict";
import type { Project } from "../command/project.ts";
import { ask } from "./ask.ts";
import { directFetch } from "./direct-fetch.ts";

/**
 * Calls `use` with a server that redirects every path except /fine. `got` returns how many requests
 * have reached the redirect's target.
 */
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

Deno.test("a host that does not answer is named, with the reason", async () => {
  const server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen: () => {} },
    () => new Response(),
  );
  const { port } = server.addr;
  await server.shutdown();
  const message = new RegExp(`^127\\.0\\.0\\.1:${port} does not answer: Connection refused`);
  await rejects(() => directFetch(`http://127.0.0.1:${port}/`), {
    name: "UnreachableError",
    message,
  });
  const slow = { signal: AbortSignal.timeout(1) };
  using silent = Deno.listen({ port: 0, hostname: "127.0.0.1" });
  await rejects(
    () => directFetch(`http://127.0.0.1:${(silent.addr as Deno.NetAddr).port}/`, slow),
    /took too long/,
  );
});
