/** People who take turns, where a test asks for more than one person may ask for in a minute. */
import type { Caller } from "./http.ts";
import { type Person, signUpWith } from "./people.ts";
import type { World } from "./world.ts";

/** Hands over who is to ask next, each of them so often. */
export function crowd(world: World, requests: number): () => Promise<Caller> {
  let person: Person | undefined;
  let asked = 0;
  return async () => {
    if (person === undefined || asked === requests) {
      person = await signUpWith(world, "100");
      asked = 0;
    }
    asked += 1;
    return person.as;
  };
}
