/** Starts a server on a port that no other program uses. */
import { freePort } from "../../core/testing/free-port.ts";
import { type DatabaseOptions, type DatabaseServer, startDatabase } from "../database.ts";

const ATTEMPTS = 4;
const PORT_TAKEN = /could not bind/;

/** Starts a server. If another program takes the port first, tries another port. */
export async function startOnFreePort(
  options: Omit<DatabaseOptions, "port">,
): Promise<DatabaseServer> {
  for (let attempt = 1;; attempt++) {
    try {
      return await startDatabase({ ...options, port: freePort() });
    } catch (error) {
      if (attempt === ATTEMPTS || !PORT_TAKEN.test((error as Error).message)) throw error;
    }
  }
}
