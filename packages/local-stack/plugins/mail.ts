/** The mail inbox on its own port. */
import { join } from "node:path";
import { listen, type Listener } from "../core/listen.ts";
import { createInbox } from "../mail/inbox.ts";
import type { Plugin } from "../stack/plugin.ts";

export function mailPlugin(): Plugin {
  let listener: Listener | undefined;
  return {
    name: "mail",
    async start({ options, ports }) {
      const inbox = await createInbox({ file: join(options.dataDir, "mail.jsonl") });
      const port = { port: ports.mail, purpose: "mail inbox", offset: options.offset };
      listener = await listen(port, inbox.fetch);
    },
    async stop() {
      await listener?.close();
      listener = undefined;
    },
    health: () => Promise.resolve({ ok: listener !== undefined, detail: "mail inbox" }),
  };
}
