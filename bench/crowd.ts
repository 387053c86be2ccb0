import postgres from "postgres";
import type { House, Stall } from "./house";

/** The slug of one of many endpoints, counted from 1. */
export function slugOf(n: number): string {
  return `crowd-${n}`;
}

/** Adds merchants to a house, and endpoints with the terms of one that is there, dealt out to them in turn. */
export async function addCrowd(
  house: House,
  { endpointIds: [like = ""] }: Stall,
  many: { merchants: number; endpoints: number },
): Promise<Stall[]> {
  const sql = postgres(house.databaseUrl, { max: 1, onnotice: () => {} });
  try {
    await sql.unsafe("set statement_timeout = 0");
    await sql`
      insert into merchants (id, name)
      select gen_random_uuid(), 'Crowd ' || n from generate_series(1, ${many.merchants}::int) n`;
    await sql`
      with dealt as (select id, row_number() over () - 1 turn from merchants where name like 'Crowd %')
      insert into endpoints (id, merchant_id, slug, version)
      select gen_random_uuid(), dealt.id, 'crowd-' || n, 1
      from generate_series(1, ${many.endpoints}::int) n join dealt on turn = n % ${many.merchants}::int`;
    await sql`
      insert into endpoint_versions select copy.*
      from endpoint_versions v, endpoints e,
        jsonb_populate_record(v, jsonb_build_object('endpoint_id', e.id)) copy
      where v.endpoint_id = ${like} and e.slug like 'crowd-%'`;
    await sql.unsafe("vacuum (analyze) endpoints");
    await sql.unsafe("vacuum (analyze) endpoint_versions");
    return await sql<Stall[]>`
      select merchant_id "merchantId", array_agg(id) "endpointIds" from endpoints
      where slug like 'crowd-%' group by merchant_id`;
  } finally {
    await sql.end();
  }
}
