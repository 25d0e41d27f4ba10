/**
 * Serves the functions with the environment of this process, and forwards all other requests to
 * BEHIND_URL. Prints the port when the server is ready.
 */
import { fileURLToPath } from "node:url";
import { forward, functionRoutes, functionsOnDemand } from "@farthing/local-stack/functions";
import { print } from "@farthing/command-line";

const DIRECTORY = fileURLToPath(new URL("../../../supabase/functions", import.meta.url));
const PREFIX = "/functions/v1/";
const behind = Deno.env.get("BEHIND_URL");
const functions = functionRoutes(await functionsOnDemand(DIRECTORY));

Deno.serve({
  hostname: "127.0.0.1",
  port: 0,
  onListen: ({ port }) => print(`port ${port}`),
}, async (request) => {
  const { pathname, search } = new URL(request.url);
  if (pathname.startsWith(PREFIX)) return await functions.fetch(request);
  return await fetch(forward(request, { url: new URL(`${behind}${pathname}${search}`) }));
});
