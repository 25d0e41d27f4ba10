/** Changes the session that a browser stores: it then claims a role that the user does not have. */
import type { Person } from "../support/project/people.ts";

/**
 * Returns the person with a changed session, in which the user has the role of an operator. The
 * token in it is still the person's own token. Anybody can make such a session by editing the
 * browser's storage.
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
