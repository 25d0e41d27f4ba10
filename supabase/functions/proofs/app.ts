/** The `proofs` function: operators read the runs of the ledger's proof. */
import { defineFunction } from "../_shared/http/app.ts";
import { servicesFromEnv } from "../_shared/services.ts";
import { listProofs, readProof } from "./routes.ts";

export const { app, createApp, declaration } = defineFunction(
  "proofs",
  [listProofs, readProof],
  servicesFromEnv,
);
