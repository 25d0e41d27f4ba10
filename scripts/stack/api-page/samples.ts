/** Makes the examples of the local stack's API page work. */
import { createFarthingServer } from "@farthing/client/server";
import type { Access, ApiSamples } from "@farthing/local-stack";
import { type ApiDocument, fillIn } from "./fill-in.ts";
import { newestIds, settingsVersions } from "./newest-ids.ts";
import { sampleCustomer } from "./sample-customer.ts";

/** Returns a function that finds the objects that the examples name, and creates missing ones. */
export function apiSamples(access: Access): (document: unknown) => Promise<ApiSamples> {
  const server = createFarthingServer(access);
  const customer = sampleCustomer(access);
  return async (document) => {
    const { token, ids } = await customer();
    const [newest, versions] = await Promise.all([newestIds(server), settingsVersions(server)]);
    const known = { ids: { ...newest, ...ids }, versions };
    return { userToken: token, document: fillIn(document as ApiDocument, known) };
  };
}
