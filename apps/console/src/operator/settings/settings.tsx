import { Link } from "wouter";
import { Page } from "../../parts/page.tsx";

const SETTINGS = [
  ["packages", "Packages", "The packages on sale, and their prices."],
  ["rates", "Rates", "The price of each model's use."],
  [
    "policy",
    "Policy",
    "Limits, durations, texts of emails and of the hosted page.",
  ],
  ["flags", "Features", "Credits and bookings: on, off, or on for some users."],
  [
    "alerts",
    "Alert rules",
    "Thresholds, and how long a figure must be beyond them.",
  ],
  [
    "accounting",
    "Accounting policies",
    "How the price of an order becomes revenue.",
  ],
  ["journal-codes", "Journal codes", "The codes of your bookkeeping."],
  [
    "blocked-domains",
    "Blocked domains",
    "Email domains without welcome credits.",
  ],
  [
    "fraud",
    "Fraud limits",
    "How many checkouts, cards and bookings are allowed.",
  ],
] as const;

/** Says on which page each setting can be changed. */
export function SettingsPage() {
  return (
    <Page
      title="Settings"
      lead="Each change is shown before it is saved, and needs a reason. The history can restore old values."
    >
      <ul className="grid gap-3 sm:grid-cols-2 xl:grid-cols-3">
        {SETTINGS.map(([name, title, about]) => (
          <li key={name} className="rounded-md border p-4">
            <Link href={`/settings/${name}`} className="font-medium underline">
              {title}
            </Link>
            <p className="mt-1 text-sm text-muted-foreground">{about}</p>
          </li>
        ))}
      </ul>
    </Page>
  );
}
