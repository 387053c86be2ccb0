import { Wallet } from "lucide-react";
import type { Metadata } from "next";
import { Address } from "@/components/ui/address";
import { Empty } from "@/components/ui/empty";
import { Card, Section } from "@/components/ui/section";
import { Time } from "@/components/ui/time";
import { listWallets } from "@/lib/auth/identities";
import { requireSession } from "@/lib/auth/session";
import { memberById } from "@/lib/merchants/member";
import { parts } from "@/lib/server/parts";
import { LinkWallet } from "./link-wallet";
import { UnlinkWallet } from "./unlink-wallet";

/** The title of the page. */
export const metadata: Metadata = { title: "Wallets" };

/** The wallets that sign in to this account. They receive no money: payout addresses belong to endpoints. */
export default async function WalletsPage() {
  const { userId, timeZone } = await requireSession();
  const { db } = parts().database;
  const [wallets, member] = await Promise.all([listWallets(db, userId), memberById(db, userId)]);
  return (
    <div className="flex flex-col gap-8">
      <Section
        title="Linked wallets"
        sentence="They sign in to this account. Where your money goes is set on each endpoint."
      >
        {wallets.length === 0 ? (
          <Empty icon={Wallet} title="No wallet is linked">
            Link one to sign in without a password, or to confirm changes of payout addresses.
          </Empty>
        ) : (
          <ul className="divide-y divide-line rounded-card border border-line bg-surface">
            {wallets.map(({ address, linkedAt }) => (
              <li
                key={address}
                className="flex min-h-13 flex-wrap items-center gap-x-4 gap-y-1 py-2 pr-3 pl-5"
              >
                <Address value={address} label="wallet address" />
                <span className="flex-1 text-small text-muted">
                  Linked <Time at={linkedAt} timeZone={timeZone} style="day" />
                </span>
                <UnlinkWallet address={address} />
              </li>
            ))}
          </ul>
        )}
      </Section>
      <Section title={wallets.length === 0 ? "Link a wallet" : "Link another wallet"}>
        <Card>
          <LinkWallet hasPassword={member?.hasPassword === true} />
        </Card>
      </Section>
    </div>
  );
}
