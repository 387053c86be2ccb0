import { FlaskConical } from "lucide-react";
import { Address } from "@/components/ui/address";
import { Empty } from "@/components/ui/empty";
import { Table, Td, Th } from "@/components/ui/table";
import type { Network } from "@/lib/chain/chain";
import type { StoredPayout } from "@/lib/db/schema";

/** Where the money of each network goes; a network this Farebox no longer serves is said to be off. */
export function PayoutsTable({
  payouts,
  networks,
  taken,
}: {
  payouts: readonly StoredPayout[];
  /** Every network there is. */
  networks: readonly Network[];
  /** Those payments are taken on now. */
  taken: readonly Network[];
}) {
  if (payouts.length === 0) {
    return <Empty icon={FlaskConical} title="Nothing here costs money" />;
  }
  return (
    <Table label="Payouts">
      <thead>
        <tr>
          <Th>Network</Th>
          <Th>Token</Th>
          <Th end>Address</Th>
        </tr>
      </thead>
      <tbody>
        {payouts.map(({ network: id, payTo }) => {
          const network = networks.find((known) => known.id === id);
          return (
            <tr key={id}>
              <Td className="whitespace-nowrap">
                {network?.name ?? id}
                {network?.test && <span className="ml-2 font-medium text-test">Test</span>}
                {!taken.some((own) => own.id === id) && (
                  <span className="ml-2 text-warning">Switched off</span>
                )}
              </Td>
              <Td>{network?.token.symbol ?? "Unknown"}</Td>
              <Td end>
                <Address
                  value={payTo}
                  label="payout address"
                  href={network?.explorerUrl ? `${network.explorerUrl}/address/${payTo}` : null}
                />
              </Td>
            </tr>
          );
        })}
      </tbody>
    </Table>
  );
}
