import { KeyRound } from "lucide-react";
import type { Metadata } from "next";
import { currentMode } from "@/app/(dashboard)/mode";
import { Code } from "@/components/ui/code";
import { Copy } from "@/components/ui/copy";
import { Empty } from "@/components/ui/empty";
import { Card, Section } from "@/components/ui/section";
import { Time } from "@/components/ui/time";
import { listApiKeys } from "@/lib/auth/api-keys";
import { requireSession } from "@/lib/auth/session";
import { waysToConfirm } from "@/lib/auth/ways-to-confirm";
import { parts } from "@/lib/server/parts";
import { NewKey } from "./new-key";
import { RevokeKey } from "./revoke-key";

/** The title of the page. */
export const metadata: Metadata = { title: "API keys" };

/** The keys by which programs download payments. */
export default async function ApiKeysPage() {
  const { merchantId, userId, timeZone } = await requireSession();
  const { database, env } = parts();
  const [keys, ways, { mode }] = await Promise.all([
    listApiKeys(database.db, merchantId),
    waysToConfirm(database.db, userId),
    currentMode(),
  ]);
  const curl = `curl -H "Authorization: Bearer $FAREBOX_KEY" -o payments.csv "${env.FAREBOX_ORIGIN}/payments/export?mode=${mode}&range=30d"`;
  return (
    <div className="flex flex-col gap-8">
      <Section
        title="API keys"
        sentence="A program with a key can download your payments as CSV, and do nothing else."
      >
        {keys.length === 0 ? (
          <Empty icon={KeyRound} title="No key yet">
            Create one for your bookkeeping, so that it can fetch payments by itself.
          </Empty>
        ) : (
          <ul className="divide-y divide-line rounded-card border border-line bg-surface">
            {keys.map(({ id, name, prefix, createdAt, createdBy, lastUsedAt }) => (
              <li key={id} className="flex flex-wrap items-center gap-x-4 gap-y-1 py-2.5 pr-3 pl-5">
                <div className="min-w-0 flex-1">
                  <p className="font-medium wrap-anywhere">{name}</p>
                  <p className="text-small text-muted">
                    <span className="font-mono">{prefix}…</span> · Created{" "}
                    <Time at={createdAt} timeZone={timeZone} style="day" />
                    {createdBy && ` by ${createdBy}`} ·{" "}
                    {lastUsedAt ? (
                      <>
                        Last used <Time at={lastUsedAt} timeZone={timeZone} />
                      </>
                    ) : (
                      "Never used"
                    )}
                  </p>
                </div>
                <RevokeKey id={id} name={name} />
              </li>
            ))}
          </ul>
        )}
      </Section>
      <Section title="Create a key">
        <Card>
          <NewKey ways={ways} />
        </Card>
      </Section>
      <Section
        title="Use it"
        sentence="The filters of the payments page work here too: copy what stands behind the ? in its address. Times are in UTC."
        action={<Copy text={curl} label="command" words="Copy" />}
      >
        <Code
          wrap
          text={curl}
          label="Command that downloads payments"
          className="rounded-card border border-line bg-sunken px-4 py-3 wrap-anywhere"
        />
      </Section>
    </div>
  );
}
