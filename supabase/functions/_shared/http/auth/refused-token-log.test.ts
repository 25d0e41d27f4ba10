import assert from "node:assert/strict";
import { base64url, makeProject, PROJECT_URL } from "#support/project.ts";
import { tokenProblem } from "./refused-token-log.ts";

const project = await makeProject();
const ISSUERS = [`${PROJECT_URL}/auth/v1`];

Deno.test("the log names both issuers of a foreign token, and bounds their length", async () => {
  const kong = await project.sign({ claims: { iss: "http://kong:8000/auth/v1" } });
  const problem = tokenProblem(kong, ISSUERS) ?? "";
  assert.match(problem, /issuer is "http:\/\/kong:8000\/auth\/v1", but only http:\/\/127/);
  const long = await project.sign({ claims: { iss: "x".repeat(5_000) } });
  assert((tokenProblem(long, ISSUERS) ?? "").length < 300);
  assert.match(
    tokenProblem(await project.sign({ claims: { iss: undefined } }), ISSUERS)!,
    /is null/,
  );
});

Deno.test("the log names a token signed with a shared secret", async () => {
  const token = await project.sign({ header: { alg: "HS256" } });
  assert.match(tokenProblem(token, ISSUERS) ?? "", /"HS256", a shared secret.*ES256 or RS256/);
});

Deno.test("an expired token gets no explanation, and a malformed token causes no error", async () => {
  assert.equal(tokenProblem(await project.sign({ claims: { exp: 1 } }), ISSUERS), null);
  for (const text of ["", "a.b.c", "..", `${base64url("[]")}.%.x`, `${base64url("1")}.e30.x`]) {
    const problem = tokenProblem(text, ISSUERS);
    assert(problem === null || problem.includes("issuer is null"), problem ?? "");
  }
});
