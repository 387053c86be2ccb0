import {
  ArrowUpRight,
  Ban,
  CheckCheck,
  CircleCheck,
  CircleDashed,
  CircleX,
  Hourglass,
  type LucideIcon,
  PackageCheck,
  PackageX,
  Waves,
} from "lucide-react";
import { Badge, type Tone } from "@/components/ui/badge";
import type { DeliveryState, MoneyState } from "@/lib/revenue/scope";

type Look = { word: string; tone: Tone; icon: LucideIcon };

/** Where the money is, in a word each. */
export const MONEY_LOOK: Readonly<Record<MoneyState, Look>> = {
  held: { word: "Held", tone: "neutral", icon: Hourglass },
  submitting: { word: "Submitting", tone: "info", icon: ArrowUpRight },
  settled: { word: "Settled", tone: "positive", icon: CircleCheck },
  final: { word: "Final", tone: "positive", icon: CheckCheck },
  void: { word: "Void", tone: "neutral", icon: Ban },
};

/** Whether the answer reached the payer, in a word each. */
export const DELIVERY_LOOK: Readonly<Record<DeliveryState, Look>> = {
  pending: { word: "Pending", tone: "neutral", icon: CircleDashed },
  ready: { word: "Delivered", tone: "positive", icon: PackageCheck },
  streaming: { word: "Streamed", tone: "positive", icon: Waves },
  failed: { word: "Failed", tone: "warning", icon: CircleX },
};

const WITHHELD: Look = { word: "Withheld", tone: "neutral", icon: PackageX };
const OWED: Look = { word: "Owed", tone: "danger", icon: PackageX };

/** The state of the money. */
export function MoneyStatus({ money }: { money: MoneyState }) {
  const { word, tone, icon } = MONEY_LOOK[money];
  return (
    <Badge tone={tone} icon={icon}>
      {word}
    </Badge>
  );
}

/** The state of the delivery; an answer is owed when its money came, and withheld when the money did not. */
export function DeliveryStatus({ money, delivery }: { money: MoneyState; delivery: DeliveryState }) {
  const paid = money === "settled" || money === "final";
  const look =
    paid && delivery === "failed"
      ? OWED
      : money === "void" && delivery === "ready"
        ? WITHHELD
        : DELIVERY_LOOK[delivery];
  return (
    <Badge tone={look.tone} icon={look.icon}>
      {look.word}
    </Badge>
  );
}
