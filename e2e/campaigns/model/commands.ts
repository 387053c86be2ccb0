import fc from "fast-check";
import { mintAddress } from "@/lib/chain/fixture";
import type { Behaviour } from "./gate";
import { FORTUNE } from "./lane";
import { lookAround } from "./look-around";
import { patiently } from "./patience";
import { presentAsModelled } from "./present";
import type { Model, ModelEndpoint } from "./state";
import type { World } from "./world";

type Command = fc.AsyncCommand<Model, World>;

/** Makes a command that does one thing and looks around afterwards. */
function command(
  title: string,
  does: (world: World, model: Model) => Promise<void>,
  may: (model: Model) => boolean = () => true,
): Command {
  return {
    check: (model) => may(model),
    async run(model, world) {
      await does(world, model);
      await lookAround(model, world, title);
    },
    toString: () => title,
  };
}

/** How a payment is presented: which, at which of its endpoints, to which replica, before which upstream. */
interface Presented {
  number: number;
  choice: number;
  replica: number;
  upstream: Behaviour;
  /** How often in a row. */
  times: number;
}

function present(presented: Presented): Command {
  const { number, choice, replica, upstream, times } = presented;
  const title = `present ${number} ${times} times at its endpoint ${choice}, replica ${replica}, upstream ${upstream}`;
  return command(title, async (world, model) => {
    const { endpoints } = ofModel(model, number);
    const at = endpoints[choice % endpoints.length] ?? endpoints[0];
    for (let time = 0; time < times; time++) {
      if (time > 0) await lookAround(model, world, title);
      const wrong = await presentAsModelled(model, world, { number, at, replica, upstream });
      if (wrong !== null) throw new Error(`${title}: ${wrong}`);
    }
  });
}

function ofModel({ payments }: Model, number: number) {
  const payment = payments[number];
  if (!payment) throw new Error(`There is no payment ${number}`);
  return payment;
}

function answer(number: number, upstream: Exclude<Behaviour, "hangs">): Command {
  return command(
    `upstream ${upstream} ${number}`,
    async (world, model) => {
      world.lane.gate.release(world.payment(number).target, upstream);
      await world.settleDown(model);
    },
    (model) => ofModel(model, number).underWay > 0,
  );
}

function sendByStranger(number: number): Command {
  return command(
    `a stranger sends ${number}`,
    async (world, model) => {
      await world.sendByStranger(number);
      ofModel(model, number).nonce = "a stranger's";
    },
    (model) => ofModel(model, number).nonce === "unused" && ofModel(model, number).funded,
  );
}

function cancel(number: number): Command {
  return command(
    `the payer cancels ${number}`,
    async (world, model) => {
      const { payer, authorization } = world.payment(number);
      await patiently(() => world.lane.outside.cancel(payer, authorization));
      ofModel(model, number).nonce = "cancelled";
    },
    (model) => ofModel(model, number).nonce === "unused",
  );
}

function fund(number: number, funded: boolean): Command {
  return command(
    `the payer of ${number} ${funded ? "gets" : "spends"} everything`,
    async (world, model) => {
      const { payer } = world.payment(number);
      const { outside } = world.lane;
      await patiently(async () =>
        funded
          ? outside.mint(payer.address, FORTUNE)
          : outside.spend(payer, await world.balanceOf(payer.address)),
      );
      ofModel(model, number).funded = funded;
    },
    (model) => ofModel(model, number).funded !== funded,
  );
}

function edit(at: number): Command {
  return command(
    `another payout address for ${at}, or its first again`,
    async (world, model) => {
      const endpoint = model.endpoints[at];
      if (!endpoint) return;
      endpoint.paysAsSigned = !endpoint.paysAsSigned;
      await world.edit(at, endpoint.paysAsSigned ? world.payTo : mintAddress());
    },
    ({ endpoints }) => endpoints[at]?.state !== "deleted",
  );
}

function setState(at: number, state: ModelEndpoint["state"]): Command {
  return command(
    `endpoint ${at} ${state}`,
    async (world, model) => {
      const endpoint = model.endpoints[at];
      if (endpoint) endpoint.state = state;
      await world.setState(at, state);
    },
    ({ endpoints }) => endpoints[at]?.state !== state && endpoints[at]?.state !== "deleted",
  );
}

const hold = command(
  "transactions wait",
  async ({ lane }, { chain }) => {
    lane.mempool.hold();
    chain.holding = true;
  },
  ({ chain }) => !chain.holding,
);

const mine = command(
  "what waits is mined",
  async (world, model) => {
    model.chain.holding = false;
    await world.mine();
    await world.settleDown(model);
  },
  ({ chain }) => chain.holding,
);

const drop = command(
  "what waits is forgotten",
  async ({ lane }) => lane.mempool.drop(),
  ({ chain }) => chain.holding,
);

function price(pricing: boolean): Command {
  return command(
    `gas ${pricing ? "has" : "has no"} price`,
    async ({ lane }, { chain }) => {
      chain.pricing = pricing;
      lane.mempool.quote(pricing);
    },
    ({ chain }) => chain.pricing !== pricing,
  );
}

function kill(replica: number): Command {
  return command(`kill replica ${replica}`, (world) => world.kill(replica));
}

const passTime = command("leases of the dead end", (world) => world.passTime());

function work(replica: number): Command {
  return command(`the workers of ${replica} work`, async (world) => {
    await world.work(replica);
    await world.passTime();
  });
}

/** Every command there is; presenting comes up more often than anything that goes wrong. */
export function commandsOf(): fc.Arbitrary<Command>[] {
  const number = fc.nat({ max: 2 });
  const which = fc.nat({ max: 1 });
  const upstream = fc.constantFrom<Behaviour[]>("answers", "answers", "hangs", "fails", "cuts");
  const released = fc.constantFrom<Exclude<Behaviour, "hangs">[]>("answers", "answers", "fails", "cuts");
  const times = fc.constantFrom(1, 1, 1, 1, 3);
  const presents = fc.record({ number, choice: which, replica: which, upstream, times }).map(present);
  return [
    ...[presents, presents, presents, presents, presents],
    fc.tuple(number, released).map((drawn) => answer(...drawn)),
    number.map(sendByStranger),
    number.map(cancel),
    fc.tuple(number, fc.boolean()).map((drawn) => fund(...drawn)),
    number.map(edit),
    fc.tuple(number, fc.constantFrom("live", "live", "paused", "deleted")).map((drawn) => setState(...drawn)),
    fc.constantFrom(hold, mine, drop, price(false), price(true)),
    which.map(kill),
    fc.constant(passTime),
    which.map(work),
  ];
}
