/** After the sign-in, asks once for the code of the second factor. */
import { Button } from "@/components/ui/button";
import { CodeForm } from "../parts/code-form.tsx";
import { Known } from "../parts/known.tsx";
import { useAuthenticators } from "../reads/use-factors.ts";
import { useSignedIn } from "../session/context.tsx";
import { signOut } from "../session/sign-out.ts";
import { Centred } from "./centred.tsx";

interface SecondFactorProps {
  readonly onDone: () => void;
}

export function SecondFactorAfterSignIn({ onDone }: SecondFactorProps) {
  const signedIn = useSignedIn();
  const reading = useAuthenticators();
  return (
    <Centred title="Second factor">
      <div className="grid gap-4">
        <p>
          Your changes may need the second factor. You can read without it, and enter the code with
          your first change.
        </p>
        <Known reading={reading} title="Your authenticator apps" placeholder="h-32">
          {(authenticators) =>
            authenticators.length === 0
              ? <p>You have no authenticator app any more.</p>
              : <CodeForm {...{ authenticators }} action="Verify" onVerified={onDone} />}
        </Known>
        <Button variant="outline" onClick={onDone}>Go on without it</Button>
        <Button variant="ghost" onClick={() => signOut(signedIn)}>
          Sign out
        </Button>
      </div>
    </Centred>
  );
}
