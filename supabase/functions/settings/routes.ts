import { SettingsChanged } from "../_shared/contracts/settings/changes.ts";
import { PackagesBody, PackageSettings } from "../_shared/contracts/settings/packages.ts";
import { idempotent } from "../_shared/http/idempotency/idempotent.ts";
import { ok } from "../_shared/http/reply/reply.ts";
import { defineRoute } from "../_shared/http/route/define-route.ts";

/** Reads the packages, with their version and history. */
export const readPackages = defineRoute({
  method: "get",
  path: "/packages",
  summary: "Read the packages, their version and their history",
  who: ["operator"],
  limit: "default",
  idempotent: false,
  responses: { 200: PackageSettings },
  handler: async ({ services }) => ok(await services.database.rpc("settings_packages", {})),
});

/** Replaces the packages on sale. Orders that are open or paid keep their terms. */
export const setPackages = defineRoute({
  method: "post",
  path: "/packages",
  summary: "Replace the packages on sale",
  description: "Adds, changes and restores the packages of the list, and retires those that the " +
    "list does not name. Open and paid orders keep their terms.",
  who: ["operator"],
  limit: "default",
  idempotent: true,
  body: PackagesBody,
  responses: { 200: SettingsChanged },
  errors: ["version_conflict"],
  handler: (call) =>
    idempotent(call, "settings_packages_set", {
      p_packages: call.body.packages,
      p_version: call.body.version,
      p_reason: call.body.reason,
      p_dry_run: call.body.dry_run,
    }),
});
