import assert from "node:assert/strict";
import { startContext } from "./start-request.ts";

const TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
const PARENT = "00f067aa0ba902b7";

Deno.test("a well-formed request id is used, another is replaced", () => {
  const idOf = (id: string) => startContext(new Headers({ "x-request-id": id })).requestId;
  for (const id of ["abcdefgh", "A1._-xyz", "x".repeat(64)]) assert.equal(idOf(id), id);
  for (const id of ["short", "x".repeat(65), "has a space", "semi;colon", "per%cent", ""]) {
    assert.match(idOf(id), /^[0-9a-f-]{36}$/);
  }
});

Deno.test("a request id in the shape of a key or a token is replaced", () => {
  const keys = [
    "sb_secret_N7UND0UgjKTVK-Uodkm0Hg",
    "sk_test_51NhXyzXyzXyz",
    "whsec_0123456789abcdef",
    "eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln",
    "job-ghp_0123456789abcdefghij",
  ];
  for (const id of keys) {
    const { requestId } = startContext(new Headers({ "x-request-id": id }));
    assert.match(requestId, /^[0-9a-f]{8}-[0-9a-f-]{27}$/);
  }
});

Deno.test("a traceparent or a request id that came twice is ignored", () => {
  for (const version of ["00", "01"]) {
    const headers = new Headers();
    headers.append(
      "traceparent",
      `${version}-${TRACE}-${PARENT}-01${version === "00" ? "" : "-x"}`,
    );
    headers.append("traceparent", `00-${TRACE}-${PARENT}-01`);
    headers.append("x-request-id", "request-1");
    headers.append("x-request-id", "request-2");
    const { traceId, requestId } = startContext(headers);
    assert.notEqual(traceId, TRACE);
    assert.match(requestId, /^[0-9a-f-]{36}$/);
  }
});

Deno.test("two requests never share an id", () => {
  const contexts = Array.from({ length: 1_000 }, () => startContext(new Headers()));
  const parts = contexts.flatMap(({ requestId, traceId, traceparent }) => [
    requestId,
    traceId,
    traceparent.split("-")[2],
  ]);
  assert.equal(new Set(parts).size, 3_000);
});
