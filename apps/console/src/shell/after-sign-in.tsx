/** Asks once after the sign-in for the code of the second factor. */
import { Button } from "@/components/ui/button";
import { CodeForm } from "../parts/code-form.tsx";
import { Known } from "../parts/known.tsx";
import { useAuthenticators } from "../reads/use-factors.ts";
import { useSignedIn } from "../session/context.tsx";
import { Centred } from "./centred.tsx";

interface AfterSignInProps {
  readonly onDone: () => void;
}

export function AfterSignIn({ onDone }: AfterSignInProps) {
  const { auth } = useSignedIn();
  const reading = useAuthenticators();
  return (
    <Centred title="Second factor">
      <div className="grid gap-4">
        <p>
          Your changes may need it. You can read without it, and give it with your first change.
        </p>
        <Known reading={reading} title="Your authenticator apps" placeholder="h-32">
          {(authenticators) =>
            authenticators.length === 0
              ? <p>You have no authenticator app any more.</p>
              : <CodeForm {...{ authenticators }} action="Verify" onVerified={onDone} />}
        </Known>
        <Button variant="outline" onClick={onDone}>Go on without it</Button>
        <Button variant="ghost" onClick={() => void auth.signOut({ scope: "local" })}>
          Sign out
        </Button>
      </div>
    </Centred>
  );
}
