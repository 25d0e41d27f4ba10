/**
 * Runbook commands that these tests do not run, each with the reason. A test asserts that the
 * runbooks still print every command in the list.
 */
interface NotTried {
  readonly page: string;
  readonly text: string;
  readonly why: string;
}

export const NOT_TRIED: readonly NotTried[] = [
  {
    page: "operations/deploy-checklist.md",
    text: "supabase config push",
    why: "the page says that nobody must run it",
  },
  {
    page: "operations/deploy-checklist.md",
    text: "npx -y deno@2.9.6 task deploy --project REF --env-file .env",
    why: "27 uploads take minutes; the suite deploy runs this command with the real CLI",
  },
];

export function isNotTried(page: string, text: string): boolean {
  return NOT_TRIED.some((each) => each.page === page && each.text === text);
}
