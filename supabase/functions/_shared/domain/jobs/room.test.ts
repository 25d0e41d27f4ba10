import assert from "node:assert/strict";
import { Room } from "./room.ts";

const makeRoom = () => new Room({ least: 4, most: 6, smallMs: 100 });

Deno.test("room begins small, grows by each small job and no further than it may", () => {
  const room = makeRoom();
  const sizes = [room.size, ...[100, 0, 100].map((ms) => (room.left(ms), room.size))];
  assert.deepEqual(sizes, [4, 5, 6, 6]);
});

Deno.test("room is small again once a job has taken long", () => {
  const room = makeRoom();
  room.left(1);
  room.left(101);
  assert.equal(room.size, 4);
});
