import { readWorld } from "../support/world.ts";
import { checkoutStates } from "./checkout-states.ts";
import { credits } from "./credits.ts";
import { exactness } from "./exactness.ts";
import { health } from "./health.ts";
import { holds } from "./holds.ts";
import { mainJob } from "./main-job.ts";
import { register } from "./scenario.ts";

register([mainJob, ...checkoutStates, ...holds, ...credits, ...exactness, ...health], readWorld());
