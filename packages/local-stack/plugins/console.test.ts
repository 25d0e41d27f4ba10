import assert from "node:assert/strict";
import { loadKeys } from "../core/keys.ts";
import { portsAt } from "../core/ports.ts";
import { freeOffset } from "../core/testing/free-offset.ts";
import { resolveOptions } from "../stack/options.ts";
import { consolePlugin } from "./console.ts";

const COMMAND = /not built yet.*deno task console build/;

async function withConsole(
  test: (address: string, dir: string, detail: () => Promise<string>) => Promise<void>,
) {
  const root = await Deno.makeTempDir({ prefix: "farthing-console-test-" });
  const offset = freeOffset();
  const ports = portsAt(offset);
  const address = `http://127.0.0.1:${ports.console}`;
  const options = resolveOptions({ offset, consoleDir: `${root}/console` });
  const urls = {
    api: "",
    database: "",
    console: address,
    mail: "",
    stripe: "",
    ai: "",
    redis: undefined,
  };
  const plugin = consolePlugin();
  try {
    const keys = await loadKeys(root);
    await plugin.start({ options, ports, urls, keys, log: () => {} });
    await test(address, options.consoleDir, async () => (await plugin.health()).detail);
  } finally {
    await plugin.stop();
    await Deno.remove(root, { recursive: true });
  }
}

async function read(address: string): Promise<[status: number, text: string]> {
  const response = await fetch(address);
  return [response.status, await response.text()];
}

Deno.test("the console's health and page name the command that builds the console", async () => {
  await withConsole(async (address, dir, detail) => {
    assert.match(await detail(), COMMAND);
    const [status, text] = await read(address);
    assert.equal(status, 503);
    assert.match(text, COMMAND);
    await Deno.mkdir(dir);
    await Deno.writeTextFile(`${dir}/index.html`, "<h1>Console</h1>");
    assert.equal(await detail(), "the product's console");
    assert.deepEqual(await read(address), [200, "<h1>Console</h1>"]);
  });
});
