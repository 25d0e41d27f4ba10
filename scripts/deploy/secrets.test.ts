import assert from "node:assert/strict";
import { parseEnv } from "node:util";
import { lacking, planSecrets } from "./secrets.ts";

const FILE = `# ours
STRIPE_SECRET_KEY=sk_test_1
AI_MODELS="gpt-4o=16384,gpt-4o-mini=16384"
MAIL_FROM='Farthing <credits@example.com>'
STRIPE_API_URL=http://127.0.0.1:54326
SUPABASE_URL=http://127.0.0.1:54321
SENTRY_DSN=
EDITOR=vi
`;

Deno.test("deploy sends only the functions' secrets, without the platform's and the emulators' names", () => {
  const { names, leftOut, text } = planSecrets(FILE);
  assert.deepEqual(names, ["AI_MODELS", "MAIL_FROM", "STRIPE_SECRET_KEY"]);
  assert.deepEqual(leftOut, ["EDITOR", "STRIPE_API_URL", "SUPABASE_URL"]);
  assert.deepEqual({ ...parseEnv(text) }, {
    AI_MODELS: "gpt-4o=16384,gpt-4o-mini=16384",
    MAIL_FROM: "Farthing <credits@example.com>",
    STRIPE_SECRET_KEY: "sk_test_1",
  });
});

Deno.test("deploy refuses a secret that the functions would refuse, without printing its value", () => {
  const names = ({ message }: Error) =>
    message.includes("STRIPE_SECRET_KEY") && !message.includes("swapped");
  assert.throws(() => planSecrets("STRIPE_SECRET_KEY=whsec_swapped\n"), names);
});

Deno.test("deploy refuses origins with any port next to a live key, and names the variable", () => {
  const origins = "APP_ORIGINS=https://app.example.com,http://localhost:*\n";
  assert.throws(
    () => planSecrets(`STRIPE_SECRET_KEY=sk_live_1\n${origins}`),
    /origins of any port \(:\*\), which only test mode allows: .*APP_ORIGINS/,
  );
  const { names } = planSecrets(`STRIPE_SECRET_KEY=sk_test_1\n${origins}`);
  assert.deepEqual(names, ["APP_ORIGINS", "STRIPE_SECRET_KEY"]);
});

/**
 * The tests run this script instead of npx. It prints the path of the file with the script CLI
 * below.
 */
const NPX = `#!/bin/sh
echo "$TMPDIR/supabase"
`;
/**
 * The tests run this script instead of the CLI. The script copies the file with the secrets, and
 * sends the signal $SIGNAL to its parent, which is the process that sends the secrets. Then the
 * script waits until that process has ended.
 */
const CLI = `#!/bin/sh
cat "$TMPDIR"/farthing-secrets-* > "$TMPDIR/seen"
kill -s "$SIGNAL" "$PPID"
while kill -0 "$PPID" 2> /dev/null; do sleep 0.05; done
`;
const SET = `
import { planSecrets, setSecrets } from "${new URL("./secrets.ts", import.meta.url).href}";
await setSecrets(planSecrets("STRIPE_SECRET_KEY=sk_live_1\\n"), "abcdefghijklmnopqrst");
`;

for (const signal of ["INT", "TERM"]) {
  Deno.test(`a deploy that gets a SIG${signal} leaves no file with secrets`, async () => {
    const directory = await Deno.makeTempDir();
    try {
      await Deno.writeTextFile(`${directory}/npx`, NPX, { mode: 0o755 });
      await Deno.writeTextFile(`${directory}/supabase`, CLI, { mode: 0o755 });
      const PATH = `${directory}:${Deno.env.get("PATH")}`;
      const { code } = await new Deno.Command(Deno.execPath(), {
        args: ["eval", "--no-check", "--ext=ts", SET],
        env: { PATH, TMPDIR: directory, SIGNAL: signal },
        stdin: "null",
        stdout: "inherit",
        stderr: "inherit",
      }).output();
      assert.equal(code, 130);
      const seen = await Deno.readTextFile(`${directory}/seen`);
      assert.equal(seen, "STRIPE_SECRET_KEY=sk_live_1\n");
      const left = [...Deno.readDirSync(directory)].map(({ name }) => name).sort();
      assert.deepEqual(left, ["npx", "seen", "supabase"]);
    } finally {
      await Deno.remove(directory, { recursive: true });
    }
  });
}

Deno.test("deploy names each missing secret once, and alternatives together", () => {
  const all = lacking(new Set());
  assert.equal(new Set(all.map(({ name }) => name)).size, all.length);
  const mail = all.filter(({ name }) => name.includes("RESEND_API_KEY"));
  assert.deepEqual(mail, [
    { name: "POSTMARK_SERVER_TOKEN or RESEND_API_KEY", functions: ["notification-runner"] },
  ]);
  const has = new Set(["RESEND_API_KEY", "AI_MODELS"]);
  assert.deepEqual(
    all.filter(({ name }) => !lacking(has).some((each) => each.name === name)).map(({ name }) =>
      name
    ),
    ["AI_MODELS", "POSTMARK_SERVER_TOKEN or RESEND_API_KEY"],
  );
});
