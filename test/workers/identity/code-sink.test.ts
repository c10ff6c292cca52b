/** What was sent on a laptop stays on /dev while its reader looks for it. */
import { reset, runInDurableObject } from "cloudflare:test";
import { afterEach, describe, expect, it } from "vitest";
import { SENT_MAX, type SentCode } from "../../../durable-objects/code-sink/code-sink.ts";
import { codeTransport, sentCodes } from "../../../workers/identity/code-transport.ts";
import { evict } from "../../support/evict.ts";
import { env } from "../../support/identity.ts";

const sink = () => env.CODE_SINK.getByName("sink");
const code = (text: string): Omit<SentCode, "at"> => ({ to: "nora@example.org", kind: "code", text });

afterEach(() => reset());

describe("the laptop's mailbox", () => {
  it("still has what was sent after its object lost its memory, newest first", async () => {
    await codeTransport(env)?.send(code("111111"));
    await codeTransport(env)?.send({ to: "+15555550100", kind: "invitation", text: "https://a.example/b" });
    const before = await sentCodes(env);
    expect(before?.map(({ to, kind, text }) => [to, kind, text])).toEqual([
      ["+15555550100", "invitation", "https://a.example/b"],
      ["nora@example.org", "code", "111111"],
    ]);
    await evict(sink());
    expect(await sentCodes(env)).toEqual(before);
  });

  it("keeps the newest fifty, also when the clock goes back", async () => {
    for (let n = 0; n < SENT_MAX + 5; n++) await sink().put({ ...code(`${n}`), at: 1_000 - n });
    const texts = (await sentCodes(env))?.map(({ text }) => text);
    expect(texts).toEqual(Array.from({ length: SENT_MAX }, (_, n) => `${SENT_MAX + 4 - n}`));
    const rows = await runInDurableObject(sink(), (_, { storage }) =>
      storage.sql.exec("SELECT count(*) AS rows FROM sent").one(),
    );
    expect(rows).toEqual({ rows: SENT_MAX });
  });

  it("takes nothing and shows nothing outside local mode", async () => {
    const provider = "https://id.example.org/.well-known/openid-configuration";
    const site = "https://openslot.example";
    const production = { ...env, LOCAL_MODE: "off", SITE_URL: site, OIDC_DISCOVERY_URL: provider };
    expect(codeTransport(production)).toBeNull();
    expect(await sentCodes(production)).toBeNull();
  });
});
