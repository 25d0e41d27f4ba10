/** Serves the built console with the static file server that people start with npx. */
import { equal } from "node:assert/strict";
import { until } from "../support/project/until.ts";
import { freePort } from "@farthing/local-stack/testing";
import { CONSOLE_BUILD } from "../../scripts/console/build.ts";
import { withPage } from "../browser/chromium.ts";
import { signUp } from "../support/project/people.ts";
import { test, testsEnd, theConsole, world } from "./opened.ts";

const SERVE = ["-y", "serve@14.2.7"];

/** Serves a copy of the build, with a farthing.json of this project, as the README says. */
async function withServe(use: (address: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "farthing-console-" });
  const port = freePort();
  try {
    await new Deno.Command("cp", { args: ["-r", `${CONSOLE_BUILD}/.`, folder] }).output();
    const { url, publishableKey } = world;
    await Deno.writeTextFile(`${folder}/farthing.json`, JSON.stringify({ url, publishableKey }));
    const server = new Deno.Command("npx", {
      args: [...SERVE, "--listen", `tcp://127.0.0.1:${port}`, "--no-port-switching", folder],
      stdout: "null",
      stderr: "null",
      // When npx is ended, the server that it has started does not end. The server therefore gets a
      // process group of its own, and the test ends the group.
      detached: true,
    }).spawn();
    const address = `http://127.0.0.1:${port}/`;
    try {
      await until("npx serve answers", async () => {
        const answer = await fetch(address).catch(() => undefined);
        await answer?.body?.cancel();
        return answer;
      });
      await use(address);
    } finally {
      Deno.kill(-server.pid, "SIGTERM");
      await server.status;
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

test("a person signs in to the console that npx serve serves", async () => {
  const { browser } = await theConsole();
  const { email, password } = await signUp(world);
  await withServe((address) =>
    withPage(browser, async (page) => {
      equal((await page.goto(address))?.status(), 200);
      await page.getByLabel("Email").fill(email);
      await page.getByLabel("Password").fill(password);
      await page.getByRole("button", { name: "Sign in" }).click();
      await page.getByRole("heading", { name: "Balance" }).waitFor();
      await page.reload();
      await page.getByRole("heading", { name: "Balance" }).waitFor();
    })
  );
});

testsEnd();
