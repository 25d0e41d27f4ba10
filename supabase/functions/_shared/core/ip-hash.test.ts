import assert from "node:assert/strict";
import { makeFake } from "#support/fakes/services.ts";
import { clientIpHash } from "./ip-hash.ts";
import { networkOf } from "./ip-networks.ts";

Deno.test("networkOf returns an IPv4 address unchanged and the network of an IPv6 address", () => {
  const cases: [address: string, network: string | null][] = [
    ["203.0.113.7", "203.0.113.7"],
    ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
    ["2001:0DB8:0001:0002::6", "2001:db8:1:2::/64"],
    ["2001:0:0:5:1:2:3:4", "2001:0:0:5::/64"],
    ["2001:db8::", "2001:db8:0:0::/64"],
    ["::1", "0:0:0:0::/64"],
    ["::ffff:203.0.113.7", "203.0.113.7"],
    ["::ffff:cb00:7107", "203.0.113.7"],
  ];
  for (const [address, network] of cases) assert.equal(networkOf(address), network, address);
});

Deno.test("networkOf returns null for a text that is no address", () => {
  const others = ["", "unknown", "203.0.113.256", "203.0.113", "203.0.113.7, 198.51.100.1", "::g"];
  for (const text of [...others, "1:2:3", "::1]", "fe80::1%eth0", "01.2.3.4", "a".repeat(100)]) {
    assert.equal(networkOf(text), null, text);
  }
});

Deno.test("the caller's address comes from Cloudflare's header and from no other", async () => {
  const { services } = await makeFake();
  const hash = (headers: Record<string, string>) => clientIpHash(new Headers(headers), services);
  const honest = hash({ "cf-connecting-ip": "203.0.113.7" });
  assert.match(honest!, /^[0-9a-f]{64}$/);
  const forged = {
    "x-forwarded-for": "198.51.100.1",
    "x-real-ip": "198.51.100.1",
    "forwarded": "for=198.51.100.1",
    "true-client-ip": "198.51.100.1",
  };
  assert.equal(hash({ ...forged, "cf-connecting-ip": "203.0.113.7" }), honest);
  assert.equal(hash(forged), undefined);
  assert.notEqual(hash({ "cf-connecting-ip": "203.0.113.8" }), honest);
});
