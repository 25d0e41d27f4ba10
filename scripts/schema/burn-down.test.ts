import assert from "node:assert/strict";
import { writeBurnOrder } from "./burn-down.ts";

const HOME = {
  path: "supabase/schemas/ledger/tables/lots_and_burn_order.sql",
  text:
    "create index lots_burn_order on farthing.lots\n  (account_id, expires_at, lot_id) where true;",
};

Deno.test("the index's columns replace the columns after a mark, with the mark's alias", () => {
  const text = "x order by /* burn-down */ l.priority, l.expires_at, l.lot_id) s;\n" +
    "order by /* burn-down */ priority, lot_id\n  limit 1; order by priority";
  const [, reader] = writeBurnOrder([HOME, { path: "a.sql", text }]);
  assert.equal(
    reader!.text,
    "x order by /* burn-down */ l.expires_at, l.lot_id) s;\n" +
      "order by /* burn-down */ expires_at, lot_id\n  limit 1; order by priority",
  );
});

Deno.test("a schema without the burn-down index is refused", () => {
  assert.throws(() => writeBurnOrder([]), /lots_burn_order/);
});
