import { z } from "zod";
import { SettingsChanged } from "../../supabase/functions/_shared/contracts/settings/changes.ts";
import {
  PackagesBody,
  PackageSettings,
} from "../../supabase/functions/_shared/contracts/settings/packages.ts";
import {
  RatesBody,
  RateSettings,
} from "../../supabase/functions/_shared/contracts/settings/rates.ts";

/** The response to a request that changes settings, or to a dry run of the change. */
export type Changed = z.output<typeof SettingsChanged>;

/** A new list of packages. */
export type PackagesRequest = z.output<typeof PackagesBody>;

/** The rates to change or add. */
export type RatesRequest = z.output<typeof RatesBody>;

/** The project's routes that the commands call. */
export interface SettingsApi {
  readPackages(): Promise<z.output<typeof PackageSettings>>;
  setPackages(request: PackagesRequest): Promise<Changed>;
  readRates(): Promise<z.output<typeof RateSettings>>;
  setRates(request: RatesRequest): Promise<Changed>;
}

/** The project refused the request or could not be reached. The message is shown to the user. */
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
  const ask = async (name: string, request: RequestInit = {}): Promise<unknown> => {
    const address = `${url.replace(/\/+$/, "")}/functions/v1/settings/${name}`;
    const headers = { "apikey": secretKey, "content-type": "application/json", ...request.headers };
    const response = await fetch(address, { ...request, headers }).catch((error: Error) => {
      throw new SettingsApiError(
        `${url} cannot be reached (${error.message}): check SUPABASE_URL and the network.`,
      );
    });
    const parsed = answer.safeParse(await response.json().catch(() => null));
    if (!parsed.success) {
      throw new SettingsApiError(
        `${address} answered ${response.status}: deploy the edge function \`settings\` first.`,
      );
    }
    if ("data" in parsed.data) return parsed.data.data;
    const { code, message, field } = parsed.data.error;
    const where = field === undefined ? "" : ` (${field})`;
    throw new SettingsApiError(`${url} refused: ${message} ${code}${where}`);
  };
  const change = async (name: string, request: PackagesRequest | RatesRequest) =>
    SettingsChanged.parse(
      await ask(name, {
        method: "POST",
        headers: { "idempotency-key": crypto.randomUUID() },
        body: JSON.stringify(request),
      }),
    );
  return {
    readPackages: async () => PackageSettings.parse(await ask("packages")),
    setPackages: (request) => change("packages", request),
    readRates: async () => RateSettings.parse(await ask("rates")),
    setRates: (request) => change("rates", request),
  };
}
