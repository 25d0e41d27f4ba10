import { newId } from "../core/ids.ts";
import { collection } from "../store/collection.ts";
import type { Scope } from "../store/scope.ts";

/**
 * The accounts whose events an endpoint receives: the platform's own, the connected accounts, or
 * both. An endpoint can receive both only if an option or a request under `/_emulator` has
 * registered it.
 */
export type Hears = "platform" | "connected" | "both";

/**
 * The signing secrets of the endpoints. They are stored separately, because they are shown only
 * when an endpoint is created.
 */
export const secrets = collection<{ id: string; secret: string; hears?: Hears }>("webhook_secret");

export function signingSecret(scope: Scope, endpoint: string): string {
  return secrets.get(scope, endpoint).secret;
}

/** Returns the setting `webhookSecret`, which signs the events of every endpoint. */
export const configuredSecret = ({ settings }: Scope) => settings.webhookSecret;

export const newSecret = (scope: Scope) => configuredSecret(scope) ?? newId("whsec", 32);
