/** T28: streams to OpenAI's SDK whose provider stops, or whose caller leaves. */
import OpenAI from "openai";
import { deepEqual, equal, ok } from "node:assert/strict";
import { judge, KINDS } from "../leaving/bill.ts";
import { promptOf } from "../../support/work/chat.ts";
import { proven } from "../../support/project/database.ts";
import { signUpWith } from "../../support/project/people.ts";
import { readWorld } from "../../support/project/world.ts";
import { sdkOf } from "./sdk.ts";

const world = readWorld();

const WAYS: readonly [way: string, marker: string, pieces: number][] = [
  ["left at the first piece", "", 1],
  ["left in the middle", "", 10],
  ["cut under its caller", "[cut:12]", Infinity],
  ["broken off under its caller", "[break:12]", Infinity],
];

for (const [way, marker, pieces] of WAYS) {
  Deno.test(`T28: a stream of OpenAI's SDK ${way} costs the bill or more, up to the hold`, async () => {
    await Promise.all(KINDS.map(async (kind) => {
      const person = await signUpWith(world, "10000");
      const { name, content } = promptOf(`${kind.markers} ${marker}`);
      const body = {
        model: kind.model,
        messages: [{ role: "user" as const, content }],
        max_completion_tokens: 1_500,
        stream: true as const,
      };
      const reading = async () => {
        let read = 0;
        const stream = await sdkOf(world, person).chat.completions.create(body);
        for await (const _ of stream) if (++read >= pieces) break;
      };
      const error: unknown = await reading().then(() => null, (error) => error);
      if (marker === "") equal(error, null);
      else {
        ok(error instanceof OpenAI.APIError, String(error));
        deepEqual([error.code, error.type], ["upstream_unavailable", "server_error"]);
      }
      await judge(world, { kind, person, name, key: "", body }, way);
    }));
    await proven(world);
  });
}
