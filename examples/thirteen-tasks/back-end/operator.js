import { argv, stdout } from "node:process";
import { farthing } from "./farthing.js";

const [task, id] = argv.slice(2);
const used = { model: "gpt-4o", input_tokens: 1000, output_tokens: 500 };
const tasks = {
  usage: () => farthing.usage({ user_id: id, event_id: `digest-${id}`, ...used }),
  refund: () => farthing.refund({ order_id: id }, { idempotencyKey: `refund-${id}` }),
  recover: () => farthing.change("post", "/webhook-events/backfill", { body: { hours: 24 } }),
};
stdout.write(`${JSON.stringify(await tasks[task]())}\n`);
