/** Settings of bookkeeping: the accounting policies, and the codes of the journal. */
import type {
  AccountingPolicy,
  AccountingSettings,
  JournalCode,
  JournalCodeSettings,
} from "@farthing/client";
import { type Column, DataTable } from "../../parts/data-table.tsx";
import { Moment, None } from "../../parts/figures.tsx";
import { SelectField, TextField } from "../../parts/form-fields.tsx";
import { wordsOf } from "../../parts/api-names.ts";
import { ChangeSettings } from "./change-settings.tsx";
import { FROM_MOMENT, FromField, givenOf, textOf } from "./fields.tsx";
import { oldValues, SettingsOf, type SettingsSpec } from "./settings-page.tsx";

const POLICIES = "/settings/accounting";
const CODES = "/settings/journal-codes";

function Policies({ policies, version }: AccountingSettings) {
  const columns: Column<AccountingPolicy>[] = [
    {
      title: "Policy",
      cell: ({ name, description }) => (
        <div className="min-w-60 whitespace-normal">
          <p className="font-medium">{wordsOf(name)}</p>
          <p className="text-muted-foreground">{description}</p>
        </div>
      ),
    },
    { title: "Value", cell: ({ value }) => value },
    { title: "Policy version", isFigure: true, cell: ({ version }) => version },
    {
      title: "Since",
      cell: ({ effective_from }) => <Moment at={effective_from} />,
    },
    {
      title: "Begins later",
      cell: ({ scheduled }) =>
        scheduled.length === 0
          ? <None />
          : scheduled.map(({ value, effective_from }) => (
            <div key={effective_from}>
              {value} from <Moment at={effective_from} />
            </div>
          )),
    },
    {
      title: "Change",
      cell: ({ name, value, choices }) => (
        <ChangeSettings
          path={POLICIES}
          version={version}
          action="Change"
          title={`Policy ${wordsOf(name)}`}
          wantedOf={(form) => ({
            policies: [{
              name,
              value: textOf(form, "value"),
              ...givenOf(form, ["effective_from"]),
            }],
          })}
        >
          <SelectField
            name="value"
            label="Value"
            values={choices}
            value={value}
          />
          <FromField hint={FROM_MOMENT} />
        </ChangeSettings>
      ),
    },
  ];
  return (
    <DataTable
      caption="Accounting policies"
      columns={columns}
      items={policies}
      keyOf={({ name }) => name}
      empty=""
    />
  );
}

function Codes({ codes, version, open_from }: JournalCodeSettings) {
  const columns: Column<JournalCode>[] = [
    { title: "Account", cell: ({ account }) => wordsOf(account) },
    { title: "Code", cell: ({ code }) => code },
    { title: "Code version", isFigure: true, cell: ({ version }) => version },
    { title: "Since (UTC)", cell: ({ effective_from }) => effective_from },
    {
      title: "Begins later",
      cell: ({ scheduled }) =>
        scheduled.map(({ code, effective_from }) => `${code} from ${effective_from}`).join(", ") ||
        <None />,
    },
    {
      title: "Change",
      cell: ({ account, code }) => (
        <ChangeSettings
          path={CODES}
          version={version}
          action="Change"
          title={`Code of ${wordsOf(account)}`}
          wantedOf={(form) => ({
            codes: [{
              account,
              code: textOf(form, "code"),
              ...givenOf(form, ["effective_from"]),
            }],
          })}
        >
          <TextField name="code" label="Code" required defaultValue={code} />
          <FromField hint="Leave it empty to begin today, or enter a day such as 2027-01-01." />
        </ChangeSettings>
      ),
    },
  ];
  return (
    <div className="grid gap-3 *:min-w-0">
      <p className="text-sm text-muted-foreground">
        {open_from === null ? "No month is closed." : `Months before ${open_from} are closed.`}
      </p>
      <DataTable
        caption="Codes of the journal"
        columns={columns}
        items={codes}
        keyOf={({ account }) => account}
        empty=""
      />
    </div>
  );
}

const POLICIES_SPEC: SettingsSpec<typeof POLICIES> = {
  path: POLICIES,
  title: "Accounting policies",
  lead: "Orders keep the version that they were paid under, so no figure of a report changes.",
  current: (settings) => <Policies {...settings} />,
  undoOf: (past) => {
    const value = oldValues(past)?.["value"];
    return value && past.name !== null ? { policies: [{ name: past.name, value }] } : null;
  },
};

const CODES_SPEC: SettingsSpec<typeof CODES> = {
  path: CODES,
  title: "Journal codes",
  lead: "The codes of your bookkeeping. Earlier days and closed months keep their codes.",
  current: (settings) => <Codes {...settings} />,
  undoOf: (past) => {
    const code = oldValues(past)?.["code"];
    return code && past.name !== null ? { codes: [{ account: past.name, code }] } : null;
  },
};

export const AccountingPage = () => <SettingsOf spec={POLICIES_SPEC} />;
export const JournalCodesPage = () => <SettingsOf spec={CODES_SPEC} />;
