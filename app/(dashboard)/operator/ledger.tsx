import { Scale } from "lucide-react";
import { Empty } from "@/components/ui/empty";
import { Section } from "@/components/ui/section";
import { Table, Td, Th } from "@/components/ui/table";
import type { Cursor, LedgerAgainstChain } from "@/lib/server/operations/sweeps";
import { ageOf } from "./age";
import { Findings } from "./findings";

const WORDS: Readonly<Record<Cursor["worker"], string>> = {
  sweep: "Transfers swept",
  finality: "Watched for reorgs",
};

/** How far the ledger was held against each chain, and where the two disagree. */
export function Ledger({
  ledger: { cursors, findings, openFindings },
  nameOf,
  timeZone,
  now,
}: {
  ledger: LedgerAgainstChain;
  nameOf: (network: string) => string;
  timeZone: string;
  now: Date;
}) {
  if (cursors.length === 0) {
    return (
      <Section title="Ledger against chain">
        <Empty icon={Scale} title="The chain was not swept yet">
          A worker compares the ledger with every chain within seconds of its start. Is one running?
        </Empty>
      </Section>
    );
  }
  return (
    <Section
      title="Ledger against chain"
      sentence={
        openFindings === 0 ? (
          <>
            They agree, as far as the chain was swept. To compare every settlement ever made, run{" "}
            <code className="font-mono whitespace-nowrap">npm run farebox -- check</code>
          </>
        ) : (
          `${openFindings === 1 ? "1 finding is" : `${openFindings.toLocaleString("en-GB")} findings are`} open; the latest first.`
        )
      }
    >
      <div className="flex flex-col gap-3">
        {findings.length > 0 && <Findings findings={findings} timeZone={timeZone} />}
        <Table label="How far the chain was compared">
          <thead>
            <tr>
              <Th>Network</Th>
              <Th>Work</Th>
              <Th end>Up to block</Th>
              <Th end>Last done</Th>
            </tr>
          </thead>
          <tbody>
            {cursors.map((cursor) => (
              <tr key={`${cursor.network} ${cursor.worker}`}>
                <Td className="whitespace-nowrap">{nameOf(cursor.network)}</Td>
                <Td className="whitespace-nowrap">{WORDS[cursor.worker]}</Td>
                <Td end>{cursor.blockNumber.toLocaleString("en-GB")}</Td>
                <Td end className="whitespace-nowrap">
                  {ageOf(cursor.advancedAt, now)} ago
                </Td>
              </tr>
            ))}
          </tbody>
        </Table>
      </div>
    </Section>
  );
}
