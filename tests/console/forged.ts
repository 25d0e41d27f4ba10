/** Makes a browser's stored session claim a role that the user does not have. */
import type { Person } from "../support/project/people.ts";

/**
 * Returns the person with a session that names the user an operator. The token in the session is
 * the person's own, so anybody who edits the browser's storage can make the same session.
 */
export function asForgedOperator(person: Person): Person {
  const getSession = async () => {
    const { data, error } = await person.supabase.auth.getSession();
    const session = structuredClone(data.session!);
    session.user.app_metadata.role = "operator";
    return { data: { session }, error };
  };
  return { ...person, supabase: { auth: { getSession } } as unknown as Person["supabase"] };
}
