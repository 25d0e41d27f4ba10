import { waitFor } from "@farthing/command-line";
import assert from "node:assert/strict";
import { type IsolateLimits, PLANS } from "./limits.ts";
import { Isolates, programsIn } from "./pool.ts";

/** Limits that are too high for any test to reach. Each test lowers the limit that it tests. */
const WIDE: IsolateLimits = {
  ...PLANS.free,
  cpuSoftMs: 60_000,
  cpuHardMs: 60_000,
  countsBoot: false,
};

const FUNCTION = `
import process from "node:process";
const seen = [];
const used = () => { const { user, system } = process.cpuUsage(); return (user + system) / 1000; };
const spin = (ms) => { const end = used() + ms; while (used() < end); };
const stream = () => new ReadableStream({
  start: (c) => c.enqueue(new TextEncoder().encode("first")),
  pull: () => new Promise(() => {}),
});
const id = crypto.randomUUID();
addEventListener("beforeunload", (event) => {
  seen.push(event.detail.reason);
  console.log("beforeunload " + event.detail.reason);
});
export default { fetch: async (request) => {
  const { pathname, searchParams } = new URL(request.url);
  const ms = Number(searchParams.get("ms"));
  const text = await request.text();
  if (pathname === "/it/spin") spin(ms);
  if (pathname === "/it/wait") await new Promise((done) => setTimeout(done, ms));
  if (pathname === "/it/stream") return new Response(stream());
  if (pathname === "/it/exit") Deno.exit(1);
  if (pathname === "/it/fill") for (const all = [];;) all.push(new Array(1e5).fill({}));
  if (pathname === "/it/background") {
    const work = new Promise((done) => setTimeout(done, ms));
    EdgeRuntime.waitUntil(work.then(() => console.log("background done")));
  }
  return Response.json({ id, pathname, text, seen });
} };`;

interface Answer {
  id: string;
  pathname: string;
  text: string;
  seen: string[];
}

interface Trial {
  readonly isolates: Isolates;
  readonly lines: string[];
  ask(path: string, init?: RequestInit): Promise<Response>;
  json(path: string, init?: RequestInit): Promise<Answer>;
  counts(): { started: number; ended: Record<string, number>; cut: number };
}

async function withIsolates(
  limits: Partial<IsolateLimits>,
  use: (trial: Trial) => Promise<void>,
  text = FUNCTION,
): Promise<void> {
  const directory = await Deno.makeTempDir();
  await Deno.mkdir(`${directory}/it`);
  await Deno.writeTextFile(`${directory}/it/index.ts`, text);
  const lines: string[] = [];
  const isolates = new Isolates({
    limits: { ...WIDE, ...limits },
    programOf: programsIn(directory, "index.ts"),
    print: (line) => lines.push(line),
  });
  const ask: Trial["ask"] = (path, init) =>
    isolates.of("it").fetch(new Request(`http://x/it${path}`, init));
  try {
    await use({
      isolates,
      lines,
      ask,
      json: async (path, init) => await (await ask(path, init)).json(),
      counts: () => isolates.counts().it!,
    });
  } finally {
    await isolates.stop();
    await Deno.remove(directory, { recursive: true });
  }
}

async function refused(answer: Response): Promise<[number, string, string | null]> {
  const { code } = await answer.json();
  return [answer.status, code, answer.headers.get("sb-error-code")];
}

const until = async (what: string, probe: () => boolean | Promise<boolean>) =>
  assert(await waitFor(async () => await probe() || undefined, 60_000), what);

Deno.test("one isolate serves several requests with path and body", async () => {
  await withIsolates({}, async ({ json, counts }) => {
    const first = await json("/echo", { method: "POST", body: "hello" });
    assert.deepEqual([first.pathname, first.text], ["/it/echo", "hello"]);
    assert.equal((await json("/echo")).id, first.id);
    assert.equal(counts().started, 1);
  });
});

Deno.test("an isolate over its soft processor limit takes no new request and is dropped", async () => {
  await withIsolates({ cpuSoftMs: 200 }, async ({ json, counts, lines }) => {
    const first = await json("/spin?ms=300");
    await until("retired", async () => (await json("/echo")).id !== first.id);
    await until("dropped", () => counts().ended.early_drop === 1);
    assert.deepEqual(lines, ["beforeunload early_drop"]);
    assert.equal(counts().cut, 0);
  });
});

Deno.test("an isolate that waits for an answer uses no processor time", async () => {
  await withIsolates({ cpuSoftMs: 500, cpuHardMs: 1_000 }, async ({ json }) => {
    const first = await json("/wait?ms=1500");
    assert.equal((await json("/echo")).id, first.id);
  });
});

Deno.test("an isolate over its hard processor limit is killed: 546, and streams break off", async () => {
  await withIsolates({ cpuSoftMs: 200, cpuHardMs: 400 }, async ({ ask, counts, lines }) => {
    const stream = await ask("/stream");
    assert.equal(stream.status, 200);
    const waiting = ask("/wait?ms=60000");
    const spinning = ask("/spin?ms=60000");
    for (const answer of await Promise.all([waiting, spinning])) {
      const code = "WORKER_RESOURCE_LIMIT";
      assert.deepEqual(await refused(answer), [546, code, code]);
    }
    await assert.rejects(stream.text());
    assert.deepEqual([counts().ended.cpu, counts().cut], [1, 3]);
    assert.deepEqual(lines, []);
  });
});

Deno.test("an isolate near its hard processor limit is warned if it yields", async () => {
  await withIsolates({ cpuSoftMs: 100, cpuHardMs: 3_000 }, async ({ ask, lines, counts }) => {
    const stream = await ask("/stream");
    assert.equal((await ask("/spin?ms=2800")).status, 200);
    await until("warned", () => lines[0] === "beforeunload cpu");
    assert.equal(counts().started, 1);
    await stream.body?.cancel();
  });
});

Deno.test("an isolate is retired at half of its wall time, then warned, then killed", async () => {
  await withIsolates({ wallMs: 12_000 }, async ({ ask, json, counts, lines }) => {
    const first = await json("/echo");
    const waiting = ask("/wait?ms=60000");
    await until("retired", async () => (await json("/echo")).id !== first.id);
    assert.equal(counts().ended.wall_clock, 0);
    assert.equal((await waiting).status, 546);
    assert.equal(lines[0], "beforeunload wall_clock");
    assert.deepEqual([counts().ended.wall_clock, counts().cut], [1, 1]);
  });
});

Deno.test("a retired isolate runs until its background work is done", async () => {
  await withIsolates({ wallMs: 12_000 }, async ({ json, counts, lines }) => {
    await json("/background?ms=7000");
    await until("dropped", () => counts().ended.early_drop === 1);
    assert.deepEqual(lines, ["background done", "beforeunload early_drop"]);
  });
});

Deno.test("an isolate with a full heap answers 546, and one that exits answers 500", async () => {
  await withIsolates({ memoryMb: 64 }, async ({ ask, counts }) => {
    assert.equal((await refused(await ask("/fill")))[0], 546);
    assert.equal((await refused(await ask("/exit")))[1], "WORKER_ERROR");
    await until("both ended", () => counts().ended.memory === 1 && counts().ended.crashed === 1);
    assert.equal((await ask("/echo")).status, 200);
  });
});

Deno.test("an isolate that answers too late gives 504 and continues", async () => {
  await withIsolates({ responseMs: 3_000 }, async ({ ask, json }) => {
    // On a busy machine, the start of the isolate may take longer than the limit for a response.
    // Then the first requests may get a 504, too.
    await until("started", async () => {
      const answer = await ask("/echo");
      await answer.body?.cancel();
      return answer.ok;
    });
    const { id } = await json("/echo");
    assert.deepEqual(await refused(await ask("/wait?ms=60000")), [
      504,
      "IDLE_TIMEOUT",
      "IDLE_TIMEOUT",
    ]);
    assert.equal((await json("/echo")).id, id);
  });
});

Deno.test("an isolate that fails to load gives 503, and logs the reason", async () => {
  await withIsolates({}, async ({ ask, lines }) => {
    assert.deepEqual(await refused(await ask("/")), [503, "BOOT_ERROR", "BOOT_ERROR"]);
    assert.match(lines.join("\n"), /no key/);
  }, "throw new Error('no key');");
});

Deno.test("an isolate's loading counts towards processor time as on the platform", async () => {
  const busy = `${FUNCTION}\nspin(500);`;
  const limits = { countsBoot: true, cpuSoftMs: 300 };
  await withIsolates(limits, async ({ json, counts }) => {
    const { id } = await json("/echo");
    await until("retired", async () => (await json("/echo")).id !== id);
    assert(counts().started >= 2);
  }, busy);
});
