import { CircleAlert, CircleCheck, CircleHelp, Hourglass, type LucideIcon, Unplug } from "lucide-react";
import { Badge, type Tone } from "@/components/ui/badge";
import type { FacilitatorHealth, RpcHealth } from "@/lib/chain/chain";

type State = RpcHealth["state"] | FacilitatorHealth["state"];

const LOOKS: Readonly<Record<State, { tone: Tone; icon: LucideIcon; word: string }>> = {
  well: { tone: "positive", icon: CircleCheck, word: "Well" },
  unknown: { tone: "neutral", icon: CircleHelp, word: "Not asked yet" },
  down: { tone: "danger", icon: Unplug, word: "Down" },
  behind: { tone: "warning", icon: Hourglass, word: "Behind the others" },
  wrong_chain: { tone: "danger", icon: CircleAlert, word: "Another chain" },
  refusing: { tone: "danger", icon: CircleAlert, word: "Does not settle here" },
};

/** How an RPC or a facilitator does. */
export function HealthState({ state }: { state: State }) {
  const { tone, icon, word } = LOOKS[state];
  return (
    <Badge tone={tone} icon={icon}>
      {word}
    </Badge>
  );
}
