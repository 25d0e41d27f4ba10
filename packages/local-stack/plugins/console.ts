/** The console on the port of Supabase's Studio. */
import { staticConsole } from "../console/static-console.ts";
import { exists } from "../core/exists.ts";
import { listen, type Listener } from "../core/listen.ts";
import type { Plugin } from "../stack/plugin.ts";

export function consolePlugin(): Plugin {
  let listener: Listener | undefined;
  let dir = "";
  return {
    name: "console",
    async start({ options, ports, urls, keys }) {
      const project = { url: urls.api, publishableKey: keys.publishableKey };
      dir = options.consoleDir;
      const app = staticConsole({ dir, project });
      const port = { port: ports.console, purpose: "console", offset: options.offset };
      listener = await listen(port, app.fetch);
    },
    async stop() {
      await listener?.close();
      listener = undefined;
    },
    health: () =>
      Promise.resolve({
        ok: listener !== undefined,
        // The console can be built while the stack runs, so each call checks whether it exists.
        detail: exists(`${dir}/index.html`)
          ? "the product's console"
          : "not built yet: deno task console build",
      }),
  };
}
