import { createContext, useContext } from "react";
import type { Project } from "../check-project.ts";
import type { Auth } from "./auth.ts";
import type { Person } from "./use-session.ts";

export interface SignedIn {
  readonly auth: Auth;
  readonly project: Project;
  readonly person: Person;
}

const Context = createContext<SignedIn | null>(null);

export const SignedInProvider = Context.Provider;

/** Returns the person who is signed in. */
export function useSignedIn(): SignedIn {
  const value = useContext(Context);
  if (value === null) throw new Error("useSignedIn must be called inside a SignedInProvider.");
  return value;
}
