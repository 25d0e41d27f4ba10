import assert from "node:assert/strict";
import { parseEnv } from "node:util";
import { ENV_NEEDS } from "../../supabase/functions/_shared/core/env-needs.ts";
import { readEnvText, withLine, writeEnvText } from "./env-line.ts";
import { rotate, rotationOf } from "./rotate.ts";
import { ROTATIONS } from "./rotation-steps.ts";

const OLD = "o".repeat(32);
const FILE =
  `# ours\nSTRIPE_SECRET_KEY=sk_test_1\nNOTIFICATION_SECRET=${OLD}\nexport OTHER="a b"\n`;

const valueIn = (text: string, name: string) => parseEnv(text)[name];

Deno.test("rotation writes a new value before the old one if two are accepted", () => {
  const rotated = rotate(FILE, { name: "NOTIFICATION_SECRET", isLast: false })!;
  const [value = "", old] = valueIn(rotated.text, "NOTIFICATION_SECRET")!.split(",");
  assert.match(value, /^[\w-]{43}$/);
  assert.equal(old, OLD);
  assert.equal(rotated.shown, `NOTIFICATION_SECRET=${value},<the current value>`);
  assert.equal(
    rotated.text.replace(/NOTIFICATION_SECRET=.*/, ""),
    FILE.replace(/NOTIFICATION_SECRET=.*/, ""),
  );
});

Deno.test("rotation leaves at most two values, and one after it is finished", () => {
  const once = rotate(FILE, { name: "NOTIFICATION_SECRET", isLast: false })!;
  const twice = rotate(once.text, { name: "NOTIFICATION_SECRET", isLast: false })!;
  const values = valueIn(twice.text, "NOTIFICATION_SECRET")!.split(",");
  assert.equal(values.length, 2);
  assert(!values.includes(OLD));
  const last = rotate(twice.text, { name: "NOTIFICATION_SECRET", isLast: true })!;
  assert.equal(valueIn(last.text, "NOTIFICATION_SECRET"), values[0]);
  assert(!last.shown.includes(values[0]!));
  const none = { name: "NOTIFICATION_SECRET", isLast: true };
  assert.throws(() => rotate(last.text, none), /no old value/);
});

Deno.test("rotation of a webhook's secret leaves Connect's secret and cannot be finished", () => {
  const asked = { name: "STRIPE_WEBHOOK_SECRET", isLast: false };
  const file = "STRIPE_WEBHOOK_SECRET=whsec_account,whsec_connect\n";
  const { text } = rotate(file, { ...asked, given: "whsec_new" })!;
  assert.equal(valueIn(text, asked.name), "whsec_new,whsec_account,whsec_connect");
  assert.throws(() => rotate(text, { ...asked, isLast: true }), /by hand/);
});

Deno.test("rotation shows neither an existing nor a given value", () => {
  const given = { name: "STRIPE_WEBHOOK_SECRET", given: "whsec_given", isLast: false };
  const rotated = rotate("STRIPE_WEBHOOK_SECRET=whsec_there\n", given)!;
  assert.equal(valueIn(rotated.text, "STRIPE_WEBHOOK_SECRET"), "whsec_given,whsec_there");
  assert(!/whsec_/.test(rotated.shown), rotated.shown);
});

Deno.test("rotation shows the place of the old value if two are accepted", () => {
  const asked = { name: "NOTIFICATION_SECRET", isLast: false };
  assert.match(rotate(null, asked)!.shown, /^NOTIFICATION_SECRET=[\w-]{43},<the current value>$/);
  assert.match(rotate("", asked)!.shown, /^NOTIFICATION_SECRET=[\w-]{43}$/);
});

Deno.test("rotation of a secret that others make changes nothing without a given value", () => {
  assert.equal(rotate(FILE, { name: "STRIPE_SECRET_KEY", isLast: false }), null);
  const given = { name: "STRIPE_SECRET_KEY", given: "sk_test_2", isLast: false };
  assert.equal(valueIn(rotate(FILE, given)!.text, "STRIPE_SECRET_KEY"), "sk_test_2");
  for (const bad of ["", "a,b", "a b", "a\nb"]) {
    assert.throws(() => rotate(FILE, { ...given, given: bad }), /must not be empty/);
  }
  assert.throws(() => rotate(FILE, { ...given, given: "sk_test_1" }), /already/);
});

Deno.test("rotation writes no value that the functions would refuse", () => {
  const refused = [["NOTIFICATION_SECRET", "short"], ["STRIPE_SECRET_KEY", "whsec_swapped"]];
  for (const [name = "", given = ""] of refused) {
    const refusal = (error: Error) =>
      /refuse/.test(error.message) && !error.message.includes(given);
    assert.throws(() => rotate(FILE, { name, given, isLast: false }), refusal);
  }
});

Deno.test("rotation writes no secret that is not a variable", () => {
  for (const name of ["JWT_KEYS", "farthing_secret_key"]) {
    assert.throws(() => rotate("", { name, given: "x", isLast: false }), /not a variable/);
    assert.equal(rotate(null, { name, isLast: false }), null);
  }
});

Deno.test("rotation shows only the name of an argument NAME=VALUE", () => {
  const shows = ({ message }: Error) =>
    !message.includes("hush") && message.includes("NOTIFICATION");
  assert.throws(() => rotationOf("NOTIFICATION_SECRET=hush"), shows);
});

Deno.test("rotation makes a different value each time, long enough for the functions", () => {
  for (const name of ["NOTIFICATION_SECRET", "ALERT_WEBHOOK_SECRET", "IP_HASH_KEY"]) {
    const [a, b] = [1, 2].map(() => valueIn(rotate("", { name, isLast: false })!.text, name)!);
    assert.notEqual(a, b);
    assert(a!.length >= 32);
  }
  const { text } = rotate("", { name: "ALERT_WEBHOOK_SECRET", isLast: false })!;
  assert.match(valueIn(text, "ALERT_WEBHOOK_SECRET")!, /^whsec_[A-Za-z0-9+/]{43}=$/);
});

Deno.test("rotation has steps for every secret, and lists the secrets for an unknown name", () => {
  const secret = /(SECRET|KEY|KEYS|TOKEN|DSN|POOL_URL)$/;
  const names = Object.keys(ENV_NEEDS).filter((name) =>
    secret.test(name) && name !== "SUPABASE_PUBLISHABLE_KEYS"
  );
  for (const name of names) assert(rotationOf(name).steps.length > 0, name);
  assert.throws(() => rotationOf("AI_MODELS"), new RegExp(Object.keys(ROTATIONS)[0]!));
  assert.throws(() => rotationOf("constructor"), /not a known secret/);
});

Deno.test("rotation names the project in each command that reaches a project", () => {
  const steps = Object.values(ROTATIONS).flatMap(({ steps }) => steps);
  const reach = steps.filter((step) => /supabase secrets|secrets:check/.test(step));
  assert(reach.length > 0);
  for (const step of reach) assert.match(step, /--remote=REF --yes|--remote --project-ref REF/);
});

Deno.test("a line is replaced in its place or added, and refused if it is in the file twice", () => {
  assert.equal(withLine("A=1\nB=2\n", "A", "3"), "A=3\nB=2\n");
  assert.equal(withLine("export A='1'\nB=2", "A", "3"), "A=3\nB=2");
  assert.equal(withLine("B=2\n", "A", "3"), "B=2\nA=3\n");
  assert.equal(withLine("B=2", "A", "3"), "B=2\nA=3\n");
  assert.equal(withLine("", "A", "it is"), "A='it is'\n");
  assert.equal(withLine("AA=1\n#A=0\n", "A", "3"), "AA=1\n#A=0\nA=3\n");
  assert.throws(() => withLine("A=1\nA=2\n", "A", "3"), /twice/);
  assert.throws(() => withLine('B="x\nA=1\ny"\n', "A", "3"), /by hand/);
  // If an old value of several lines were accepted, a part of it would stay in the file.
  assert.throws(() => withLine('A="x\ny"\nB=1\n', "A", "3"), /by hand/);
  assert.equal(withLine("A=1\r\nB=2\r\n", "A", "3"), "A=3\r\nB=2\r\n");
});

Deno.test("a file is readable by its owner only", async () => {
  const directory = await Deno.makeTempDir();
  try {
    const file = `${directory}/.env`;
    assert.equal(await readEnvText(file), "");
    await Deno.writeTextFile(file, "A=1\n", { mode: 0o644 });
    await writeEnvText(file, "A=2\n");
    assert.equal(await readEnvText(file), "A=2\n");
    assert.equal((await Deno.stat(file)).mode! & 0o777, 0o600);
    assert.deepEqual([...Deno.readDirSync(directory)].map(({ name }) => name), [".env"]);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});

Deno.test("a file behind a link is written in its place, and a failed write leaves no draft", async () => {
  const directory = await Deno.makeTempDir();
  try {
    const [file, link] = [`${directory}/real.env`, `${directory}/.env`];
    await Deno.writeTextFile(file, "A=1\n");
    await Deno.symlink(file, link);
    await writeEnvText(link, "A=2\n");
    assert.equal(await Deno.readTextFile(file), "A=2\n");
    assert((await Deno.lstat(link)).isSymlink);
    await Deno.mkdir(`${directory}/taken`);
    await assert.rejects(writeEnvText(`${directory}/taken`, "A=3\n"), /can't write/);
    const left = [...Deno.readDirSync(directory)].map(({ name }) => name).sort();
    assert.deepEqual(left, [".env", "real.env", "taken"]);
    await writeEnvText(`${directory}/new.env`, "A=4\n");
    assert.equal(await readEnvText(`${directory}/new.env`), "A=4\n");
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});
