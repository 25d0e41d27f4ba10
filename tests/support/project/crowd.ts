/**
 * Several users who send requests in turn, for a test that sends more requests than one user may send per
 * minute.
 */
import type { Caller } from "./http.ts";
import { type Person, signUpWith } from "./people.ts";
import type { World } from "./world.ts";

/**
 * Returns a function that returns the headers of the next caller. Each user sends `requests` requests, and
 * then the next user follows.
 */
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
