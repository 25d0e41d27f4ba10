/** Runs the step of watch.yml as GitHub would, with stubs of curl, gh and sleep. */
import { deepEqual, equal, match } from "node:assert/strict";
import { readWorkflows, stepsOf } from "./testing/workflow.ts";

const watch = (await readWorkflows()).find(({ file }) => file === "watch.yml")!;
const [step] = stepsOf(watch);

const READY = '{"success":true,"data":{"status":"ok","checks":{"database":"ok"}}}';
const DEGRADED = READY.replace('"ok"', '"degraded"');
const DOWN = '{"success":false,"error":{"code":"not_ready","details":{"status":"down"}}}';

/** Stubs log their arguments. `gh issue list` prints the open issue; `curl` prints the next answer. */
const STUBS: Readonly<Record<string, string>> = {
  curl: 'sed -n 1p "$STATE/answers"; sed -i 1d "$STATE/answers"; exit "$CURL_CODE"',
  sleep: 'echo "sleep $*" >> "$STATE/log"',
  gh: `echo "gh $*" >> "$STATE/log"
case "$1 $2" in
  "issue list") echo "$OPEN" ;;
  "issue create") cat >> "$STATE/body" ;;
esac`,
};

interface Given {
  readonly answers: readonly string[];
  readonly open?: string;
  readonly accepted?: string;
  readonly curlCode?: string;
}

async function run({ answers, open = "", accepted = "ok", curlCode = "0" }: Given) {
  const folder = await Deno.makeTempDir();
  try {
    for (const [name, text] of Object.entries(STUBS)) {
      await Deno.writeTextFile(`${folder}/${name}`, `#!/bin/bash\n${text}\n`, { mode: 0o755 });
    }
    await Deno.writeTextFile(`${folder}/answers`, answers.map((line) => `${line}\n`).join(""));
    await Deno.writeTextFile(`${folder}/log`, "");
    const { code, stderr } = await new Deno.Command("bash", {
      args: ["--noprofile", "--norc", "-eo", "pipefail", "-c", step!.run!],
      env: {
        PATH: `${folder}:${Deno.env.get("PATH")}`,
        ...{ STATE: folder, OPEN: open, ACCEPTED: accepted, CURL_CODE: curlCode },
        READY: "https://abcdefghijklmnopqrst.supabase.co/functions/v1/health/ready",
      },
    }).output();
    equal(code, 0, new TextDecoder().decode(stderr));
    const log = (await Deno.readTextFile(`${folder}/log`)).trim().split("\n");
    const body = await Deno.readTextFile(`${folder}/body`).catch(() => "");
    return { did: log.filter((line) => !/^gh (?:issue list|label)/.test(line)), body };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("a service that is ready opens nothing", async () => {
  deepEqual((await run({ answers: [READY] })).did, []);
});

Deno.test("one bad answer opens nothing, and three open one issue with the answer", async () => {
  deepEqual((await run({ answers: [DOWN, READY] })).did, ["sleep 20"]);
  const { did, body } = await run({ answers: [DOWN, DEGRADED, DOWN] });
  equal(did.length, 3);
  match(did[2]!, /^gh issue create --label farthing-watch --title Farthing is not ready/);
  match(body, /"details":\{"status":"down"\}/);
});

Deno.test("no answer at all opens an issue, too", async () => {
  const answers = Array<string>(3).fill("curl: (28) Operation timed out");
  match((await run({ answers, curlCode: "28" })).body, /Operation timed out/);
});

Deno.test("while the issue is open no other is opened, and the next good answer closes it", async () => {
  deepEqual((await run({ answers: [DOWN, DOWN, DOWN], open: "7" })).did, ["sleep 20", "sleep 20"]);
  deepEqual((await run({ answers: [READY], open: "7" })).did, [
    "gh issue close 7 --comment The service is ready again: status ok.",
  ]);
});

Deno.test("a project without Redis may accept degraded, and down stays a failure", async () => {
  const accepted = "ok degraded";
  deepEqual((await run({ answers: [DEGRADED], accepted })).did, []);
  equal((await run({ answers: [DOWN, DOWN, DOWN], accepted })).did.length, 3);
});
