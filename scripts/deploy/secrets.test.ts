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

Deno.test("deploy sends the functions' secrets, and none that is the platform's or an emulator's", () => {
  const { names, leftOut, text } = planSecrets(FILE);
  assert.deepEqual(names, ["AI_MODELS", "MAIL_FROM", "STRIPE_SECRET_KEY"]);
  assert.deepEqual(leftOut, ["EDITOR", "STRIPE_API_URL", "SUPABASE_URL"]);
  assert.deepEqual({ ...parseEnv(text) }, {
    AI_MODELS: "gpt-4o=16384,gpt-4o-mini=16384",
    MAIL_FROM: "Farthing <credits@example.com>",
    STRIPE_SECRET_KEY: "sk_test_1",
  });
});

Deno.test("deploy refuses a secret that the functions would refuse, and shows no value", () => {
  const names = ({ message }: Error) =>
    message.includes("STRIPE_SECRET_KEY") && !message.includes("swapped");
  assert.throws(() => planSecrets("STRIPE_SECRET_KEY=whsec_swapped\n"), names);
});

Deno.test("deploy names what functions lack once, and two of which one is enough together", () => {
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
