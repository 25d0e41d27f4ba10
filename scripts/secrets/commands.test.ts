import assert from "node:assert/strict";
import { parseEnv } from "node:util";

interface Ran {
  readonly code: number;
  readonly said: string;
}

/** Runs a command as a user does. Returns its standard output and its standard error. */
async function run(program: string, args: string[], input = ""): Promise<Ran> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", new URL(program, import.meta.url).pathname, ...args],
    env: { NO_COLOR: "1" },
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(input));
  await writer.close();
  const { code, stdout, stderr } = await child.output();
  const decoder = new TextDecoder();
  return { code, said: decoder.decode(stdout) + decoder.decode(stderr) };
}

async function withFile(text: string, use: (file: string) => Promise<void>): Promise<void> {
  const file = await Deno.makeTempFile({ suffix: ".env" });
  try {
    await Deno.writeTextFile(file, text);
    await use(file);
  } finally {
    await Deno.remove(file);
  }
}

Deno.test("secrets:check exits with 1 if a needed name is missing, and shows no value", async () => {
  const text = "STRIPE_SECRET_KEY=sk_test_hush\nNOTIFICATION_SECRET=hush\nMAIL_FROM=hush@x.y\n";
  await withFile(text, async (file) => {
    const { code, said } = await run("./check-main.ts", ["--env-file", file]);
    assert.equal(code, 1);
    assert.match(said, /checkout +STRIPE_SECRET_KEY +present/);
    assert.match(said, / +STRIPE_WEBHOOK_SECRET +missing/);
    assert.match(said, /send-notification +NOTIFICATION_SECRET +malformed/);
    assert(!said.includes("hush"), said);
  });
});

Deno.test("secrets:check prints its usage after an invalid option", async () => {
  const { code, said } = await run("./check-main.ts", ["--values"]);
  assert.equal(code, 2);
  assert.match(said, /Usage/);
  assert.equal((await run("./check-main.ts", ["--env-file", "/no/such/file"])).code, 2);
});

Deno.test("secrets:rotate writes a given value before the old one, and shows neither", async () => {
  await withFile("STRIPE_WEBHOOK_SECRET=whsec_there\n", async (file) => {
    const args = ["STRIPE_WEBHOOK_SECRET", "--stdin", "--write", file];
    const { code, said } = await run("./rotate-main.ts", args, "whsec_given\n");
    assert.equal(code, 0, said);
    assert(!/whsec_(given|there)/.test(said), said);
    const written = async () => parseEnv(await Deno.readTextFile(file)).STRIPE_WEBHOOK_SECRET;
    assert.equal(await written(), "whsec_given,whsec_there");
    const finish = ["STRIPE_WEBHOOK_SECRET", "--finish", "--write", file];
    assert.equal((await run("./rotate-main.ts", finish)).code, 0);
    assert.equal(await written(), "whsec_given");
  });
});

Deno.test("secrets:rotate changes nothing without a file, and refuses an unknown name", async () => {
  const { code, said } = await run("./rotate-main.ts", ["NOTIFICATION_SECRET"]);
  assert.equal(code, 0);
  assert.match(said, /Nothing is written/);
  const unknown = await run("./rotate-main.ts", ["AI_MODELS"]);
  assert.equal(unknown.code, 1);
  assert.match(unknown.said, /NOTIFICATION_SECRET/);
});

Deno.test("a value among the arguments is neither used nor shown", async () => {
  const check = await run("./check-main.ts", ["STRIPE_SECRET_KEY=sk_live_hush"]);
  assert.equal(check.code, 2);
  assert.match(check.said, /Usage/);
  await withFile("", async (file) => {
    for (const name of [["NOTIFICATION_SECRET", "hush"], ["NOTIFICATION_SECRET=hush"]]) {
      const { code, said } = await run("./rotate-main.ts", [...name, "--write", file]);
      assert.equal(code, 1, said);
      assert(!said.includes("hush"), said);
    }
    assert.equal(await Deno.readTextFile(file), "");
  });
  assert(!check.said.includes("hush"), check.said);
});
