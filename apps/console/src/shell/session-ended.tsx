import { type KeyboardEvent, useEffect, useId, useLayoutEffect, useRef } from "react";
import { createPortal } from "react-dom";
import { useQueryClient } from "@tanstack/react-query";
import { FarthingProvider, useFarthing } from "@farthing/react";
import { SignIn } from "@/components/farthing/sign-in";
import { useSignedIn } from "../session/context.tsx";

const LOOK = [
  "m-auto w-[calc(100%-2rem)] max-w-md rounded-xl border bg-popover p-6 text-popover-foreground",
  "backdrop:bg-background",
].join(" ");

/** Prevents Escape from also closing an open dialog of the page below. */
const keepBelowOpen = (event: KeyboardEvent) => {
  if (event.key === "Escape") event.stopPropagation();
};

/**
 * Shows the sign-in form above the pages of a session that has ended. `showModal` makes everything
 * else inert, also an open dialog. The backdrop hides everything else, because nobody is signed in
 * any more.
 */
export function SessionEnded() {
  const { auth } = useSignedIn();
  const farthing = useFarthing();
  const queries = useQueryClient();
  const title = useId();
  const dialog = useRef<HTMLDialogElement>(null);
  useLayoutEffect(() => {
    const own = dialog.current;
    own?.showModal();
    return () => own?.close(); // The focus returns to where it was.
  }, []);
  useEffect(() => () => {
    const predicate = ({ state }: { state: { status: string } }) => state.status === "error";
    void queries.refetchQueries({ type: "active", predicate });
  }, [queries]);
  return createPortal(
    <dialog
      ref={dialog}
      aria-labelledby={title}
      onCancel={(event) => event.preventDefault()}
      // A browser lets a second Escape close the dialog, so it is opened again.
      onClose={({ currentTarget }) => currentTarget.isConnected && currentTarget.showModal()}
      onKeyDown={keepBelowOpen}
      className={LOOK}
    >
      <div className="grid gap-4">
        <h2 id={title} className="text-lg leading-tight font-semibold">Your session has ended</h2>
        <p>Sign in to go on. Your input is still there.</p>
        {/* SignIn shows its form only if nobody is signed in. */}
        <FarthingProvider farthing={farthing} userId={null}>
          <SignIn auth={auth} />
        </FarthingProvider>
      </div>
    </dialog>,
    document.body,
  );
}
