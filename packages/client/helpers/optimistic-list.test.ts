import { deepEqual, equal, notEqual, rejects } from "node:assert/strict";
import { optimisticList } from "./optimistic-list.ts";

interface Job {
  job_id: string;
  status: string;
  client_temp_id?: string | null;
}

const jobs = (...initial: Job[]) => optimisticList<Job>((job) => job.job_id, initial);
const draft = { job_id: "", status: "queued" };
const reading = (...items: Job[]) => () => Promise.resolve(items);
const idsOf = (list: ReturnType<typeof jobs>) => list.items.map(({ id }) => id);

Deno.test("a draft is shown at once, and its temporary id becomes canonical", async () => {
  const list = jobs({ job_id: "old", status: "completed" });
  let changes = 0;
  const leave = list.subscribe(() => changes += 1);
  const answer = Promise.withResolvers<Job>();
  let tempId = "";
  const added = list.add(draft, (id) => {
    tempId = id;
    return answer.promise;
  });
  deepEqual(idsOf(list), [tempId, "old"]);
  equal(list.items[0]!.isPending, true);
  answer.resolve({ job_id: "new", status: "queued", client_temp_id: tempId });
  equal((await added).job_id, "new");
  deepEqual(idsOf(list), ["new", "old"]);
  equal(list.items.some(({ isPending }) => isPending), false);
  equal(changes, 2);
  leave();
  await list.refresh(reading());
  equal(changes, 2);
});

Deno.test("a draft that is refused is removed, and the error thrown", async () => {
  const list = jobs();
  await rejects(list.add(draft, () => Promise.reject(new Error("402"))), { message: "402" });
  deepEqual(list.items, []);
});

Deno.test("a list that was read before the answer leaves no item twice", async () => {
  const list = jobs();
  const answer = Promise.withResolvers<Job>();
  let tempId = "";
  const added = list.add(draft, (id) => {
    tempId = id;
    return answer.promise;
  });
  await list.refresh(reading({ job_id: "other", status: "queued" }));
  deepEqual(idsOf(list), [tempId, "other"]);
  const mine = { job_id: "mine", status: "processing", client_temp_id: tempId };
  await list.refresh(reading(mine));
  deepEqual(idsOf(list), ["mine"]);
  answer.resolve({ ...mine, status: "queued" });
  await added;
  deepEqual(idsOf(list), ["mine"]);

  const [slow, fast] = [Promise.withResolvers<Job>(), Promise.withResolvers<Job>()];
  const both = [list.add(draft, () => slow.promise), list.add(draft, () => fast.promise)];
  fast.resolve({ job_id: "fast", status: "queued" });
  slow.resolve({ job_id: "slow", status: "queued" });
  await Promise.all(both);
  deepEqual(idsOf(list), ["fast", "slow", "mine"]);
  equal(list.items.every(({ isPending }) => !isPending), true);
});

Deno.test("an item that is added while the list is read stays until the next reading", async () => {
  const list = jobs({ job_id: "old", status: "completed" });
  const first = Promise.withResolvers<Job[]>();
  const refreshed = list.refresh(() => first.promise);
  await list.add(draft, () => Promise.resolve({ job_id: "new", status: "queued" }));
  // This list was read before the new job existed.
  first.resolve([{ job_id: "old", status: "completed" }]);
  await refreshed;
  deepEqual(idsOf(list), ["new", "old"]);
  await list.refresh(reading({ job_id: "new", status: "completed" }));
  deepEqual(list.items.map(({ item }) => item.status), ["completed"]);
  await list.refresh(reading());
  deepEqual(idsOf(list), []);
});

Deno.test("a reading that a later one overtook is ignored, and one that fails changes nothing", async () => {
  const list = jobs();
  const [slow, failing] = [Promise.withResolvers<Job[]>(), Promise.withResolvers<Job[]>()];
  const readings = [list.refresh(() => slow.promise), list.refresh(() => failing.promise)];
  await list.refresh(reading({ job_id: "new", status: "queued" }));
  slow.resolve([]);
  failing.reject(new Error("offline"));
  await readings[0];
  await rejects(readings[1]!, { message: "offline" });
  deepEqual(idsOf(list), ["new"]);
});

Deno.test("the items are the same array until something changes", async () => {
  const list = jobs(draft);
  const before = list.items;
  equal(list.items, before);
  await list.refresh(reading(draft));
  notEqual(list.items, before);
});
