import assert from "node:assert/strict";
import { figuresOf } from "./redis-figures.ts";

const INFO = [
  "# Memory",
  "used_memory:1048576",
  "used_memory_human:1.00M",
  "maxmemory:67108864",
  "# Stats",
  "keyspace_hits:7",
  "keyspace_misses:0",
  "evicted_keys:3",
  "rejected_connections:1",
  "# Clients",
  "connected_clients:2",
  "",
].join("\r\n");

Deno.test("figures are the known lines of INFO with whole numbers", () => {
  assert.deepEqual(figuresOf(INFO), {
    memory_used_bytes: 1_048_576,
    memory_max_bytes: 67_108_864,
    keyspace_hits: 7,
    keyspace_misses: 0,
    evicted_keys: 3,
    connections_rejected: 1,
    connections: 2,
  });
});

Deno.test("a missing or malformed field of INFO has no figure, unbounded memory no maximum", () => {
  const odd = [
    "maxmemory:0",
    "used_memory:1.5",
    "evicted_keys:",
    "connected_clients:-1",
    "no line",
  ];
  assert.deepEqual(figuresOf(odd.join("\r\n")), {});
  assert.deepEqual(figuresOf(""), {});
  assert.deepEqual(figuresOf("toString:1\nkeyspace_hits:1"), { keyspace_hits: 1 });
});
