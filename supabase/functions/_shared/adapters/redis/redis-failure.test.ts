import assert from "node:assert/strict";
import { type RedisFailure, redisFailureOf } from "./redis-failure.ts";
import { errors } from "@upstash/redis";

const upstash = (message: string) => new errors.UpstashError(message);

const FAILURES: readonly [string, unknown, RedisFailure][] = [
  ["a timeout of the runtime", new DOMException("late", "TimeoutError"), "slow"],
  ["a request that was ended", new DOMException("ended", "AbortError"), "down"],
  ["a connection refused", new TypeError("error sending request for url"), "down"],
  ["a connection closed", new TypeError("Connection reset by peer"), "down"],
  ["an answer misread", new TypeError("x is not iterable"), "nonsense"],
  ["an answer that is no JSON", new errors.UpstashJSONParseError("<html>"), "nonsense"],
  ["an error of nobody's", new Error("NOAUTH"), "nonsense"],
  ["no error at all", "NOAUTH", "nonsense"],
  ["a wrong password", upstash("WRONGPASS invalid username-password pair"), "denied"],
  ["no right", upstash("NOPERM this user has no permissions"), "denied"],
  ["a full memory", upstash("OOM command not allowed"), "full"],
  ["a day used up", upstash("ERR max daily request limit exceeded"), "full"],
  ["a month used up", upstash("ERR max requests limit exceeded"), "full"],
  ["another error of Redis", upstash("LOADING Redis is loading the dataset"), "down"],
];
for (const [what, error, failure] of FAILURES) {
  Deno.test(`${what} is reported as ${failure}`, () =>
    assert.equal(redisFailureOf(error), failure));
}
