/** Runs the command as a person does, on sample outputs. */
import { deepEqual, doesNotMatch, equal, match } from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { parseEnv } from "node:util";
import { planSecrets } from "../deploy/secrets.ts";
import { readConfiguration, readTexts } from "./testing/configuration.ts";

const MAIN = fileURLToPath(new URL("main.ts", import.meta.url));
const SAMPLE = await Deno.readTextFile(new URL("data/outputs.json", import.meta.url));

interface Sample {
  readonly environment: { readonly value: Readonly<Record<string, string>> };
}

async function write(input: string, before: string) {
  const folder = await Deno.makeTempDir();
  const file = `${folder}/.env`;
  await Deno.writeTextFile(file, before);
  try {
    const child = new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", MAIN, "--write", file],
      env: { NO_COLOR: "1" },
      ...{ stdin: "piped", stdout: "piped", stderr: "piped" } as const,
    }).spawn();
    const writer = child.stdin.getWriter();
    await writer.write(new TextEncoder().encode(input));
    await writer.close();
    const { code, stdout, stderr } = await child.output();
    const said = new TextDecoder().decode(new Uint8Array([...stdout, ...stderr]));
    const { mode } = await Deno.stat(file);
    return { code, said, text: await Deno.readTextFile(file), mode: mode! & 0o777 };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("the outputs become lines that deploy sends, and no value is shown", async () => {
  const before = "APP_ORIGINS=https://app.example.com\nSTRIPE_WEBHOOK_SECRET=whsec_old\n";
  const { code, said, text, mode } = await write(SAMPLE, before);
  equal(code, 0, said);
  const { value } = (JSON.parse(SAMPLE) as Sample).environment;
  deepEqual({ ...parseEnv(text) }, { APP_ORIGINS: "https://app.example.com", ...value });
  equal(mode, 0o600);
  match(said, /deploy --project abcdefghijklmnopqrst --env-file/);
  doesNotMatch(said, /whsec_|sample-token/);
  const { names, leftOut } = planSecrets(text);
  deepEqual(names, ["APP_ORIGINS", ...Object.keys(value)].toSorted());
  deepEqual(leftOut, []);
});

Deno.test("the sample has the names of the outputs of infra/terraform", async () => {
  const { locals, outputs } = await readConfiguration(await readTexts());
  const sample = JSON.parse(SAMPLE) as Sample;
  deepEqual(Object.keys(sample).toSorted(), Object.keys(outputs).toSorted());
  deepEqual(
    Object.keys(sample.environment.value).toSorted(),
    Object.keys(locals["environment"] as object).toSorted(),
  );
});

Deno.test("outputs of a folder that was never applied change nothing", async () => {
  const before = "APP_ORIGINS=https://app.example.com\n";
  for (const input of ["{}", "no json"]) {
    const { code, said, text } = await write(input, before);
    equal(code, 2, said);
    equal(text, before);
  }
  match((await write("{}", before)).said, /lack environment, project_ref: run `terraform apply`/);
});
