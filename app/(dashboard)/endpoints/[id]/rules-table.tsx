import { Table, Td, Th } from "@/components/ui/table";
import type { StoredRule } from "@/lib/db/schema";
import { formatUsd } from "@/lib/money";

/** The rules of an endpoint in the order in which they decide. */
export function RulesTable({ rules }: { rules: readonly StoredRule[] }) {
  return (
    <Table label="Rules">
      <thead>
        <tr>
          <Th>Method</Th>
          <Th>Path</Th>
          <Th end>Price per call</Th>
        </tr>
      </thead>
      <tbody>
        {rules.map(({ method, path, priceMicroUsd }) => (
          <tr key={`${method} ${path}`}>
            <Td className="font-mono">{method === "*" ? "Any" : method}</Td>
            <Td className="font-mono wrap-anywhere">{path}</Td>
            <Td end>{priceMicroUsd === null ? "Free" : formatUsd(BigInt(priceMicroUsd))}</Td>
          </tr>
        ))}
      </tbody>
    </Table>
  );
}
