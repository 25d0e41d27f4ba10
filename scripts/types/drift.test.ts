/**
 * The doors write their arguments by hand, for the generated types know no optional nulls and call
 * every amount what it likes. This holds the two together, in both directions, when it is compiled.
 */
import assert from "node:assert/strict";
import { AUTHORED } from "../../supabase/functions/_shared/database/authored.ts";
import type { ArgsOf, FunctionName } from "../../supabase/functions/_shared/database/functions.ts";
import type { Database } from "../../supabase/functions/_shared/generated/database.types.ts";

type Sql = Database["farthing_public"]["Functions"];
type Shared = FunctionName & keyof Sql;

/** `true`, or the names that drifted, which then stand in the compiler's message. */
type None<Names> = [Names] extends [never] ? true : { drifted: Names };
type Needed<Args> = keyof {
  [Key in keyof Args as Record<never, never> extends Pick<Args, Key> ? never : Key]: true;
};

type UnknownFunctions = Exclude<FunctionName, keyof Sql>;
type UnknownArguments = { [N in Shared]: Exclude<keyof ArgsOf<N>, keyof Sql[N]["Args"]> }[Shared];
type MissingArguments = { [N in Shared]: Exclude<Needed<Sql[N]["Args"]>, keyof ArgsOf<N>> }[Shared];
type Authored = {
  [N in Shared]: string extends keyof Sql[N]["Args"] ? never
    : "p_author" extends keyof Sql[N]["Args"] ? N
    : never;
}[Shared];

Deno.test("the doors call functions that SQL has", () => {
  const none: None<UnknownFunctions> = true;
  assert(none);
});

Deno.test("the doors pass arguments that SQL knows", () => {
  const none: None<UnknownArguments> = true;
  assert(none);
});

Deno.test("the doors pass every argument that SQL needs", () => {
  const none: None<MissingArguments> = true;
  assert(none);
});

Deno.test("T40: each function that takes an author is given one, and no other", () => {
  const forgotten: None<Exclude<Authored, keyof typeof AUTHORED>> = true;
  const unknown: None<Exclude<keyof typeof AUTHORED, Authored>> = true;
  assert(forgotten && unknown);
  assert(Object.keys(AUTHORED).length > 0);
});
