import type { Metadata } from "next";
import { Notice } from "@/components/ui/notice";
import { PageHead } from "@/components/ui/page-head";
import { Time } from "@/components/ui/time";
import { networkById } from "@/lib/chain/networks";
import { requireOperator } from "./gate";
import { Ledger } from "./ledger";
import { Networks } from "./networks";
import { Queues } from "./queues";
import { readOperations } from "./read";
import { Refresh } from "./refresh";

/** The title of the page. */
export const metadata: Metadata = { title: "Operator" };

const nameOf = (network: string) => networkById(network)?.name ?? network;

/** How this whole Farebox does, whoever's money it is. */
export default async function OperatorPage() {
  const { timeZone } = await requireOperator();
  const { queues, networks, ledger, alarms, now } = await readOperations();
  return (
    <>
      <Refresh />
      <PageHead
        title="Operator"
        sentence={
          <>
            All merchants and networks, live and test. As of{" "}
            <Time at={now} timeZone={timeZone} style="second" />; read again every 15 seconds.
          </>
        }
      />
      <div className="flex flex-col gap-8">
        {alarms.length === 0 ? (
          <Notice tone="positive" title="All is well">
            Payments settle, every part answers, and the ledger agrees with the chain.
          </Notice>
        ) : (
          <Notice
            tone="danger"
            title={alarms.length === 1 ? "Something needs you" : `${alarms.length} things need you`}
          >
            <ul>
              {alarms.map((alarm) => (
                <li key={alarm}>{alarm}</li>
              ))}
            </ul>
          </Notice>
        )}
        <Queues queues={queues} nameOf={nameOf} now={now} />
        <Networks networks={networks} now={now} />
        <Ledger ledger={ledger} nameOf={nameOf} timeZone={timeZone} now={now} />
      </div>
    </>
  );
}
