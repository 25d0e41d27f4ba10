import type { ReactNode } from "react";
import { FarthingError } from "@farthing/client";
import { Alert, AlertDescription, AlertTitle } from "@/components/ui/alert";
import { Button } from "@/components/ui/button";

/** The UI blocks show this text to a visitor without a session. */
export function SignInRequired() {
  return <p className="text-sm text-muted-foreground">Sign in required</p>;
}

const ABOUT_CREDITS: readonly string[] = ["insufficient_credits", "spend_cap_reached"];

/**
 * Whether a call was refused for lack of credits, or because it would exceed the spend cap. The UI
 * block `paywall` explains such a refusal.
 */
export function isAboutCredits(error: unknown): error is FarthingError {
  return error instanceof FarthingError && ABOUT_CREDITS.includes(error.code);
}

interface TroubleProps {
  readonly title: string;
  readonly error: Error | null;
  readonly retry?: (() => void) | undefined;
  readonly children?: ReactNode;
}

/** Says what failed, with the request id that the user can send you, and offers a retry. */
export function Trouble({ title, error, retry, children }: TroubleProps) {
  const requestId = error instanceof FarthingError ? error.requestId : undefined;
  return (
    <Alert>
      <AlertTitle>{title}</AlertTitle>
      <AlertDescription>
        {error !== null && <p>{error.message}</p>}
        {children}
        {requestId !== undefined && <p className="text-xs break-all">Reference: {requestId}</p>}
        {retry !== undefined && (
          <Button variant="outline" size="sm" className="text-foreground" onClick={retry}>
            Try again
          </Button>
        )}
      </AlertDescription>
    </Alert>
  );
}
