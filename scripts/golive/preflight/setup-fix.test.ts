import { equal } from "node:assert/strict";
import { setupFix } from "./setup-fix.ts";

const OPTIONS = { envFile: ".env", project: undefined };
const wrong = (setup: string) => ({ state: "wrong" as const, setup });
const TASK = "deno task stripe:setup";

Deno.test("each cause has the options that correct it, and no other", () => {
  const fix = (...cures: string[]) => setupFix(cures.map(wrong), OPTIONS, true);
  equal(fix("--update"), `${TASK} --update --env-file .env.`);
  equal(fix(""), `${TASK} --write .env --env-file .env; then deploy the new secret.`);
  equal(
    fix("--replace", "--update"),
    `${TASK} --replace --update --write .env --env-file .env; then deploy the new secret.`,
  );
  equal(fix("--remove we_1"), `${TASK} --remove we_1 --env-file .env.`);
});

Deno.test("a project without bookings gets no endpoint for connected accounts", () => {
  equal(
    setupFix([wrong("--update")], OPTIONS, false),
    `${TASK} --without-connect --update --env-file .env.`,
  );
});

Deno.test("a fault that no command can correct is left to the dashboard", () => {
  const none = setupFix([{ state: "wrong" }, { state: "ok", setup: "--update" }], OPTIONS, true);
  equal(none, "Correct it in Stripe's dashboard, Developers, Webhooks.");
});

Deno.test("if the key may not list endpoints, the fix is about the key and not an endpoint", () => {
  const refusal = "The key lacks the right webhook_read: add it.";
  equal(setupFix([{ state: "wrong", refusal }], OPTIONS, true), refusal);
});
