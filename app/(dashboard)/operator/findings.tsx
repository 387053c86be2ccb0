import { CircleAlert } from "lucide-react";
import { Address } from "@/components/ui/address";
import { Amount } from "@/components/ui/amount";
import { Badge } from "@/components/ui/badge";
import { Table, Td, Th } from "@/components/ui/table";
import { Time } from "@/components/ui/time";
import { networkById } from "@/lib/chain/networks";
import type { Finding } from "@/lib/server/operations/sweeps";

const WORDS: Readonly<Record<Finding["kind"], { word: string; whatToDo: string }>> = {
  unknown_transfer: { word: "Paid to another seller", whatToDo: "Nothing: the next sweep closes it" },
  unanswered_transfer: { word: "Paid, never answered", whatToDo: "Give it back, or serve it by hand" },
  missing_transfer: { word: "Booked, not in its block", whatToDo: "Look for it by its transaction" },
};

/** What the chain sweep found that the ledger does not say. */
export function Findings({ findings, timeZone }: { findings: readonly Finding[]; timeZone: string }) {
  return (
    <Table label="Where the ledger and the chain disagree">
      <thead>
        <tr>
          <Th>Finding</Th>
          <Th>Network</Th>
          <Th end>Amount</Th>
          <Th>Transaction</Th>
          <Th>Payout address</Th>
          <Th>Payment</Th>
          <Th>First seen</Th>
        </tr>
      </thead>
      <tbody>
        {findings.map((finding) => {
          const network = networkById(finding.network);
          return (
            <tr key={finding.id}>
              <Td>
                <span className="block pt-1.5">
                  <Badge tone="danger" icon={CircleAlert}>
                    {WORDS[finding.kind].word}
                  </Badge>
                </span>
                <span className="block pb-1.5 text-muted">{WORDS[finding.kind].whatToDo}</span>
              </Td>
              <Td className="whitespace-nowrap">{network?.name ?? finding.network}</Td>
              <Td end>
                {network ? (
                  <Amount
                    units={finding.amount}
                    decimals={network.token.decimals}
                    symbol={network.token.symbol}
                  />
                ) : (
                  finding.amount.toString()
                )}
              </Td>
              <Td>
                <Address value={finding.txHash} label="transaction hash" />
              </Td>
              <Td>
                <Address value={finding.payTo} label="payout address" />
              </Td>
              <Td>{finding.paymentId ? <Address value={finding.paymentId} label="payment id" /> : "None"}</Td>
              <Td>
                <Time at={finding.firstSeenAt} timeZone={timeZone} />
              </Td>
            </tr>
          );
        })}
      </tbody>
    </Table>
  );
}
