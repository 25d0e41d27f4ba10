/**
 * Asks for a second factor if a change was refused because the session has none, and then repeats
 * the change.
 */
import { type ReactNode, useEffect, useRef } from "react";
import { Link } from "wouter";
import { type Change, isMfaRequired } from "../reads/use-change.ts";
import { useAuthenticators } from "../reads/use-factors.ts";
import { CodeForm } from "./code-form.tsx";
import { FocusedRegion } from "./focused-region.tsx";
import { Known } from "./known.tsx";

type Attempt = Pick<Change<never, unknown>, "error" | "repeat">;

function AskForCode({ onVerified }: { readonly onVerified: () => void }) {
  const reading = useAuthenticators();
  return (
    <Known reading={reading} title="Your authenticator apps" placeholder="h-32">
      {(authenticators) =>
        authenticators.length === 0
          ? (
            <p role="status">
              Operators' changes need a second factor, and you have none yet. Nothing was changed.
              Add an authenticator app on the page{" "}
              <Link href="/security" className="underline underline-offset-2">Security</Link>.
            </p>
          )
          : (
            <div className="grid gap-4">
              <p role="status">
                This change needs your second factor. Nothing was changed so far.
              </p>
              <CodeForm {...{ authenticators, onVerified }} action="Verify and go on" />
            </div>
          )}
    </Known>
  );
}

interface SecondFactorProps {
  /**
   * The calls that the form can make. When a code is verified, the refused call is repeated.
   */
  readonly attempts: readonly Attempt[];
  /** The form of the change. It keeps its input while a code is asked for. */
  readonly children: ReactNode;
}

export function SecondFactorForChange({ attempts, children }: SecondFactorProps) {
  const form = useRef<HTMLDivElement>(null);
  const refused = attempts.find(({ error }) => isMfaRequired(error));
  const isRefused = refused !== undefined;
  const wasRefused = useRef(isRefused);
  useEffect(() => {
    // The form for the code had the focus and is no longer shown, so the focus moves to the button
    // of the change.
    if (wasRefused.current && !isRefused) {
      form.current?.querySelector<HTMLElement>("button[type=submit], [data-confirms]")?.focus();
    }
    wasRefused.current = isRefused;
  }, [isRefused]);
  return (
    <>
      <div ref={form} hidden={isRefused} className={isRefused ? "hidden" : "contents"}>
        {children}
      </div>
      {isRefused && (
        <FocusedRegion>
          <AskForCode onVerified={refused.repeat} />
        </FocusedRegion>
      )}
    </>
  );
}
