import { equal } from "node:assert/strict";
import { evictionPolicy } from "./redis.ts";

Deno.test("the policy is a line of INFO, and a server that hides it has none", () => {
  equal(evictionPolicy("# Memory\r\nmaxmemory_policy:noeviction\r\nx:1\r\n"), "noeviction");
  equal(evictionPolicy("maxmemory_policy:allkeys-lru\n"), "allkeys-lru");
  equal(evictionPolicy("# Memory\nmaxmemory:0\n"), undefined);
});
