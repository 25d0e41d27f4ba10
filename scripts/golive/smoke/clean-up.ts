/** Ends the smoke test: deletes the synthetic user, so that none stays in the project. */
import type { GoLiveStep } from "../command/context.ts";
import { found, skipped, warning } from "../core/step.ts";
import { clientOf } from "../shared/supabase-client.ts";

/**
 * Deletes the synthetic user. As after any deletion of a user, the entries stay in the ledger and
 * no longer name a person.
 */
export const cleanUp: GoLiveStep = {
  code: "smoke.clean-up",
  title: "Is the synthetic customer deleted?",
  source: "project",
  async run({ project, facts }) {
    const id = facts["smoke.customer"];
    if (id === undefined) return skipped("no customer was made");
    const { auth } = clientOf(project, project.secretKey);
    const { error } = await auth.admin.deleteUser(id);
    if (error && error.code !== "user_not_found") {
      return warning(
        `Auth did not delete ${id}: ${error.message}`,
        "Delete the user in Supabase's dashboard.",
      );
    }
    return found(`customer ${id} is deleted, their entries stay in the ledger`);
  },
};
