import Link from "next/link";
import type { ReactNode } from "react";
import { Address } from "@/components/ui/address";
import { Amount } from "@/components/ui/amount";
import { Table, Td, Th } from "@/components/ui/table";
import { Time } from "@/components/ui/time";
import type { PaymentRow } from "@/lib/revenue/list";
import { DeliveryStatus, MoneyStatus } from "./payment-status";

/** What a network and its token are called and how its amounts are written. */
export interface NetworkLook {
  name: string;
  symbol: string;
  decimals: number;
  explorerUrl: string | null;
}

/** Payments, newest first; every row leads to its payment. */
export function PaymentsTable({
  rows,
  networks,
  timeZone,
  now,
}: {
  rows: readonly PaymentRow[];
  /** By CAIP-2 id. */
  networks: ReadonlyMap<string, NetworkLook>;
  timeZone: string;
  now: Date;
}) {
  return (
    <Table label="Payments">
      <thead>
        <tr>
          <Th>Time</Th>
          <Th>Endpoint</Th>
          <Th>Payer</Th>
          <Th end>Amount</Th>
          <Th>Money</Th>
          <Th>Delivery</Th>
          <Th>Transaction</Th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <Row key={row.id} row={row} network={networks.get(row.network)} timeZone={timeZone} now={now} />
        ))}
      </tbody>
    </Table>
  );
}

function Row({
  row,
  network,
  timeZone,
  now,
}: {
  row: PaymentRow;
  network: NetworkLook | undefined;
  timeZone: string;
  now: Date;
}) {
  const { money } = row;
  const explorer = network?.explorerUrl ?? null;
  const amount = network ? <Amount units={row.amount} decimals={network.decimals} /> : row.amount.toString();
  const cell = (children: ReactNode) => (
    <Link href={`/payments/${row.id}`} tabIndex={-1} className="flex h-11 items-center">
      {children}
    </Link>
  );
  return (
    <tr className="group">
      <Td>
        <Link
          href={`/payments/${row.id}`}
          className="flex h-11 flex-col justify-center leading-4.5 font-medium underline-offset-3 group-hover:underline"
        >
          <Time at={row.at} timeZone={timeZone} now={now} />
          <span className="text-muted sm:hidden">{amount}</span>
        </Link>
      </Td>
      <Td className="max-w-88 min-w-60">
        {cell(
          <>
            <span className="max-w-3/5 shrink-0 truncate">{row.endpointName}</span>
            <span className="ml-2 truncate font-mono text-muted">{`${row.method} ${row.path}`}</span>
          </>,
        )}
      </Td>
      <Td>
        <Address
          value={row.payer}
          label="payer"
          href={explorer && `${explorer}/address/${row.payer}`}
          copy={false}
        />
      </Td>
      <Td end className={money === "settled" || money === "final" ? "font-medium" : "text-muted"}>
        {amount}
      </Td>
      <Td>
        <MoneyStatus money={money} />
      </Td>
      <Td>
        <DeliveryStatus money={money} delivery={row.delivery} />
      </Td>
      <Td>
        {row.txHash ? (
          <Address
            value={row.txHash}
            label="transaction hash"
            href={explorer && `${explorer}/tx/${row.txHash}`}
            copy={false}
          />
        ) : (
          <span className="text-muted">None</span>
        )}
      </Td>
    </tr>
  );
}
