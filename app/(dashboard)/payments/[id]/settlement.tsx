import type { NetworkLook } from "@/components/payments-table";
import { Address } from "@/components/ui/address";
import { Fact, Facts } from "@/components/ui/facts";
import { Section } from "@/components/ui/section";
import { Time } from "@/components/ui/time";
import type { PaymentDetail } from "@/lib/revenue/payment";

/** Where the money went and what proves it, or how far it got. */
export function Settlement({
  detail: { payment, settlement, sent },
  network,
  timeZone,
}: {
  detail: PaymentDetail;
  network: NetworkLook | undefined;
  timeZone: string;
}) {
  const explorer = network?.explorerUrl ?? null;
  const hash = settlement?.txHash ?? sent?.hash ?? payment.facilitatorTxHash;
  return (
    <Section title="Settlement">
      <Facts>
        <Fact name="Network">{network ? `${network.name} (${payment.network})` : payment.network}</Fact>
        <Fact name="Payout address">
          <Address
            value={payment.payTo}
            label="payout address"
            href={explorer && `${explorer}/address/${payment.payTo}`}
          />
        </Fact>
        <Fact name="Transaction">
          {hash ? (
            <Address value={hash} label="transaction hash" href={explorer && `${explorer}/tx/${hash}`} />
          ) : (
            "None was sent"
          )}
        </Fact>
        {payment.facilitator && <Fact name="Facilitator">{payment.facilitator}</Fact>}
        {sent && (
          <Fact name="Sent by">
            <Address
              value={sent.sender}
              label="relayer"
              href={explorer && `${explorer}/address/${sent.sender}`}
            />
          </Fact>
        )}
        {settlement && (
          <>
            <Fact name="Block">
              <span className="tabular-nums">{settlement.blockNumber.toLocaleString("en-GB")}</span>
            </Fact>
            <Fact name="Log index">
              <span className="tabular-nums">{settlement.logIndex}</span>
            </Fact>
            <Fact name="Block time">
              <Time at={settlement.blockTime} timeZone={timeZone} style="full" />
            </Fact>
          </>
        )}
      </Facts>
    </Section>
  );
}
