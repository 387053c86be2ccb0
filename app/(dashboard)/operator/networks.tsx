import { Section } from "@/components/ui/section";
import { Table, Td, Th } from "@/components/ui/table";
import type { FacilitatorHealth, RelayerHealth, RpcHealth } from "@/lib/chain/chain";
import { formatUnits } from "@/lib/money";
import { ageOf } from "./age";
import type { Operations } from "./read";
import { HealthState } from "./states";

/** Every native coin of the networks we know has 18 decimals; the last dozen tell nobody anything. */
const COIN_DECIMALS = 6;
const UNTOLD = 10n ** 12n;

function Part({ part, kind, now }: { part: RpcHealth | FacilitatorHealth; kind: string; now: Date }) {
  const head = "head" in part ? part.head : null;
  return (
    <tr>
      <Td>
        <span className="block pt-1.5 font-mono">{part.host}</span>
        <span className="block pb-1.5 text-muted">{kind}</span>
      </Td>
      <Td>
        <HealthState state={part.state} />
      </Td>
      <Td end>{part.latencyMs === null ? "Unknown" : `${part.latencyMs.toLocaleString("en-GB")} ms`}</Td>
      <Td end className="whitespace-nowrap">
        {head === null
          ? "None"
          : `Block ${head.number.toLocaleString("en-GB")}, ${ageOf(head.time, now)} old`}
      </Td>
      <Td className="whitespace-nowrap">
        {part.lastFailure
          ? `It ${part.lastFailure.what}, ${ageOf(part.lastFailure.at, now)} ago`
          : "None since this process began"}
      </Td>
    </tr>
  );
}

function Gas({ relayer: { address, gas } }: { relayer: RelayerHealth }) {
  if (gas === null) return <>The gas of the relayer {address} could not be read.</>;
  const short = gas.balance < gas.needed;
  return (
    <>
      Gas left for{" "}
      <strong className="font-medium text-text tabular-nums">
        {gas.settlements.toLocaleString("en-GB")} settlements
      </strong>{" "}
      ({formatUnits(gas.balance / UNTOLD, COIN_DECIMALS)} of the network's coin at{" "}
      <span className="font-mono wrap-anywhere">{address}</span>)
      {short && (
        <span className="font-medium text-danger">. Too little: it sends nothing until there is more.</span>
      )}
    </>
  );
}

/** Who answers for each network, as the process that draws this page sees it, and what its relayers can still pay for. */
export function Networks({ networks, now }: { networks: Operations["networks"]; now: Date }) {
  return networks.map(({ network, name, health: { rpcs, facilitator, relayers } }) => (
    <Section
      key={network}
      title={name}
      sentence={
        relayers.length > 0 &&
        relayers.map((relayer) => (
          <span key={relayer.address} className="block">
            <Gas relayer={relayer} />
          </span>
        ))
      }
    >
      <Table label={`RPCs and facilitator of ${name}`}>
        <thead>
          <tr>
            <Th>Host</Th>
            <Th>State</Th>
            <Th end>Last answer took</Th>
            <Th end>Head</Th>
            <Th>Last failure</Th>
          </tr>
        </thead>
        <tbody>
          {rpcs
            // Two of one host are told apart by their place.
            .map((rpc, place) => ({ rpc, key: `${rpc.host} ${place}` }))
            .map(({ rpc, key }) => (
              <Part key={key} part={rpc} kind="RPC" now={now} />
            ))}
          {facilitator && <Part part={facilitator} kind="Facilitator" now={now} />}
        </tbody>
      </Table>
    </Section>
  ));
}
