import type { BlockedDomainSettings, PastSettingChange } from "@farthing/client";
import { ChangeSettings } from "./change-settings.tsx";
import { LinesField, textOf } from "./fields.tsx";
import { SettingsOf, type SettingsSpec } from "./settings-page.tsx";

const PATH = "/settings/blocked-domains";

function Domains({ domains, version }: BlockedDomainSettings) {
  return (
    <div className="grid justify-items-start gap-4">
      {domains.length === 0
        ? <p className="text-sm text-muted-foreground">No domain is blocked.</p>
        : (
          <ul className="columns-2 gap-8 text-sm sm:columns-3">
            {domains.map((domain) => <li key={domain} className="break-words">{domain}</li>)}
          </ul>
        )}
      <ChangeSettings
        path={PATH}
        version={version}
        action="Change"
        title="Blocked domains"
        wantedOf={(form) => ({
          domains: textOf(form, "domains").split(/\s+/).filter(Boolean),
        })}
      >
        <LinesField
          name="domains"
          label="Domains, one per line"
          value={domains}
        />
      </ChangeSettings>
    </div>
  );
}

/** Each change added or removed one domain, so undoing it removes or adds that domain. */
function undoOf(
  { name, fields }: PastSettingChange,
  { domains }: BlockedDomainSettings,
) {
  const wasRemoved = fields.some(({ field, to }) => field === "domain" && to === null);
  if (name === null || domains.includes(name) === wasRemoved) return null;
  return {
    domains: wasRemoved ? [...domains, name] : domains.filter((each) => each !== name),
  };
}

const SPEC: SettingsSpec<typeof PATH> = {
  path: PATH,
  title: "Blocked domains",
  lead:
    "Users with an address of such a domain get no welcome credits. Subdomains are blocked, too.",
  current: (settings) => <Domains {...settings} />,
  undoOf,
};

export const BlockedDomainsPage = () => <SettingsOf spec={SPEC} />;
