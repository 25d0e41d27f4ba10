import type { ComponentProps } from "react";
import type { Reading } from "@farthing/react";

export const show = (credits: string) => Number(credits).toLocaleString("en");

export const Button = (props: ComponentProps<"button">) => (
  <button type="button" className="quiet" {...props} />
);

export const Card = ({ title, children, ...props }: ComponentProps<"section">) => (
  <section className="card" aria-label={title} {...props}>
    <h2>{title}</h2>
    {children}
  </section>
);

/**
 * The app's own words for a refusal, by its code. Any other refusal is shown in the service's
 * words.
 */
const WORDS: Record<string, string> = {
  insufficient_credits: "You have too few credits for this. Buy some on this page.",
};

type ProblemProps = { error: (Error & { code?: string }) | null; retry?: () => void };

export const Problem = ({ error, retry }: ProblemProps) =>
  error && (
    <div role="alert" className="row">
      {WORDS[error.code ?? ""] ?? error.message}{" "}
      {retry && <Button onClick={retry}>Look again</Button>}
    </div>
  );

/** Explains why there is nothing to show yet. */
export function Missing({ of }: { of: Reading<unknown> }) {
  if (of.status === "unknown") return <Problem error={of.error} retry={of.retry} />;
  return of.status === "loading" && <p className="muted">Loading…</p>;
}

type AskProps = { label: string; button: string; isBusy?: boolean; onAsk: (text: string) => void };

/**
 * The button is disabled while the form is busy. React empties a form after `onAsk`, so a text that
 * is sent while the form is busy would be lost.
 */
export const Ask = ({ label, button, isBusy, onAsk }: AskProps) => (
  <form action={(form: FormData) => onAsk(`${form.get("text")}`)} className="row">
    <input name="text" aria-label={label} placeholder={label} required className="flex-1" />
    <button type="submit" disabled={isBusy}>{button}</button>
  </form>
);
