import { z } from "zod";
import { SettingsChanged } from "../../supabase/functions/_shared/contracts/settings/changes.ts";
import { PackageSettings } from "../../supabase/functions/_shared/contracts/settings/packages.ts";
import type { PackageTerms } from "./packages-file.ts";

/** The answer to a change, or to its dry run. */
export type Changed = z.output<typeof SettingsChanged>;

/** A new list of packages. */
export interface PackagesRequest {
  packages: PackageTerms[];
  version: string;
  reason?: string;
  dry_run: boolean;
}

/** The routes of a project that the commands use. */
export interface SettingsApi {
  readPackages(): Promise<z.output<typeof PackageSettings>>;
  setPackages(request: PackagesRequest): Promise<Changed>;
}

/** The project refused the request or could not be reached; the message is shown to the user. */
export class SettingsApiError extends Error {
  override name = "SettingsApiError";
}

const answer = z.union([
  z.object({ data: z.unknown() }),
  z.object({
    error: z.object({ code: z.string(), message: z.string(), field: z.string().optional() }),
  }),
]);

/** Connects to a project by its URL and a secret key. */
export function connectSettings(url: string, secretKey: string): SettingsApi {
  const address = `${url.replace(/\/+$/, "")}/functions/v1/settings/packages`;
  const ask = async (request: RequestInit = {}): Promise<unknown> => {
    const headers = { "apikey": secretKey, "content-type": "application/json", ...request.headers };
    const response = await fetch(address, { ...request, headers }).catch((error: Error) => {
      throw new SettingsApiError(`${url} cannot be reached: ${error.message}`);
    });
    const parsed = answer.safeParse(await response.json().catch(() => null));
    if (!parsed.success) {
      throw new SettingsApiError(
        `${address} answered ${response.status}: deploy the function settings first.`,
      );
    }
    if ("data" in parsed.data) return parsed.data.data;
    const { code, message, field } = parsed.data.error;
    const where = field === undefined ? "" : ` (${field})`;
    throw new SettingsApiError(`${url} refused: ${message} ${code}${where}`);
  };
  return {
    readPackages: async () => PackageSettings.parse(await ask()),
    setPackages: async (request) =>
      SettingsChanged.parse(
        await ask({
          method: "POST",
          headers: { "idempotency-key": crypto.randomUUID() },
          body: JSON.stringify(request),
        }),
      ),
  };
}
