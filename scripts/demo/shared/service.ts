import { need, type Settings } from "../../project/project-settings.ts";

/** The running service: its addresses, and the keys for the two kinds of callers. */
export interface Service {
  url: string;
  publishableKey: string;
  secretKey: string;
  databaseUrl: string;
  /** The AI emulator's address; undefined if there is no emulator. */
  aiUrl: string | undefined;
}

/** The demo cannot continue. The message says what happened and what to do. */
export class DemoError extends Error {
  override name = "DemoError";
}

/**
 * Returns the service that the settings name. STRIPE_API_URL is required: without it, the service
 * would use Stripe itself, and a script must not make payments there.
 * @throws SettingsError naming the missing setting
 */
export function serviceOf(settings: Settings): Service {
  need(settings, "STRIPE_API_URL");
  return {
    url: need(settings, "SUPABASE_URL"),
    publishableKey: need(settings, "SUPABASE_PUBLISHABLE_KEY"),
    secretKey: need(settings, "SUPABASE_SECRET_KEY"),
    databaseUrl: need(settings, "SUPABASE_DB_URL"),
    aiUrl: settings.values.AI_URL,
  };
}

/** Returns whether the service answers within two seconds. */
export async function isLive({ url }: Service): Promise<boolean> {
  try {
    const response = await fetch(`${url}/functions/v1/health/live`, {
      signal: AbortSignal.timeout(2_000),
    });
    await response.body?.cancel();
    return response.ok;
  } catch {
    return false;
  }
}

/**
 * Describes an unexpected answer: its error, or the data that it contains instead of the expected
 * data.
 */
export async function describeRefusal(what: string, response: Response): Promise<DemoError> {
  const body = await response.json().catch(() => null);
  if (body?.error) {
    const { code = "no code", message = "" } = body.error;
    return new DemoError(`${what} answered ${response.status} ${code}: ${message}`);
  }
  const came = JSON.stringify(body?.data ?? body).slice(0, 500);
  return new DemoError(`${what} answered ${response.status}, which is unexpected: ${came}`);
}
