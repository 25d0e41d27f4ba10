import { readWorld } from "../support/project/world.ts";
import { chat } from "./chat.ts";
import { checkoutStates } from "./checkout-states.ts";
import { credits } from "./credits.ts";
import { exactness } from "./eighteen-decimals.ts";
import { health } from "./health.ts";
import { holds } from "./holds.ts";
import { jobs } from "./jobs.ts";
import { mainJob } from "./buy-and-spend.ts";
import { register } from "./scenario.ts";

const all = [
  mainJob,
  ...checkoutStates,
  ...holds,
  ...credits,
  ...exactness,
  ...chat,
  ...jobs,
  ...health,
];

register(all, readWorld());
