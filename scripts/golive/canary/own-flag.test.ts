import { deepEqual, equal, rejects } from "node:assert/strict";
import type { Context } from "../command/context.ts";
import type { Project } from "../command/project.ts";
import { hasOpened, openFlag, rememberFlag, requireOwn } from "./own-flag.ts";
import { flagNow } from "../shared/canary-flags.ts";
import { readFlags } from "../shared/flags.ts";

interface Set {
  readonly state: string;
  readonly percentage: number;
  readonly reason: string | null;
}

const AT = "2027-01-01T00:00:00Z";

/**
 * Serves the flag b2c the way the functions do. `set` changes the flag as if another person did it.
 */
async function withShop(
  use: (context: Context, set: (change: Set) => void, state: () => string) => Promise<void>,
) {
  const changes: Set[] = [{ state: "off", percentage: 0, reason: null }];
  const newest = () => changes.at(-1)!;
  const data = () => ({
    version: String(changes.length),
    flags: [{ name: "b2c", ...newest(), reason: undefined, changed_by: "key:a", changed_at: AT }],
    history: changes.map(({ reason }, nr) => ({
      ...{ version: String(nr + 1), changed_at: AT, author: "key:a", reason, name: "b2c" },
      fields: [],
    })).toReversed(),
  });
  await using server = Deno.serve({ port: 0, onListen() {} }, async (request) => {
    if (request.method === "GET") return Response.json({ data: data() });
    const { flags: [flag], version, reason } = await request.json();
    if (version !== data().version) {
      return Response.json({ error: { code: "version_conflict" } }, { status: 409 });
    }
    changes.push({ state: flag.state, percentage: flag.percentage ?? 0, reason });
    const changed = { version: data().version, dry_run: false, changes: [], unchanged: 0 };
    return Response.json({ data: changed });
  });
  const facts: Record<string, string> = {};
  const project = { url: `http://127.0.0.1:${server.addr.port}`, secretKey: "s" } as Project;
  const tell = (more: Readonly<Record<string, string>>) =>
    Promise.resolve(void Object.assign(facts, more));
  const context = { project, facts, tell, run: "1", options: { flag: "b2c" } };
  await use(
    context as unknown as Context,
    (change) => void changes.push(change),
    () => `${newest().state} ${newest().percentage}`,
  );
}

const AT_5 = { state: "percentage", percentage: 5 } as const;

Deno.test("a canary opens its flag in stages, as long as nobody else changes it", () =>
  withShop(async (context, set, state) => {
    await rememberFlag(context, flagNow(await readFlags(context.project), "b2c")!);
    equal(hasOpened(context), false);
    const look = await openFlag(context, AT_5, "5 %");
    deepEqual([state(), hasOpened(context)], ["percentage 5", true]);
    await look();
    set({ state: "off", percentage: 0, reason: "too many complaints" });
    await rejects(look, /somebody else has changed the flag: b2c is off, by key:a \(too many/);
    await rejects(() => openFlag(context, { state: "on" }, "100 %"), /somebody else/);
    await rejects(() => requireOwn(context), /somebody else/);
    equal(state(), "off 0");
  }));

Deno.test("a change in the very moment of a stage is not overwritten", () =>
  withShop(async (context, set, state) => {
    await rememberFlag(context, flagNow(await readFlags(context.project), "b2c")!);
    const tell = (facts: Readonly<Record<string, string>>) => {
      set({ state: "off", percentage: 0, reason: "an operator" });
      return context.tell(facts);
    };
    await rejects(
      () => openFlag({ ...context, tell }, AT_5, "5 %"),
      /while the canary set its own/,
    );
    equal(state(), "off 0");
  }));
