/** The witness of the audit: what it signs, what it refuses, and that a signature outlives the key. */
import { reset } from "cloudflare:test";
import { compactVerify, importJWK, type JWK } from "jose";
import { afterEach, describe, expect, it, vi } from "vitest";
import { KEY_LIFE_MS } from "../../../core/identity/key-ring.ts";
import { DAY_MS } from "../../../core/time.ts";
import { forgetKeys } from "../../../workers/identity/signing-keys.ts";
import { issuer } from "../../support/identity.ts";

afterEach(async () => {
  vi.useRealTimers();
  forgetKeys();
  await reset();
});

const hash = (n: number): string => String(n).padStart(43, "h");
const end = (seq: number, partition = 0) => ({ partition, seq, hash: hash(seq) });
const listed = (partition = 0, after = 0, limit = 100) => issuer.checkpoints({ partition, after, limit });

describe("the witness", () => {
  it("[AU6] signs what goes on, answers the same end with the same checkpoint, refuses what goes back or contradicts", async () => {
    const first = await issuer.addCheckpoint(end(10));
    expect(first).toMatchObject({ ok: true, checkpoint: end(10) });
    expect(await issuer.addCheckpoint(end(10))).toEqual(first);
    expect(await issuer.addCheckpoint(end(25))).toMatchObject({ ok: true });
    expect(await issuer.addCheckpoint(end(24))).toEqual({ ok: false, refusal: "goes-back" });
    expect(await issuer.addCheckpoint({ ...end(25), hash: hash(1) })).toEqual({
      ok: false,
      refusal: "contradicts",
    });
    expect(await issuer.addCheckpoint(end(3, 5))).toMatchObject({ ok: true }); // chains know nothing of each other
    expect((await listed()).checkpoints.map(({ seq }) => seq)).toEqual([10, 25]);
    expect((await listed(0, 10)).checkpoints.map(({ seq }) => seq)).toEqual([25]);
    expect((await listed(0, 0, 1)).checkpoints.map(({ seq }) => seq)).toEqual([10]);
    expect((await listed(4)).checkpoints).toEqual([]);
  });

  it("[AU6] of many who bring the end of one chain at once, all get one signature", async () => {
    const replies = await Promise.all(Array.from({ length: 8 }, () => issuer.addCheckpoint(end(7))));
    const signatures = replies.map((reply) => (reply.ok ? reply.checkpoint.signature : null));
    expect(new Set(signatures).size).toBe(1);
    expect((await listed()).checkpoints).toHaveLength(1);
  });

  it("[AU6] a signature is of exactly the four members, and is good long after its key was turned", async () => {
    await issuer.addCheckpoint(end(10));
    vi.setSystemTime(Date.now() + KEY_LIFE_MS + DAY_MS);
    forgetKeys();
    await issuer.addCheckpoint(end(20));
    const { checkpoints, keys } = await listed();
    expect(keys).toHaveLength(2);
    for (const { signature, ...signed } of checkpoints) {
      const verified = await compactVerify(signature, async ({ kid }) => {
        const jwk = keys.find((key) => key.kid === kid)?.publicJwk ?? "";
        expect(jwk).not.toContain('"d"');
        return importJWK(JSON.parse(jwk) as JWK, "ES256");
      });
      expect(JSON.parse(new TextDecoder().decode(verified.payload))).toEqual(signed);
      expect(verified.protectedHeader.typ).toBe("openslot-audit-checkpoint");
    }
  });
});
